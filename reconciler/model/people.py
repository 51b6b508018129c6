"""People: who may do what, and by which key they are known."""

from typing import ClassVar, Literal

from pydantic import Field

from reconciler.model.base import Manifest, Model
from reconciler.names import Line, Name, PublicKey


class Person(Model):
    """One person."""

    NOT_YET: ClassVar[frozenset[str]] = frozenset({"customer", "records_for"})

    name: Line
    """How others call them."""
    mail: Line | None = None
    """Where they are reached."""
    phone: Line | None = None
    """Where they are reached."""
    language: Line | None = None
    """Of what is written to them."""
    keys: tuple[PublicKey, ...] = Field(default=(), strict=False)
    """Public ssh keys, of this person only. A person without one can't sign."""
    logins: dict[Name, Line] = {}
    """Forge → login."""


class People(Manifest):
    """Persons, teams and roles."""

    NOT_YET: ClassVar[frozenset[str]] = frozenset({"guards"})

    kind: Literal["People"]
    people: dict[Name, Person]
    """Persons by id."""
    teams: dict[Name, tuple[Name, ...]] = Field(default={}, strict=False)
    """Team → persons."""
    roles: dict[Name, tuple[Line, ...]] = Field(default={}, strict=False)
    """Role → persons, ``team/…`` or ``role/…``."""

    def members(self, reference: str) -> frozenset[str]:
        """Ids of the persons a reference leads to; empty for one that leads nowhere.

        ``role/…`` may name persons, teams and other roles; a cycle adds nothing.
        """
        return self._members(reference, frozenset())

    def _members(self, reference: str, seen: frozenset[str]) -> frozenset[str]:
        if reference in seen:
            return frozenset()
        sort, slash, name = reference.partition("/")
        if not slash:
            return frozenset({reference}) & self.people.keys()
        named: tuple[str, ...]
        match sort:
            case "person":
                named = (name,)
            case "team":
                named = self.teams.get(name, ())
            case "role":
                named = self.roles.get(name, ())
            case _:
                named = ()
        inside = seen | {reference}
        return frozenset().union(*(self._members(each, inside) for each in named))

    def names(self, sort: str) -> frozenset[str]:
        """The names that a reference of this sort may have: ``person``, ``team`` or ``role``."""
        match sort:
            case "person":
                return frozenset(self.people)
            case "team":
                return frozenset(self.teams)
            case "role":
                return frozenset(self.roles)
            case _:
                return frozenset()
