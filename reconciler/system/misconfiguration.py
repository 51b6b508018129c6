"""What is wrong with a ``tagboat.toml``, with what to write instead; values are never shown."""

import re
from collections.abc import Iterator
from difflib import get_close_matches
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from reconciler.model.host import Host

_LEAD = re.compile(r"^(Value error, |Input should be )")


def misconfigured(error: ValidationError) -> tuple[str, str]:
    """Every wrong setting in one sentence, and what to do about the first."""
    told = [_told(each) for each in error.errors(include_input=False, include_url=False)]
    said = "; ".join(what for what, _ in told)
    return said, told[0][1]


def _told(found: Any) -> tuple[str, str]:
    path = [str(each) for each in found["loc"]]
    name = ".".join(path)
    match found["type"]:
        case "missing":
            return f"{name} is missing", f"add {name}; tagboat config example shows all settings"
        case "extra_forbidden":
            known = sorted(_settings_of(path[:-1]))
            near = get_close_matches(path[-1], known, n=1, cutoff=0.6)
            rest = f"write {near[0]}" if near else f"it may be one of {', '.join(known)}"
            return f"{name} is no setting", f"take {name} out, or {rest}"
        case _:
            wrong = _LEAD.sub("", str(found["msg"]))
            expected = wrong if wrong.startswith("expected") else f"expected {wrong}"
            hint = f"correct {name}; tagboat config example shows all settings"
            return f"{name or 'the file'}: {expected}", hint


def _settings_of(path: list[str]) -> set[str]:
    """The settings that a table may have."""
    models: list[type[BaseModel]] = [Host]
    for name in path:
        fields = [
            each.model_fields[name].annotation for each in models if name in each.model_fields
        ]
        # A name that somebody chose, such as an app's, is no field: the table is its value.
        models = [model for each in fields for model in _models(each)] or models
    return {name for each in models for name in each.model_fields}


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    elif get_origin(annotation) in (Union, UnionType, dict, tuple):
        for each in get_args(annotation):
            yield from _models(each)
