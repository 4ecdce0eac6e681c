"""The provider documents: read the file given, and write one parameter per channel."""

import json
from pathlib import Path
from typing import Any

from local.settings import CHANNELS, PROVIDERS_PATH, Settings, StackError, client

Documents = dict[str, list[dict[str, Any]]]


def read(file: str | None) -> Documents:
    """Give each channel's providers; a channel that the file leaves out, or every one without a file, has SANDBOX."""
    documents: Documents = {channel: [{"name": "SANDBOX"}] for channel in CHANNELS}
    if not file:
        return documents
    try:
        given = json.loads(Path(file).read_text())
    except OSError as problem:
        raise StackError(f"the providers file {file} cannot be read: {problem.strerror}") from None
    except ValueError as problem:
        raise StackError(f"the providers file {file} is not JSON: {problem}") from None
    if not isinstance(given, dict):
        raise StackError(f'the providers file {file} must be an object {{"sms": [{{"name": "…"}}], …}}')
    for channel, providers in given.items():
        if channel not in documents:
            raise StackError(
                f"the providers file {file} names the channel {channel!r}; there are {', '.join(CHANNELS)}"
            )
        if not isinstance(providers, list) or not all(isinstance(p, dict) and p.get("name") for p in providers):
            raise StackError(f"the providers file {file}: {channel} must be a list of objects, each with a name")
        documents[channel] = providers
    return documents


def write(settings: Settings, documents: Documents) -> None:
    """Write the documents as the operator of a deployment does."""
    ssm = client("ssm", settings)
    for channel, providers in documents.items():
        ssm.put_parameter(
            Name=f"{PROVIDERS_PATH}/{channel}",
            Value=json.dumps(providers, ensure_ascii=False),
            Type="SecureString",
            Overwrite=True,
        )
