"""Bookmark: what is known and judged of a branch, as plain data, so that a fold can go on (pure).

Facts are kept whole. Of the states only the newest are: a fold that needs an older one computes it
again. Trees aren't kept, since git has them at hand. What these functions read was written by the
same code; anything else raises one of `UNREADABLE`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, assert_never

from reconciler.signoff.facts import (
    PLAIN_FILE,
    Commit,
    Entry,
    Facts,
    Signature,
    Word,
)
from reconciler.signoff.judging import Progress
from reconciler.signoff.law import Entries, Law, Lawbook
from reconciler.signoff.overlay import Overlay
from reconciler.signoff.standing import (
    Admission,
    Dispute,
    PathState,
    Pending,
    Refusal,
    Standing,
    State,
)
from reconciler.signoff.verdicts import text_of, verdict_of

Row = list[Any]
"""One value: texts, numbers, and rows in it."""
UNREADABLE = (ValueError, KeyError, TypeError, IndexError, AttributeError)
_ALWAYS = 3
_NOTHING: Row = [{}, [], []]
NEWEST = 1000
"""Commits whose states are kept. Work that began before them is judged from the trust root on."""


def commits_row(commits: Iterable[Commit], numbers: Mapping[str, int]) -> Row:
    """Some commits, for `commits_of`; ``numbers`` are the places of all of them in the facts.

    Raises `ValueError` where a signature is in doubt.
    """
    hands: dict[tuple[Any, ...], int] = {}
    rows: list[Row] = []
    for each in commits:
        hand = (_told(each.signature), each.author, each.mails)
        row = [
            each.id,
            [numbers.get(one, one) for one in each.parents],
            hands.setdefault(hand, len(hands)),
            {path: _entry_row(entry) for path, entry in each.changes.items()},
            [[numbers.get(one, one) for one in group] for group in each.bases],
            sorted(each.composed),
        ]
        while len(row) > _ALWAYS and not row[-1]:  # what is empty at the end is left out
            row.pop()
        rows.append(row)
    return [list(hands), rows]


def commits_of(part: Row, names: list[str]) -> Iterator[Commit]:
    """The commits of a row; ``names``, of those before them, gets theirs too."""
    hands = [(said and verdict_of(said), author, tuple(mails)) for said, author, mails in part[0]]

    def ids(some: Row) -> tuple[str, ...]:
        return tuple([names[each] if isinstance(each, int) else each for each in some])

    for name, parents, hand, *more in part[1]:
        signature, author, mails = hands[hand]
        changes, bases, composed = more + _NOTHING[len(more) :]
        names.append(name)
        yield Commit(
            name,
            ids(parents),
            {path: _entry(each) for path, each in changes.items()},
            tuple([ids(each) for each in bases]),
            frozenset(composed),
            signature,
            author,
            mails,
        )


def word_row(name: str, word: Word) -> Row:
    """An approval's word by its object id, for `word_of`; raises `ValueError` as above."""
    more = [word.environment, word.app, word.version, word.approves]
    return [name, word.by, word.recorded_by, word.rejection, text_of(word.signature), *more]


def word_of(row: Row) -> tuple[str, Word]:
    """Object id and word of a row."""
    name, by, recorded_by, rejection, said, *more = row
    return name, Word(by, recorded_by, rejection, verdict_of(said), *more)


def _told(signature: Signature | None) -> str | None:
    return None if signature is None else text_of(signature)


def states_row(progress: Progress, facts: Facts, *, newest: int = NEWEST) -> Row:
    """The newest states, for `progress_of`; what many of them share is there once.

    Raises `KeyError` where a state rests on a tree that the facts don't have.
    """
    return _Pen(facts).row(progress, newest)


def progress_of(row: Row, facts: Facts) -> Progress:
    """The progress with these states; ``facts`` know at least the same, and all trees."""
    laws, marks, layers, states = row
    lawbook, names = Lawbook(facts.texts), list(facts.commits)
    made = [
        lawbook.made(_entries(own), frozenset(disputed), frozenset(map(_entries, others)))
        for own, disputed, others in laws
    ]
    paths: list[PathState] = []
    for each in marks:
        paths.append(_mark(each, names, paths))
    shared = [{path: paths[each] for path, each in layer.items()} for layer in layers]
    found = {
        names[commit]: State(
            facts.trees[ground] if ground else {},
            Overlay(tuple([shared[each] for each in used])),
            made[law],
            grounded=grounded,
            rooted=rooted,
            open=frozenset(held),
        )
        for commit, ground, used, law, grounded, rooted, held in states
    }
    return Progress(facts.root, found, lawbook)


class _Pen:
    """Writes states down; the same object gets the same number."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.numbers = {commit: number for number, commit in enumerate(facts.commits)}
        self.grounds = {id(tree): commit for commit, tree in facts.trees.items()}
        self.laws: dict[int, tuple[int, Row]] = {}
        self.marks: dict[int, tuple[int, Row]] = {}
        self.layers: dict[int, tuple[int, dict[str, int]]] = {}

    def row(self, progress: Progress, newest: int) -> Row:
        """All tables, and the states that point into them."""
        later = islice(self.facts.commits, max(0, len(self.facts.commits) - newest), None)
        known = [each for each in later if each in progress.states]
        states = [[self.numbers[each], *self._state(progress.states[each])] for each in known]
        laws = [each for _, each in self.laws.values()]
        marks = [each for _, each in self.marks.values()]
        return [laws, marks, [each for _, each in self.layers.values()], states]

    def _state(self, state: State) -> Row:
        if state.doubtful:
            raise ValueError(state)
        ground = self.grounds[id(state.ground)] if state.ground else ""
        layers = [self._layer(each) for each in state.overlay.layers]
        law = self._law(state.law)
        return [ground, layers, law, state.grounded, state.rooted, sorted(state.open)]

    def _law(self, law: Law) -> int:
        if id(law) not in self.laws:
            others = sorted(_flat(each) for each in law.others)
            row = [_flat(law.entries), sorted(law.disputed), others]
            self.laws[id(law)] = (len(self.laws), row)
        return self.laws[id(law)][0]

    def _layer(self, layer: Mapping[str, PathState]) -> int:
        if id(layer) not in self.layers:
            row = {path: self._path(each) for path, each in layer.items()}
            self.layers[id(layer)] = (len(self.layers), row)
        return self.layers[id(layer)][0]

    def _path(self, state: PathState) -> int:
        if id(state) not in self.marks:
            standing = state.standing
            row = [
                _entry_row(state.current),
                [_standing_row(each) for each in standing.candidates]
                if isinstance(standing, Dispute)
                else _standing_row(standing),
                isinstance(standing, Dispute),
                self._ids(state.trail),
                state.since,
                _fields(state.refused),
                _fields(state.pending),
                sorted(state.past),
                self._ids(state.signed),
                None if state.bare is None else self._path(state.bare),
            ]
            self.marks[id(state)] = (len(self.marks), row)
        return self.marks[id(state)][0]

    def _ids(self, commits: Sequence[str]) -> list[int]:
        return [self.numbers[each] for each in commits]


def _flat(entries: Entries) -> Row:
    return sorted([path, *entry] for path, entry in entries)


def _entries(rows: Sequence[Row]) -> Entries:
    return frozenset((path, Entry(mode, blob)) for path, mode, blob in rows)


def _entry_row(entry: Entry | None) -> Row | str | None:
    """An entry, where a plain file is its id alone."""
    return entry.id if entry is not None and entry.mode == PLAIN_FILE else entry and [*entry]


def _entry(row: Row | str | None) -> Entry | None:
    match row:
        case None:
            return None
        case str():
            return Entry(PLAIN_FILE, row)
        case _:
            return Entry(*row)


def _standing_row(standing: Standing) -> Row:
    return [_entry_row(standing.entry), _fields(standing.admission)]


def _standing(row: Row) -> Standing:
    entry, admission = row
    if admission is None:
        return Standing(_entry(entry))
    merge, by, authors, commits, seconded, word, since = admission
    told = Admission(merge, by, tuple(authors), tuple(commits), tuple(seconded), word, since)
    return Standing(_entry(entry), told)


def _fields(value: Admission | Refusal | Pending | None) -> Row | None:
    match value:
        case None:
            return None
        case Admission():
            authors, more = (
                [value.authors, value.commits],
                [value.seconded, value.word, value.since],
            )
            return [value.merge, value.merged_by, *authors, *more]
        case Refusal():
            return [value.code, value.culprit, value.why, value.commits]
        case Pending():
            return [_entry_row(value.entry), value.persons, value.authors, value.commits]
        case _:
            assert_never(value)


def _mark(row: Row, names: Sequence[str], above: Sequence[PathState]) -> PathState:
    """A path's state; ``above`` are those of the rows before it."""
    current, standing, disputed, trail, since, refused, pending, past, signed, bare = row
    return PathState(
        _entry(current),
        Dispute(tuple(map(_standing, standing))) if disputed else _standing(standing),
        tuple([names[each] for each in trail]),
        since,
        refused and Refusal(refused[0], refused[1], refused[2], tuple(refused[3])),
        pending and Pending(_entry(pending[0]), *map(tuple, pending[1:])),
        frozenset(past),
        tuple([names[each] for each in signed]),
        None if bare is None else above[bare],
    )


@dataclass(frozen=True, slots=True)
class Bookmark:
    """What an earlier run knew, without trees, and how far it had judged."""

    facts: Facts
    states: Row

    def progress(self, facts: Facts) -> Progress | None:
        """The progress, for facts that go on from these; nothing where it can't be read."""
        try:
            return progress_of(self.states, facts)
        except UNREADABLE:
            return None
