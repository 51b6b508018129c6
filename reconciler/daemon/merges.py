"""A branch as it would be after its merge: read from git, for a plan of what the merge will do."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from reconciler.daemon.court import Judged
from reconciler.daemon.imagining import Imagined, borrowed
from reconciler.daemon.view import View, answers_in
from reconciler.errors import UsageError
from reconciler.planner.inputs import Inputs
from reconciler.planner.preview import Change, Merger
from reconciler.repository.git import Git
from reconciler.signoff import Judgement

_JUDGED = 40
"""People whose merge is judged."""
_TRIED = 12
"""People for whose merge there is a plan."""


@dataclass(frozen=True, slots=True)
class Merge:
    """The inputs of the base, what the branch changes, and who might merge, with what then is."""

    now: Inputs
    mergers: tuple[Merger, ...]
    change: Change
    git: Git
    """Where the branch's files can be read."""

    @property
    def after(self) -> Inputs:
        """The inputs after the merge of who comes first."""
        return next(each.inputs for each in self.mergers if each.inputs is not None)


@contextmanager
def merging(view: View, folder: Path, *, base: str, head: str, now: datetime) -> Iterator[Merge]:
    """What merging ``head`` into ``base`` comes to; both are revisions of the checkout ``folder``.

    A branch that only the remote ``origin`` has may be named as it is named there. Nothing is
    written to either repository; the merge is there until the context ends. Raises `UsageError` for
    a revision that isn't there, `RefusedError` for a branch that doesn't merge.
    """
    here = Git(folder, view.git.home)
    base, head = _commit(here, base), _commit(here, head)
    known = view.inputs(now=now)
    answers = answers_in(view.ledger, view.configuration.host)
    with borrowed(view.git, folder) as git:
        court = view.court(git)
        judged = court.at(base, answers)
        current = _inputs(known, judged)
        imagined = Imagined.of(court, judged, head, answers)
        change = Change(imagined.commit, imagined.changes, imagined.authors)
        judgements = {
            each: imagined.judgement(each) for each in _candidates(judged, change)[:_JUDGED]
        }
        ranked = sorted(judgements, key=lambda each: (-len(_signs(judgements[each], change)), each))
        mergers = tuple(
            Merger(
                each,
                _signs(judgements[each], change),
                _inputs(known, court.rule(judgements[each])) if number < _TRIED else None,
            )
            for number, each in enumerate(ranked)
        )
        yield Merge(current, mergers, change, git)


def _inputs(known: Inputs, judged: Judged) -> Inputs:
    return replace(
        known,
        basis=judged.tip,
        snapshot=judged.admitted,
        tip=judged.shown,
        report=judged.report,
        judgement=judged.judgement,
    )


def _candidates(judged: Judged, change: Change) -> list[str]:
    """Everybody who is listed, those first whose merge seems to sign off the most."""
    authority = judged.judgement.authority

    def signs(person: str) -> int:
        return sum(
            authority.holds(path, merged_by=(person,), authors=())
            for path in change.entries
            if person not in change.authors.get(path, ())
        )

    return sorted(authority.keys, key=lambda person: (-signs(person), person)) or [""]


def _signs(judgement: Judgement, change: Change) -> frozenset[str]:
    """The changed paths that are in force as the branch has them."""
    return frozenset(change.entries) - judgement.tainted.keys()


def _commit(git: Git, revision: str) -> str:
    # A branch that was pushed for somebody is there as a remote's only.
    found = git.resolve(revision) or git.resolve(f"refs/remotes/origin/{revision}")
    if found is None:
        raise UsageError(
            f"there is no commit {revision} in {git.folder.absolute()}",
            hint="fetch it first, or name the folder with -C",
        )
    return found
