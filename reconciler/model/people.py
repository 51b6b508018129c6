"""People: who may do what, and by which key they are known."""

import base64
import binascii
import hashlib
from typing import ClassVar, Literal

from pydantic import Field

from reconciler.model.base import Manifest, Model
from reconciler.model.gates import Seat
from reconciler.names import Language, Line, Name, PublicKey


class Person(Model):
    """One person."""

    UNENFORCED: ClassVar[frozenset[str]] = frozenset({"records_for"})

    name: Line
    """How others call them."""
    mail: Line | None = None
    """Where they are reached."""
    phone: Line | None = None
    """Where they are reached."""
    language: Language | None = None
    """Of what is written to them."""
    keys: tuple[PublicKey, ...] = Field(default=(), strict=False)
    """Public ssh keys, of this person only. A person without one can't sign."""
    logins: dict[Name, Line] = {}
    """Forge → login."""
    customer: Name | None = None
    """Somebody outside: counts in this customer's places only."""
    records_for: tuple[Name, ...] = Field(default=(), strict=False)
    """Persons outside whose word this one may write down."""


class Guards(Model):
    """Who must agree to changes of what; judged by the state before the change."""

    policies: tuple[Seat, ...] = Field(min_length=1, strict=False, examples=[[{"role": "admin"}]])
    """Of policies and environments."""
    people: tuple[Seat, ...] = Field(min_length=1, strict=False, examples=[[{"role": "admin"}]])
    """Of people."""
    customers: tuple[Seat, ...] | None = Field(default=None, min_length=1, strict=False)
    """Of customers; as `policies` if left out."""
    calendars: tuple[Seat, ...] | None = Field(default=None, min_length=1, strict=False)
    """Of calendars; as `policies` if left out."""
    freezes: tuple[Seat, ...] | None = Field(default=None, min_length=1, strict=False)
    """Of freezes; as `policies` if left out."""
    connections: tuple[Seat, ...] | None = Field(default=None, min_length=1, strict=False)
    """Of connections; as `policies` if left out."""
    releases: tuple[Seat, ...] | None = Field(default=None, min_length=1, strict=False)
    """Of releases; as `policies` if left out."""


class People(Manifest):
    """Persons, teams and roles."""

    kind: Literal["People"]
    people: dict[Name, Person]
    """Persons by id."""
    teams: dict[Name, tuple[Name, ...]] = Field(default={}, strict=False)
    """Team → persons."""
    roles: dict[Name, tuple[Line, ...]] = Field(default={}, strict=False)
    """Role → persons, ``team/…`` or ``role/…``."""
    guards: Guards | None = None
    """Area → who must agree to its changes."""

    def members(self, reference: str) -> frozenset[str]:
        """Ids of the persons a reference leads to; empty for one that leads nowhere.

        ``role/…`` may name persons, teams and other roles; a cycle adds nothing.
        """
        found: set[str] = set()
        seen = {reference}
        waiting = [reference]
        while waiting:  # no recursion: a file can chain thousands of roles, and name one twice
            sort, slash, name = waiting.pop().partition("/")
            named: tuple[str, ...] = ()
            match sort:
                case _ if not slash:
                    found.add(sort)
                case "person":
                    found.add(name)
                case "team":
                    named = self.teams.get(name, ())
                case "role":
                    named = self.roles.get(name, ())
                case _:
                    pass
            waiting += [each for each in named if each not in seen]
            seen.update(named)
        return frozenset(found & self.people.keys())

    def owner_of(self, fingerprint: str) -> str:
        """Whose key has this fingerprint; empty for nobody's, and for one that two share."""
        found = {
            person
            for person, each in self.people.items()
            if fingerprint in map(fingerprint_of, each.keys)
        }
        return found.pop() if fingerprint and len(found) == 1 else ""

    def counting(self, reference: str, customer: str | None) -> frozenset[str]:
        """The members who count in this customer's places: all but another customer's people."""
        return frozenset(
            each
            for each in self.members(reference)
            if each in self.people and self.people[each].customer in {None, customer}
        )

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


def fingerprint_of(key: str) -> str:
    """``SHA256:…`` of a line of a ``.pub`` file, as OpenSSH shows it; empty for any other text."""
    words = key.split()
    try:
        wire = base64.b64decode(words[1], validate=True)
    except (IndexError, binascii.Error):
        return ""
    digest = base64.b64encode(hashlib.sha256(wire).digest()).decode().rstrip("=")
    return f"SHA256:{digest}"
