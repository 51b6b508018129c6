"""What is known of the commits since the trust root: the judge's only input besides who may what.

Facts are gathered by `reconciler.repository.arrivals` and never interpreted there.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

PLAIN_FILE = "100644"
"""The only mode that is content (X1, B22, B23)."""


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """What a tree holds at a path: git's mode, such as ``100644``, and the object's id."""

    mode: str
    id: str


@dataclass(frozen=True, slots=True)
class Signed:
    """A good signature by a key that belongs to this principal: a person's id, or a reconciler."""

    person: str


@dataclass(frozen=True, slots=True)
class Unsigned:
    """No signature at all."""


@dataclass(frozen=True, slots=True)
class Unlisted:
    """Signed by a key that belongs to nobody who is listed."""


@dataclass(frozen=True, slots=True)
class Bad:
    """A signature that names a listed key and isn't that key's over this commit."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """The verifier couldn't answer; says nothing about the signature and is asked again."""

    why: str


Signature = Signed | Unsigned | Unlisted | Bad | Unknown


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit since the trust root.

    ``changes``: managed path → what is there now, or nothing, for each path that differs from the
    *first* parent's tree; from the empty tree without parents. Renames are a removal and an
    addition. ``bases``: for each further parent, every merge base of it and the first one, sorted;
    empty for unrelated histories. ``signature`` is given for merges and for commits with changes.
    ``author`` is the name that the commit itself states: shown, never believed (X10).
    """

    id: str
    parents: tuple[str, ...]
    changes: Mapping[str, Entry | None] = field(default_factory=dict)
    bases: tuple[tuple[str, ...], ...] = ()
    signature: Signature | None = None
    author: str = ""

    @property
    def signer(self) -> str:
        """The person whose good signature it carries, or empty."""
        return self.signature.person if isinstance(self.signature, Signed) else ""

    @property
    def shown(self) -> str:
        """Who did it, for people to read: a verified person, or a name marked as unverified."""
        return self.signer or f"{self.author or 'somebody'} (not verified)"


@dataclass(frozen=True, slots=True)
class Facts:
    """All commits reachable from the tips asked for and not from the trust root.

    ``commits`` are ordered parents first; dates play no part (B119). ``trees``: managed path →
    entry, whole, for the root and for every commit outside that counts as a parent or a base; all
    of those are ancestors of the root. ``signers`` is the digest of the keys that signatures were
    checked against.
    """

    root: str
    commits: Mapping[str, Commit]
    trees: Mapping[str, Mapping[str, Entry]]
    signers: str = ""
