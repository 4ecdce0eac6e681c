"""Deploy template.yaml into the running emulator: create the stack, or update it."""

import contextlib
import hashlib
import json
import time
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from local import build, template
from local.settings import API_ID, CODE_BUCKET, PROVIDERS_PATH, STACK, Settings, StackError, architecture, client

DONE = {"CREATE_COMPLETE", "UPDATE_COMPLETE"}
DEPLOY_SECONDS = 120.0

# Few processes per function: two cores run everything. The concurrency of a deployment is in template.yaml.
LOCAL_CONCURRENCY = "2"


def upload(settings: Settings, kept: dict[str, Path], revision: str) -> dict[str, dict[str, str]]:
    """Put each function's package into S3 under a name that changes with it; give the places by binary."""
    s3 = client("s3", settings)
    with contextlib.suppress(s3.exceptions.BucketAlreadyOwnedByYou):
        s3.create_bucket(Bucket=CODE_BUCKET, CreateBucketConfiguration={"LocationConstraint": s3.meta.region_name})
    places = {}
    for name, binary in kept.items():
        package = build.package(binary, revision)
        key = f"{name}-{hashlib.sha256(package).hexdigest()[:16]}.zip"
        s3.put_object(Bucket=CODE_BUCKET, Key=key, Body=package)
        places[name] = {"Bucket": CODE_BUCKET, "Key": key}
    return places


def parameters(settings: Settings, source: dict[str, Any]) -> dict[str, str]:
    """Give the template's parameters as the local stack sets them."""
    values = {
        "Architecture": architecture(),
        "Sandbox": "on",
        "PrivateCallbacks": "on",
        "FunctionTimeout": "10",
        "PublicUrl": settings.public_url,
        "ProvidersPath": PROVIDERS_PATH,
        "DeletionProtection": "off",
    }
    values.update({name: LOCAL_CONCURRENCY for name in source["Parameters"] if name.endswith("Concurrency")})
    return values


def deploy(settings: Settings, kept: dict[str, Path], revision: str) -> bool:
    """Bring the stack to template.yaml and these binaries; whether anything changed."""
    source = template.read()
    expiring = template.time_to_live(source)
    places = upload(settings, kept, revision)
    code = {logical_id: places[name] for logical_id, name in template.binaries(source).items()}
    values = parameters(settings, source)
    body = json.dumps(template.for_emulator(source, code, values), default=str)
    client("s3", settings).put_object(Bucket=CODE_BUCKET, Key="template.json", Body=body.encode())
    request = {
        "StackName": STACK,
        "TemplateURL": f"{settings.endpoint}/{CODE_BUCKET}/template.json",
        "Parameters": [{"ParameterKey": key, "ParameterValue": value} for key, value in values.items()],
        "Capabilities": ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
        "Tags": [{"Key": "ms-custom-id", "Value": API_ID}],
    }
    cloudformation = client("cloudformation", settings)
    exists = _status(cloudformation) is not None
    try:
        (cloudformation.update_stack if exists else cloudformation.create_stack)(**request)
    except ClientError as problem:
        text = problem.response["Error"]["Message"]
        if "No updates are to be performed" in text:
            return False
        raise StackError(f"the deploy was refused: {text}") from None
    _wait(cloudformation)
    _expire(settings, expiring)
    return True


def resources(settings: Settings) -> dict[str, str]:
    """Give the physical name of each resource by its logical id."""
    pages = client("cloudformation", settings).get_paginator("list_stack_resources").paginate(StackName=STACK)
    return {r["LogicalResourceId"]: r["PhysicalResourceId"] for page in pages for r in page["StackResourceSummaries"]}


def _status(cloudformation: Any) -> str | None:
    try:
        return cloudformation.describe_stacks(StackName=STACK)["Stacks"][0]["StackStatus"]
    except ClientError:
        return None


def _wait(cloudformation: Any) -> None:
    deadline = time.monotonic() + DEPLOY_SECONDS
    while time.monotonic() < deadline:
        status = _status(cloudformation) or "gone"
        if status in DONE:
            return
        if not status.endswith("_IN_PROGRESS"):
            raise StackError(f"the deploy failed ({status}): {_reason(cloudformation)}")
        time.sleep(0.1)
    raise StackError(f"the deploy did not end within {DEPLOY_SECONDS:.0f} s")


def _reason(cloudformation: Any) -> str:
    """Give the first failure of the last operation."""
    reason = "no reason was given"
    pages = cloudformation.get_paginator("describe_stack_events").paginate(StackName=STACK)
    for event in (event for page in pages for event in page["StackEvents"]):  # the newest first
        status = event.get("ResourceStatus", "")
        text = event.get("ResourceStatusReason", "")
        if status.endswith("_FAILED") and "cancelled" not in text.lower():
            reason = f"{event['LogicalResourceId']}: {text or status}"
        if event["LogicalResourceId"] == STACK and status in ("CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS"):
            break
    return reason


def _expire(settings: Settings, expiring: dict[str, str]) -> None:
    """Turn on time to live, which the emulator's CloudFormation leaves out."""
    dynamodb = client("dynamodb", settings)
    names = resources(settings)
    for logical_id, attribute in expiring.items():
        if logical_id not in names:
            continue
        described = dynamodb.describe_time_to_live(TableName=names[logical_id])["TimeToLiveDescription"]
        if described["TimeToLiveStatus"] not in ("ENABLED", "ENABLING"):
            dynamodb.update_time_to_live(
                TableName=names[logical_id],
                TimeToLiveSpecification={"AttributeName": attribute, "Enabled": True},
            )
