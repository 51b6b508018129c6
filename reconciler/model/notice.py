"""Notices: who is told what, and what is said on tickets."""

from typing import Literal

from pydantic import Field

from reconciler.model.base import Model
from reconciler.names import Duration, Line, Name, Reference

Event = Literal[
    "planned",
    "approval-wanted",
    "approved",
    "rejected",
    "waiting",
    "started",
    "delayed",
    "succeeded",
    "rolled-back",
    "stuck",
    "aborted",
    "window-closing",
    "window-closed",
    "tests-passed",
    "tests-failed",
    "missed",
    "frozen",
    "paused",
    "drift",
    "override-due",
]
"""What happens in a place."""

AppEvent = Literal["cut", "quarantined"]
"""What happens to an app, in no place."""


class Notice(Model):
    """Who is told what of a place. A layer may leave ``to`` and ``events`` to another."""

    to: tuple[Reference, ...] = Field(
        default=(), strict=False, examples=[["role/qa", "customer/managers"]]
    )
    """Who is told."""
    events: tuple[Event, ...] = Field(default=(), strict=False, examples=[["started", "succeeded"]])
    """What they are told."""
    via: tuple[Name, ...] = Field(default=("mail",), min_length=1, strict=False)
    """Channels by which people are reached."""
    after: Duration | None = None
    """Only if it still stands that long: escalation."""
    repeat: Duration | None = None
    """Again each so long: a reminder."""
    topic: bool = False
    """Sets the channel's topic instead."""
    attach: tuple[Literal["calendar", "log"], ...] = Field(default=(), strict=False)
    """What goes with it."""


class AppNotice(Model):
    """Who is told what of an app."""

    to: tuple[Reference, ...] = Field(min_length=1, strict=False, examples=[["channel/ops"]])
    """Who is told."""
    events: tuple[AppEvent, ...] = Field(min_length=1, strict=False, examples=[["cut"]])
    """What they are told."""
    via: tuple[Name, ...] = Field(default=("mail",), min_length=1, strict=False)
    """Channels by which people are reached."""
    after: Duration | None = None
    """Only if it still stands that long: escalation."""
    repeat: Duration | None = None
    """Again each so long: a reminder."""
    topic: bool = False
    """Sets the channel's topic instead."""
    attach: tuple[Literal["calendar", "log"], ...] = Field(default=(), strict=False)
    """What goes with it."""


class TicketAction(Model):
    """What is done on tickets at an event."""

    comment: bool = False
    """Say so on each ticket."""
    transition: Line | None = None
    """Move each ticket to this state."""
    close: bool = False
    """Close each ticket."""
