"""Obstacle: why what somebody wants to do can't be done, and what to do instead (pure)."""

from typing import NamedTuple

from reconciler.planner.permission import Deed


class Obstacle(NamedTuple):
    """Why it is refused, and one action that helps."""

    why: str
    remedy: str


def explaining(deed: Deed) -> str:
    """To look how things are where somebody wants to do something."""
    verb = "explain" if deed.app else "status"
    return f"see how things are: tagboat {verb} {deed.scope}"
