"""Logging in, staying so, and managing users, against the real tables and the real parameter store."""

import base64
import itertools
import json
import os
import secrets
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import jwt
import pytest
from baton import Answer, Client, Json, Stack, http
from conftest import ACCOUNTS, ROOT, NewAccount

PASSWORD = "correct horse battery"
NUMBERS = itertools.count(secrets.randbelow(1_000_000_000))


def post(base: str, path: str, body: Json, authorization: str = "") -> Answer:
    """POST without a key."""
    headers = {"Content-Type": "application/json"} | ({"Authorization": authorization} if authorization else {})
    return http("POST", f"{base}{path}", headers, json.dumps(body).encode())


def login(client: Client, email: str, password: str = PASSWORD, **more: object) -> Answer:
    """Log in."""
    return post(client.base, "/auth/login", {"email": email, "password": password, **more})


def session(client: Client, email: str, **more: object) -> tuple[Client, str]:
    """Log in; give the API as the session sees it, and the refresh token."""
    answer = login(client, email, **more)
    assert answer.status == 200, answer.text
    return Client(client.base, answer.json["token"], client.account), answer.json["refreshToken"]


def make(client: Client, role: str, **more: object) -> Json:
    """Make a user with an e-mail of its own."""
    email = f"U{next(NUMBERS)}@Example.org"
    return client.ok("POST", "/users", {"email": email, "name": "U", "role": role, "password": PASSWORD, **more})


def test_the_admin_of_make_up_logs_in(stack: Stack) -> None:
    """With what stack.json says; the token is a plain HS256 JWT, signed with the key of the parameter store."""
    email, password = stack.content["adminEmail"], stack.content["adminPassword"]
    answer = post(stack.api, "/auth/login", {"email": email.upper(), "password": password, "extra": {"a": 1}})
    assert answer.status == 200, answer.text
    parameter = stack.aws("ssm").get_parameter(Name="/baton/baton/auth/keys", WithDecryption=True)["Parameter"]
    token = answer.json["token"]
    keys = {key["id"]: key for key in json.loads(parameter["Value"])}
    key = keys[jwt.get_unverified_header(token)["kid"]]
    assert jwt.get_unverified_header(token) == {"typ": "JWT", "alg": "HS256", "kid": key["id"]}
    claims = jwt.decode(token, base64.b64decode(key["key"]), algorithms=["HS256"])
    assert claims["exp"] - claims["iat"] == 3600 and abs(claims["iat"] - time.time()) < 60
    users = Client(stack.api, token, 1).ok("GET", "/users")["items"]
    assert claims["sub"] in [user["id"] for user in users if user["role"] == "admin"]


def test_the_first_user_of_a_deployed_stack(stack: Stack) -> None:
    """`make admin` prints a password that is good, the key that it used is gone, and a rotated key logs nobody out."""
    environment = {
        **os.environ,
        "AWS_ENDPOINT_URL": stack.content["awsEndpoint"],
        "AWS_DEFAULT_REGION": stack.content["region"],
        **dict.fromkeys(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"), "test"),
    }

    def admin(*options: str) -> str:
        command = [sys.executable, str(ROOT / "infra" / "stack.py"), "admin", "--stack", "baton", *options]
        return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout.strip()

    root = Client(stack.api, stack.content["operatorKey"], 1)
    keys = root.ok("GET", "/keys")["count"]
    email, account = f"Boss{next(NUMBERS)}@example.org", str(next(ACCOUNTS))
    passwords = [admin("--email", email, "--account", account, "--role", "operator") for _ in range(2)]
    assert login(root, email, passwords[0]).status == 401
    boss, _ = session(root, email, password=passwords[1])
    assert [user["role"] for user in boss.walk("/users", companyId=account)] == ["operator"]
    assert root.ok("GET", "/keys")["count"] == keys
    admin("--rotate-key")
    assert boss.call("GET", "/messages").status == 200
    session(root, email, password=passwords[1])


def test_an_expired_token_says_so(stack: Stack, account: Client) -> None:
    """With the text on which clients log in again."""
    user = make(account, "admin")
    token = login(account, user["email"], ttl=60).json["token"]
    claims = jwt.decode(token, options={"verify_signature": False})
    parameter = stack.aws("ssm").get_parameter(Name="/baton/baton/auth/keys", WithDecryption=True)["Parameter"]
    key = {key["id"]: key for key in json.loads(parameter["Value"])}[jwt.get_unverified_header(token)["kid"]]
    secret, header = base64.b64decode(key["key"]), {"kid": key["id"]}
    over = jwt.encode({**claims, "exp": int(time.time()) - 1}, secret, "HS256", header)
    answer = Client(account.base, over).call("GET", "/messages")
    assert (answer.status, answer.json["error"]) == (401, "Token is expired.")
    forged = jwt.encode(claims, b"\0" * 32, "HS256", header)
    for bad in (forged, jwt.encode(claims, "", "none", header), token[:-3]):
        answer = Client(account.base, bad).call("GET", "/messages")
        assert (answer.status, answer.json["code"]) == (401, "unauthorized")


@pytest.mark.parametrize(
    ("role", "statuses"),
    [("viewer", (200, 403, 403)), ("editor", (200, 200, 403)), ("admin", (200, 200, 200))],
)
def test_a_session_has_the_scopes_of_its_role(role: str, statuses: tuple[int, ...], account: Client) -> None:
    """Read, send, admin."""
    caller, _ = session(account, make(account, role)["email"])
    sms = {"channels": {"sms": {"text": "t"}}, "destinations": [{"phone": "+79990001234"}]}
    seen = [
        caller.call("GET", "/messages").status,
        caller.call("POST", "/messages", {"messages": [sms]}).status,
        caller.call("GET", "/users").status,
    ]
    assert tuple(seen) == statuses
    assert caller.call("GET", f"/messages?companyId={account.account + 1}").status == 403


def test_refresh_tokens_are_good_once(account: Client) -> None:
    """A second use ends the session; some clients send the old token bare in Authorization."""
    email = make(account, "viewer")["email"]
    caller, first = session(account, email)
    answer = post(account.base, "/auth/refresh", {"refreshToken": first, "ttl": 120}, authorization=caller.token)
    assert answer.status == 200, answer.text
    assert Client(account.base, answer.json["token"]).call("GET", "/messages").status == 200
    second = answer.json["refreshToken"]
    reused = post(account.base, "/auth/refresh", {"refreshToken": first})
    assert (reused.status, reused.json["code"]) == (401, "invalid_refresh_token")
    assert post(account.base, "/auth/refresh", {"refreshToken": second}).status == 401


def test_one_of_many_at_once_gets_a_token(account: Client) -> None:
    """Two users of the same refresh token are never both believed."""
    _, token = session(account, make(account, "viewer")["email"])
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: post(account.base, "/auth/refresh", {"refreshToken": token}), range(4)))
    assert sorted(answer.status for answer in answers).count(200) <= 1
    assert {answer.status for answer in answers} <= {200, 401}


def test_users_are_managed(account: Client, new_account: NewAccount) -> None:
    """Make, list, change, remove; no password is ever shown; a new one ends the sessions."""
    boss, user = make(account, "admin"), make(account, "editor")
    assert user["email"] == user["email"].lower()
    assert {one["id"] for one in account.walk("/users")} == {boss["id"], user["id"]}
    assert "password" not in account.call("GET", f"/users/{user['id']}").text
    caller, refresh = session(account, user["email"])
    change = {"email": f"new{user['email']}", "name": "N", "role": "viewer", "password": "another horse"}
    changed = account.ok("PUT", f"/users/{user['id']}", change)
    assert (changed["email"], changed["role"]) == (change["email"], "viewer")
    assert caller.call("GET", "/messages").status == 401
    assert post(account.base, "/auth/refresh", {"refreshToken": refresh}).status == 401
    assert login(account, user["email"], "another horse").status == 401, "the old e-mail is free"
    caller, _ = session(account, change["email"], password="another horse")
    account.ok("DELETE", f"/users/{user['id']}")
    assert caller.call("GET", "/messages").status == 401
    assert account.call("GET", f"/users/{user['id']}").status == 404
    other = new_account()
    assert other.call("GET", f"/users/{boss['id']}").status == 404
    taken = {"email": boss["email"].upper(), "name": "N", "role": "viewer", "password": PASSWORD}
    assert other.call("POST", "/users", taken).json["code"] == "email_taken"
    other.ok("POST", "/users", {**taken, "email": change["email"]})


def test_the_last_admin_stays(account: Client) -> None:
    """Also when two admins are removed at the same time."""
    admins = [make(account, "admin")["id"] for _ in range(3)]
    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(lambda user: account.call("DELETE", f"/users/{user}"), admins))
    assert sorted(answer.status for answer in answers) == [200, 200, 409], [answer.text for answer in answers]
    (last,) = account.walk("/users")
    demoted = {"email": last["email"], "name": "N", "role": "editor"}
    assert account.call("PUT", f"/users/{last['id']}", demoted).json["code"] == "last_admin"


def test_nobody_rises_above_their_role(account: Client, operator: Client) -> None:
    """An admin makes no operator, and takes over none."""
    above = {"email": "x@example.org", "name": "N", "role": "operator", "password": PASSWORD}
    assert account.call("POST", "/users", above).status == 403
    user = make(operator, "operator", companyId=account.account)
    change = {"email": user["email"], "name": "N", "role": "viewer", "password": "taken over"}
    assert account.call("PUT", f"/users/{user['id']}", change).status == 403
    assert account.call("DELETE", f"/users/{user['id']}").status == 403
    caller, _ = session(account, user["email"], companyId=account.account + 1)
    caller.ok("GET", f"/messages?companyId={account.account}")


def test_the_same_key_makes_one_user(account: Client) -> None:
    """A retry gets the first answer; another password under the same key is another request."""
    email = f"i{next(NUMBERS)}@example.org"
    body = {"email": email, "name": "U", "role": "editor", "password": PASSWORD}
    key = {"Idempotency-Key": "one"}
    first, again = (account.call("POST", "/users", body, key) for _ in range(2))
    assert (again.status, again.json, again.headers["idempotency-replayed"]) == (200, first.json, "true")
    other = account.call("POST", "/users", {**body, "password": "another horse"}, key)
    assert (other.status, other.json["code"]) == (422, "idempotency_mismatch")


def test_attempts_are_limited_and_leave_no_trace(stack: Stack, account: Client) -> None:
    """Ten wrong ones for an e-mail, also many at once; then not even the right password, until the quarter is over."""
    if time.time() % 900 > 870:
        time.sleep(900 - time.time() % 900)  # the counters begin anew, which would let more through
    started = time.time()
    email = make(account, "viewer")["email"]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: login(account, email, "wrong horse"), range(14)))
    assert sorted(answer.status for answer in answers) == [401] * 10 + [429] * 4
    refused = login(account, email)
    assert refused.status == 429 and 0 < int(refused.headers["retry-after"]) <= 900
    stack.flush_logs(["api"])
    assert email not in json.dumps(stack.log("api", started))


def test_a_login_with_a_megabyte_of_password(account: Client) -> None:
    """422 at once, and nothing of it comes back."""
    started = time.monotonic()
    answer = login(account, "a@example.org", "p" * 1024 * 1024)
    assert (answer.status, answer.faults) == (422, [("/password", "too_long")])
    assert len(answer.text) < 1000 and time.monotonic() - started < 5
