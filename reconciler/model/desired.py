"""Desired: what shall run in a place, as its promotion comes to with what is known now."""

from dataclasses import dataclass
from datetime import datetime

from reconciler.model.records.departure import Fate
from reconciler.model.release import Release
from reconciler.model.unreleased import Unreleased


@dataclass(frozen=True, slots=True)
class Account:
    """What is to be written down of a slot that has come, unless something leaves with it."""

    slot: datetime
    fate: Fate
    why: str = ""


@dataclass(frozen=True, slots=True)
class Desired:
    """A release, or a commit without one, and how it came to be wanted.

    ``source`` is nothing where there is none yet; then ``missing`` says why, and ``unknown``
    whether somebody has still to look. ``new`` says that it isn't what runs. ``unproven``: why it
    can't be taken yet although it is there. ``why`` is empty for what the file names itself.
    """

    source: Release | Unreleased | None
    why: str = ""
    missing: str = ""
    unknown: bool = False
    unproven: str = ""
    new: bool = True
    scheduled: bool = False
    """Whether it leaves only with a slot."""
    due: datetime | None = None
    """The slot that it may leave with now."""
    upcoming: datetime | None = None
    """The next slot."""
    accounts: tuple[Account, ...] = ()
    """Slots to be written down, oldest first; the last one only if nothing leaves with it."""
    at_once: bool = False
    """Whether it waits for no slot, although what it stands in for does."""
    expires: str = ""
    """When it goes again by itself, of what is there for a while; RFC 3339 in UTC."""

    @property
    def shown(self) -> str:
        """What people read; empty where there is nothing."""
        match self.source:
            case Release():
                return self.source.version
            case Unreleased():
                return self.source.shown
            case None:
                return ""
