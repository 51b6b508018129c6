"""The reference of all fields, as Markdown, out of the published schemas."""

from collections.abc import Mapping
from typing import Any

from reconciler.manifest.schemas import KINDS, schema_of

_HEAD = """# Fields

Every kind of file and every field of it. The same is in `schema/`, for editors. Maps within a kind
have a section of their own; what isn't here is an error.
"""

_PLAIN = {"string": "text", "boolean": "bool", "integer": "whole number"}


def reference_text() -> str:
    """The whole page; equal models give equal text."""
    parts = [_HEAD]
    for kind in KINDS:
        schema = schema_of(kind)
        parts.append(f"\n## {kind}\n\n{_prose(schema)}\n\n{_table(schema)}")
        parts.extend(
            f"\n### {name} (in {kind})\n\n{_prose(each)}\n\n{_table(each)}"
            for name, each in schema.get("$defs", {}).items()
            if "properties" in each
        )
    return "".join(parts)


def _table(schema: Mapping[str, Any]) -> str:
    required = set(schema.get("required", ()))
    rows = [
        f"| `{name}` | {_sort(each)} | {_default(name, each, required)} | {_prose(each)} |\n"
        for name, each in schema["properties"].items()
    ]
    return "| field | type | default | meaning |\n| --- | --- | --- | --- |\n" + "".join(rows)


def _default(name: str, schema: Mapping[str, Any], required: set[str]) -> str:
    if name in required:
        return "required"
    default = schema.get("default", schema.get("const"))
    if default is None or isinstance(default, dict | list):
        return "–"  # noqa: RUF001 - the sign for nothing in the tables of the docs
    return f"`{_cell(str(default).lower() if isinstance(default, bool) else str(default))}`"


def _sort(schema: Mapping[str, Any]) -> str:
    match schema:
        case {"$ref": str(where)}:
            found = where.rpartition("/")[2]
        case {"const": value}:
            found = f"`{value}`"
        case {"enum": values}:
            found = " or ".join(f"`{each}`" for each in values)
        case {"anyOf": sorts}:
            found = " or ".join(_sort(each) for each in sorts)
        case {"type": "array", **more}:
            found = f"list of {_sort(more.get('items', {}))}"
        case {"type": "object", **more}:
            found = _map(more)
        case {"type": str(plain)}:
            found = _PLAIN.get(plain, plain)
        case _:
            found = "value"
    return found


def _map(schema: Mapping[str, Any]) -> str:
    below = schema.get("additionalProperties")
    inner = [*schema.get("patternProperties", {}).values(), below]
    described = next((each for each in inner if isinstance(each, dict)), None)
    return f"map of {_sort(described)}" if described else "map"


def _prose(schema: Mapping[str, Any]) -> str:
    return _cell(str(schema.get("description", "")).replace("``", "`"))


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")
