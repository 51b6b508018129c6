"""Models → JSON Schema (draft 2020-12), for editors and for people."""

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from reconciler.model.app import App
from reconciler.model.base import Manifest
from reconciler.model.environment import Environment
from reconciler.model.people import People
from reconciler.model.promotion import Promotion
from reconciler.model.release import Release

KINDS: Mapping[str, type[Manifest]] = MappingProxyType(
    {each.__name__: each for each in (App, Release, Environment, Promotion, People)}
)
"""The kinds of files of this version, by name."""


def schema_of(kind: str) -> dict[str, Any]:
    """The JSON Schema of a kind such as ``Release``; raises `KeyError` for an unknown one.

    It says what one file can say about itself in JSON Schema's words; the validator knows more.
    Fields that aren't supported yet aren't in it, so that editors flag them.
    """
    model = KINDS[kind]
    schema = _plain(model.model_json_schema())
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:tagboat:schema:v1:{kind.lower()}",
        **schema,
    }


def schema_text(kind: str) -> str:
    """The text of ``schema/<kind>.schema.json``; equal models give equal text."""
    return json.dumps(schema_of(kind), indent=2, ensure_ascii=False) + "\n"


def _plain(value: Any) -> Any:
    """Without null, which no field takes, and without titles that repeat a field's name."""
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if not isinstance(value, dict):
        return value
    found = dict(value)
    null = {"type": "null"}
    if null in found.get("anyOf", ()):
        left = [each for each in found.pop("anyOf") if each != null]
        if found.get("default", ...) is None:
            del found["default"]
        found = {**(left[0] if len(left) == 1 else {"anyOf": left}), **found}
    if "patternProperties" in found:  # names of another form are errors, not extras
        found["additionalProperties"] = False
    properties = found.pop("properties", None)
    found = {key: _plain(each) for key, each in found.items()}
    if properties is not None:
        found["properties"] = {name: _untitled(_plain(each)) for name, each in properties.items()}
    return found


def _untitled(schema: dict[str, Any]) -> dict[str, Any]:
    return {key: each for key, each in schema.items() if key != "title"}
