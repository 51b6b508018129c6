"""Whether one merge is a sign-off of what it brings to a path, or exactly why not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import assert_never

from reconciler.manifest.codes.code import Code
from reconciler.signoff import codes
from reconciler.signoff.authority import Authority
from reconciler.signoff.classes import Sort, class_of
from reconciler.signoff.facts import (
    PLAIN_FILE,
    Bad,
    Commit,
    Entry,
    Signature,
    Signed,
    Unknown,
    Unlisted,
    Unsigned,
)
from reconciler.signoff.standing import LONGEST, Admission, Dispute, Refusal, Standing

_OF_MERGES = (codes.MERGE_UNSIGNED, codes.MERGE_UNLISTED)
_OF_CONTENT = (codes.CONTENT_UNSIGNED, codes.CONTENT_UNLISTED)


@dataclass(frozen=True, slots=True)
class Meeting:
    """A merge, all commits by id, and who may what."""

    merge: Commit
    commits: Mapping[str, Commit]
    authority: Authority

    def sign_off(
        self,
        path: str,
        *,
        result: Entry | None,
        standing: Standing | Dispute,
        trail: Sequence[str],
        touched: Sequence[str],
    ) -> Admission | Refusal:
        """The admission of ``result`` at a path, or why the merge is none.

        ``touched`` are the content commits that the merge brings, ``trail`` all those since the
        last admission on the merged line, ``standing`` what is in force without this merge.
        """
        refusal = (
            self._of_content(path, result=result, standing=standing)
            or self._of_history(trail, touched=touched)
            or self._unverified(self.merge, told=_OF_MERGES)
        )
        if refusal:
            return refusal
        for each in touched:
            refusal = self._unverified(self.commits[each], told=_OF_CONTENT)
            if refusal:
                return refusal
        authors = tuple(sorted({self.commits[each].signer for each in touched}))
        refusal = self._of_person(path, authors=authors)
        return refusal or Admission(self.merge.id, self.merge.signer, authors, tuple(touched))

    def may_choose(self, path: str, chosen: Standing) -> bool:
        """Whether the merge may settle a dispute in favour of what was signed off before.

        A release is never chosen anew: two contents under one version stay in dispute.
        """
        authors = chosen.admission.authors if chosen.admission else ()
        return (
            class_of(path).sort is Sort.PROMOTION
            and isinstance(self.merge.signature, Signed)
            and self._of_person(path, authors=authors) is None
        )

    def refuse(self, code: Code, why: str, *, culprit: Commit | None = None) -> Refusal:
        """A refusal that blames a commit, or the merge."""
        return Refusal(code.id, (culprit or self.merge).id, why)

    def _of_content(
        self, path: str, *, result: Entry | None, standing: Standing | Dispute
    ) -> Refusal | None:
        sort = class_of(path).sort
        if sort is Sort.HELD:
            why = "no merge brings this into force: a new trust root on the host does"
            return self.refuse(codes.TRUST_ROOT, why)
        if sort is Sort.RELEASE and standing != Standing(None):
            why = "a release never changes after its merge"
            return self.refuse(codes.RELEASE_CHANGED, why)
        if result is not None and result.mode != PLAIN_FILE:
            why = f"it has mode {result.mode}, a plain file has {PLAIN_FILE}"
            return self.refuse(codes.NOT_A_FILE, why)
        return None

    def _of_history(self, trail: Sequence[str], *, touched: Sequence[str]) -> Refusal | None:
        if len(trail) >= LONGEST:
            why = f"{LONGEST} commits changed it without a sign-off; set a new trust root"
            return self.refuse(codes.UNTRACEABLE, why)
        if not touched:
            return self.refuse(codes.UNTRACEABLE, "no commit that the merge brings explains it")
        return None

    def _unverified(self, commit: Commit, *, told: tuple[Code, Code]) -> Refusal | None:
        """Why nobody is known to have made this commit; nothing if somebody listed is."""
        unsigned, unlisted = told
        what = (
            "the merge" if commit is self.merge else f"commit {commit.id[:12]}, which changed it,"
        )
        signature: Signature = commit.signature or Unknown("nobody asked")
        match signature:
            case Signed(person) if self.authority.listed(person):
                return None
            case Signed() | Unlisted():
                why = f"{what} is signed by a key that environments/people.yaml doesn't list"
                return self.refuse(unlisted, why, culprit=commit)
            case Unsigned():
                why = f"{what} carries no signature"
                return self.refuse(unsigned, why, culprit=commit)
            case Bad():
                why = f"{what} carries a signature that isn't right"
                return self.refuse(codes.BAD_SIGNATURE, why, culprit=commit)
            case Unknown(reason):
                why = f"the signature of {what.rstrip(',')} could not be checked: {reason}"
                return self.refuse(codes.UNKNOWN_SIGNATURE, why, culprit=commit)
            case _:
                assert_never(signature)

    def _of_person(self, path: str, *, authors: Sequence[str]) -> Refusal | None:
        person, found = self.merge.signer, class_of(path)
        if person in authors:
            why = f"{person} merged what {person} wrote; somebody else has to merge it"
            return self.refuse(codes.OWN_MERGE, why)
        if found.sort is Sort.RELEASE:
            if not self.authority.may_promote_somewhere(person):
                why = f"{person} may promote nowhere, so may not sign a release off"
                return self.refuse(codes.NOT_PERMITTED, why)
        elif not self.authority.may_promote(person, found.environment):
            why = f"{person} may not promote to {found.environment}"
            return self.refuse(codes.NOT_PERMITTED, why)
        return None
