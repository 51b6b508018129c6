"""One model laid over another: maps are merged by key, anything else is replaced."""

from typing import Any, TypeVar

from reconciler.model.base import Model
from reconciler.model.probe import Test

M = TypeVar("M", bound=Model)


def lay_over(base: M, over: M | None) -> M:
    """The base with every field that the upper layer's file sets.

    Maps and nested models are merged by key; lists and plain values are replaced; a test whose
    sort changes is replaced whole, since the fields of one sort mean nothing to another.
    """
    if over is None:
        return base
    if isinstance(base, Test) and isinstance(over, Test) and _sort(base) != _sort(over):
        return over
    changes = {
        name: _merged(getattr(base, name), getattr(over, name)) for name in over.model_fields_set
    }
    return base.model_copy(update=changes)


def _merged(lower: Any, upper: Any) -> Any:
    if isinstance(lower, Model) and isinstance(upper, type(lower)):
        return lay_over(lower, upper)
    if isinstance(lower, dict) and isinstance(upper, dict):
        return {
            **lower,
            **{
                key: _merged(lower[key], each) if key in lower else each
                for key, each in upper.items()
            },
        }
    return upper


def _sort(test: Test) -> str:
    return "http" if test.http else "command"
