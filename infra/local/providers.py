"""The provider documents: read the file given, check it, and write one parameter per channel.

``providers FILE --stack NAME [--path PATH] [--key KEY]`` does so for a deployed stack.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from local import build
from local.settings import CHANNELS, PROVIDERS_PATH, Settings, StackError, client, fail

Documents = dict[str, list[dict[str, Any]]]


def main() -> None:
    """Run the command: check the file, and write the parameters of the channels that it names."""
    parser = argparse.ArgumentParser(prog="providers", description=__doc__)
    parser.add_argument("file", help="JSON: the providers of each channel")
    parser.add_argument("--stack", required=True, help="the deployed stack")
    parser.add_argument("--path", default="", help="its parameter ProvidersPath (default /baton/<stack>/providers)")
    parser.add_argument("--key", default="", help="its parameter ProvidersKeyArn (default: the account's own key)")
    options = parser.parse_args()
    try:
        documents = given(options.file)
        check(build.checker(), documents)
        names = publish(_ssm(), documents, options.path or f"/baton/{options.stack}/providers", options.key)
    except (StackError, BotoCoreError, ClientError) as problem:
        fail(problem)
    print("\n".join([*names, "The functions read them within a minute."]))


def read(file: str | None) -> Documents:
    """Give each channel's providers; a channel that the file leaves out, or every one without a file, has SANDBOX."""
    documents: Documents = {channel: [{"name": "SANDBOX"}] for channel in CHANNELS}
    return documents | given(file) if file else documents


def given(file: str) -> Documents:
    """Give the providers of the channels that the file names."""
    try:
        documents = json.loads(Path(file).read_text())
    except OSError as problem:
        raise StackError(f"the providers file {file} cannot be read: {problem.strerror}") from None
    except ValueError as problem:
        raise StackError(f"the providers file {file} is not JSON: {problem}") from None
    if not isinstance(documents, dict):
        raise StackError(f'the providers file {file} must be an object {{"sms": [{{"name": "…"}}], …}}')
    for channel, providers in documents.items():
        if channel not in CHANNELS:
            raise StackError(
                f"the providers file {file} names the channel {channel!r}; there are {', '.join(CHANNELS)}"
            )
        if not isinstance(providers, list) or not all(isinstance(p, dict) and p.get("name") for p in providers):
            raise StackError(f"the providers file {file}: {channel} must be a list of objects, each with a name")
    return documents


def check(checker: Path, documents: Documents) -> None:
    """Refuse documents with a fault, each named by its path, without calling anybody; warn of what is left out."""
    if not checker.is_file():
        raise StackError(f"{checker.name}, which checks the providers, was not built")
    answer = subprocess.run(
        [checker, "--offline", "-"], input=json.dumps(documents), capture_output=True, text=True, timeout=60
    )
    if answer.returncode:
        faults = answer.stderr.strip().removeprefix("error: ") or f"{checker.name} ended with {answer.returncode}"
        raise StackError("the providers are refused\n  " + faults.replace("\n", "\n  "))
    for line in answer.stdout.splitlines():
        if line.startswith("warning: "):
            print(line, file=sys.stderr)


def publish(ssm: Any, documents: Documents, path: str, key: str = "") -> list[str]:
    """Write the documents; give the names of the parameters."""
    names = [f"{path.rstrip('/')}/{channel}" for channel in documents]
    for name, providers in zip(names, documents.values(), strict=True):
        ssm.put_parameter(
            Name=name,
            Value=json.dumps(providers, ensure_ascii=False),
            Type="SecureString",
            # A document of more than 4 KB, as one with a key of a service account, is an advanced parameter.
            Tier="Intelligent-Tiering",
            Overwrite=True,
            **({"KeyId": key} if key else {}),
        )
    return names


def write(settings: Settings, documents: Documents) -> None:
    """Write the documents of the local stack as the operator of a deployment does."""
    publish(client("ssm", settings), documents, PROVIDERS_PATH)


def _ssm() -> Any:
    """Give a client of the operator's own account and region."""
    import boto3

    return boto3.client("ssm")


if __name__ == "__main__":
    main()
