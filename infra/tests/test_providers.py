"""The providers' documents: refused before anything is written, and written for a deployed stack."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from local import build, providers, template
from local.settings import StackError

INFRA = Path(__file__).resolve().parents[1]
FAULTS = "/sms/0/authtoken: TWILIO: unknown field `authtoken`\n/email/1/host: SMTP: missing field `host`"
DOCUMENTS = {"sms": [{"name": "TWILIO", "authtoken": "s3cret"}], "email": [{"name": "SES"}, {"name": "SMTP"}]}


def checker(folder: Path, code: int, out: str = "", error: str = "") -> Path:
    """Make a program that keeps its arguments and its input, and says this."""
    program = folder / build.CHECKER
    said = "".join(f"cat <<'END' {target}\n{text}\nEND\n" for text, target in ((out, ""), (error, ">&2")) if text)
    program.write_text(f"#!/bin/sh\necho \"$@\" > '{folder}/arguments'\ncat > '{folder}/input'\n{said}exit {code}\n")
    program.chmod(0o755)
    return program


def test_sound_documents_pass_and_their_warnings_show(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """They reach the checker on its input, never on its command line, where others could read them."""
    warning = "warning: /sms/0/signatureSecret: required for webhooks"
    providers.check(checker(tmp_path, 0, f"CHANNEL PROVIDER RESULT\n{warning}"), DOCUMENTS)
    assert (tmp_path / "arguments").read_text() == "--offline -\n"
    assert json.loads((tmp_path / "input").read_text()) == DOCUMENTS
    assert capsys.readouterr().err.strip() == warning


def test_a_fault_is_refused_by_its_path(tmp_path: Path) -> None:
    """All of them at once."""
    with pytest.raises(StackError) as refused:
        providers.check(checker(tmp_path, 1, error=FAULTS), DOCUMENTS)
    assert str(refused.value).splitlines()[0] == "the providers are refused"
    assert [line.strip() for line in str(refused.value).splitlines()[1:]] == FAULTS.splitlines()


def test_a_checker_that_breaks_or_is_missing_lets_nothing_pass(tmp_path: Path) -> None:
    """What could not be checked is not written."""
    with pytest.raises(StackError, match="ended with 101"):
        providers.check(checker(tmp_path, 101), DOCUMENTS)
    with pytest.raises(StackError, match="was not built"):
        providers.check(tmp_path / "nowhere", DOCUMENTS)


def run(tmp_path: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command of the stack with ready binaries, the checker among them."""
    bootstraps = tmp_path / "bootstraps"
    bootstraps.mkdir(exist_ok=True)
    for name in template.binaries(template.read()).values():
        (bootstraps / name).write_text("")
    checker(bootstraps, 1, error=FAULTS)
    file = tmp_path / "p.json"
    file.write_text(json.dumps(DOCUMENTS))
    return subprocess.run(
        [sys.executable, INFRA / "stack.py", *(str(file) if word == "FILE" else word for word in arguments)],
        env={**os.environ, "BATON_LOCAL": str(tmp_path / "state"), "BATON_BOOTSTRAPS": str(bootstraps), **environment},
        capture_output=True,
        text=True,
    )


def test_up_refuses_before_it_starts_anything(tmp_path: Path) -> None:
    """No emulator, no parameter, no stack."""
    answer = run(tmp_path, "up", "--providers", "FILE")
    assert answer.returncode == 1
    assert answer.stderr.startswith("error: the providers are refused") and "/email/1/host: " in answer.stderr
    assert "s3cret" not in answer.stderr + answer.stdout
    assert {path.name for path in (tmp_path / "state").iterdir()} == {"lock"}


def test_a_deployment_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    """The parameter store is not even called."""
    answer = run(tmp_path, "providers", "FILE", "--stack", "shop", AWS_ENDPOINT_URL="http://127.0.0.1:1")
    assert answer.returncode == 1
    assert answer.stderr.startswith("error: the providers are refused"), answer.stderr


class Parameters:
    """The parameter store."""

    def __init__(self) -> None:
        self.put: list[dict[str, Any]] = []

    def put_parameter(self, **parameter: Any) -> None:
        """Take a parameter."""
        self.put.append(parameter)


def test_the_documents_of_the_file_alone_are_written_encrypted() -> None:
    """A channel that the file leaves out keeps what it has."""
    ssm = Parameters()
    documents = {"sms": [{"name": "TWILIO", "from": "Магазин"}], "chat": []}
    names = ["/baton/shop/providers/sms", "/baton/shop/providers/chat"]
    assert providers.publish(ssm, documents, "/baton/shop/providers/") == names
    assert [parameter["Name"] for parameter in ssm.put] == names
    first = ssm.put[0]
    assert json.loads(first["Value"]) == documents["sms"]
    assert (first["Type"], first["Overwrite"], "KeyId" in first) == ("SecureString", True, False)
    providers.publish(ssm, documents, "/x", "arn:aws:kms:eu-central-1:123456789012:key/1")
    assert ssm.put[-1]["KeyId"] == "arn:aws:kms:eu-central-1:123456789012:key/1"


def test_a_parameter_that_can_not_be_written_is_one_clear_line(tmp_path: Path) -> None:
    """After the documents passed."""
    bootstraps = tmp_path / "ready"
    bootstraps.mkdir()
    checker(bootstraps, 0)
    credentials = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "eu-central-1"}
    answer = run(
        tmp_path,
        *("providers", "FILE", "--stack", "shop"),
        **credentials,
        BATON_BOOTSTRAPS=str(bootstraps),
        AWS_ENDPOINT_URL="http://127.0.0.1:1",
        AWS_MAX_ATTEMPTS="1",
    )
    assert answer.returncode == 1
    assert answer.stderr.startswith("error: Could not connect to the endpoint URL"), answer.stderr
    assert len(answer.stderr.strip().splitlines()) == 1
