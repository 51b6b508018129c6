"""Gates: what a promotion must pass before a deployment starts."""

from typing import ClassVar, Literal

from pydantic import Field

from reconciler.model.base import Choice, Model
from reconciler.names import Duration, Line, Name

Requirement = Literal[
    "not-behind",
    "way-back",
    "pinned-artifacts",
    "annotated-tag",
    "signed-tag",
    "smoke-tests",
    "rollback-ready",
]


class After(Choice):
    """The same content is verified elsewhere first. A layer may leave the place to another."""

    AT_MOST_ONE: ClassVar[tuple[str, ...]] = ("environment", "tier")

    environment: Name | None = None
    """In this environment."""
    tier: Name | None = None
    """In any place of this tier, of the same customer if there is one."""
    soak: Duration | None = None
    """For so long."""
    max_age: Duration | None = None
    """At most so long ago."""


class Seat(Model):
    """Persons who must agree."""

    role: Name
    """Who may."""
    count: int = Field(default=1, ge=1, le=100)
    """How many of them."""
    accepts: tuple[Literal["approved", "risk-accepted"], ...] = Field(
        default=("approved",), min_length=1, strict=False
    )
    """Which decisions fill the seat."""


class TicketGate(Model):
    """Where the tickets must stand."""

    state: Line = Field(examples=["Staging"])
    """The column that all of them stand in."""


class Gates(Model):
    """What a promotion must pass."""

    after: After | None = None
    """The same content is verified elsewhere first."""
    approvals: tuple[Seat, ...] = Field(
        default=(), strict=False, examples=[[{"role": "qa"}, {"role": "customer", "count": 2}]]
    )
    """Seats to fill; the merge fills one too."""
    four_eyes: bool = True
    """No author of the change fills a seat or merges it."""
    attended: bool = False
    """Starts only when somebody who may says ``tagboat confirm``."""
    tickets: TicketGate | None = None
    """Where the tickets must stand."""
    require: tuple[Requirement, ...] = Field(
        default=(), strict=False, examples=[["way-back", "pinned-artifacts"]]
    )
    """What must be true of the content. `not-behind`: contains what runs there. `rollback-ready`:
    what runs now could be fetched and put back."""
