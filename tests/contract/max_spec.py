"""Checks a value against a schema of the MAX Bot API (OpenAPI 3.0, with kinds chosen by a discriminator)."""

from pathlib import Path
from typing import Any

import yaml

TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
}
# The schema calls these required; its own examples of requests leave them out, as they may be null.
NULLABLE_REQUIRED = {"text", "attachments", "link"}


class MaxApi:
    """The paths and schemas of the document."""

    def __init__(self, file: Path) -> None:
        """Read the document."""
        document = yaml.safe_load(file.read_text())
        self.paths: dict[str, Any] = document["paths"]
        self.schemas: dict[str, Any] = document["components"]["schemas"]

    def problems(self, schema: str, value: Any) -> list[str]:
        """Give what is wrong with a value: fields that are missing or unknown, of another type or length."""
        return self._check(self._whole({"$ref": schema}), value, "$")

    def _whole(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Give a schema with all that it refers to and is made of."""
        if "$ref" in schema:
            schema = self.schemas[schema["$ref"].rsplit("/", 1)[-1]]
        whole: dict[str, Any] = {"properties": {}, "required": []}
        for part in [*map(self._whole, schema.get("allOf", [])), schema]:
            whole["properties"] |= part.get("properties", {})
            if isinstance(part.get("required"), list):
                whole["required"] = [*whole["required"], *part["required"]]
            whole |= {name: part[name] for name in part.keys() - {"properties", "required", "allOf"}}
        return whole

    def _check(self, schema: dict[str, Any], value: Any, path: str) -> list[str]:
        if value is None:
            return [] if schema.get("nullable") else [f"{path}: null"]
        if mapping := schema.get("discriminator", {}).get("mapping"):
            named = mapping.get(value.get(schema["discriminator"]["propertyName"])) if isinstance(value, dict) else None
            if named is None:
                return [f"{path}: none of {', '.join(mapping)}"]
            kind = self._whole(named if isinstance(named, dict) else {"$ref": named})
            schema = {name: kind[name] for name in kind.keys() - {"discriminator"}}
        expected = schema.get("type", "object" if schema["properties"] else None)
        if expected and (not isinstance(value, TYPES[expected]) or (isinstance(value, bool) and expected != "boolean")):
            return [f"{path}: not {expected}"]
        if isinstance(value, str):
            return _length(schema, value, path)
        if isinstance(value, list):
            items = self._whole(schema["items"])
            return [p for index, item in enumerate(value) for p in self._check(items, item, f"{path}[{index}]")]
        if isinstance(value, dict):
            return self._fields(schema, value, path)
        return []

    def _fields(self, schema: dict[str, Any], value: dict[str, Any], path: str) -> list[str]:
        known = schema["properties"]
        found = [f"{path}.{name}: unknown" for name in value.keys() - known.keys()]
        required = set(schema["required"]) - NULLABLE_REQUIRED
        if "text" in known and not known["text"].get("nullable"):
            required |= set(schema["required"]) & {"text"}
        found += [f"{path}.{name}: missing" for name in sorted(required - value.keys())]
        for name in value.keys() & known.keys():
            found += self._check(self._whole(known[name]), value[name], f"{path}.{name}")
        return found


def _length(schema: dict[str, Any], value: str, path: str) -> list[str]:
    fits = schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value))
    return [] if fits else [f"{path}: not {schema.get('minLength', 0)} to {schema.get('maxLength')} characters"]
