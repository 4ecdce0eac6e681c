"""Checks the form of a call against VK's schema of its methods and objects."""

import json
import re
from pathlib import Path
from typing import Any

# Parameters that every method takes; the schema does not name them.
COMMON = {"access_token", "v"}
TYPES: dict[str, tuple[type, ...]] = {"string": (str,), "integer": (int,), "boolean": (bool,), "array": (list,)}


class VkApi:
    """The methods and objects of the schema."""

    def __init__(self, folder: Path) -> None:
        """Read the schema."""
        methods = json.loads((folder / "messages" / "methods.json").read_text())
        self.version: str = methods["version"]
        self.methods: dict[str, Any] = {method["name"]: method for method in methods["methods"]}
        self.objects: dict[str, Any] = json.loads((folder / "messages" / "objects.json").read_text())["definitions"]

    def problems(self, method: str, form: dict[str, str]) -> list[str]:
        """Give what is wrong with the form of a method: unknown parameters, other types and lengths."""
        if method not in self.methods:
            return [f"{method}: unknown method"]
        known = {parameter["name"]: parameter for parameter in self.methods[method]["parameters"]}
        found = [f"{name}: missing" for name in sorted(COMMON - form.keys())]
        found += [f"{name}: unknown" for name in form.keys() - known.keys() - COMMON]
        if form.get("v") not in (None, self.version):
            found.append(f"v: not {self.version}")
        for name in form.keys() & known.keys():
            found += self._parameter(known[name], form[name])
        return found

    def _parameter(self, parameter: dict[str, Any], value: str) -> list[str]:
        name = parameter["name"]
        if "messages_keyboard" in parameter.get("$ref", ""):
            return self._object(self.objects["messages_keyboard"], json.loads(value), name)
        if len(value) > parameter.get("maxLength", len(value)):
            return [f"{name}: longer than {parameter['maxLength']}"]
        items = value.split(",") if parameter["type"] == "array" else [value]
        kind = parameter["items"]["type"] if parameter["type"] == "array" else parameter["type"]
        if len(items) > parameter.get("maxItems", len(items)):
            return [f"{name}: more than {parameter['maxItems']}"]
        pattern = {"integer": r"-?\d{1,19}", "boolean": "0|1"}.get(kind, r"(?s).*")
        found = [f"{name}: not {kind}" for item in items if not re.fullmatch(pattern, item)]
        if parameter.get("enum") and value not in parameter["enum"]:
            found.append(f"{name}: not in {parameter['enum']}")
        return found

    def _any(self, schema: dict[str, Any], value: Any, path: str) -> list[str]:
        if "$ref" in schema:
            schema = self.objects[schema["$ref"].rsplit("/", 1)[-1]]
        if mapping := schema.get("discriminator", {}).get("mapping"):
            named = mapping.get(value.get(schema["discriminator"]["propertyName"])) if isinstance(value, dict) else None
            return self._any({"$ref": named}, value, path) if named else [f"{path}: none of {', '.join(mapping)}"]
        if schema.get("type") == "object":
            return self._object(schema, value, path)
        if not isinstance(value, TYPES[schema["type"]]):
            return [f"{path}: not {schema['type']}"]
        if isinstance(value, list):
            return [p for index, item in enumerate(value) for p in self._any(schema["items"], item, f"{path}[{index}]")]
        return [f"{path}: not in {schema['enum']}"] if schema.get("enum") and value not in schema["enum"] else []

    def _object(self, schema: dict[str, Any], value: Any, path: str) -> list[str]:
        if not isinstance(value, dict):
            return [f"{path}: not an object"]
        known = schema["properties"]
        found = [f"{path}.{name}: unknown" for name in value.keys() - known.keys()]
        found += [f"{path}.{n}: missing" for n, field in known.items() if field.get("required") and n not in value]
        for name in value.keys() & known.keys():
            found += self._any(known[name], value[name], f"{path}.{name}")
        return found
