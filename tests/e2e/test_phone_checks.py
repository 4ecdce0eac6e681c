"""Checks of phone numbers: what SANDBOX finds out, by the ends of the numbers, and polling."""

import secrets
import time

from baton import Client, Json, eventually, phone
from conftest import NewAccount, StandIns
from standins.base import Reply, Taken, accept, answer, hang
from standins.smsc import refusal

# All that is not final.
PENDING = "PENDING"


def check(client: Client, *phones: str, **more: str) -> Json:
    """Make a check."""
    return client.ok("POST", "/phoneChecks", {"phones": list(phones), **more})


def statuses(answer: Json) -> dict[str, str]:
    """Give the status of each text."""
    return {text: found["status"] for text, found in answer["result"].items()}


def until_known(client: Client, made: Json, *pending: str) -> dict[str, str]:
    """Poll until all but these numbers are known."""

    def look() -> dict[str, str] | None:
        seen = statuses(client.ok("POST", "/phoneChecks", {"checkId": made["checkId"]}))
        return seen if {text for text, status in seen.items() if status == PENDING} == set(pending) else None

    return eventually(look, f"all but {pending} are known")


def test_numbers_are_looked_up_and_polling_finds_what_became_of_them(account: Client) -> None:
    """Each text has its status; a number that is never answered stays, one that is none refuses nothing."""
    reachable, nobody, silent, absent = phone(), phone("0001"), phone("0002"), phone("0003")
    dressed = f"{reachable[1:2]} ({reachable[2:5]}) {reachable[5:]}"
    started = time.monotonic()
    made = check(account, reachable, dressed, nobody, silent, absent, "12", "call me")
    assert time.monotonic() - started < 5
    assert statuses(made) == {
        **dict.fromkeys((reachable, dressed, nobody, silent, absent), PENDING),
        **dict.fromkeys(("12", "call me"), "INVALID"),
    }
    assert made["result"]["12"] == {"status": "INVALID", "statusCode": 1}
    assert until_known(account, made, silent) == {
        reachable: "REACHABLE",
        dressed: "REACHABLE",
        nobody: "NOT_EXISTING",
        silent: PENDING,
        absent: "ABSENT",
        "12": "INVALID",
        "call me": "INVALID",
    }
    some = account.ok("POST", "/phoneChecks", {"checkId": made["checkId"], "phones": [absent], "provider": "sandbox"})
    assert some == {"checkId": made["checkId"], "result": {absent: {"status": "ABSENT", "statusCode": 4}}}


def test_temporary_refusals_and_lost_answers_come_to_an_end(account: Client) -> None:
    """An order that is refused twice, one that is to wait, and one whose answer is lost."""
    for ending in ("0004", "0005", "0007"):
        number = phone(ending)
        assert until_known(account, check(account, number)) == {number: "REACHABLE"}


def test_a_thousand_numbers_are_answered_within_seconds(account: Client) -> None:
    """The most that a request takes."""
    first = secrets.randbelow(90_000)
    phones = [f"+7997{first + index:05d}55" for index in range(1000)]
    started = time.monotonic()
    made = check(account, *phones)
    assert time.monotonic() - started < 5
    assert until_known(account, made) == dict.fromkeys(phones, "REACHABLE")
    assert account.call("POST", "/phoneChecks", {"phones": [*phones, phone()]}).faults == [("/phones", "too_many")]


def test_a_check_is_its_accounts_alone_and_is_made_once(
    account: Client, operator: Client, new_account: NewAccount
) -> None:
    """Another account does not find it; an operator does; the same key makes no second one."""
    body, other = {"phones": [phone()]}, new_account()
    key = {"Idempotency-Key": secrets.token_hex()}
    made = account.ok("POST", "/phoneChecks", body, key)
    again = account.call("POST", "/phoneChecks", body, key)
    assert (again.json["checkId"], again.headers["idempotency-replayed"]) == (made["checkId"], "true")
    assert other.call("POST", "/phoneChecks", {"checkId": made["checkId"]}).status == 404
    named = {"checkId": made["checkId"], "companyId": account.account}
    assert other.call("POST", "/phoneChecks", named).status == 403
    assert operator.ok("POST", "/phoneChecks", named)["checkId"] == made["checkId"]


def test_a_provider_that_looks_nothing_up_is_refused(account: Client) -> None:
    """The fault names it."""
    for name in ("TWILIO", "nobody"):
        refused = account.call("POST", "/phoneChecks", {"phones": [phone()], "provider": name})
        assert (refused.status, refused.faults) == (422, [("/provider", "no_lookups")])


def test_smsc_is_asked_over_its_protocol(account: Client, standins: StandIns) -> None:
    """An order and a question of SMSC; two numbers are one of each."""
    one, two = phone(), phone()
    made = check(account, one, two, provider="smsc")
    assert statuses(made) == {one: PENDING, two: PENDING}
    assert until_known(account, made) == {one: "REACHABLE", two: "REACHABLE"}
    paths = [taken.path for taken in standins.smsc.requests(f"{one[1:]},{two[1:]}")]
    assert paths == ["/sys/send.php", "/sys/status.php"]


def test_an_order_whose_answer_is_lost_is_not_placed_again(account: Client, standins: StandIns) -> None:
    """The stand-in takes the order and never answers: the request is answered, and polling finds the result."""

    def take_and_hang(taken: Taken) -> Reply | None:
        standins.smsc.success(taken)
        return hang(taken)

    number = phone()
    standins.smsc.script(number, take_and_hang, accept)
    started = time.monotonic()
    made = check(account, number, provider="SMSC")
    assert time.monotonic() - started < 7
    assert until_known(account, made) == {number: "REACHABLE"}
    assert [taken.path for taken in standins.smsc.requests(number)] == ["/sys/send.php", "/sys/status.php"]


def test_refused_orders_give_a_status(account: Client, standins: StandIns) -> None:
    """SMSC says that the number is none, and that the balance is used up."""
    for code, status in ((7, "INVALID"), (8, "UNREACHABLE"), (3, "UNKNOWN")):
        number = phone()
        standins.smsc.script(number, answer(refusal(code)))
        assert statuses(check(account, number, provider="SMSC")) == {number: status}
