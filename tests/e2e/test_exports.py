"""`/exports`: messages as CSV and as a workbook, read back from the link; and the report of a task."""

import csv
import io
import re
import zipfile
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import pytest
from baton import PATIENCE, Client, Json, eventually, item, phone, pool
from conftest import NewAccount

SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
FIELDS = "id,recipient,channel,status,text,attempts,createdAt,deliveredAt"


def download(url: str) -> bytes:
    """Get a file by its link alone, with no key."""
    answer = pool().request("GET", url)
    assert answer.status == 200, answer.data[:500]
    return answer.data


def made(client: Client, body: Json) -> Json:
    """Ask for an export, and wait until it is over."""
    id_ = client.ok("POST", "/exports", body)["id"]
    seen: Json = {}

    def is_over() -> bool:
        seen.update(client.ok("GET", f"/exports/{id_}"))
        return seen["status"] in ("COMPLETED", "FAILED")

    eventually(is_over, "the export", PATIENCE, pause=0.3)
    return seen


def rows_of_csv(content: bytes) -> list[dict[str, str]]:
    """Read a CSV file, which begins with UTF-8's mark."""
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def rows_of_workbook(content: bytes) -> list[dict[str, str]]:
    """Read the first sheet of a workbook, by the headers of its first row."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))
        strings = []
        if "xl/sharedStrings.xml" in book.namelist():
            table = ElementTree.fromstring(book.read("xl/sharedStrings.xml"))
            strings = ["".join(text.text or "" for text in entry.iter(f"{SHEET}t")) for entry in table]

    def value(cell: ElementTree.Element) -> str:
        if cell.get("t") == "inlineStr":
            return "".join(text.text or "" for text in cell.iter(f"{SHEET}t"))
        content = cell.findtext(f"{SHEET}v") or ""
        return strings[int(content)] if cell.get("t") == "s" else content

    def column(cell: ElementTree.Element) -> str:
        return re.sub(r"\d", "", cell.get("r") or "")

    rows = [{column(cell): value(cell) for cell in row} for row in sheet.iter(f"{SHEET}row")]
    headers = rows[0]
    return [{headers[column]: value for column, value in row.items()} for row in rows[1:]]


@pytest.fixture(scope="module")
def stock(new_account: NewAccount) -> tuple[Client, list[str], str]:
    """Messages over a period, two delivered and one refused for good; one before it; when the period begins."""
    client = new_account()
    early = client.send(item({"sms": {"text": "early"}}, {"phone": phone()}))[0]
    client.until(early, "DELIVERED")
    begin = client.ok("GET", f"/messages/{early}")["createdAt"]
    texts = [
        item({"sms": {"text": "=Привет, {{name}}"}}, {"phone": phone(), "variables": {"name": "Анна"}}),
        item({"sms": {"text": "b"}}, {"phone": phone("0001")}),
        item({"email": {"text": "c", "subject": "s"}}, {"email": "anna@example.org"}),
    ]
    ids = [id_ for text in texts for id_ in client.send(text)]
    for id_, status in zip(ids, ("DELIVERED", "UNDELIVERED", "DELIVERED"), strict=True):
        client.until(id_, status)
    return client, ids, begin


def test_csv(stock: tuple[Client, list[str], str]) -> None:
    """A CSV has the messages of the period in order, as GET /messages tells of them, and no formula."""
    client, ids, begin = stock
    after = begin.replace("Z", "+00:00")
    query = {"format": "csv", "language": "en", "fields": FIELDS, "timeZone": "Europe/Moscow", "from": begin}
    export = made(client, query)
    assert (export["status"], export["progress"], export["rows"]) == ("COMPLETED", 100, len(ids) + 1), export
    rows = rows_of_csv(download(export["url"]))
    assert [row["Message ID"] for row in rows][1:] == ids
    assert datetime.fromisoformat(rows[0]["Created at"]) == datetime.fromisoformat(after)
    for row in rows:
        message = client.message(row["Message ID"])
        assert (row["Status"], row["Channel"]) == (message["status"], message["channel"])
        assert row["Created at"].endswith("+03:00")
        created = datetime.fromisoformat(message["createdAt"])
        assert datetime.fromisoformat(row["Created at"]) == created
        assert bool(row["Delivered at"]) == bool(message["deliveredAt"])
    assert rows[1]["Text"] == "'=Привет, Анна"
    assert rows[3]["Recipient"] == "anna@example.org"


def test_workbook(stock: tuple[Client, list[str], str]) -> None:
    """A workbook has what the filters choose, with Russian headers, texts as they are and dates as numbers."""
    client, ids, begin = stock
    export = made(client, {"format": "xlsx", "from": begin, "status": ["DELIVERED"], "id": ids})
    rows = rows_of_workbook(download(export["url"]))
    assert [row["ID сообщения"] for row in rows] == [ids[0], ids[2]]
    assert rows[0]["Текст"] == "=Привет, Анна"
    days = (
        datetime.fromisoformat(client.message(ids[0])["createdAt"]) - datetime(1899, 12, 30, tzinfo=UTC)
    ).total_seconds()
    assert float(rows[0]["Создано, UTC"]) == pytest.approx(days / 86400, abs=1e-6)


def test_the_link_ends_and_is_made_afresh(stock: tuple[Client, list[str], str], new_account: NewAccount) -> None:
    """A link says that it is good for an hour, a changed one is not good, and nobody else sees the export."""
    client, _, _ = stock
    export = made(client, {"format": "csv"})
    parameters = parse_qs(urlsplit(export["url"]).query)
    assert parameters["X-Amz-Expires"] == ["3600"]
    assert "attachment" in parameters["response-content-disposition"][0]
    assert client.ok("GET", f"/exports/{export['id']}")["url"].startswith(export["url"].split("?")[0])
    other = new_account()
    assert other.call("GET", f"/exports/{export['id']}").status == 404
    assert next(entry["id"] for entry in client.walk("/exports")) == export["id"]


def test_the_report_of_a_small_task(new_account: NewAccount) -> None:
    """The report of a task is a workbook of its messages alone."""
    client = new_account()
    task = client.ok("POST", "/tasks", {"name": "Sale"})["id"]
    body = {"taskId": task, "messages": [item({"sms": {"text": "t"}}, {"phone": phone()}, {"phone": phone()})]}
    ids = [element["id"] for element in client.ok("POST", "/messages", body)]
    client.send(item({"sms": {"text": "t"}}, {"phone": phone()}))
    answer = pool().request(
        "GET", f"{client.base}/tasks/{task}/report?language=en", headers={"Authorization": f"Bearer {client.token}"}
    )
    assert answer.status == 200, answer.data[:500]
    assert [row["Message ID"] for row in rows_of_workbook(answer.data)] == ids
    assert client.call("GET", f"/tasks/{ids[0]}/report").status == 404
