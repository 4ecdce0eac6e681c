"""Checks a body of `messages:send` against the discovery document of the FCM API."""

import json
import re
from pathlib import Path
from typing import Any

TYPES: dict[str, type] = {"object": dict, "array": list, "string": str, "boolean": bool, "integer": int}
TARGETS = ("token", "fid", "topic", "condition")
# A duration in seconds with up to nine digits after the point, as `3600s` or `3.5s`.
DURATION = re.compile(r"\d+(\.\d{1,9})?s")
# The page on message types: notification and data together.
MOST_BYTES = 4096
# The page on data messages: names that the system keeps for itself.
RESERVED = re.compile(r"from|message_type|notification|(google|gcm)\..*")


class Fcm:
    """The schemas of the API."""

    def __init__(self, file: Path) -> None:
        """Read the description."""
        self.schemas: dict[str, Any] = json.loads(file.read_text())["schemas"]

    def problems(self, body: dict[str, Any]) -> list[str]:
        """Give what is wrong with a body: by the schemas, and by what their descriptions say in prose."""
        found = self._any({"$ref": "SendMessageRequest"}, body, "$")
        return found or self._prose(body.get("message", {}))

    def _any(self, schema: dict[str, Any], value: Any, path: str) -> list[str]:
        schema = self.schemas[schema["$ref"]] if "$ref" in schema else schema
        kind = schema["type"]
        if kind == "any":
            return []
        if not isinstance(value, TYPES[kind]) or (kind == "integer" and isinstance(value, bool)):
            return [f"{path}: not of the type {kind}"]
        if kind == "object":
            return [p for name in value for p in self._member(schema, name, value[name], f"{path}.{name}")]
        if kind == "array":
            return [p for index, item in enumerate(value) for p in self._any(schema["items"], item, f"{path}[{index}]")]
        return _scalar(schema, value, path)

    def _member(self, schema: dict[str, Any], name: str, value: Any, path: str) -> list[str]:
        inner = schema.get("properties", {}).get(name) or schema.get("additionalProperties")
        return self._any(inner, value, path) if inner else [f"{path}: unknown"]

    @staticmethod
    def _prose(message: dict[str, Any]) -> list[str]:
        found = []
        if len([target for target in TARGETS if target in message]) != 1:
            found.append(f"$.message: one of {', '.join(TARGETS)} is expected")
        found += [f"$.message.data.{name}: reserved" for name in message.get("data", {}) if RESERVED.fullmatch(name)]
        payload = {name: message[name] for name in ("notification", "data") if name in message}
        if len(json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()) > MOST_BYTES:
            found.append("$.message: more than 4096 bytes")
        link = message.get("webpush", {}).get("fcmOptions", {}).get("link", "https://")
        if not link.startswith("https://"):
            found.append("$.message.webpush.fcmOptions.link: https is expected")
        return found


def _scalar(schema: dict[str, Any], value: Any, path: str) -> list[str]:
    if "enum" in schema and value not in schema["enum"]:
        return [f"{path}: not one of {schema['enum']}"]
    if schema.get("format") == "google-duration" and not DURATION.fullmatch(value):
        return [f"{path}: not a duration"]
    return []
