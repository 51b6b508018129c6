"""What is known of the commits since the trust root: the judge's only input besides who may what.

Facts are gathered by `reconciler.repository.arrivals` and never interpreted there.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

PLAIN_FILE = "100644"
"""The only mode that is content (X1, B22, B23)."""


class Entry(NamedTuple):
    """What a tree holds at a path: git's mode, such as ``100644``, and the object's id."""

    mode: str
    id: str


@dataclass(frozen=True, slots=True)
class Signed:
    """A good signature: by a key (sort and key, as in a ``.pub`` file), or by whom the key is."""

    by: str


@dataclass(frozen=True, slots=True)
class Unsigned:
    """No signature at all."""


@dataclass(frozen=True, slots=True)
class Unlisted:
    """Signed by a key that no version of the people file has, or not with an ssh key at all."""


@dataclass(frozen=True, slots=True)
class Bad:
    """A signature that isn't that of the key that it names, which is ``by`` where it names one."""

    by: str = ""


@dataclass(frozen=True, slots=True)
class Unknown:
    """The verifier couldn't answer; says nothing about the signature and is asked again."""

    why: str


Signature = Signed | Unsigned | Unlisted | Bad | Unknown


@dataclass(frozen=True, slots=True)
class Word:
    """What an approval's file says: whose word, who wrote it down, and by which key it is signed.

    ``recorded_by`` is empty where the person wrote it. A ``rejection`` is a no. ``approves`` is
    the digest of what is agreed to, without any reserve; empty for every other decision.
    """

    by: str
    recorded_by: str
    rejection: bool
    signature: Signature
    environment: str = ""
    app: str = ""
    version: str = ""
    approves: str = ""


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit since the trust root.

    ``changes``: managed path → what is there now, or nothing, for each path that differs from the
    *first* parent's tree; from the empty tree without parents. Renames are a removal and an
    addition. ``bases``: for each further parent, every merge base of it and the first one, sorted;
    empty for unrelated histories. ``composed``: the paths whose entry is in neither parent and is
    exactly what ``git merge-file`` makes of both and their one base; never promotions, releases or
    approvals. ``signature`` is given for merges and for commits with changes. ``author`` is the
    name that the commit itself states, ``mails`` the addresses of its author, committer and
    trailers: they may add persons to the author side and never clear anybody (X10).
    """

    id: str
    parents: tuple[str, ...]
    changes: Mapping[str, Entry | None] = field(default_factory=dict)
    bases: tuple[tuple[str, ...], ...] = ()
    composed: frozenset[str] = frozenset()
    signature: Signature | None = None
    author: str = ""
    mails: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Trains:
    """What reconcilers may bring by themselves: releases cut from what the history says was seen.

    ``keys``: sort and key of each listed reconciler. ``seen``: a release's path → the facts of the
    one sighting that a train may cut it from. ``tagged``: the same of tags that were pushed by
    hand, which somebody has to merge. ``whole``: the history was read to its end after these
    commits were there, and nothing is under way. What a reconciler brings is recorded before it is
    pushed, so what isn't recorded by then never counts, and nobody has to wait for it.
    """

    keys: frozenset[str] = frozenset()
    seen: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    tagged: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    whole: bool = False

    def facts_of(self, path: str) -> Mapping[str, str] | None:
        """What a release at this path may be cut from; nothing if nobody has seen that."""
        return self.seen.get(path) or self.tagged.get(path)


@dataclass(frozen=True, slots=True)
class Facts:
    """All commits reachable from the tips asked for and not from the trust root.

    ``commits`` are ordered parents first; dates play no part (B119). ``trees``: managed path →
    entry, whole, for the root and for every commit outside that counts as a parent or a base; all
    of those are ancestors of the root. ``texts``: object id → content, of every entry in there
    that says who may what (`decides_who`), of promotions, and of what approvals speak of.
    ``words``: object id → what it says, of every approval that can be read. ``keys`` are those
    that signatures were checked against, ``signers`` is their digest. ``trains`` is what
    reconcilers may bring; ``cuts``: a release's path and the id of its app's file → the id of the
    file that cutting gives there, for every release that a reconciler's commit brings and every
    file that its app had. ``drafts`` are commits of reconcilers that bring just such releases,
    or put a promotion back to what was proven there (`returns`).
    """

    root: str
    commits: Mapping[str, Commit]
    trees: Mapping[str, Mapping[str, Entry]]
    texts: Mapping[str, bytes] = field(default_factory=dict)
    words: Mapping[str, Word] = field(default_factory=dict)
    signers: str = ""
    keys: frozenset[str] = frozenset()
    trains: Trains = field(default_factory=Trains)
    cuts: Mapping[tuple[str, str], str] = field(default_factory=dict)
    drafts: frozenset[str] = frozenset()
