"""Modules of Python's own that much imports and hardly any run uses."""

import importlib
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

_UNUSED: dict[str, tuple[str, ...]] = {
    "importlib.metadata": ("entry_points",),
    "inspect": (),
    "urllib.parse": ("quote_from_bytes",),
}
"""Module → functions that are imported by name and called later, if at all.

pydantic looks for plugins with the first, and is told not to look; dataclasses write the words of a
class that has none with the second; pathlib makes addresses of paths with the third. Loading them
is a fifth of a run that has nothing to do. From 3.12 on, dataclasses do use the second.
"""


def postpone() -> None:
    """Load these modules when something of them is used, and not when they are imported."""
    for name, functions in _UNUSED.items():
        if name not in sys.modules:
            made = sys.modules[name] = _stand_in(name, functions)
            parent, _, child = name.rpartition(".")
            if parent:
                # Importing binds a module to the package that it is in.
                setattr(importlib.import_module(parent), child, made)


def _stand_in(name: str, functions: tuple[str, ...]) -> ModuleType:
    def load(attribute: str) -> Any:
        if attribute.startswith("__"):
            raise AttributeError(attribute)  # importing asks for these
        if sys.modules.get(name) is made:
            sys.modules.pop(name, None)
        return getattr(importlib.import_module(name), attribute)

    def later(function: str) -> Callable[..., Any]:
        def call(*given: Any, **named: Any) -> Any:
            return load(function)(*given, **named)

        return call

    made = ModuleType(name)
    vars(made).update(__getattr__=load, **{each: later(each) for each in functions})
    return made
