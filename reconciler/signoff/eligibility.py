"""Whether one merge is a sign-off of what it brings to a path, or exactly why not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self, assert_never

from reconciler.manifest.codes import changes, integrity
from reconciler.manifest.codes.code import Code
from reconciler.manifest.paths import app_path
from reconciler.signoff import codes
from reconciler.signoff.authority import Authority
from reconciler.signoff.classes import ChangeClass, Sort, class_of
from reconciler.signoff.facts import (
    PLAIN_FILE,
    Bad,
    Commit,
    Entry,
    Facts,
    Signature,
    Signed,
    Unknown,
    Unlisted,
    Unsigned,
    Word,
)
from reconciler.signoff.standing import (
    LONGEST,
    Admission,
    Dispute,
    PathState,
    Pending,
    Refusal,
    Standing,
    State,
)

_OF_MERGES = (codes.MERGE_UNSIGNED, codes.MERGE_UNLISTED)
_OF_CONTENT = (codes.CONTENT_UNSIGNED, codes.CONTENT_UNLISTED)


def unproven(word: Word | None, person: str) -> str:
    """Why an approval isn't its own proof."""
    if word is None:
        return "it can't be read as an approval"
    match word.signature:
        case Unsigned():
            return f"the word of {person} carries no signature"
        case Bad():
            return f"the signature of the word of {person} isn't right"
        case Unknown(why):
            return f"the signature of the word of {person} could not be checked: {why}"
        case _:
            return f"{person} didn't sign it, nor did who may record for {person}, or took it back"


@dataclass(frozen=True, slots=True)
class Meeting:
    """A commit that brings something, all commits and words by id, who may what before it."""

    merge: Commit
    commits: Mapping[str, Commit]
    words: Mapping[str, Word]
    authority: Authority
    drafts: frozenset[str] = frozenset()
    """Commits of reconcilers that say nothing of their own."""
    cuts: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """What cutting gives, as `Facts` has it."""
    before: State | None = None
    """The state that it is brought into."""

    @classmethod
    def at(
        cls, commit: Commit, facts: Facts, authority: Authority, before: State | None = None
    ) -> Self:
        """The meeting at a commit of these facts, which brings something into a state."""
        drafts, cuts = facts.drafts, facts.cuts
        return cls(commit, facts.commits, facts.words, authority, drafts, cuts, before)

    def sign_off(
        self,
        path: str,
        *,
        result: Entry | None,
        standing: Standing | Dispute,
        trail: Sequence[str],
        touched: Sequence[str],
        pending: Sequence[Pending] = (),
        past: frozenset[str] = frozenset(),
    ) -> Admission | Pending | Refusal:
        """The admission of ``result`` at a path, what is there of one, or why the merge is none.

        ``touched`` are the content commits that the merge brings, ``trail`` all those since the
        last admission on the merged line, ``standing`` what is in force without this merge,
        ``pending`` what others have agreed to on both sides, ``past`` what was in force before.
        """
        refusal = (
            self.of_content(path, result=result, standing=standing)
            or self.of_draft(path, touched, past=past)
            or self._of_history(trail, touched=touched)
            or self._unverified(self.merge, told=_OF_MERGES)
        )
        if refusal:
            return refusal
        for each in touched:
            if refusal := self.unverified(each):
                return refusal
        authors = frozenset().union(*(self.authors(each) for each in touched))
        return self._of_persons(
            path, result=result, authors=authors, commits=touched, pending=pending
        )

    def at_once(self, path: str, *, before: PathState, result: Entry | None) -> Admission | None:
        """The admission of what counts without a second person, by the signer of this commit.

        A freeze and a quarantine by one person of the role. An approval is its own proof, so
        whoever brings it; a change of it, its return and its removal are its own signer's.
        """
        standing, found = before.standing, class_of(path)
        if result is not None and result.mode != PLAIN_FILE:
            return None
        signer = self.authority.person_of(self.merge.signature)
        match found.sort:
            case Sort.HALT if found.area and standing == Standing(None) and result is not None:
                if not self.authority.may_halt(signer, found.area):
                    return None
            case Sort.APPROVAL:
                recorders = self.authority.recorders.get(found.person, frozenset())
                own = bool(signer) and (signer == found.person or signer in recorders)
                fresh = result is not None and result.id not in before.past
                proven = result is None or self._proven(found.person, self.words.get(result.id))
                if not proven or not (own or fresh):
                    return None
            case _:
                return None
        authors = (signer,) if signer else ()
        return Admission(self.merge.id, signer, authors, (self.merge.id,))

    def _proven(self, person: str, word: Word | None) -> bool:
        """Whether a word is this person's, by a key of theirs or of who may write it down."""
        return word is not None and self.authority.speaks(word, person)

    def may_choose(self, path: str, chosen: Standing) -> bool:
        """Whether the merge may settle a dispute in favour of what was signed off before.

        A release is never chosen anew: two contents under one version stay in dispute.
        """
        found = class_of(path)
        authors = chosen.admission.authors if chosen.admission else ()
        person = self.authority.person_of(self.merge.signature)
        return (
            found.sort is Sort.PROMOTION
            and bool(person)
            and self._of_promoter(found, person, authors=frozenset(authors)) is None
        )

    def refuse(self, code: Code, why: str, *, culprit: Commit | None = None) -> Refusal:
        """A refusal that blames a commit, or the merge."""
        return Refusal(code.id, (culprit or self.merge).id, why)

    def of_content(
        self, path: str, *, result: Entry | None, standing: Standing | Dispute
    ) -> Refusal | None:
        """Why nobody could sign this off, whoever agreed to it."""
        found = class_of(path)
        guarded = bool(found.area) and found.area not in self.authority.guards
        if found.sort is Sort.UNLISTED or guarded:
            why = "no merge brings this into force: a new trust root on the host does"
            return self.refuse(codes.TRUST_ROOT, why)
        if found.sort is Sort.RELEASE and standing != Standing(None):
            why = "a release never changes after its merge"
            return self.refuse(changes.REMOVED if result is None else changes.CHANGED, why)
        if result is not None and (odd := integrity.of_mode(result.mode)):
            return self.refuse(odd, f"it has mode {result.mode}, a plain file has {PLAIN_FILE}")
        if found.sort is Sort.APPROVAL and result is not None:
            return self.refuse(codes.UNPROVEN, unproven(self.words.get(result.id), found.person))
        return None

    def of_draft(
        self, path: str, commits: Sequence[str], *, past: frozenset[str]
    ) -> Refusal | None:
        """Why one of the commits is a reconciler's wish that nobody can grant.

        A promotion goes back to what was in force there (``past``), whatever the history says, and
        a release is what cutting gives with the app's file in force. So a reconciler's key brings
        what was agreed to, or follows from that, and nothing else.
        """
        for each in commits:
            if each in self.drafts and not self._follows(path, each, past):
                why = f"a reconciler wrote it in {each[:12]}, and it doesn't follow from what is"
                return self.refuse(codes.CONTENT_UNLISTED, f"{why}, or was, in force")
        return None

    def _follows(self, path: str, draft: str, past: frozenset[str]) -> bool:
        entry = self.commits[draft].changes.get(path)
        match class_of(path).sort:
            case Sort.PROMOTION:
                return entry is not None and entry.id in past
            case Sort.RELEASE if self.before is not None:
                app = self.before.at(app_path(path.split("/")[1])).standing
                file = app.entry if isinstance(app, Standing) else None
                cut = self.cuts.get((path, file.id)) if file else None
                return entry is not None and entry.id == cut
            case _:
                return False

    def _of_history(self, trail: Sequence[str], *, touched: Sequence[str]) -> Refusal | None:
        if len(trail) >= LONGEST:
            why = f"{LONGEST} commits changed it without a sign-off; set a new trust root"
            return self.refuse(codes.UNTRACEABLE, why)
        if not touched:
            return self.refuse(codes.UNTRACEABLE, "no commit that the merge brings explains it")
        return None

    def unverified(self, commit: str) -> Refusal | None:
        """Why nobody is known to have written a content commit; nothing if somebody listed did."""
        if commit in self.drafts:
            return None
        return self._unverified(self.commits[commit], told=_OF_CONTENT)

    def authors(self, commit: str) -> frozenset[str]:
        """The author side of a commit: who signed it, and whomever it names besides (X9, X10)."""
        if commit in self.drafts:
            return frozenset()
        found = self.commits[commit]
        return self.authority.named(found.mails) | {self.authority.person_of(found.signature)}

    def _unverified(self, commit: Commit, *, told: tuple[Code, Code]) -> Refusal | None:
        """Why nobody is known to have made this commit; nothing if somebody listed is."""
        unsigned, unlisted = told
        named = commit.id[:12]
        what = f"merge {named}" if commit is self.merge else f"commit {named}, which changed it,"
        signature: Signature = commit.signature or Unknown("nobody asked")
        match signature:
            case Signed() if self.authority.person_of(signature):
                return None
            case Bad(key) if not key or key in self.authority.owners:
                why = f"{what} carries a signature that isn't right"
                return self.refuse(codes.BAD_SIGNATURE, why, culprit=commit)
            case Signed() | Unlisted() | Bad():
                why = f"{what} is signed by a key that environments/people.yaml doesn't list"
                return self.refuse(unlisted, why, culprit=commit)
            case Unsigned():
                why = f"{what} carries no signature"
                return self.refuse(unsigned, why, culprit=commit)
            case Unknown(reason):
                why = f"the signature of {what.rstrip(',')} could not be checked: {reason}"
                return self.refuse(codes.UNKNOWN_SIGNATURE, why, culprit=commit)
            case _:
                assert_never(signature)

    def _of_persons(
        self,
        path: str,
        *,
        result: Entry | None,
        authors: frozenset[str],
        commits: Sequence[str],
        pending: Sequence[Pending],
    ) -> Admission | Pending | Refusal:
        person, found = self.authority.person_of(self.merge.signature), class_of(path)
        mine = Admission(self.merge.id, person, tuple(sorted(authors)), tuple(commits))
        match found.sort:
            case Sort.PROMOTION | Sort.APPROVAL:
                return self._of_promoter(found, person, authors=authors) or mine
            case Sort.RELEASE:
                return self._own_merge(person, authors) or mine
            case _ if found.area:
                return self._of_guards(found, person, result=result, mine=mine, pending=pending)
            case _:
                raise AssertionError(path)

    def _own_merge(self, person: str, authors: frozenset[str]) -> Refusal | None:
        if person not in authors:
            return None
        why = f"{person} merged what {person} wrote; somebody else has to merge it"
        return self.refuse(codes.OWN_MERGE, why)

    def of_promoter(self, path: str, person: str, *, authors: frozenset[str]) -> Refusal | None:
        """Why this person can't sign a promotion by these authors off."""
        return self._of_promoter(class_of(path), person, authors=authors)

    def _of_promoter(
        self, found: ChangeClass, person: str, *, authors: frozenset[str]
    ) -> Refusal | None:
        if found.environment not in self.authority.alone:
            refusal = self._own_merge(person, authors)
            if refusal:
                return refusal
        if not self.authority.may_promote(person, found.environment):
            why = f"{person} may not promote to {found.environment}"
            return self.refuse(codes.NOT_PERMITTED, why)
        return None

    def _of_guards(
        self,
        found: ChangeClass,
        person: str,
        *,
        result: Entry | None,
        mine: Admission,
        pending: Sequence[Pending],
    ) -> Admission | Pending | Refusal:
        """The guards' word: theirs who merged this entry before counts too."""
        assert found.area  # noqa: S101 - only guarded classes come here
        refusal = self._own_merge(person, frozenset(mine.authors))
        if refusal:
            return refusal
        if not self.authority.may_halt(person, found.area):
            why = f"{person} is none of the guards of {found.area}"
            return self.refuse(codes.NOT_PERMITTED, why)
        same = [each for each in pending if each.entry == result]
        authors = sorted({*mine.authors, *(who for each in same for who in each.authors)})
        commits = tuple(dict.fromkeys([*(c for each in same for c in each.commits), *mine.commits]))
        agreed = {person, *(who for each in same for who in each.persons)} - set(authors)
        counting = sorted(each for each in agreed if self.authority.listed(each))
        if person not in agreed:
            why = f"{person} wrote this content elsewhere; somebody else has to merge it"
            return self.refuse(codes.OWN_MERGE, why)
        if self.authority.lacking(found.area, counting) != ():
            return Pending(result, tuple(counting), tuple(authors), commits)
        seconded = tuple(each for each in counting if each != person)
        return Admission(self.merge.id, person, tuple(authors), commits, seconded)
