"""Read template.yaml, and make of it what the emulator is given."""

from typing import Any

import yaml
from samtranslator.yaml_helper import yaml_parse

from local.settings import ROOT, StackError

FUNCTION = "AWS::Serverless::Function"
TABLE = "AWS::DynamoDB::Table"


def read() -> dict[str, Any]:
    """Give template.yaml with its short forms (!Ref …) written out."""
    try:
        return yaml_parse((ROOT / "template.yaml").read_text())
    except yaml.YAMLError as problem:
        raise StackError(f"template.yaml is not YAML: {' '.join(str(problem).split())}") from None


def binaries(template: dict[str, Any]) -> dict[str, str]:
    """Give the logical id of each function and the binary that it runs."""
    found = {}
    for logical_id, resource in template["Resources"].items():
        if resource["Type"] == FUNCTION:
            binary = resource.get("Metadata", {}).get("BuildProperties", {}).get("Binary")
            if not binary:
                raise StackError(f"template.yaml: {logical_id} names no binary (Metadata, BuildProperties, Binary)")
            found[logical_id] = binary
    return found


def routes(template: dict[str, Any]) -> list[tuple[str, str]]:
    """Give the HTTP routes that functions have as events: logical id of the function and route key."""
    found = []
    for logical_id, resource in template["Resources"].items():
        if resource["Type"] != FUNCTION:
            continue
        for event in resource["Properties"].get("Events", {}).values():
            if event["Type"] == "HttpApi":
                properties = event.get("Properties", {})
                path, method = properties.get("Path"), properties.get("Method", "ANY").upper()
                found.append((logical_id, f"{method} {path}" if path else "$default"))
    return found


def time_to_live(template: dict[str, Any]) -> dict[str, str]:
    """Give the logical id of each table that lets items expire, and the attribute."""
    found = {}
    for logical_id, resource in template["Resources"].items():
        specification = resource.get("Properties", {}).get("TimeToLiveSpecification")
        if resource["Type"] == TABLE and specification and specification["Enabled"]:
            found[logical_id] = specification["AttributeName"]
    return found


def for_emulator(template: dict[str, Any], code: dict[str, dict[str, str]], values: dict[str, str]) -> dict[str, Any]:
    """Point each function at its code in S3, and write out what the emulator's CloudFormation leaves out.

    These are the routes, and the numbers of ScalingConfig: a parameter stays text there, on which its poller fails.
    """
    template["Globals"]["Function"].pop("CodeUri", None)
    resources = template["Resources"]
    for logical_id, place in code.items():
        resources[logical_id]["Properties"]["CodeUri"] = place
        resources[logical_id].pop("Metadata", None)
        for event in resources[logical_id]["Properties"].get("Events", {}).values():
            scaling = event.get("Properties", {}).get("ScalingConfig")
            if scaling:
                scaling["MaximumConcurrency"] = int(values[scaling["MaximumConcurrency"]["Ref"]])
    for number, (logical_id, key) in enumerate(routes(template)):
        integration = f"{logical_id}Integration"
        resources[integration] = {
            "Type": "AWS::ApiGatewayV2::Integration",
            "Properties": {
                "ApiId": {"Ref": "HttpApi"},
                "IntegrationType": "AWS_PROXY",
                "IntegrationUri": {"Fn::GetAtt": [logical_id, "Arn"]},
                "PayloadFormatVersion": "2.0",
            },
        }
        resources[f"{logical_id}Route{number}"] = {
            "Type": "AWS::ApiGatewayV2::Route",
            "Properties": {
                "ApiId": {"Ref": "HttpApi"},
                "RouteKey": key,
                "Target": {"Fn::Join": ["/", ["integrations", {"Ref": integration}]]},
            },
        }
    return template
