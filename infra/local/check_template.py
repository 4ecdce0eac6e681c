"""``check_template``: the rules that every part of template.yaml must keep, checked on what SAM makes of it."""

import copy
import json
import os
import re
import sys
from collections.abc import Iterator
from typing import Any

from samtranslator.translator.transform import transform

from local import template
from local.settings import CHANNELS, REGION

FORTNIGHT = 14 * 24 * 3600
# Queues that no function of ours reads: they are what others build on.
FOR_OTHERS = frozenset({"InboundQueue"})
# Functions with a time-out of their own: they read or write files.
LONG = frozenset({"Export", "Import"})
PUBLIC = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")
# What the sender of SMS alone has: it makes short links.
OF_SMS = ("SHORT_LINKS_TABLE", "SHORT_LINK_DAYS", "SHORT_URL")
Resources = dict[str, dict[str, Any]]


class _NoManagedPolicies:
    """SAM asks for the account's managed policies; this template uses none."""

    def load(self) -> dict[str, str]:
        """Give none."""
        return {}


def expand(source: dict[str, Any]) -> Resources:
    """Give the plain CloudFormation resources that the template stands for."""
    os.environ.setdefault("AWS_DEFAULT_REGION", REGION)
    packaged = copy.deepcopy(source)
    packaged["Globals"]["Function"]["CodeUri"] = "s3://bucket/key"
    return transform(packaged, {}, _NoManagedPolicies())["Resources"]


def of_type(resources: Resources, name: str) -> Resources:
    """Give the properties of every resource of a type, by logical id."""
    return {key: value.get("Properties", {}) for key, value in resources.items() if value["Type"] == name}


def target(value: Any) -> str | None:
    """Give the logical id that a Ref, a GetAtt or the first branch of an If points to."""
    if isinstance(value, dict):
        if "Ref" in value:
            return value["Ref"]
        if "Fn::GetAtt" in value:
            return value["Fn::GetAtt"][0]
        if "Fn::If" in value:
            return target(value["Fn::If"][1])
    return None


def listed(value: Any) -> list[Any]:
    """Give a list of what may be one thing or several."""
    return value if isinstance(value, list) else [value]


def statements(policy: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Give the statements of a policy document, conditional ones too."""
    for statement in listed(policy["Statement"]):
        yield statement["Fn::If"][1] if "Fn::If" in statement else statement


def rights(resources: Resources, role: str) -> Iterator[dict[str, Any]]:
    """Give every statement that a role holds, by itself or by a managed policy of this template."""
    properties = resources[role]["Properties"]
    for policy in properties.get("Policies", []):
        yield from statements(policy["PolicyDocument"])
    for managed in properties.get("ManagedPolicyArns", []):
        if target(managed) not in resources:
            continue  # policies() tells
        yield from statements(resources[target(managed) or ""]["Properties"]["PolicyDocument"])


def _timeout(resources: Resources, mapping: dict[str, Any]) -> Any:
    """Give the time-out of the function that a queue is read by."""
    return resources[target(mapping["FunctionName"]) or ""]["Properties"].get("Timeout")


def _visibility(source: dict[str, Any], queue: str, visibility: Any, allowed: list[int]) -> Iterator[str]:
    """The visibility follows FunctionTimeout, and is at least six times that."""
    name, key, field = visibility["Fn::FindInMap"]
    if key != {"Ref": "FunctionTimeout"}:
        yield f"{queue}: the visibility does not follow FunctionTimeout"
    for seconds in allowed:
        if source["Mappings"][name][str(seconds)][field] < 6 * int(seconds):
            yield f"{queue}: with a time-out of {seconds} s the visibility is less than six times that"


def queues(source: dict[str, Any], resources: Resources) -> Iterator[str]:
    """Each queue has a dead-letter queue, a fitting visibility, both alarms and one function with partial batches."""
    every = of_type(resources, "AWS::SQS::Queue")
    main = {key: value for key, value in every.items() if "RedrivePolicy" in value}
    dead = {key: target(value["RedrivePolicy"]["deadLetterTargetArn"]) for key, value in main.items()}
    if set(every) != set(main) | set(dead.values()):
        yield f"queues that are neither with a dead-letter queue nor one: {set(every) - set(main) - set(dead.values())}"
    alarms = {
        (alarm.get("MetricName"), target(alarm["Dimensions"][0]["Value"]))
        for alarm in of_type(resources, "AWS::CloudWatch::Alarm").values()
        if alarm.get("Namespace") == "AWS/SQS"
    }
    mappings = list(of_type(resources, "AWS::Lambda::EventSourceMapping").values())
    allowed = source["Parameters"]["FunctionTimeout"]["AllowedValues"]
    for queue, properties in main.items():
        letters = dead[queue] or ""
        if every[letters].get("MessageRetentionPeriod") != FORTNIGHT:
            yield f"{letters} does not keep its messages for 14 days"
        if ("ApproximateNumberOfMessagesVisible", letters) not in alarms:
            yield f"{letters} has no alarm"
        if ("ApproximateAgeOfOldestMessage", queue) not in alarms:
            yield f"{queue} has no alarm on the age of its oldest message"
        readers = [mapping for mapping in mappings if target(mapping["EventSourceArn"]) == queue]
        own = [timeout for mapping in readers if isinstance(timeout := _timeout(resources, mapping), int)]
        if own:
            if properties["VisibilityTimeout"] < 6 * max(own):
                yield f"{queue}: the visibility is less than six times the time-out of its function"
        else:
            yield from _visibility(source, queue, properties["VisibilityTimeout"], allowed)
        if queue in FOR_OTHERS:
            if readers or properties.get("MessageRetentionPeriod") != FORTNIGHT:
                yield f"{queue} is for others to read, and must keep its messages for 14 days"
        elif len(readers) != 1:
            yield f"{queue} is read by {len(readers)} functions"
        for mapping in readers:
            size = 1 if own else 10  # what takes long has a record for itself
            if mapping.get("FunctionResponseTypes") != ["ReportBatchItemFailures"] or mapping.get("BatchSize") != size:
                yield f"{queue}: its function must read batches of {size} and report the failed records"
            if target(mapping.get("ScalingConfig", {}).get("MaximumConcurrency")) not in source["Parameters"]:
                yield f"{queue}: MaximumConcurrency is no parameter"


def tables(_: dict[str, Any], resources: Resources) -> Iterator[str]:
    """Each table can be restored to a point in time, expires by ttl and is paid by request."""
    for key, table in of_type(resources, "AWS::DynamoDB::Table").items():
        if not table.get("PointInTimeRecoverySpecification", {}).get("PointInTimeRecoveryEnabled"):
            yield f"{key} has no point-in-time recovery"
        if table.get("TimeToLiveSpecification") != {"AttributeName": "ttl", "Enabled": True}:
            yield f"{key} does not expire items by ttl"
        if table.get("BillingMode") != "PAY_PER_REQUEST":
            yield f"{key} is not on demand"


def buckets(_: dict[str, Any], resources: Resources) -> Iterator[str]:
    """Each bucket is private and encrypted, and what is in it expires."""
    for key, bucket in of_type(resources, "AWS::S3::Bucket").items():
        block = bucket.get("PublicAccessBlockConfiguration", {})
        if set(block.values()) != {True} or len(block) != len(PUBLIC):
            yield f"{key} is not closed to the public: all of {', '.join(PUBLIC)}"
        if not bucket.get("BucketEncryption"):
            yield f"{key} is not encrypted"
        rules = bucket.get("LifecycleConfiguration", {}).get("Rules", [])
        if not any("ExpirationInDays" in rule for rule in rules):
            yield f"{key} keeps its files for ever"


def policies(_: dict[str, Any], resources: Resources) -> Iterator[str]:
    """No right is for everything, and no policy of AWS's own is used."""
    documents = {key: [p["PolicyDocument"]] for key, p in of_type(resources, "AWS::IAM::ManagedPolicy").items()}
    for key, role in of_type(resources, "AWS::IAM::Role").items():
        documents[key] = [policy["PolicyDocument"] for policy in role.get("Policies", [])]
        for managed in role.get("ManagedPolicyArns", []):
            if target(managed) not in resources:
                yield f"{key} uses a policy from outside: {json.dumps(managed)}"
    for key, found in documents.items():
        for statement in (s for document in found for s in statements(document)):
            if any("*" in action for action in listed(statement["Action"])):
                yield f"{key} has a right for every action: {statement['Action']}"
            if "*" in listed(statement["Resource"]):
                yield f"{key} has a right on everything: {statement['Action']}"


def functions(_: dict[str, Any], resources: Resources) -> Iterator[str]:
    """Each function has its own role and log group, keeps to the time-out, and knows just the queues it may send to."""
    groups = of_type(resources, "AWS::Logs::LogGroup")
    own: set[str] = set()
    for key, function in of_type(resources, "AWS::Lambda::Function").items():
        role, group = target(function["Role"]), target(function.get("LoggingConfig", {}).get("LogGroup"))
        if role != f"{key}Role" or group != f"{key}Logs":
            yield f"{key} must use {key}Role and {key}Logs"
            continue
        own.add(group)
        if not groups[group].get("RetentionInDays"):
            yield f"{group} keeps its records for ever"
        variables = function["Environment"]["Variables"]
        if str(variables["FUNCTION_TIMEOUT"]) != str(function.get("Timeout")):
            yield f"{key} is told another time-out than it has"
        elif function["Timeout"] != {"Ref": "FunctionTimeout"} and key not in LONG:
            yield f"{key} has a time-out of its own"
        named = {target(v) for name, v in variables.items() if name.startswith("QUEUE_") and name != "QUEUE_SELF"}
        sends = {
            target(queue)
            for right in rights(resources, role)
            if "sqs:SendMessage" in listed(right["Action"])
            for queue in listed(right["Resource"])
        }
        # What waits for its turn goes back on the queue that it came from.
        for queues in (named, sends):
            queues.discard(target(variables.get("QUEUE_SELF")))
        if named != sends:
            yield f"{key}: the queues in its environment are not those that it may send to: {named ^ sends}"
    if set(groups) != own:
        yield f"log groups of no function: {set(groups) - own}"


def senders(source: dict[str, Any], resources: Resources) -> Iterator[str]:
    """There is a sender per channel, all alike but for the channel's name, each with its alarm on misconfiguration.

    Short links are made by the one of SMS alone.
    """
    binaries = template.binaries(source)
    filters = of_type(resources, "AWS::Logs::MetricFilter")
    metrics = {a["MetricName"] for a in of_type(resources, "AWS::CloudWatch::Alarm").values()}
    shapes = {}
    for channel in CHANNELS:
        key = f"Send{channel.capitalize()}"
        if binaries.get(key) != f"send-{channel}":
            yield f"{key} does not run send-{channel}"
            continue
        function = copy.deepcopy(source["Resources"][key])
        variables = function["Properties"]["Environment"]["Variables"]
        if [name for name in OF_SMS if channel == "sms" and variables.pop(name, None) is None]:
            yield f"{key} can make no short links"
        text = json.dumps(function, sort_keys=True)
        shapes[channel] = text.replace(f"send-{channel}", "send-x").replace(key, "SendX")
        shapes[channel] = re.sub(f'"{channel.capitalize()}(Queue|Concurrency)', r'"X\1', shapes[channel])
        found = filters.get(f"{key}Misconfigured", {})
        if (
            found.get("FilterPattern") != '{ $.class = "misconfigured" }'
            or target(found["LogGroupName"]) != f"{key}Logs"
        ):
            yield f"{key} has no metric for misconfiguration"
        elif found["MetricTransformations"][0]["MetricName"] not in metrics:
            yield f"{key} has no alarm on misconfiguration"
    for channel, shape in shapes.items():
        if shape != shapes["sms"]:
            yield f"the function of {channel} is not like that of sms"


def lanes(source: dict[str, Any], _: Resources) -> Iterator[str]:
    """Callbacks have two functions, alike but for their lane: each reads its queue and may send to the other one's."""
    shapes = {}
    for key, lane, own, other in (
        ("Callbacks", "fast", "CallbacksQueue", ("QUEUE_CALLBACKS_SLOW", "CallbacksSlowQueue")),
        ("CallbacksSlow", "slow", "CallbacksSlowQueue", ("QUEUE_CALLBACKS", "CallbacksQueue")),
    ):
        properties = source["Resources"][key]["Properties"]
        variables = dict(properties["Environment"]["Variables"])
        found = (variables.pop("CALLBACK_LANE", None), target(variables.pop("QUEUE_SELF", None)))
        if (*found, target(variables.pop(other[0], None))) != (lane, own, other[1]):
            yield f"{key} is not the {lane} lane between {own} and {other[1]}"
        if target(properties["Events"]["Batch"]["Properties"]["Queue"]) != own:
            yield f"{key} does not read {own}"
        shapes[lane] = variables
    if shapes["fast"] != shapes["slow"]:
        yield "the lanes of callbacks differ in their settings"


def http_routes(source: dict[str, Any], _: Resources) -> Iterator[str]:
    """The API takes everything but the webhooks, which go to receipts, and the short links."""
    webhook, short = "/webhooks/{channel}/{provider}", "/s/{code}"
    expected = {("Api", "$default"), ("Receipts", f"POST {webhook}"), ("Receipts", f"GET {webhook}")}
    expected |= {("Redirect", f"GET {short}"), ("Redirect", f"HEAD {short}")}
    if not expected <= set(template.routes(source)):
        yield f"routes are missing: {expected - set(template.routes(source))}"


CHECKS = (queues, tables, buckets, policies, functions, senders, lanes, http_routes)


def problems(source: dict[str, Any]) -> list[str]:
    """Give everything that is wrong with the template."""
    resources = expand(source)
    return [f"{check.__name__}: {problem}" for check in CHECKS for problem in check(source, resources)]


def main() -> None:
    """Run every check; exit with 1 when one fails."""
    found = problems(template.read())
    for problem in found:
        print(f"template.yaml: {problem}", file=sys.stderr)
    print(f"template.yaml: {len(CHECKS)} checks, {len(found)} problems")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
