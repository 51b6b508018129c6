"""Approvals that stand for a merge: content that was squashed, rebased or pushed (pure).

An approval carries a signature of its own, so how the content came to the branch doesn't matter to
it. A promotion that no merge signs off is in force all the same where everybody who wrote it is
known, and somebody else who may promote there approved exactly what would run. Nothing but a
promotion: an approval says nothing of the prose of a release, nor of who may what.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from reconciler.manifest.paths import app_path, approval_path, promotion_path, release_path
from reconciler.model.promotion import Promotion
from reconciler.signoff import codes
from reconciler.signoff.eligibility import Meeting
from reconciler.signoff.facts import PLAIN_FILE, Entry, Word
from reconciler.signoff.law import Law, Lawbook
from reconciler.signoff.merging import in_force
from reconciler.signoff.standing import LONGEST, Admission, PathState, Standing

_BY_THE_MERGER = frozenset(
    {
        codes.OWN_MERGE.id,
        codes.NOT_PERMITTED.id,
        codes.MERGE_UNSIGNED.id,
        codes.MERGE_UNLISTED.id,
    }
)
"""Refusals for who merged, not for what was merged."""
_SAID = frozenset({"apiVersion", "kind", "app", "release", "at", "override", "temporary"})


@dataclass(frozen=True, slots=True)
class Covers:
    """Every word that approves something: path of the promotion → object id and word."""

    words: Mapping[str, Sequence[tuple[str, Word]]]

    @classmethod
    def of(cls, words: Mapping[str, Word]) -> "Covers":
        """The words that approve; of a rejection nothing comes into force."""
        found: dict[str, list[tuple[str, Word]]] = {}
        for each, word in sorted(words.items()):
            if word.approves:
                where = promotion_path(word.environment, word.app)
                found.setdefault(where, []).append((each, word))
        return cls(found)

    def vouched(
        self,
        meeting: Meeting,
        path: str,
        state: PathState,
        *,
        at: Callable[[str], PathState],
        law: Law,
        lawbook: Lawbook,
    ) -> PathState | None:
        """The state of a promotion's path with what it holds in force; nothing if it isn't.

        Where the word that stands for the merge doesn't do so any more, another one takes its
        place. ``at`` gives the state of any path once the commit of the ``meeting`` is done.
        """
        if not state.clean:
            found = self._covering(meeting, path, state, at=at, law=law, lawbook=lawbook)
            return in_force(path, state, found) if found else None
        if not state.word or self._stands(meeting, path, state, at=at):
            return state
        bare = state.bare and self.vouched(
            meeting, path, state.bare, at=at, law=law, lawbook=lawbook
        )
        return bare and replace(bare, past=state.past | bare.past).instead_of(state)

    def _stands(
        self, meeting: Meeting, path: str, state: PathState, *, at: Callable[[str], PathState]
    ) -> bool:
        """Whether the word that stands for the merge of what is in force still may."""
        standing = state.standing
        if not (isinstance(standing, Standing) and standing.admission):
            return False
        authors = frozenset(standing.admission.authors)
        return any(
            f"{_place_of(word)} {each}" == state.word
            and _eligible(meeting, path, word, authors=authors)
            for each, word in self._in_force(path, at=at)
        )

    def _covering(
        self,
        meeting: Meeting,
        path: str,
        state: PathState,
        *,
        at: Callable[[str], PathState],
        law: Law,
        lawbook: Lawbook,
    ) -> Admission | None:
        """The admission of what the path holds, by the first word that covers it."""
        promotion = coverable(meeting, path, state, lawbook=lawbook)
        if promotion is None or law.disputed:
            return None
        if meeting.of_draft(path, state.trail, past=state.past):
            return None
        authors = frozenset().union(*(meeting.authors(each) for each in state.trail))
        for each, word in self._in_force(path, at=at):
            if each in state.past or word.version != promotion.release:
                continue
            if not _eligible(meeting, path, word, authors=authors):
                continue
            files = _files(word, at=at)
            if state.current is not None:
                files[path] = state.current
            if word.approves == lawbook.bound(law, files, path=path, version=word.version):
                told = f"{_place_of(word)} {each}"
                who = tuple(sorted(authors))
                return Admission(meeting.merge.id, word.by, who, state.trail, word=told)
        return None

    def used(
        self,
        path: str,
        before: PathState,
        after: PathState,
        *,
        at: Callable[[str], PathState],
        lawbook: Lawbook,
    ) -> frozenset[str]:
        """The words that bring nothing here any more: each is for one promotion, and its end."""
        if before.standing == after.standing or not isinstance(after.standing, Standing):
            return frozenset()
        admission = after.standing.admission
        found = {admission.word.rpartition(" ")[2]} if admission and admission.word else set()
        entry = before.standing.entry if isinstance(before.standing, Standing) else None
        left = lawbook.promotion(path, entry) if entry != after.standing.entry else None
        if left is not None:
            words = self._in_force(path, at=at)
            found |= {each for each, word in words if word.version == left.release}
        return frozenset(found)

    def _in_force(self, path: str, *, at: Callable[[str], PathState]) -> Sequence[tuple[str, Word]]:
        return [
            (each, word)
            for each, word in self.words.get(path, ())
            for state in [at(_place_of(word))]
            if state.clean and state.current == Entry(PLAIN_FILE, each)
        ]


def _eligible(meeting: Meeting, path: str, word: Word, *, authors: frozenset[str]) -> bool:
    """Whether it is the own word of somebody who could have merged this."""
    own = meeting.authority.person_of(word.signature) == word.by
    return own and meeting.of_promoter(path, word.by, authors=authors) is None


def is_plain(promotion: Promotion) -> bool:
    """Whether an approval covers everything that this promotion says."""
    said = promotion.model_dump(by_alias=True, exclude_defaults=True)
    return promotion.release is not None and said.keys() <= _SAID


def _place_of(word: Word) -> str:
    return approval_path(word.app, word.version, word.environment, word.by)


def _files(word: Word, *, at: Callable[[str], PathState]) -> dict[str, Entry]:
    """What is in force of the app and the release."""
    found: dict[str, Entry] = {}
    for path in (app_path(word.app), release_path(word.app, word.version)):
        standing = at(path).standing
        if isinstance(standing, Standing) and standing.entry is not None:
            found[path] = standing.entry
    return found


def coverable(
    meeting: Meeting, path: str, state: PathState, *, lawbook: Lawbook
) -> Promotion | None:
    """The promotion that a path holds, if an approval could stand for its merge."""
    refused = state.refused is not None and state.refused.code not in _BY_THE_MERGER
    if refused or not isinstance(state.standing, Standing):
        return None
    if not 0 < len(state.trail) < LONGEST or any(map(meeting.unverified, state.trail)):
        return None
    promotion = lawbook.promotion(path, state.current)
    return promotion if promotion is not None and is_plain(promotion) else None


def spoken_of(words: Mapping[str, Word]) -> Iterator[str]:
    """The paths whose content decides whether an approval covers what is there."""
    for word in words.values():
        if word.approves:
            yield app_path(word.app)
            yield release_path(word.app, word.version)
