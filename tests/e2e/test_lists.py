"""`GET /messages`, `/outbox`, `/health` and `/openapi.json`: filters, pages and cursors over real tables."""

import uuid
from dataclasses import dataclass
from urllib.parse import quote

import pytest
from baton import Client, Json, http, item
from conftest import NewAccount


@dataclass(frozen=True)
class Stock:
    """Messages of known statuses: one bulk of four SMS, one of two e-mails, one that fell back."""

    client: Client
    ids: list[str]  # oldest first
    bulks: list[str]

    def query(self, query: str) -> Json:
        """Ask for messages, the oldest first."""
        return self.client.ok("GET", f"/messages?sort=createdAt&{query}")


@pytest.fixture(scope="module")
def stock(new_account: NewAccount) -> Stock:
    """Send the messages and wait until each has its status."""
    client = new_account()
    sms = [{"phone": f"+7999888{ending}"} for ending in ("1111", "0002", "0001", "0006")]
    bodies = [
        [item({"sms": {"text": "Hello {{n|you}}"}}, *sms, groupId="a group")],
        [item({"email": {"text": "t", "subject": "s"}}, {"email": "Anna@Example.org"}, {"email": "b@example.org"})],
        [item({"sms": {"text": "t"}, "max": {"text": "t"}}, {"phone": "+79998880001", "messengerUserId": "9"})],
    ]
    elements = [element for body in bodies for element in client.ok("POST", "/messages", {"messages": body})]
    ids = [element["id"] for element in elements]
    for id_, status in zip(
        ids, ["DELIVERED", "PENDING", "UNDELIVERED", "READ", "DELIVERED", "DELIVERED", "DELIVERED"], strict=True
    ):
        client.until(id_, status)
    return Stock(client, ids, [elements[0]["bulkId"], elements[4]["bulkId"], elements[6]["bulkId"]])


FILTERS: dict[str, list[int]] = {
    "": [0, 1, 2, 3, 4, 5, 6],
    "status=DELIVERED": [0, 4, 5, 6],
    "status=read,pending": [1, 3],
    "status=EXPIRED": [],
    "channel=email": [4, 5],
    "channel=MAX": [6],
    "channel=sms,max": [0, 1, 2, 3, 6],
    "id={ids[1]},{ids[4]}": [1, 4],
    "flowId={ids[2]}": [2],
    "bulkId={bulks[0]}": [0, 1, 2, 3],
    "bulkId={bulks[1]},{bulks[2]}": [4, 5, 6],
    "groupId=a%20group": [0, 1, 2, 3],
    "recipient=%2B79998880001": [2, 6],
    "recipient=7(999)888-11-11": [0],
    "recipient=anna@example.org": [4],
    "recipient=%2B79998880001&channel=max": [6],
    "from=2000-01-01T00:00:00Z&to=2999-01-01T00:00:00Z": [0, 1, 2, 3, 4, 5, 6],
    "to=2000-01-01T00:00:00Z": [],
    "from=2999-01-01T00:00:00%2B03:00": [],
    "bulkId={bulks[0]}&status=READ": [3],
    f"id={uuid.uuid4()}": [],
    "group=x&timezone=y&language=z&offsetField=a&offsetValue=b": [0, 1, 2, 3, 4, 5, 6],
}


@pytest.mark.parametrize("name", FILTERS)
def test_filters(name: str, stock: Stock) -> None:
    """Items and count are those of the messages that are meant, in order."""
    query = name.format(ids=stock.ids, bulks=stock.bulks)
    seen, expected = stock.query(query), [stock.ids[n] for n in FILTERS[name]]
    assert ([entry["id"] for entry in seen["items"]], seen["count"]) == (expected, len(expected))
    assert stock.query(f"{query}&withoutItems=true") == {"count": len(expected), "items": [], "nextCursor": None}
    seen = stock.query(f"{query}&withoutCount=true")
    assert ([entry["id"] for entry in seen["items"]], seen["count"]) == (expected, None)


@pytest.mark.parametrize("limit", [1, 2, 3, 7])
@pytest.mark.parametrize("query", ["", "status=DELIVERED,READ", "recipient=%2B79998880001", "groupId=a%20group"])
def test_walks(limit: int, query: str, stock: Stock) -> None:
    """Cursors, pages and offsets give every message once, in both orders."""
    for sort in ("createdAt", "-createdAt"):
        base = f"/messages?{query}&sort={sort}"
        whole = [entry["id"] for entry in stock.client.ok("GET", base)["items"]]
        walked, cursor = [], ""
        for _ in range(len(whole) + 1):
            part = stock.client.ok("GET", f"{base}&limit={limit}{cursor}")
            assert len(part["items"]) <= limit and part["count"] == len(whole)
            walked += [entry["id"] for entry in part["items"]]
            if part["nextCursor"] is None:
                break
            cursor = f"&cursor={quote(part['nextCursor'])}"
        assert walked == whole
        pages = [stock.client.ok("GET", f"{base}&limit={limit}&page={n + 1}")["items"] for n in range(len(whole))]
        assert [entry["id"] for page in pages for entry in page] == whole
        offset = stock.client.ok("GET", f"{base}&offset={limit}")["items"]
        assert [entry["id"] for entry in offset] == whole[limit:]


def test_an_item_is_the_message_without_its_timeline(stock: Stock) -> None:
    """The list shows what `GET /messages/{id}` does; `fields` chooses."""
    for entry in stock.query("")["items"]:
        whole = stock.client.message(entry["id"])
        assert whole.pop("timeline") and entry == whole
    chosen = stock.query("fields=id,status&limit=1")["items"]
    assert chosen == [{"id": stock.ids[0], "status": "DELIVERED"}]
    assert stock.query("limit=1")["items"][0]["message"] == {"text": "Hello you"}


@pytest.mark.parametrize(
    ("query", "place"),
    [
        ("limit=1001", "?limit"),
        ("limit=x", "?limit"),
        ("sort=status", "?sort"),
        ("status=LOST", "?status"),
        ("channel=fax", "?channel"),
        ("id=x", "?id"),
        ("recipient=nobody", "?recipient"),
        ("from=yesterday", "?from"),
        ("cursor=x", "?cursor"),
        ("fields=secret", "?fields"),
        ("stauts=READ", "?stauts"),
    ],
)
def test_bad_questions(query: str, place: str, stock: Stock) -> None:
    """422 with the parameter's name."""
    answer = stock.client.call("GET", f"/messages?{query}")
    assert answer.status == 422 and [path for path, _ in answer.faults] == [place], answer.text


def test_the_outbox(stock: Stock) -> None:
    """One record a provider call, with filters and cursors."""
    client = stock.client
    records = client.outbox()
    assert len(records) == 8 and {record["companyId"] for record in records} == {client.account}
    assert {record["id"] for record in client.walk("/outbox", limit="3")} == {record["id"] for record in records}
    assert [r["to"] for r in client.outbox(messageId=stock.ids[4])] == ["Anna@example.org"]
    assert {r["channel"] for r in client.outbox(channel="email")} == {"email"}
    assert [r["outcome"] for r in client.outbox(recipient="+79998880001")] == ["rejected", "rejected"]
    assert client.outbox(channel="email", recipient="+79998880001") == []


def test_health_and_openapi_need_no_key(stock: Stock) -> None:
    """The document is OpenAPI 3.1 and has the routes of this contract."""
    base = stock.client.base
    assert http("GET", f"{base}/health").status == 200
    answer = http("GET", f"{base}/openapi.json")
    assert answer.status == 200 and answer.headers["content-type"].startswith("application/json")
    document = answer.json
    assert document["openapi"].startswith("3.1.")
    routes = {(method, path) for path, item_ in document["paths"].items() for method in item_}
    ours = {("get", "/health"), ("get", "/openapi.json"), ("get", "/outbox"), ("get", "/messages/{id}")}
    ours |= {("get", "/messages"), ("post", "/messages"), ("delete", "/messages")}
    ours |= {("patch", "/messages/{id}"), ("get", "/keys"), ("post", "/keys"), ("delete", "/keys/{id}")}
    ours |= {("get", "/providers"), ("get", "/bandwidth"), ("put", "/bandwidth/{companyId}")}
    ours |= {("post", "/auth/login"), ("post", "/auth/refresh"), ("get", "/users"), ("post", "/users")}
    ours |= {(method, "/users/{id}") for method in ("get", "put", "delete")}
    ours |= {("get", "/callbacks"), ("post", "/callbacks/{id}/retry"), ("delete", "/callbacks/secrets/{id}")}
    ours |= {("get", "/callbacks/secrets"), ("post", "/callbacks/secrets")}
    ours |= {("post", "/messages/validate"), ("get", "/templates"), ("post", "/templates")}
    ours |= {(method, "/templates/{id}") for method in ("get", "put", "delete")} | {("post", "/templates/{id}/preview")}
    ours |= {("get", "/shortLinks")}
    ours |= {(method, path) for method in ("get", "put") for path in ("/senders", "/tariffs/sms")}
    ours |= {(method, "/stopList") for method in ("get", "put", "delete")}
    ours |= {("get", "/whiteList"), ("put", "/whiteList/{companyId}")}
    ours |= {("post", "/phoneChecks"), ("get", "/exports"), ("post", "/exports"), ("get", "/exports/{id}")}
    ours |= {("get", "/tasks"), ("post", "/tasks"), ("get", "/tasks/sheets/{type}"), ("post", "/startedTasks/{id}")}
    ours |= {(method, "/tasks/{id}") for method in ("get", "post", "put", "delete")}
    ours |= {("get", f"/tasks/{{id}}/{part}") for part in ("statuses", "errors", "report")}
    ours |= {("post", "/tasks/{id}/upload"), ("post", "/pausedTasks/{id}"), ("delete", "/pausedTasks/{id}")}
    ours |= {("post", "/messages/bulk"), ("get", "/messages/bulk/{id}")}
    assert {(method, path.removeprefix("/api/v1")) for method, path in routes} == ours
