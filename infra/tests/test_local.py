"""The parts of the local stack that need no emulator."""

import json
import os
import socket
import subprocess
import sys
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from local import build, providers, template
from local.settings import CHANNELS, ROOT, StackError

INFRA = Path(__file__).resolve().parents[1]


def test_every_channel_has_the_sandbox_without_a_file() -> None:
    """The default of make up."""
    assert providers.read("") == {channel: [{"name": "SANDBOX"}] for channel in CHANNELS}


def test_a_file_sets_the_channels_that_it_names(tmp_path: Path) -> None:
    """And leaves the others alone."""
    file = tmp_path / "p.json"
    file.write_text(json.dumps({"sms": [{"name": "TWILIO", "authToken": "x"}, {"name": "VONAGE"}]}))
    documents = providers.read(str(file))
    assert [provider["name"] for provider in documents["sms"]] == ["TWILIO", "VONAGE"]
    assert documents["email"] == [{"name": "SANDBOX"}]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{", "is not JSON"),
        ("[]", "must be an object"),
        ('{"fax": []}', "'fax'"),
        ('{"sms": {}}', "must be a list"),
        ('{"sms": [{}]}', "each with a name"),
    ],
)
def test_a_bad_file_is_refused(tmp_path: Path, text: str, expected: str) -> None:
    """With a line that names the fault."""
    file = tmp_path / "p.json"
    file.write_text(text)
    with pytest.raises(StackError, match=expected):
        providers.read(str(file))


def test_a_package_is_the_binary_and_changes_with_it(tmp_path: Path) -> None:
    """It runs the binary, whatever characters are in its path."""
    binary = tmp_path / "it's here"
    binary.write_text("#!/bin/sh\necho started\n")
    binary.chmod(0o755)
    package = build.package(binary, "1")
    assert package == build.package(binary, "1")
    assert package != build.package(binary, "2")
    with zipfile.ZipFile(BytesIO(package)) as archive:
        bootstrap = tmp_path / "bootstrap"
        bootstrap.write_bytes(archive.read("bootstrap"))
    bootstrap.chmod(0o755)
    assert subprocess.run([bootstrap], capture_output=True, text=True).stdout == "started\n"


def test_each_function_has_a_sample_event() -> None:
    """And there is none of a function that is gone."""
    resources = template.read()["Resources"]
    named = [resources[key]["Properties"]["FunctionName"]["Fn::Sub"] for key in template.binaries(template.read())]
    names = {name.removeprefix("${AWS::StackName}-") for name in named}
    assert {file.stem for file in (ROOT / "events").glob("*.json")} == names


def test_a_taken_port_is_one_clear_line(tmp_path: Path) -> None:
    """It says who has it and what to do, and nothing is left running."""
    bootstraps = tmp_path / "bootstraps"
    bootstraps.mkdir()
    for name in template.binaries(template.read()).values():
        (bootstraps / name).write_text("")
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        answer = subprocess.run(
            [sys.executable, INFRA / "stack.py", "up"],
            env={
                **os.environ,
                "BATON_PORT": str(port),
                "BATON_LOCAL": str(tmp_path / "state"),
                "BATON_BOOTSTRAPS": str(bootstraps),
            },
            capture_output=True,
            text=True,
        )
    assert answer.returncode == 1
    assert answer.stderr.strip().splitlines()[-1].startswith(f"error: port {port} is taken by process {os.getpid()} ")
    assert not (tmp_path / "state" / "emulator.pid").exists()
