"""SMTP: the e-mails on the wire, read back by Python's own parser, which did not write them."""

import email
import email.policy
import json
from email.message import EmailMessage
from typing import Any

import pytest
from conftest import load_requests, requests_directory

CASES = load_requests("smtp")


def letter(case: str) -> EmailMessage:
    """Read an e-mail as it arrived."""
    data = (requests_directory() / "smtp" / f"{case}.eml").read_bytes()
    message = email.message_from_bytes(data, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def part(message: EmailMessage, kind: str) -> str | None:
    """Give the text of the part of a kind, with single line feeds and without those at the end."""
    body = message.get_body((kind,))
    return None if body is None else str(body.get_content()).replace("\r\n", "\n").rstrip("\n")


@pytest.mark.parametrize("case", CASES)
def test_it_is_well_formed(case: str) -> None:
    """The parser finds no defects, in no part; there is one of each header; all lines are short enough."""
    message = letter(case)
    for inner in message.walk():
        assert inner.defects == [], (case, inner.defects)
        assert all(not header.defects for header in inner.values()), case
    names = [name.lower() for name in message.keys()]  # noqa: SIM118 - a message is no dict: keys repeat
    assert len(names) == len(set(names)), case
    assert {"from", "to", "date", "message-id", "mime-version", "content-type", "x-baton-ref"} <= set(names), case
    data = (requests_directory() / "smtp" / f"{case}.eml").read_bytes()
    assert all(len(line) <= 998 for line in data.split(b"\r\n")) and b"\n" not in data.replace(b"\r\n", b""), case


@pytest.mark.parametrize("case", CASES)
def test_it_says_what_the_content_said(case: str) -> None:
    """Subject, sender, recipient and both bodies are those of the content, letter by letter."""
    made_of: dict[str, Any] = CASES[case]
    content, message = made_of["content"], letter(case)
    one_line = lambda text: "".join(" " if ord(c) < 32 else c for c in text).strip()  # noqa: E731
    # Python reads a header's blanks at the end of a line as one.
    assert " ".join((message["Subject"] or "").split()) == " ".join(one_line(content.get("subject", "")).split()), case
    [sender] = message["From"].addresses
    name = content.get("fromName") or made_of["settings"].get("fromName", "")
    assert sender.display_name.split() == one_line(name).split(), case
    assert sender.addr_spec == content.get("fromEmail", "no-reply@example.org"), case
    assert made_of["from"] == f"<{sender.addr_spec}>", case
    [recipient] = message["To"].addresses
    assert made_of["to"] == [f"<{recipient.addr_spec}>"], case
    assert (message["Message-ID"], message["X-Baton-Ref"]) == (made_of["messageId"], made_of["reference"]), case
    if "imageUrl" not in content:
        for kind, field in (("plain", "text"), ("html", "html")):
            text = content.get(field)
            expected = None if text is None else text.replace("\r\n", "\n").rstrip("\n")
            assert part(message, kind) == expected, (case, kind)


def test_text_and_html_are_alternatives() -> None:
    """With both, the plain text comes first, as RFC 2046 (section 5.1.4) has it: the last one is the best."""
    message = letter("all")
    assert message.get_content_type() == "multipart/alternative"
    assert [inner.get_content_type() for inner in message.iter_parts()] == ["text/plain", "text/html"]
    [answers] = message["Reply-To"].addresses
    assert (answers.display_name, answers.addr_spec) == ("Помощь", "help@example.org")
    assert letter("text").get_content_type() == "text/plain"
    assert letter("html").get_content_type() == "text/html"


def test_a_picture_and_a_button_are_in_the_html_and_the_link_in_the_text() -> None:
    """What the text cannot show is in the other part; the address of the button is in both."""
    message = letter("image_and_button")
    assert part(message, "plain") == "Hello\n\nОткрыть: https://example.org/o?a=1&b=2"
    html = part(message, "html") or ""
    assert '<img src="https://example.org/a.png"' in html
    assert '<a href="https://example.org/o?a=1&amp;b=2">Открыть</a>' in html


def test_nothing_gets_in_by_a_line_break() -> None:
    """A line break in a subject or a name opens no header and no body."""
    message = letter("header_injection")
    assert "Bcc" not in message and part(message, "plain") == "x"
    assert "example.net" not in json.dumps([CASES["header_injection"]["to"], CASES["header_injection"]["from"]])


def test_the_way_out_and_national_domains() -> None:
    """The headers of RFC 8058 are there where they are set, and only there; a national domain is in ASCII."""
    message = letter("cyrillic")
    reference = CASES["cyrillic"]["reference"]
    assert message["List-Unsubscribe"] == f"<https://example.org/u?m={reference}>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "List-Unsubscribe" not in letter("text")
    assert CASES["national_domain"]["to"] == ["<ann@xn--e1afmkfd.xn--p1ai>"]
