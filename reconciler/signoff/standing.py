"""What is admitted at a path, and what stands there instead: the values that the fold carries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from operator import eq

from reconciler.signoff.facts import Entry
from reconciler.signoff.law import Law
from reconciler.signoff.overlay import Overlay


@dataclass(frozen=True, slots=True)
class Admission:
    """One sign-off: which merge, by whom, of whose content.

    ``authors`` is the author side, sorted; ``commits`` are the content commits, oldest first.
    ``seconded`` are those whose earlier merges of the same content filled seats too. What counts
    at once has the commit itself as its merge. ``word``: the approval that stands for the merge,
    as path and object id; then ``merged_by`` is who gave it, and ``merge`` where both were there.
    ``since``: where the same content came into force by another approval, which this sign-off took
    the place of; empty if it brought the content itself.
    """

    merge: str
    merged_by: str
    authors: tuple[str, ...]
    commits: tuple[str, ...]
    seconded: tuple[str, ...] = ()
    word: str = ""
    since: str = ""

    @property
    def came(self) -> str:
        """The commit with which the content came into force, whoever vouches for it by now."""
        return self.since or self.merge

    @property
    def agreed(self) -> tuple[str, ...]:
        """Everybody whose merge it rests on; nobody for an approval, which is its own proof."""
        return tuple(each for each in (self.merged_by, *self.seconded) if each)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why something at a path isn't signed off: a permanent code, and the commit to blame.

    ``commits`` are the content commits whose first merge was no sign-off, if it is about those.
    """

    code: str
    culprit: str
    why: str
    commits: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pending:
    """Merges of one entry by persons who count, as long as seats are empty.

    Whoever merges the same entry once more adds to them.
    """

    entry: Entry | None
    persons: tuple[str, ...]
    authors: tuple[str, ...]
    commits: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """What is in force at a path; without an admission it comes from the trust root."""

    entry: Entry | None
    admission: Admission | None = None


@dataclass(frozen=True, slots=True)
class Dispute:
    """Several sign-offs that contradict: none of them is in force."""

    candidates: tuple[Standing, ...]

    def among(self, entry: Entry | None) -> Standing | None:
        """The candidate with this entry."""
        return next((each for each in self.candidates if each.entry == entry), None)


@dataclass(frozen=True, slots=True)
class PathState:
    """One path at one commit.

    ``current`` is what the tree holds. ``trail``: the content commits that no sign-off on this line
    covers, oldest first; kept when the path heals, since a later merge may bring the healing itself
    to where something else was admitted. ``signed``: the newest ones that a sign-off covers.
    ``since``: the commit that made it differ from what is admitted; empty while it doesn't.
    ``refused`` sticks until the path heals: a merge that was no sign-off doesn't become one by what
    is merged on top of it. ``pending``: who has agreed to what it holds, where that wasn't
    everybody who must. ``past``: ids of approvals that were taken back here, so that nobody brings
    them again; of a promotion, those that were used, and the files that were in force here before.
    ``bare``: while an approval stands for the merge, what there is without it, so that a merge or
    another approval may come to stand instead.
    """

    current: Entry | None
    standing: Standing | Dispute
    trail: tuple[str, ...] = ()
    since: str = ""
    refused: Refusal | None = None
    pending: Pending | None = None
    past: frozenset[str] = frozenset()
    signed: tuple[str, ...] = ()
    bare: "PathState | None" = None

    @property
    def word(self) -> str:
        """The approval that stands for the merge of what is in force; empty where none does."""
        match self.standing:
            case Standing(admission=Admission(word=word)):
                return word
            case _:
                return ""

    def without(self, word: str) -> "PathState":
        """The same as if that approval weren't there."""
        return self.bare if self.bare is not None and self.word == word else self

    def instead_of(self, before: "PathState") -> "PathState":
        """The state, where it takes the place of one that an approval stood for.

        If both have the same content in force, it is the same promotion, only signed off anew.
        """
        old, new = before.standing, self.standing
        if not (before.word and isinstance(old, Standing) and isinstance(new, Standing)):
            return self
        if not (old.admission and new.admission and old.entry == new.entry):
            return self
        admission = replace(new.admission, since=old.admission.came)
        return replace(self, standing=replace(new, admission=admission))

    @property
    def clean(self) -> bool:
        """Whether the tree holds what is in force, whoever put it there."""
        return isinstance(self.standing, Standing) and self.current == self.standing.entry

    @property
    def sound(self) -> bool:
        """Whether everything in the present content was signed off by somebody."""
        match self.standing:
            case Standing():
                return self.clean
            case Dispute():
                return self.standing.among(self.current) is not None


@dataclass(frozen=True, slots=True)
class State:
    """All paths at one commit: what differs from the ground is in the overlay.

    ``ground`` is the whole tree of a commit outside the range, admitted as it is; empty below a
    commit without parents. ``law`` is who may what by the files in force.
    ``grounded``: the line reaches the trust root or an ancestor of it.
    ``rooted``: it contains the trust root itself. ``doubtful``: an answer of the verifier is
    missing, so this state may come out otherwise when it is asked again. ``open``: the promotions
    that hold something else than what is in force, or what only an approval stands for.
    """

    ground: Mapping[str, Entry]
    overlay: Overlay[PathState]
    law: Law
    grounded: bool
    rooted: bool
    doubtful: bool = False
    open: frozenset[str] = frozenset()

    def at(self, path: str) -> PathState:
        """The state of one path."""
        found = self.overlay.get(path)
        if found is not None:
            return found
        entry = self.ground.get(path)
        return PathState(entry, Standing(entry))


LONGEST = 1000
"""Content commits without an admission in between that one path may have; more is refused."""


_LATELY = 200
"""Signed-off commits that are remembered of a path; a forgotten one counts as unsigned again."""


def lately(signed: tuple[str, ...], *more: str) -> tuple[str, ...]:
    """The newest of these commits, each once."""
    return tuple(dict.fromkeys((*signed, *more)))[-_LATELY:]


def follow(trail: tuple[str, ...], *more: str) -> tuple[str, ...]:
    """The trail with further commits, each once, in order of first mention.

    Ends at `LONGEST`: a trail that long is never signed off, so what it leaves out can't matter.
    """
    return tuple(dict.fromkeys((*trail, *more)))[:LONGEST]


def reconcile(
    one: Standing | Dispute, two: Standing | Dispute, *, bases: Sequence[Standing | Dispute]
) -> Standing | Dispute:
    """What is in force where two lines meet: whichever side has a newer sign-off than the base.

    A sign-off is told apart by its merge, not only by content, so that going back to older content
    is a newer sign-off too; one that only took the place of an approval is none. Two different
    newer ones are a dispute, as are several bases that differ from one another: nothing tells then
    which side is newer.
    """
    if one == two:
        return one
    if bases and all(each == bases[0] for each in bases):
        for unchanged in (eq, _continues):
            if unchanged(one, bases[0]):
                return two
            if unchanged(two, bases[0]):
                return one
    if isinstance(one, Standing) and isinstance(two, Standing) and one.entry == two.entry:
        return one
    return Dispute(tuple(sorted({*_candidates(one), *_candidates(two)}, key=repr)))


def _continues(each: Standing | Dispute, before: Standing | Dispute) -> bool:
    """Whether it is the same promotion still, that only somebody else vouches for."""
    if not (isinstance(each, Standing) and isinstance(before, Standing)):
        return False
    if not (each.admission and before.admission and each.entry == before.entry):
        return False
    return each.admission.came == before.admission.came


def _candidates(each: Standing | Dispute) -> tuple[Standing, ...]:
    return each.candidates if isinstance(each, Dispute) else (each,)
