"""Models → JSON Schema (draft 2020-12), for editors and for people."""

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from reconciler.diagnostics import Diagnostic
from reconciler.manifest.examples import EXAMPLES
from reconciler.manifest.paths import home_of
from reconciler.model.app import App
from reconciler.model.approval import Approval, Quarantine
from reconciler.model.base import Manifest
from reconciler.model.calendar import Calendar
from reconciler.model.connections import Connections
from reconciler.model.customer import Customer
from reconciler.model.environment import Environment
from reconciler.model.freeze import Freeze
from reconciler.model.people import People
from reconciler.model.permissions import Permissions
from reconciler.model.policy import Policy
from reconciler.model.promotion import Promotion
from reconciler.model.release import Release
from reconciler.model.text import Text

KINDS: Mapping[str, type[Manifest]] = MappingProxyType(
    {
        each.__name__: each
        for each in (
            *(App, Release, Environment, Policy, Promotion, Approval, Quarantine),
            *(Customer, Calendar, Freeze, Text, People, Connections),
        )
    }
)
"""The kinds of files, by name."""

_FIRST = ("apiVersion", "kind", "name")
_NULL = {"type": "null"}


def schema_of(kind: str) -> dict[str, Any]:
    """The JSON Schema of a kind such as ``Release``; raises `KeyError` for an unknown one.

    It says what one file can say about itself in JSON Schema's words; the validator knows more.
    """
    model = KINDS[kind]
    schema = _plain(model.model_json_schema(), named=model.LAYERED)
    if model.LAYERED:
        verbs = schema["$defs"][Permissions.__name__]["properties"]
        for verb, each in verbs.items():
            said = {key: each.pop(key) for key in ("items", "type")}
            verbs[verb] = {"anyOf": [said, _NULL], **each}
    fields = schema.pop("properties")
    first = {name: fields.pop(name) for name in _FIRST if name in fields}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:tagboat:schema:v1:{kind.lower()}",
        **schema,
        "properties": {**first, **fields},
        "examples": [EXAMPLES[kind]],
    }


def modeline(path: str) -> str:
    """The first line of a managed file, which tells editors its schema; ends without a newline.

    Schemas are looked for in the repository's folder ``schema/``. Raises `ValueError` for a path
    that no kind of file has.
    """
    home = home_of(path)
    if isinstance(home, Diagnostic):
        msg = home.message
        raise ValueError(msg)  # noqa: TRY004 - the path is a text of the wrong value
    up = "../" * path.count("/")
    file = f"schema/{home.kind.__name__.lower()}.schema.json"
    return f"# yaml-language-server: $schema={up}{file}"


def schema_text(kind: str) -> str:
    """The text of ``schema/<kind>.schema.json``; equal models give equal text."""
    return json.dumps(schema_of(kind), indent=2, ensure_ascii=False) + "\n"


def _plain(value: Any, *, named: bool) -> Any:
    """Without titles that repeat a field's name, and without null, which no field takes.

    Where ``named``, the values of maps may be null: it takes away what a layer below gives.
    """
    if isinstance(value, list):
        return [_plain(each, named=named) for each in value]
    if not isinstance(value, dict):
        return value
    found = dict(value)
    if _NULL in found.get("anyOf", ()):
        left = [each for each in found.pop("anyOf") if each != _NULL]
        if found.get("default", ...) is None:
            del found["default"]
        found = {**(left[0] if len(left) == 1 else {"anyOf": left}), **found}
    if "$ref" in found:  # the parts' own defaults say more
        found.pop("default", None)
    maps = {each: found.pop(each) for each in ("properties", "patternProperties") if each in found}
    extra = found.pop("additionalProperties", None)
    found = {key: _plain(each, named=named) for key, each in found.items()}
    if "patternProperties" in maps:  # names of another form are errors, not extras
        extra = False
        said = maps["patternProperties"].items()
        found["patternProperties"] = {each: _entry(inner, named=named) for each, inner in said}
    if extra is not None:
        found["additionalProperties"] = _entry(extra, named=named)
    if "properties" in maps:
        said = maps["properties"].items()
        found["properties"] = {name: _untitled(_plain(each, named=named)) for name, each in said}
    return found


def _entry(schema: Any, *, named: bool) -> Any:
    """What a map may hold under one name."""
    plain = _plain(schema, named=named)
    may_be_null = named and isinstance(schema, dict) and _NULL in schema.get("anyOf", ())
    return {"anyOf": [plain, _NULL]} if may_be_null else plain


def _untitled(schema: dict[str, Any]) -> dict[str, Any]:
    return {key: each for key, each in schema.items() if key != "title"}
