"""`GET /api/docs` in a browser: the page shows every operation, and asks nobody but the service."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

from baton import Stack, http

# Chromium without a window; the first one that is there. The Makefile sees to it that one is.
BROWSERS = ("chromium-headless-shell", "chromium", "google-chrome")

# Nothing that the browser does for itself: it would stand among the requests of the page.
QUIET = (
    *("--headless", "--disable-gpu", "--disable-background-networking", "--disable-component-update"),
    *("--disable-sync", "--no-first-run", "--no-default-browser-check", "--disable-dev-shm-usage"),
)


def requests(log: Path) -> set[str]:
    """Give the addresses that the browser has asked for, from its own log of the network."""
    events = json.loads(log.read_text(encoding="utf-8"))["events"]
    urls = {event["params"]["url"] for event in events if "url" in event.get("params", {})}
    return {url for url in urls if urlsplit(url).scheme in ("http", "https", "ws", "wss")}


def look(url: str, place: Path) -> tuple[str, str, set[str]]:
    """Open a page; give what it has become, what the browser said of it, and the addresses that were asked for."""
    browser = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    assert browser, f"none of {BROWSERS} is installed: make browser"
    log = place / "network.json"
    # Its sandbox does not work for root, as whom the tests run in a container.
    rights = ("--no-sandbox",) if os.geteuid() == 0 else ()
    options = (f"--user-data-dir={place / 'profile'}", f"--log-net-log={log}", "--enable-logging=stderr")
    # The clock of the page runs ahead until nothing is left to wait for.
    command = [browser, *QUIET, *rights, *options, "--virtual-time-budget=30000", "--dump-dom", url]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=120)
    return done.stdout, done.stderr, requests(log)


def test_the_page_shows_every_operation_and_asks_nobody_else(stack: Stack, tmp_path: Path) -> None:
    """Swagger UI under a strict policy: no request leaves the service, and nothing is refused by the policy."""
    base = stack.api.removesuffix("/v1")
    document = http("GET", f"{base}/v1/openapi.json").json
    page, said, asked = look(f"{base}/docs", tmp_path)
    expected = {operation["operationId"] for item in document["paths"].values() for operation in item.values()}
    shown = set(re.findall(r'id="operations-(?!tag-)[A-Za-z_]+-(\w+)"', page))
    assert shown == expected, said
    assert "Content Security Policy" not in said, said
    files = {f"{base}/docs", f"{base}/v1/openapi.json"}
    files |= {f"{base}/docs/{name}" for name in ("start.js", "swagger-ui-bundle.js", "swagger-ui.css")}
    assert asked == files


def test_the_page_is_sent_as_it_should_be(stack: Stack) -> None:
    """Types, policy and compression come through the gateway; what is known is not sent again."""
    base = stack.api.removesuffix("/v1")
    page = http("GET", f"{base}/docs")
    assert (page.status, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert page.headers["content-security-policy"].startswith("default-src 'none'; script-src 'self'; ")
    again = http("GET", f"{base}/docs", headers={"If-None-Match": page.headers["etag"]})
    assert (again.status, again.text) == (304, "")
