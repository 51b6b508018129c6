"""Merge request: what a forge says of how commits came into the protected branch."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Self

How = Literal["merged", "automatic", "unknown"]
"""How it was merged. ``merged``: by the person named, then and there. ``automatic``: by a queue, a
schedule or a program, so the person named agreed to nothing in particular. ``unknown``: the forge
doesn't tell one from the other, or lets others choose whom it names."""

_CHANGE = "change "


@dataclass(frozen=True, slots=True)
class Push:
    """Who pushed which commits; without commits it may have been any."""

    by: str
    commits: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class OpenRequest:
    """A request that is open: its number, the ref that leads to its head, and that head."""

    number: int
    ref: str
    head: str


@dataclass(frozen=True, slots=True)
class Told:
    """What a forge itself says of a merged request, before anybody looked into git.

    Persons are logins. ``merge_commit`` is the commit of the protected branch that the forge names
    as its outcome, ``ref`` where git finds the merged head, ``commits`` those of the request, in no
    order. ``named``: commit → the logins that the forge sees in its author and committer.
    ``traced`` are the commits of which it is told who pushed them, which a forge may do a moment
    after the push, and after the merge; nothing where no commit is missing.
    ``approvals`` are login and approved commit, of those that still stand.
    """

    number: str
    base: str
    ref: str
    merge_commit: str
    opener: str
    merged_by: str
    how: How
    commits: tuple[str, ...]
    pushes: tuple[Push, ...] = ()
    traced: frozenset[str] | None = None
    named: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    approvals: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Weakness:
    """Something that a forge's settings leave open, and what closes it."""

    found: str
    remedy: str


@dataclass(frozen=True, slots=True)
class MergeRequest:
    """The evidence of one merged request, as a sighting holds it; persons are logins, sorted.

    ``head`` is what was merged, ``commits`` are those of its commits that alter what it changes,
    ``authors`` whoever opened it, pushed one of those or is named in them by login, ``mails`` the
    addresses that they name. ``approved_by`` approved exactly that head. ``changes``: managed path
    → mode and object id at the head, empty where it is removed, for each path that the request
    itself changes.
    """

    number: str
    base: str
    head: str
    opener: str
    merged_by: str
    how: How
    authors: tuple[str, ...] = ()
    mails: tuple[str, ...] = ()
    approved_by: tuple[str, ...] = ()
    commits: tuple[str, ...] = ()
    changes: Mapping[str, str] = field(default_factory=dict)

    @property
    def facts(self) -> dict[str, str]:
        """All of it as a sighting's facts; what is empty is left out."""
        plain = {
            "request": self.number,
            "base": self.base,
            "head": self.head,
            "opener": self.opener,
            "merged-by": self.merged_by,
            "how": self.how,
            "authors": " ".join(self.authors),
            "mails": " ".join(self.mails),
            "approved-by": " ".join(self.approved_by),
            "commits": " ".join(self.commits),
        }
        told = {name: value for name, value in plain.items() if value}
        return told | {f"{_CHANGE}{path}": entry for path, entry in self.changes.items()}

    @classmethod
    def of(cls, facts: Mapping[str, str]) -> Self | None:
        """The request that a sighting speaks of; nothing if no request brought the commit."""
        if "request" not in facts:
            return None
        how: How = "unknown"
        match facts.get("how"):
            case "merged":
                how = "merged"
            case "automatic":
                how = "automatic"
            case _:
                pass

        def words(name: str) -> tuple[str, ...]:
            return tuple(facts.get(name, "").split())

        return cls(
            facts["request"],
            facts.get("base", ""),
            facts.get("head", ""),
            facts.get("opener", ""),
            facts.get("merged-by", ""),
            how,
            words("authors"),
            words("mails"),
            words("approved-by"),
            words("commits"),
            {
                name.removeprefix(_CHANGE): entry
                for name, entry in facts.items()
                if name.startswith(_CHANGE)
            },
        )
