"""A branch as it would be after its merge: read from git, for a plan of what the merge will do."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from reconciler.daemon.court import Court, Judged
from reconciler.daemon.view import View, answers_in
from reconciler.errors import RefusedError, UsageError
from reconciler.manifest.layering import effective_environments
from reconciler.planner.inputs import Inputs
from reconciler.planner.preview import Change
from reconciler.repository.git import Git
from reconciler.repository.trees import Entries, entries
from reconciler.signoff import Authority
from reconciler.signoff.facts import Entry
from reconciler.validator import validate


@dataclass(frozen=True, slots=True)
class Proposal:
    """The inputs of the base, those after the merge, and what the branch changes."""

    now: Inputs
    after: Inputs
    change: Change
    git: Git
    """Where the branch's files can be read."""


def propose(view: View, folder: Path, *, base: str, head: str, now: datetime) -> Proposal:
    """What merging ``head`` into ``base`` comes to; both are revisions of the checkout ``folder``.

    Nothing is written. Raises `UsageError` for a revision that isn't there, and `RefusedError` for
    a branch that doesn't merge.
    """
    here = Git(folder, view.git.home)
    base, head = _commit(here, base), _commit(here, head)
    objects = here.tell(["rev-parse", "--path-format=absolute", "--git-path", "objects"])
    borrowed = {**view.git.environment, "GIT_ALTERNATE_OBJECT_DIRECTORIES": objects}
    git = replace(view.git, environment=borrowed)
    court = Court(git, view.root, view.store)
    known = view.inputs(now=now)
    answers = answers_in(view.ledger, view.configuration.host)
    judged = court.at(base, answers)
    current = replace(
        known,
        basis=base,
        snapshot=judged.admitted,
        tip=judged.shown,
        report=judged.report,
        judgement=judged.judgement,
    )
    result = _merge(git, base, head)
    authors, unsigned = _authors(court, judged, head)
    if answers is not None:
        # Who wrote is the forge's word then, at the merge; until then names are all there is.
        unsigned = False
    change = Change(head, authors, unsigned, _changed(git, base, result))
    admitted = {path: (each.mode, each.id) for path, each in judged.judgement.admitted.items()}
    snapshot, report = court.load(_laid(change, admitted), at=head)
    shown = snapshot
    if judged.shown is not judged.admitted:
        shown, _ = court.load(_laid(change, entries(git, base)), at=head)
    after = replace(
        current,
        basis=head,
        snapshot=snapshot,
        tip=shown,
        report=report + validate(snapshot, base=judged.admitted),
    )
    return Proposal(current, after, change, git)


def _laid(change: Change, onto: Entries) -> dict[str, tuple[str, str]]:
    """These files with the change in them."""
    found = {path: each for path, each in onto.items() if path not in change.entries}
    return found | {path: (each.mode, each.id) for path, each in change.entries.items() if each}


def _commit(git: Git, revision: str) -> str:
    found = git.resolve(revision)
    if found is None:
        raise UsageError(
            f"there is no commit {revision} in {git.folder.absolute()}",
            hint="fetch it first, or name the folder with -C",
        )
    return found


def _merge(git: Git, base: str, head: str) -> str:
    """The tree of the merge."""
    finished = git.ask(["merge-tree", "--write-tree", "--no-messages", base, head])
    if finished.returncode:
        raise RefusedError(
            f"{head[:12]} doesn't merge into {base[:12]}: {finished.text.splitlines()[-1:]}",
            hint="merge the base into the branch and look",
        )
    return finished.text.split()[0]


def _changed(git: Git, base: str, result: str) -> Mapping[str, Entry | None]:
    before, after = entries(git, base), entries(git, result)
    changed = (path for path in {*before, *after} if before.get(path) != after.get(path))
    return {path: _entry(after, path) for path in sorted(changed)}


def _entry(found: Entries, path: str) -> Entry | None:
    return Entry(*found[path]) if path in found else None


def _authors(court: Court, judged: Judged, head: str) -> tuple[tuple[str, ...], bool]:
    """Who signed the branch's commits or is named in them; whether some carry no listed key."""
    before = judged.admitted
    authority = Authority.of(replace(before, environments=effective_environments(before)))
    court.at(head)
    facts = court.facts
    assert facts is not None  # noqa: S101 - a commit was judged a line above
    brought = court.git.tell(["rev-list", head, f"^{judged.tip}"]).split()
    known = [facts.commits[each] for each in brought if each in facts.commits]
    signers = {authority.person_of(each.signature) for each in known if each.changes}
    named = authority.named(mail for each in known if each.changes for mail in each.mails)
    return tuple(sorted((signers | named) - {""})), "" in signers
