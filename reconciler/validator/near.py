"""The hint for a name that leads nowhere."""

from collections.abc import Iterable
from difflib import get_close_matches


def near_or_add(name: str, known: Iterable[str], path: str) -> str:
    """The known name that looks most like this one; and which file to add if it is right."""
    found = near(name, known)
    return f"{found} If not, add {path}" if found else f"correct it, or add {path}"


def near(name: str, known: Iterable[str]) -> str:
    """``did you mean 'x'?`` for the known name that looks most like this one; else empty."""
    found = get_close_matches(name, sorted(known), n=1, cutoff=0.6)
    return f"did you mean '{found[0]}'?" if found else ""
