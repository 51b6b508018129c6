"""One model laid over another: maps are merged by key, anything else is replaced.

Null in the upper layer takes a named thing away.
"""

from typing import Any, TypeVar

from reconciler.model.base import Model
from reconciler.model.gates import After
from reconciler.model.probe import Test
from reconciler.model.target import Target

M = TypeVar("M", bound=Model)


def lay_over(base: M, over: M | None) -> M:
    """The base with every field that the upper layer's file sets.

    Maps and nested models are merged by key; lists and plain values are replaced; a test or target
    whose sort changes is replaced whole, since the fields of one sort mean nothing to another.
    """
    if over is None:
        return base
    before, after = _sort(base), _sort(over)
    if before and after and before != after:
        return over
    changes = {
        name: _merged(getattr(base, name), getattr(over, name)) for name in over.model_fields_set
    }
    return base.model_copy(update=changes)


def _merged(lower: Any, upper: Any) -> Any:
    if isinstance(lower, Model) and isinstance(upper, type(lower)):
        return lay_over(lower, upper)
    if isinstance(lower, dict) and isinstance(upper, dict):
        found = {
            **lower,
            **{
                key: _merged(lower[key], each) if key in lower else each
                for key, each in upper.items()
            },
        }
        return {key: each for key, each in found.items() if each is not None}
    return upper


def _sort(value: Model) -> str:
    match value:
        case Test():
            return value.sort
        case Target():
            return value.driver or ""
        case After():
            return "environment" if value.environment else "tier" if value.tier else ""
        case _:
            return ""
