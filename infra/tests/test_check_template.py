"""Each rule on template.yaml catches the fault that it is there for."""

from collections.abc import Callable
from typing import Any

import pytest
from local import check_template, template

Resources = dict[str, Any]


def _statement(resources: Resources, role: str, number: int) -> dict[str, Any]:
    return resources[role]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"][number]


def _no_alarm(resources: Resources) -> None:
    del resources["SmsDeadLettersAlarm"]


def _no_age_alarm(resources: Resources) -> None:
    del resources["WakeAgeAlarm"]


def _no_dead_letters(resources: Resources) -> None:
    del resources["WakeQueue"]["Properties"]["RedrivePolicy"]


def _short_visibility(resources: Resources) -> None:
    resources["SmsQueue"]["Properties"]["VisibilityTimeout"] = {
        "Fn::FindInMap": ["Short", {"Ref": "FunctionTimeout"}, "S"]
    }


def _no_partial_batch(resources: Resources) -> None:
    del resources["SendVk"]["Properties"]["Events"]["Batch"]["Properties"]["FunctionResponseTypes"]


def _star(resources: Resources) -> None:
    _statement(resources, "ReceiptsRole", 2)["Resource"] = "*"


def _every_action(resources: Resources) -> None:
    _statement(resources, "ReceiptsRole", 2)["Action"] = "dynamodb:*"


def _outside_policy(resources: Resources) -> None:
    resources["ApiRole"]["Properties"]["ManagedPolicyArns"] = ["arn:aws:iam::aws:policy/AmazonSQSFullAccess"]


def _no_recovery(resources: Resources) -> None:
    del resources["ControlTable"]["Properties"]["PointInTimeRecoverySpecification"]


def _no_expiry(resources: Resources) -> None:
    del resources["MessagesTable"]["Properties"]["TimeToLiveSpecification"]


def _no_retention(resources: Resources) -> None:
    del resources["ApiLogs"]["Properties"]["RetentionInDays"]


def _unused_queue(resources: Resources) -> None:
    resources["Receipts"]["Properties"]["Environment"]["Variables"]["QUEUE_WAKE"] = {"Ref": "WakeQueue"}


def _no_misconfiguration_alarm(resources: Resources) -> None:
    del resources["SendEmailMisconfiguredAlarm"]


def _odd_sender(resources: Resources) -> None:
    resources["SendOk"]["Properties"]["MemorySize"] = 1024


def _no_route(resources: Resources) -> None:
    del resources["Receipts"]["Properties"]["Events"]["Post"]


def _no_short_links(resources: Resources) -> None:
    del resources["SendSms"]["Properties"]["Environment"]["Variables"]["SHORT_URL"]


def _no_short_route(resources: Resources) -> None:
    del resources["Redirect"]["Properties"]["Events"]["Head"]


def _open_bucket(resources: Resources) -> None:
    resources["FilesBucket"]["Properties"]["PublicAccessBlockConfiguration"]["BlockPublicPolicy"] = False


def _plain_bucket(resources: Resources) -> None:
    del resources["FilesBucket"]["Properties"]["BucketEncryption"]


def _full_bucket(resources: Resources) -> None:
    del resources["FilesBucket"]["Properties"]["LifecycleConfiguration"]


FAULTS: list[tuple[Callable[[Resources], None], str]] = [
    (_no_alarm, "SmsDeadLetters has no alarm"),
    (_no_age_alarm, "WakeQueue has no alarm on the age"),
    (_no_dead_letters, "neither with a dead-letter queue nor one"),
    (_short_visibility, "less than six times"),
    (_no_partial_batch, "report the failed records"),
    (_star, "a right on everything"),
    (_every_action, "a right for every action"),
    (_outside_policy, "a policy from outside"),
    (_no_recovery, "no point-in-time recovery"),
    (_no_expiry, "does not expire"),
    (_no_retention, "keeps its records for ever"),
    (_unused_queue, "not those that it may send to"),
    (_no_misconfiguration_alarm, "no alarm on misconfiguration"),
    (_odd_sender, "the function of ok is not like that of sms"),
    (_no_route, "routes are missing"),
    (_no_short_links, "can make no short links"),
    (_no_short_route, "routes are missing"),
    (_open_bucket, "is not closed to the public"),
    (_plain_bucket, "is not encrypted"),
    (_full_bucket, "keeps its files for ever"),
]


def test_the_template_keeps_every_rule() -> None:
    """As checked in."""
    assert check_template.problems(template.read()) == []


@pytest.mark.parametrize(("fault", "expected"), FAULTS, ids=[fault.__name__ for fault, _ in FAULTS])
def test_a_fault_is_found(fault: Callable[[Resources], None], expected: str) -> None:
    """With one thing broken."""
    source = template.read()
    source["Mappings"]["Short"] = {
        str(n): {"S": 5 * n} for n in source["Parameters"]["FunctionTimeout"]["AllowedValues"]
    }
    fault(source["Resources"])
    assert any(expected in problem for problem in check_template.problems(source)), check_template.problems(source)
