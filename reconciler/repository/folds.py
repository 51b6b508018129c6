"""Where judging had come to, kept on this host between runs.

What is kept belongs to this host alone: it lies in the reconciler's own folder, in the table of
`reconciler.system.facts`, which takes nothing that another user, other code or no such code wrote.
What can't be read is not there, and the branch is judged from its trust root.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import islice
from typing import Any, TypeVar

from reconciler.signoff.bookmark import (
    UNREADABLE,
    Bookmark,
    Row,
    commits_of,
    commits_row,
    states_row,
    word_of,
    word_row,
)
from reconciler.signoff.facts import Commit, Facts, Word
from reconciler.signoff.judging import Progress
from reconciler.system.facts import FactStore

_T = TypeVar("_T")

_FORMAT = 1
_PART = 1000
"""Commits, texts or words of one row; a whole row is written once and never again."""
APART = 200
"""New commits that are worth keeping what is known."""


@dataclass(slots=True)
class FoldStore:
    """The bookmark of one trust root. One thread uses it."""

    store: FactStore
    root: str
    _kept: int = -APART
    _signers: str = ""
    _whole: dict[str, list[str]] = field(default_factory=dict)
    """Sort → the keys of its whole rows, in order."""

    def recall(self) -> Bookmark | None:
        """What was kept last; nothing if that isn't there, or isn't whole."""
        try:
            return self._recalled()
        except UNREADABLE:
            return None

    def keep(self, facts: Facts, progress: Progress) -> None:
        """Keep what is known, where that is much more than what was kept; doubts never are."""
        if len(facts.commits) < self._kept + max(APART, self._kept // 50):
            return
        if self._signers != facts.signers:  # other keys may have changed any verdict
            self._signers, self._whole = facts.signers, {}
        numbers = {commit: number for number, commit in enumerate(facts.commits)}
        new: dict[str, str] = {}

        def commits(some: Sequence[Commit]) -> Row:
            return commits_row(some, numbers)

        try:
            head = {
                "format": _FORMAT,
                "signers": facts.signers,
                "keys": sorted(facts.keys),
                "commits": self._parted("commits", facts.commits.values(), commits, new),
                "texts": self._parted("texts", facts.texts.items(), _texts_row, new),
                "words": self._parted("words", facts.words.items(), _words_row, new),
                "states": states_row(progress, facts),
            }
        except UNREADABLE:
            self._whole = {}
            return
        self.store.keep({**new, self._key: _dumped(head)})
        self._kept = len(facts.commits)

    @property
    def _key(self) -> str:
        return f"fold {self.root}"

    def _recalled(self) -> Bookmark | None:
        found = self.store.recall([self._key])
        if self._key not in found:
            return None
        head = json.loads(found[self._key])
        if head["format"] != _FORMAT:
            return None
        sorts = ("commits", "texts", "words")
        parts = self.store.recall([key for sort in sorts for key in head[sort]["whole"]])

        def rows(sort: str) -> Iterable[Row]:
            for key in head[sort]["whole"]:
                yield json.loads(parts[key])
            yield head[sort]["rest"]

        names: list[str] = []
        facts = Facts(
            self.root,
            {each.id: each for part in rows("commits") for each in commits_of(part, names)},
            {},
            {
                name: text.encode(errors="surrogateescape")
                for part in rows("texts")
                for name, text in part
            },
            {name: word for part in rows("words") for name, word in map(word_of, part)},
            head["signers"],
            frozenset(head["keys"]),
        )
        self._kept, self._signers = len(facts.commits), facts.signers
        self._whole = {sort: head[sort]["whole"] for sort in sorts}
        return Bookmark(facts, head["states"])

    def _parted(
        self,
        sort: str,
        values: Iterable[_T],
        row: Callable[[Sequence[_T]], Row],
        new: dict[str, str],
    ) -> dict[str, Any]:
        """The keys of a sort's whole rows, and the rest; ``new`` gets what isn't kept yet."""
        whole = self._whole.setdefault(sort, [])
        rest = list(islice(values, len(whole) * _PART, None))
        while len(rest) >= _PART:
            text, rest = _dumped(row(rest[:_PART])), rest[_PART:]
            key = f"fold {sort} {blake2b(text.encode(), digest_size=16).hexdigest()}"
            new[key] = text
            whole.append(key)
        return {"whole": whole, "rest": row(rest)}


def _dumped(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))


def _texts_row(some: Sequence[tuple[str, bytes]]) -> Row:
    return [[name, text.decode(errors="surrogateescape")] for name, text in some]


def _words_row(some: Sequence[tuple[str, Word]]) -> Row:
    return [word_row(name, word) for name, word in some]
