"""Checks a request against an AWS service model, the machine-readable definition that AWS's own SDKs are made from."""

import base64
import binascii
import gzip
import json
import re
from pathlib import Path
from typing import Any

from botocore.model import ServiceModel, Shape


def load(file: Path) -> ServiceModel:
    """Read a service model as botocore packs it."""
    with gzip.open(file) as packed:
        return ServiceModel(json.load(packed))


def problems(shape: Shape, value: Any, path: str = "$") -> list[str]:
    """Give what is wrong with a value in JSON: types, missing and unknown members, sizes, patterns and enums."""
    if shape.type_name == "structure":
        return _structure(shape, value, path)
    if shape.type_name == "list":
        if not isinstance(value, list):
            return [f"{path}: a list is expected"]
        inner = [
            problem for index, item in enumerate(value) for problem in problems(shape.member, item, f"{path}[{index}]")
        ]
        return inner + _size(shape, len(value), path)
    if shape.type_name == "map":
        if not isinstance(value, dict):
            return [f"{path}: an object is expected"]
        inner = [problem for key in value for problem in problems(shape.key, key, f"{path}.<key>")]
        inner += [problem for key, item in value.items() for problem in problems(shape.value, item, f"{path}.{key}")]
        return inner + _size(shape, len(value), path)
    if shape.type_name == "blob":
        try:
            return _size(shape, len(base64.b64decode(value, validate=True)), path)
        except (TypeError, binascii.Error):
            return [f"{path}: base64 is expected"]
    if shape.type_name in ("string", "character"):
        return _string(shape, value, path)
    if shape.type_name == "boolean":
        return [] if isinstance(value, bool) else [f"{path}: a boolean is expected"]
    if isinstance(value, bool) or not isinstance(value, int | float):
        return [f"{path}: a number is expected"]
    return _size(shape, value, path)


def _structure(shape: Any, value: Any, path: str) -> list[str]:
    if not isinstance(value, dict):
        return [f"{path}: an object is expected"]
    members = {member.serialization.get("name", name): member for name, member in shape.members.items()}
    required = {shape.members[name].serialization.get("name", name) for name in shape.required_members}
    found = [f"{path}.{name}: missing" for name in sorted(required - value.keys())]
    for name, item in value.items():
        if name not in members:
            found.append(f"{path}.{name}: unknown")
        else:
            found += problems(members[name], item, f"{path}.{name}")
    return found


def _string(shape: Shape, value: Any, path: str) -> list[str]:
    if not isinstance(value, str):
        return [f"{path}: a string is expected"]
    found = _size(shape, len(value), path)
    allowed = shape.metadata.get("enum")
    if allowed and value not in allowed:
        found.append(f"{path}: not one of {', '.join(allowed)}")
    pattern = shape.metadata.get("pattern")
    if pattern and not re.fullmatch(pattern, value):
        found.append(f"{path}: does not match {pattern}")
    return found


def _size(shape: Shape, size: float, path: str) -> list[str]:
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if (low is not None and size < low) or (high is not None and size > high):
        return [f"{path}: {size} is not between {low} and {high}"]
    return []
