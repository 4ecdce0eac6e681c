"""Fair queues in the emulator, whose standard queues give out what came first.

On AWS a standard queue whose messages carry a MessageGroupId serves the groups fairly: those with many messages in
flight or a long backlog yield to the quiet ones. Here ``Messages`` takes the place of a standard queue's list of
messages, and keeps that order. FIFO queues stay as they are.

Only the order is changed. What is received, hidden, given up or expired is decided by the emulator's own functions,
which get the few messages that they are about instead of the whole queue. So a receive costs no more on a long queue.
"""

from collections.abc import Callable
from types import ModuleType
from typing import Any

from local.fair_order import Message, Messages

# A queue as the emulator has it, and the parameters of a request.
Queue = dict[str, Any]
Data = dict[str, Any]

# What the emulator's module must have for this.
USED = ("_queues", "_HANDLERS", "_get_q", "_ensure_msg_fields", "_validate_batch_entries")
REPLACED = ("_collect_msgs", "_dlq_sweep", "_expire_retained", "_delete_messages_for_esm")
DELETE, DELETE_BATCH = "DeleteMessage", "DeleteMessageBatch"
HIDE, HIDE_BATCH = "ChangeMessageVisibility", "ChangeMessageVisibilityBatch"


def missing(sqs: ModuleType) -> list[str]:
    """Give what the emulator does not have any more."""
    handlers = getattr(sqs, "_HANDLERS", {})
    names = [name for name in (*USED, *REPLACED) if not hasattr(sqs, name)]
    return names + [name for name in (DELETE, DELETE_BATCH, HIDE, HIDE_BATCH) if name not in handlers]


def install(sqs: ModuleType) -> None:
    """Make the emulator's standard queues fair, those that are made from now on."""
    queues = type(sqs._queues)

    class FairQueues(queues):
        """Its queues, which get their messages when they are made."""

        __slots__ = ()

        def __setitem__(self, url: str, queue: Queue) -> None:
            if not queue["is_fifo"]:
                queue["messages"] = Messages(queue["messages"], sqs._ensure_msg_fields)
            super().__setitem__(url, queue)

    sqs._queues.__class__ = FairQueues
    sqs._collect_msgs = _collect(sqs._collect_msgs)
    sqs._dlq_sweep = _sweep(sqs._dlq_sweep)
    sqs._expire_retained = _expire(sqs._expire_retained)
    sqs._delete_messages_for_esm = _delete_all(sqs, sqs._delete_messages_for_esm)
    handlers = sqs._HANDLERS
    handlers[DELETE] = _delete(sqs, handlers[DELETE])
    handlers[DELETE_BATCH] = _delete_batch(sqs, handlers[DELETE_BATCH])
    for name in (HIDE, HIDE_BATCH):
        handlers[name] = _hide(sqs, handlers[name])


def _fair(queue: Queue) -> Messages | None:
    messages = queue["messages"]
    return messages if isinstance(messages, Messages) else None


def _kept(function: Callable[[Queue], None], queue: Queue) -> Callable[[list[Message]], list[Message]]:
    """Run a function of the emulator that drops messages of a queue on some of them."""

    def keep(some: list[Message]) -> list[Message]:
        part = {**queue, "messages": some}
        function(part)
        return part["messages"]

    return keep


def _collect(original: Callable[[Queue, int, int], list[Message]]) -> Callable:
    def collect(queue: Queue, most: int, seconds: int) -> list[Message]:
        messages = _fair(queue)
        if messages is None:
            return original(queue, most, seconds)
        return messages.collect(most, lambda some: original({**queue, "messages": some}, most, seconds))

    return collect


def _sweep(original: Callable[[Queue], None]) -> Callable:
    def sweep(queue: Queue) -> None:
        messages = _fair(queue)
        if messages is None:
            return original(queue)
        return messages.sweep(queue["attributes"].get("RedrivePolicy"), _kept(original, queue))

    return sweep


def _expire(original: Callable[[Queue], None]) -> Callable:
    def expire(queue: Queue) -> None:
        messages = _fair(queue)
        if messages is None:
            return original(queue)
        return messages.expire(_kept(original, queue))

    return expire


def _delete_all(sqs: ModuleType, original: Callable[[str, set[str]], None]) -> Callable:
    def delete_all(url: str, handles: set[str]) -> None:
        messages = _fair(sqs._get_q(url)) if handles else None
        if messages is None:
            return original(url, handles)
        for handle in handles:
            messages.delete(handle)
        return None

    return delete_all


def _delete(sqs: ModuleType, original: Callable[[Data, str], Data]) -> Callable:
    def delete(data: Data, url: str) -> Data:
        messages = _fair(sqs._get_q(data.get("QueueUrl", url), "sqs:DeleteMessage"))
        if messages is not None and messages.delete(data.get("ReceiptHandle", "")):
            return {}
        # There is no such message, or the queue is not fair; the emulator says what is wrong.
        return original(data, url)

    return delete


def _delete_batch(sqs: ModuleType, original: Callable[[Data, str], Data]) -> Callable:
    def delete_batch(data: Data, url: str) -> Data:
        messages = _fair(sqs._get_q(data.get("QueueUrl", url), "sqs:DeleteMessage"))
        if messages is None:
            return original(data, url)
        entries = data.get("Entries", [])
        sqs._validate_batch_entries(entries, "DeleteMessageBatchRequestEntry")
        answer: Data = {"Successful": [], "Failed": []}
        for entry in entries:
            if messages.delete(entry.get("ReceiptHandle", "")):
                answer["Successful"].append({"Id": entry["Id"]})
            else:
                code, message = "ReceiptHandleIsInvalid", "The input receipt handle is invalid."
                failed = {"Id": entry["Id"], "Code": code, "Message": message, "SenderFault": True}
                answer["Failed"].append(failed)
        return answer

    return delete_batch


def _hide(sqs: ModuleType, original: Callable[[Data, str], Data]) -> Callable:
    """Of the handlers that give messages another time."""

    def hide(data: Data, url: str) -> Data:
        answer = original(data, url)
        messages = _fair(sqs._get_q(data.get("QueueUrl", url)))
        if messages is not None:
            for entry in (data, *data.get("Entries", [])):
                messages.moved(entry.get("ReceiptHandle", ""))
        return answer

    return hide
