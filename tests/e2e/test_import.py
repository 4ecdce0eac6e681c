"""Sheets: from the empty workbook, given in both ways, to messages and refused rows; and files that are none."""

import csv
import io
import json
import secrets
import uuid
import zipfile
from collections import Counter
from typing import Any
from urllib.parse import urlsplit

import openpyxl
import pytest
from baton import Answer, Client, Stack, eventually, http, phone, pool
from conftest import NewAccount

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Parts = list[tuple[str, str | None, bytes]]


def multipart(parts: Parts) -> tuple[bytes, str]:
    """Give a body of these parts (name, name of the file, content) and its Content-Type."""
    boundary = secrets.token_hex(16)
    body = b""
    for name, file, content in parts:
        named = f'; filename="{file}"' if file else ""
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"{named}\r\n\r\n'
        body += head.encode() + content + b"\r\n"
    return body + f"--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"


def post(client: Client, path: str, parts: Parts, **headers: str) -> Answer:
    """Post files."""
    body, kind = multipart(parts)
    return client.call("POST", path, body, {"Content-Type": kind, **headers})


def make_task(client: Client, name: str = "December") -> str:
    """Make a task; give its id."""
    return client.ok("POST", "/tasks", {"name": name})["id"]


def give(client: Client, task: str, name: str, content: bytes) -> str:
    """Give a task a sheet; give the file's id."""
    answer = post(client, f"/tasks/{task}", [("messages", name, content)])
    assert answer.status == 200, answer.text
    (file,) = answer.json["files"]
    assert (answer.json["id"], file["name"]) == (task, name)
    return file["id"]


def status(client: Client, task: str) -> str:
    """Give the status of a task."""
    return client.ok("GET", f"/tasks/{task}/statuses")["status"]


def imported(client: Client, task: str) -> str:
    """Wait until no file of the task is being read; give the status then."""
    return eventually(lambda: (now := status(client, task)) != "IMPORTING" and now, "the sheets have been read")


def errors(client: Client, task: str) -> list[list[str]]:
    """Give the lines of the list of refused rows."""
    answer = client.call("GET", f"/tasks/{task}/errors?language=en")
    assert answer.status == 200 and answer.text.startswith("\ufeffFile,Row,Column,Reason\r\n"), answer.text[:200]
    return list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))[1:]


def filled(client: Client, rows: list[dict[str, Any]]) -> bytes:
    """Give the empty sheet of SMS, filled in by a library of Python as a person would."""
    answer = pool().request(
        "GET", f"{client.base}/tasks/sheets/sms?language=ru", headers={"Authorization": f"Bearer {client.token}"}
    )
    assert answer.status == 200 and answer.headers["Content-Type"] == XLSX
    assert answer.headers["Content-Disposition"] == 'attachment; filename="sms-ru.xlsx"'
    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    page = book["sms"]
    places = {cell.value: cell.column for cell in page[1]}
    for number, row in enumerate(rows, start=3):
        for header, value in row.items():
            page.cell(number, places[header], value)
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


def test_a_filled_sheet_becomes_messages_when_the_task_starts(account: Client) -> None:
    """A workbook: rows with phones as text and as numbers; a bad one is listed and the others go."""
    anna, boris = phone(), phone()
    rows = [
        {"Телефон": anna, "Текст": "Здравствуйте, Анна"},
        {"Телефон": int(boris[1:]), "Текст": "Здравствуйте, Борис"},
        {"Телефон": "12345", "Текст": "Никому"},
    ]
    task = make_task(account)
    give(account, task, "декабрь.xlsx", filled(account, rows))
    assert imported(account, task) == "CREATED"
    assert account.outbox() == []
    ((file, row, column, reason),) = errors(account, task)
    assert (file, row, column) == ("декабрь.xlsx", "5", "Телефон") and "код" in reason

    account.ok("POST", f"/startedTasks/{task}")
    eventually(lambda: status(account, task) == "COMPLETED", "the task is completed")
    sent = {record["to"]: record["content"]["text"] for record in account.outbox()}
    assert sent == {anna: "Здравствуйте, Анна", boris: "Здравствуйте, Борис"}
    listed = list(account.walk("/messages", taskId=task))
    assert {message["status"] for message in listed} == {"DELIVERED"} and len(listed) == 2


def test_a_csv_of_windows_that_comes_while_the_task_runs_goes_at_once(account: Client) -> None:
    """Windows-1251, semicolons, a line break in a cell, empty rows."""
    number = phone()
    text = f'Телефон;Текст\r\n{number};"Ёлка;\nмандарины"\r\n;\r\n;\r\n'
    task = make_task(account)
    account.ok("POST", f"/startedTasks/{task}")
    give(account, task, "ёлка.csv", text.encode("cp1251"))
    eventually(lambda: status(account, task) == "COMPLETED", "the task is completed")
    (record,) = account.outbox()
    assert (record["to"], record["content"]["text"]) == (number, "Ёлка;\nмандарины")
    assert errors(account, task) == []


def test_the_same_sheet_twice_with_a_key_is_taken_once(account: Client) -> None:
    """Another boundary is no other body."""
    sheet, key = f"phone;text\n{phone()};Hi\n".encode(), str(uuid.uuid4())
    task = make_task(account)
    first, second = (
        post(account, f"/tasks/{task}", [("messages", "a.csv", sheet)], **{"Idempotency-Key": key}) for _ in range(2)
    )
    assert (first.status, second.status, first.json) == (200, 200, second.json)
    assert second.headers["idempotency-replayed"] == "true"
    imported(account, task)
    assert len(list(account.walk("/messages", taskId=task))) == 1


def bomb() -> bytes:
    """Give a workbook whose rows unpack to far more than is packed."""
    packed = io.BytesIO()
    book = openpyxl.Workbook()
    book.active.append(["phone", "text"])
    plain = io.BytesIO()
    book.save(plain)
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "xl/worksheets/sheet1.xml":
                blank = b'<row r="2"><c r="A2" t="inlineStr"><is><t>' + b" " * (80 << 20) + b"</t></is></c></row>"
                content = content.replace(b"</sheetData>", blank + b"</sheetData>")
            target.writestr(name, content)
    return packed.getvalue()


def formula() -> bytes:
    """Give a workbook with a formula."""
    book = openpyxl.Workbook()
    book.active.append(["phone", "text"])
    book.active.append([phone(), "Hi"])
    book.active.append([phone(), '=HYPERLINK("http://example.org")'])
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        pytest.param(f"phone;txet\n{phone()};Hi\n".encode(), "txet", id="an unknown header"),
        pytest.param(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504), "", id="an encrypted workbook"),
        pytest.param(bomb(), "", id="a zip bomb"),
        pytest.param(formula(), "B3", id="a formula"),
        pytest.param(b"PK\x03\x04" + bytes(200), "", id="a broken workbook"),
    ],
)
def test_a_file_that_is_no_sheet_starts_nothing(shop: Client, content: bytes, says: str) -> None:
    """It is told in the list of what was refused; no row of it becomes a message, and the task has failed."""
    task = make_task(shop)
    shop.ok("POST", f"/startedTasks/{task}")
    give(shop, task, "bad.xlsx", content)
    assert imported(shop, task) == "FAILED"
    ((file, row, _, reason),) = errors(shop, task)
    assert (file, row) == ("bad.xlsx", "") and len(reason) > 20 and says in reason
    assert list(shop.walk("/messages", taskId=task)) == []


def test_a_large_sheet_goes_by_a_form(account: Client) -> None:
    """More than 5 MB: refused by the API with the way to go, taken by the form and read in several bulks."""
    numbers = [phone() for _ in range(2_500)]
    lines = [f"{number};{'x' * 60};{secrets.token_hex(1_100)}" for number in numbers]
    sheet = ("phone;text;var:note\n" + "\n".join(lines) + "\n").encode()
    assert len(sheet) > 5 << 20
    task = make_task(account)
    answer = post(account, f"/tasks/{task}", [("messages", "large.csv", sheet)])
    assert answer.status == 413 and "/upload" in answer.json["error"], answer.text[:300]

    form = account.ok("POST", f"/tasks/{task}/upload", {"name": "большой.csv"})
    fields: Parts = [(name, None, value.encode()) for name, value in form["fields"].items()]
    wrong, kind = multipart([*(f for f in fields if f[0] != "policy"), ("file", "large.csv", sheet)])
    assert http("POST", form["url"], {"Content-Type": kind}, wrong).status >= 400
    body, kind = multipart([*fields, ("file", "large.csv", sheet)])
    posted = http("POST", form["url"], {"Content-Type": kind}, body)
    assert posted.status in (200, 204), posted.text
    eventually(
        lambda: account.ok("GET", "/tasks?name=December")["items"][0]["totalMessageCount"] == len(numbers),
        "all rows are messages",
        timeout=120,
    )
    assert imported(account, task) == "CREATED"


def test_a_job_is_paused_while_its_sheet_is_read_and_reported_when_it_is_done(stack: Stack, account: Client) -> None:
    """Paused in the middle: what is read after that waits too. Resumed, each row goes once, and the report has all."""
    numbers = [phone() for _ in range(1_400)]
    task = make_task(account)
    account.ok("POST", f"/startedTasks/{task}")
    give(account, task, "job.csv", ("phone;text\n" + "".join(f"{number};Hello\n" for number in numbers)).encode())
    eventually(lambda: account.ok("GET", "/outbox?limit=1")["items"], "a first message", timeout=90)
    assert account.ok("POST", f"/pausedTasks/{task}")["status"] == "PAUSED"

    def seen() -> tuple[str, int, int]:
        now = account.ok("GET", f"/tasks/{task}")
        return now["status"], now["totalMessageCount"], now["completedMessageCount"]

    eventually(lambda: seen()[1] == len(numbers), "all rows are messages", timeout=120)
    stack.quiet(120)
    state, total, completed = seen()
    assert (state, total) == ("PAUSED", len(numbers)) and completed < len(numbers)
    assert account.ok("DELETE", f"/pausedTasks/{task}")["status"] in ("RUNNING", "IMPORTING")
    assert account.ok("POST", f"/startedTasks/{task}")["status"] in ("RUNNING", "IMPORTING")
    eventually(lambda: seen() == ("COMPLETED", total, total), "the end of the job", timeout=180, pause=0.5)
    sent = Counter(record["to"] for record in account.walk("/outbox", withoutCount="true"))
    assert sent == Counter(numbers)

    # More than a thousand messages: it is made meanwhile, and led to.
    def report() -> Answer:
        return account.call("GET", f"/tasks/{task}/report?language=en")

    assert report().status == 202
    place = eventually(lambda: (answer := report()).status == 303 and answer.headers["location"], "the report")
    content = pool().request("GET", place)
    assert content.status == 200, content.data[:500]
    rows = list(openpyxl.load_workbook(io.BytesIO(content.data), read_only=True)["Messages"].values)
    phones, states = (rows[0].index(name) for name in ("Recipient", "Status"))
    assert {row[phones] for row in rows[1:]} == set(numbers) and len(rows) == len(numbers) + 1
    assert {row[states] for row in rows[1:]} == {"DELIVERED"}


def test_a_bulk_from_a_sheet_is_answered_with_its_result(account: Client) -> None:
    """At once when it is waited for, by its id when it is not; what was refused stands beside what was sent."""
    number = phone()
    sheet = f"Телефон;Текст\r\n{number};Привет\r\n12;Никому\r\n".encode()
    answer = post(account, "/messages/bulk", [("messages", "a.csv", sheet)])
    if answer.status == 202:  # on a machine that is busy
        path = f"/messages/bulk/{answer.json['id']}"
        answer = eventually(lambda: (seen := account.call("GET", path)).status == 200 and seen, "the result")
    assert answer.status == 200 and answer.headers["content-type"].startswith("text/csv"), answer.text
    head, first, second = csv.reader(io.StringIO(answer.text))
    assert head == ["row", "messageId", "status", "error"]
    assert first[0] == "2" and second[:3] == ["3", "", ""] and second[3].startswith("Телефон: ")
    account.until(first[1], "DELIVERED")

    made = post(account, "/messages/bulk", [("messages", "a.csv", sheet), ("async", None, b"true")])
    path = f"/messages/bulk/{made.json['id']}"
    again = eventually(lambda: (seen := account.call("GET", path)).status != 409 and seen, "the result")
    assert again.status == 200 and again.text.count("\r\n") == 3
    assert account.ok("GET", "/tasks")["items"] == []


def test_accounts_do_not_see_each_others_tasks(account: Client, new_account: NewAccount) -> None:
    """Not to add files, not to make forms, not to read what was refused, not to have results."""
    task, other = make_task(account), new_account()
    assert post(other, f"/tasks/{task}", [("messages", "a.csv", b"phone;text\n1;2\n")]).status == 404
    assert other.call("POST", f"/tasks/{task}/upload", {}).status == 404
    assert other.call("GET", f"/tasks/{task}/errors").status == 404
    made = post(account, "/messages/bulk", [("messages", "a.csv", b"phone;text\n1;2\n"), ("async", None, b"1")])
    assert other.call("GET", f"/messages/bulk/{made.json['id']}").status == 404
    assert urlsplit(account.ok("POST", f"/tasks/{task}/upload", {})["url"]).scheme in ("http", "https")
    assert json.loads(made.text)["id"]
