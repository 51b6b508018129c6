"""The permanent codes of findings in files, with their manual.

``TB0xx`` reading a file · ``TB1xx`` its fields · ``TB2xx`` what it refers to · ``TB3xx`` what is
not allowed or never happens · ``TB4xx`` what git holds there (``TB45x`` belongs to sign-off).
"""

from collections.abc import Mapping
from types import MappingProxyType

from reconciler.manifest.codes import (
    changes,
    fields,
    integrity,
    layers,
    links,
    policy,
    reach,
    reading,
    references,
    times,
)
from reconciler.manifest.codes.code import Code

_TABLES = (reading, fields, references, links, layers, policy, reach, times, integrity, changes)

CODES: Mapping[str, Code] = MappingProxyType(
    {
        value.id: value
        for table in _TABLES
        for value in vars(table).values()
        if isinstance(value, Code)
    }
)
"""Every code by its id."""

__all__ = ["CODES", "Code", "explain"]


def explain(code: str) -> str:
    """The manual text of a code such as ``TB101``; raises `KeyError` for an unknown one."""
    return CODES[code.upper()].manual
