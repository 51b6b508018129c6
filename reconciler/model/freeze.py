"""Freeze: one stretch of time in which nothing starts, with a reason."""

from typing import Literal

from pydantic import Field

from reconciler.model.base import Manifest, Model
from reconciler.names import Instant, Line, Name


class Scope(Model):
    """Where a freeze holds: all that are given must match; ``{}`` is everything."""

    environments: tuple[Name, ...] | None = Field(default=None, min_length=1, strict=False)
    """In these environments."""
    tiers: tuple[Name, ...] | None = Field(default=None, min_length=1, strict=False)
    """In places of these tiers."""
    customers: tuple[Name, ...] | None = Field(default=None, min_length=1, strict=False)
    """In places of these customers."""
    apps: tuple[Name, ...] | None = Field(default=None, min_length=1, strict=False)
    """For these apps."""


class Freeze(Manifest):
    """One stretch of time in which nothing starts."""

    kind: Literal["Freeze"]
    name: Name
    """The freeze, as in the path."""
    scope: Scope
    """Where it holds."""
    from_: Instant = Field(alias="from")
    """From then on."""
    until: Instant
    """Until then."""
    reason: Line
    """Why."""
    allows: tuple[Literal["hotfix"], ...] = Field(default=(), strict=False)
    """What passes; rollbacks always do."""
