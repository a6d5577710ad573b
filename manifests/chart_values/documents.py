"""Writes what people read of the values: the strict schema, values.yaml with comments, a table.

All three are the same walk over the same types, so none can tell another story.
"""

import json
import textwrap
from collections.abc import Iterator
from typing import Any, Final

from chart_values.shared import Account, Scheduling, Served, Values

Schema = dict[str, Any]

_DROPPED: Final = ("title", "$defs")
_WIDTH: Final = 100
_LAST: Final = {
    str(field.alias)
    for shared in (Scheduling, Account, Served)
    for field in shared.model_fields.values()
}
"""What several components have comes after what one alone has."""


def schema(chart: type[Values]) -> Schema:
    """The JSON schema that Helm holds values to; references are inlined for readable paths."""
    raw = chart.model_json_schema(by_alias=True)
    found: Schema = _inlined(raw, raw.get("$defs", {}))
    return {"$schema": "http://json-schema.org/draft-07/schema#", **found}


def values_file(chart: type[Values], intro: str) -> str:
    """values.yaml: every default, with what it means above it."""
    head = "".join(f"# {line}\n" for line in intro.splitlines())
    return head + "".join(f"{line}\n" for line in _entries(schema(chart), defaults(chart), 0))


def defaults(chart: type[Values]) -> Schema:
    """Every value as it is when nobody sets it."""
    found: Schema = chart().model_dump(by_alias=True, exclude_none=True)
    return found


def table(chart: type[Values]) -> str:
    """A Markdown table of all values."""
    rows = [
        f"| `{path}` | {kind} | `{json.dumps(default)}` | {_cell(text)} |"
        for path, kind, default, text in _rows("", schema(chart), defaults(chart))
    ]
    return "\n".join(["| value | type | default | meaning |", "| --- | --- | --- | --- |", *rows])


def _inlined(node: Any, definitions: Schema) -> Any:
    if isinstance(node, list):
        return [_inlined(item, definitions) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        named = definitions[node["$ref"].rpartition("/")[2]]
        node = named | {key: value for key, value in node.items() if key != "$ref"}
    choices = [choice for choice in node.get("anyOf", ()) if choice != {"type": "null"}]
    if len(choices) == 1:
        # Null in a file of values removes a default: Helm never shows it to the schema.
        node = {k: v for k, v in node.items() if k not in ("anyOf", "default")} | choices[0]
    return {
        key: _properties(value, definitions)
        if key == "properties"
        else _inlined(value, definitions)
        for key, value in node.items()
        if key not in _DROPPED
    }


def _properties(properties: Schema, definitions: Schema) -> Schema:
    return {name: _inlined(found, definitions) for name, found in properties.items()}


def _entries(node: Schema, values: Schema, depth: int) -> Iterator[str]:
    indent = "  " * depth
    for name, value in _ordered(values):
        described = node["properties"][name]
        if depth == 0:
            yield ""
        for line in textwrap.wrap(_flat(described), _WIDTH - len(indent) - 2):
            yield f"{indent}# {line}"
        if value and "properties" in described:
            yield f"{indent}{name}:"
            yield from _entries(described, value, depth + 1)
        else:
            yield f"{indent}{name}: {json.dumps(value)}"


def _rows(prefix: str, node: Schema, values: Schema) -> Iterator[tuple[str, str, Any, str]]:
    for name, value in _ordered(values):
        described = node["properties"][name]
        path = f"{prefix}{name}"
        if value and "properties" in described:
            yield from _rows(f"{path}.", described, value)
        else:
            yield path, _type(described), value, _flat(described)


def _ordered(values: Schema) -> list[tuple[str, Any]]:
    return sorted(values.items(), key=lambda item: item[0] in _LAST)


def _type(described: Schema) -> str:
    if "enum" in described:
        return ", ".join(f"`{choice or '(empty)'}`" for choice in described["enum"])
    if "anyOf" in described:
        return " or ".join(_type(choice) for choice in described["anyOf"])
    return str(described.get("type", "any"))


def _flat(described: Schema) -> str:
    return " ".join(str(described.get("description", "")).split())


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
