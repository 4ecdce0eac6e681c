"""Web Push: requests are read as a browser and its push service read them, with other libraries than the adapter's."""

import base64
import json
import re
import time
from typing import Any
from urllib.parse import urlsplit

import http_ece
import jwt
import pytest
from conftest import load_requests
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey, derive_private_key

PROVIDER = "webpush"
PUBLIC = "BPsh-mahyb-EzQREKx4zejLQr8mXVQzBlFIkjH26dC_8ws-l7c4PLWPwcs9CL3aIwD-s9LJvgv6tp4czH4_QBls"
# The browser's; `requests_webpush.rs` has the public key of the first.
BROWSER = "ARRBDVqc-2StBt2gFwkHbCls_NT9CuQNgE9td_KnAcg"
SECRET = "y-5qYzUGQr7rdsf9PTH1_Q"
# RFC 8030, section 5.4: at most 32 characters of base64url.
TOPIC = re.compile(r"[A-Za-z0-9_-]{1,32}")


def raw(text: str) -> bytes:
    """Read base64url without padding."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def payload(request: dict[str, Any]) -> Any:
    """Decrypt a message as the browser does (RFC 8291)."""
    key = derive_private_key(int.from_bytes(raw(BROWSER)), SECP256R1())
    body = base64.b64decode(request["base64"])
    return json.loads(http_ece.decrypt(body, private_key=key, auth_secret=raw(SECRET), version="aes128gcm"))


def claims(request: dict[str, Any]) -> dict[str, Any]:
    """Verify who sent a message as the push service does (RFC 8292)."""
    found = re.fullmatch(r"vapid t=([\w.-]+), k=([\w-]+)", request["headers"]["authorization"])
    assert found and found[2] == PUBLIC
    key = EllipticCurvePublicKey.from_encoded_point(SECP256R1(), raw(found[2]))
    origin = f"http://{request['headers']['host']}"
    # The time of the run is long past when the file is checked.
    options = {"verify_exp": False, "require": ["aud", "exp", "sub"]}
    return jwt.decode(found[1], key, algorithms=["ES256"], audience=origin, options=options)


def test_every_message_is_read_by_the_browser_it_is_for(requests: dict[str, dict[str, Any]]) -> None:
    """The payload comes out whole: texts of any alphabet, every field a string."""
    read = {case: payload(request) for case, request in requests.items()}
    for case, message in read.items():
        assert all(isinstance(value, str) and value for value in message.values()), case
        assert {"body", "msg", "tag"} <= message.keys(), case
        assert message["tag"] == requests[case]["headers"]["topic"] and message["tag"] in message["msg"], case
    assert read["text"]["body"] == "Hello"
    assert read["longest"]["body"] == "ж" * 1920
    reference = {name: read["all"].pop(name) for name in ("msg", "tag")}
    assert reference["msg"].endswith("-1")
    assert read["all"] == {
        "title": "Магазин",
        "body": "Код: 1234 & « + = 😀»\nвторая строка",
        "image": "https://example.org/a.png",
        "url": "https://example.org/orders/42?a=b&c=d",
        "button": "Открыть",
    }


def test_every_message_says_who_sent_it(requests: dict[str, dict[str, Any]]) -> None:
    """The token is signed by the key that stands beside it, for this push service alone and less than a day."""
    for case, request in requests.items():
        found = claims(request)
        assert found.keys() == {"aud", "exp", "sub"} and found["sub"] == "mailto:push@example.org", case
        assert urlsplit(found["aud"]).path == "" and found["exp"] <= time.time() + 86_400, case


def test_every_request_has_the_headers_of_the_rfcs(requests: dict[str, dict[str, Any]]) -> None:
    """A time to live is required; the content is one record of at most 4096 bytes."""
    for case, request in requests.items():
        headers = request["headers"]
        assert (request["method"], request["query"]) == ("POST", {}), case
        assert headers["content-encoding"] == "aes128gcm", case
        assert headers["urgency"] in ("very-low", "low", "normal", "high"), case
        assert headers["ttl"].isdigit() and TOPIC.fullmatch(headers["topic"]), case
        body = base64.b64decode(request["base64"])
        size, key_length = int.from_bytes(body[16:20]), body[20]
        assert key_length == 65 and len(body) - 86 <= size <= 4096 and len(body) <= 4096, case
    assert requests["all"]["headers"]["ttl"] == "172800"


@pytest.mark.parametrize("place", [0, 30, 90, -1])
def test_the_check_finds_a_changed_byte(place: int) -> None:
    """A message of which a byte was changed is not read: salt, key, text or tag."""
    request = load_requests(PROVIDER)["text"]
    body = bytearray(base64.b64decode(request["base64"]))
    body[place] ^= 1
    with pytest.raises((http_ece.ECEException, InvalidTag, ValueError)):
        payload(request | {"base64": base64.b64encode(body).decode()})


def test_the_check_finds_another_audience() -> None:
    """A token for another push service is not taken."""
    request = load_requests(PROVIDER)["text"]
    with pytest.raises(jwt.InvalidAudienceError):
        claims(request | {"headers": request["headers"] | {"host": "push.example.org"}})
