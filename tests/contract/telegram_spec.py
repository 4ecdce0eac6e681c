"""Checks a request against the description of the Telegram Bot API."""

import json
import re
from pathlib import Path
from typing import Any

PRIMITIVES: dict[str, tuple[type, ...]] = {
    "Integer": (int,),
    "String": (str,),
    "Boolean": (bool,),
    "True": (bool,),
    "Float": (int, float),
}


class BotApi:
    """The methods and types of the Bot API."""

    def __init__(self, file: Path) -> None:
        """Read the description."""
        api = json.loads(file.read_text())
        self.methods: dict[str, Any] = api["methods"]
        self.types: dict[str, Any] = api["types"]

    def problems(self, method: str, body: dict[str, Any]) -> list[str]:
        """Give what is wrong with the parameters of a method: missing, unknown, of another type or length."""
        if method not in self.methods:
            return [f"{method}: unknown method"]
        fields = self.methods[method].get("fields", [])
        return self._object(fields, body, "$") + [problem for field in fields for problem in _length(field, body)]

    def _object(self, fields: list[dict[str, Any]], value: dict[str, Any], path: str) -> list[str]:
        known = {field["name"]: field for field in fields}
        found = [f"{path}.{name}: unknown" for name in value if name not in known]
        found += [f"{path}.{name}: missing" for name, field in known.items() if field["required"] and name not in value]
        for name in value.keys() & known.keys():
            found += self._any(known[name]["types"], value[name], f"{path}.{name}")
        return found

    def _any(self, types: list[str], value: Any, path: str) -> list[str]:
        """Give nothing if the value is of one of the types, else what the most telling of them finds."""
        telling: list[str] = []
        for name in types:
            found = self._one(name, value, path)
            if not found:
                return []
            telling = telling or [problem for problem in found if not problem.startswith(f"{path}: not ")]
        return telling or [f"{path}: not {' or '.join(types)}"]

    def _one(self, name: str, value: Any, path: str) -> list[str]:
        if name.startswith("Array of "):
            if not isinstance(value, list):
                return [f"{path}: not {name}"]
            inner = name.removeprefix("Array of ")
            return [p for index, item in enumerate(value) for p in self._any([inner], item, f"{path}[{index}]")]
        if name in PRIMITIVES:
            fits = isinstance(value, PRIMITIVES[name]) and (bool in PRIMITIVES[name] or not isinstance(value, bool))
            return [] if fits else [f"{path}: not {name}"]
        kind = self.types[name]
        if kind.get("subtypes"):
            return self._any(kind["subtypes"], value, path)
        if not isinstance(value, dict):
            return [f"{path}: not {name}"]
        return self._object(kind.get("fields", []), value, path)


def _length(field: dict[str, Any], body: dict[str, Any]) -> list[str]:
    """Check a length that stands in the prose of a field, as `1-4096 characters`; Telegram counts UTF-16 units."""
    value = body.get(field["name"])
    stated = re.search(r"(\d+)-(\d+) characters", field["description"])
    if not stated or not isinstance(value, str):
        return []
    length = len(value.encode("utf-16-le")) // 2
    return [] if int(stated[1]) <= length <= int(stated[2]) else [f"$.{field['name']}: not {stated[0]}"]
