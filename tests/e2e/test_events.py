"""The sample events of events/: each is really accepted by the binary of its function."""

import json
from pathlib import Path

import pytest
from baton import Stack

EVENTS = Path(__file__).resolve().parents[2] / "events"
# The sample of a click names a link that there is not.
STATUSES = {"redirect": 404}
FUNCTIONS = sorted(file.stem for file in EVENTS.glob("*.json"))


def test_every_function_has_a_sample(stack: Stack) -> None:
    """The functions of the stack, and the samples, are the same."""
    assert stack.functions() == FUNCTIONS


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_function_accepts_its_sample(stack: Stack, name: str) -> None:
    """A batch is done with, none of its records fails; an HTTP request is answered."""
    event = (EVENTS / f"{name}.json").read_bytes()
    answer = stack.aws("lambda").invoke(FunctionName=f"baton-{name}", Payload=event)
    content = json.loads(answer["Payload"].read())
    assert "FunctionError" not in answer, content
    if "Records" in json.loads(event):
        assert content == {"batchItemFailures": []}
    else:
        assert content["statusCode"] == STATUSES.get(name, 200), content
