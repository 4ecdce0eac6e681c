"""What the tests of inbound events share: where they come from, and the queue that they end on."""

import json
from dataclasses import dataclass

from baton import Json, Stack
from conftest import StandIns


@dataclass(frozen=True)
class World:
    """Where events come from."""

    stack: Stack
    s: StandIns

    @property
    def hooks(self) -> str:
        """The address of all webhooks."""
        return self.stack.webhooks


class Events:
    """What has come on the queue of inbound events."""

    def __init__(self, stack: Stack) -> None:
        self._sqs = stack.aws("sqs")
        self._url = stack.resources["InboundQueue"]
        self.all: list[Json] = []

    def read(self) -> None:
        """Take what is there."""
        while True:
            part = self._sqs.receive_message(QueueUrl=self._url, MaxNumberOfMessages=10).get("Messages", [])
            for message in part:
                self.all.append(json.loads(message["Body"]))
                self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"])
            if not part:
                return

    def of(self, person: str) -> list[Json]:
        """Give the events of a person."""
        self.read()
        return [event for event in self.all if event["from"] == person]
