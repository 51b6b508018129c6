"""One canonical text per value, and its digest (L0)."""

import hashlib
import json
from typing import Any


def canonical_json(value: Any) -> str:
    """One line of JSON: sorted keys, no spaces, UTF-8 kept; floats are refused.

    Raises `TypeError` for floats (two machines may print them differently) and for anything that
    JSON can't say.
    """
    _refuse_floats(value)
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest_of(value: Any) -> str:
    """``sha256:`` and 64 hex digits over `canonical_json` of the value."""
    return "sha256:" + hashlib.sha256(canonical_json(value).encode()).hexdigest()


def _refuse_floats(value: Any) -> None:
    # Plain tests: a proof of all decisions comes here millions of times.
    if isinstance(value, float):
        msg = "a float has no canonical text"
        raise TypeError(msg)
    inside = value.values() if isinstance(value, dict) else value
    if isinstance(value, dict | list | tuple):
        for each in inside:
            if not isinstance(each, str):
                _refuse_floats(each)
