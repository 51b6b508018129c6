"""A merge that nobody has made yet, judged as the daemon will judge it once somebody has."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from reconciler.daemon.court import Court, Judged
from reconciler.errors import RefusedError
from reconciler.model.merge_request import MergeRequest
from reconciler.repository.arrivals import gather
from reconciler.repository.git import Git
from reconciler.signoff import Answers, Authority, Judgement, Named
from reconciler.signoff.facts import Entry, Facts, Signed

_WHEN = {"GIT_AUTHOR_DATE": "@0 +0000", "GIT_COMMITTER_DATE": "@0 +0000"}
"""The same merge is the same commit, so that what is said of it is the same text."""


@contextmanager
def borrowed(git: Git, folder: Path) -> Iterator[Git]:
    """Git in the same repository that also sees the objects of a checkout, and writes to neither.

    What it writes goes into a folder that is gone afterwards.
    """
    with TemporaryDirectory(prefix="tagboat-merge-") as scratch:
        where = (git.folder, folder)
        objects = (Git(each, git.home).tell([*_PATH, "objects"]) for each in where)
        seen = {
            "GIT_OBJECT_DIRECTORY": scratch,
            "GIT_ALTERNATE_OBJECT_DIRECTORIES": ":".join(objects),
        }
        yield replace(git, environment={**git.environment, **seen})


_PATH = ("rev-parse", "--path-format=absolute", "--git-path")


def merged_commit(git: Git, base: str, head: str) -> str:
    """The commit that merges ``head`` into ``base``, which nobody has signed.

    Raises `RefusedError` where they don't merge.
    """
    finished = git.ask(["merge-tree", "--write-tree", "--no-messages", "--name-only", base, head])
    if finished.returncode:
        raise RefusedError(
            f"{head[:12]} doesn't merge into {base[:12]}: both change"
            f" {', '.join(finished.text.splitlines()[1:]) or 'what has nothing in common'}",
            hint="merge the base into the branch and look",
        )
    tree = finished.text.split()[0]
    parents = ("-p", base, "-p", head)
    return git.tell(["commit-tree", tree, *parents, "-m", "Merge"], extra=_WHEN)


@dataclass(frozen=True, slots=True)
class Imagined:
    """One merge that may be made by anybody: ``commit``, which only this process sees.

    ``changes``: managed path → what is there afterwards, nothing where it is removed. ``authors``:
    path → the persons who wrote it on the branch, with an empty one for somebody who isn't listed.
    """

    court: Court
    authority: Authority
    """Who may what before the merge."""
    facts: Facts
    answers: Answers | Named | None
    commit: str
    head: str
    changes: Mapping[str, Entry | None]
    authors: Mapping[str, frozenset[str]]
    brought: tuple[str, ...]

    @classmethod
    def of(
        cls, court: Court, base: Judged, head: str, answers: Answers | Named | None
    ) -> "Imagined":
        """The merge of a branch into what was judged last by this court."""
        git = court.git
        commit = merged_commit(git, base.tip, head)
        cache = git.home / "signatures.json"
        gathered = partial(
            gather, git, root=court.root, trains=court.trains(), settled=court.settled
        )
        facts = gathered(tip=head, cache=cache, before=court.facts)
        # Nobody has signed the merge, and no verdict on it may be kept.
        facts = gathered(tip=commit, cache=None, before=facts)
        brought = git.tell(["rev-list", head, f"^{base.tip}"]).split()
        changes = facts.commits[commit].changes
        authority = base.judgement.authority
        authors = _authors(facts, authority, brought, changes)
        return cls(court, authority, facts, answers, commit, head, changes, authors, tuple(brought))

    def judgement(self, person: str) -> Judgement:
        """What will be in force if this person merges it."""
        if isinstance(self.answers, Named):
            return self.court.judge(self.facts, self.answers, tip=self.commit)
        if self.answers is not None:
            requests = {**self.answers.requests, self.commit: self._request(person, self.answers)}
            answers = replace(self.answers, requests=requests)
            return self.court.judge(self.facts, answers, tip=self.commit)
        owners = self.authority.owners.items()
        signature = Signed(next((key for key, owner in owners if owner == person), ""))
        merge = replace(self.facts.commits[self.commit], signature=signature)
        facts = replace(self.facts, commits={**self.facts.commits, self.commit: merge})
        return self.court.judge(facts, None, tip=self.commit)

    def _request(self, person: str, answers: Answers) -> MergeRequest:
        """The merge request of the branch, merged and approved by this person."""
        known = self.authority.logins.get(answers.forge, {})
        logins = {owner: login for login, owner in known.items()}
        persons = frozenset().union(*self.authors.values())
        wrote = sorted(logins[each] for each in persons if each in logins)
        by = logins.get(person, "")
        return MergeRequest(
            number="to be merged",
            base=answers.branch,
            head=self.head,
            opener=wrote[0] if wrote else by,
            merged_by=by,
            how="merged",
            authors=tuple(wrote),
            commits=self.brought,
            approved_by=(by,) if by else (),
            changes={
                path: f"{entry.mode} {entry.id}" if entry else ""
                for path, entry in self.changes.items()
            },
        )


def _authors(
    facts: Facts, authority: Authority, brought: Sequence[str], changes: Mapping[str, Entry | None]
) -> Mapping[str, frozenset[str]]:
    """Path → who signed the commits that changed it, and whom they name."""
    found: dict[str, frozenset[str]] = {}
    known = [facts.commits[each] for each in brought if each in facts.commits]
    for each in known:
        persons = authority.named(each.mails) | {authority.person_of(each.signature)}
        for path in each.changes.keys() & changes.keys():
            found[path] = found.get(path, frozenset()) | persons
    return found
