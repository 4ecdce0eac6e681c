"""The sample events of events/: each is really accepted by the binary of its function."""

import json
from pathlib import Path

import boto3
import pytest
from baton import Stack

EVENTS = Path(__file__).resolve().parents[2] / "events"
FUNCTIONS = sorted(file.stem for file in EVENTS.glob("*.json"))


def test_every_function_has_a_sample(stack: Stack) -> None:
    """The functions of the stack, and the samples, are the same."""
    deployed = lambda_client(stack).list_functions()["Functions"]
    assert [f"baton-{name}" for name in FUNCTIONS] == sorted(function["FunctionName"] for function in deployed)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_function_accepts_its_sample(stack: Stack, name: str) -> None:
    """A batch is done with, none of its records fails; an HTTP request is answered with 200."""
    event = (EVENTS / f"{name}.json").read_bytes()
    answer = lambda_client(stack).invoke(FunctionName=f"baton-{name}", Payload=event)
    content = json.loads(answer["Payload"].read())
    assert "FunctionError" not in answer, content
    if "Records" in json.loads(event):
        assert content == {"batchItemFailures": []}
    else:
        assert content["statusCode"] == 200, content


def lambda_client(stack: Stack):
    """Give the client of the emulator's Lambda."""
    return boto3.client("lambda", endpoint_url=stack.content["awsEndpoint"], region_name=stack.content["region"])
