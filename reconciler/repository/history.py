"""The history: a branch of signed records, the only database.

`HistoryBranch` follows it in a bare clone, reads what is new, and appends. `fetch` and the two
appends ask the remote; everything else is local. One thread uses an object; other threads and
processes have their own, on the same clone if they like.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from reconciler.errors import (
    ConfigurationError,
    RewoundError,
    TagboatError,
    UnreachableError,
)
from reconciler.model.records import Claim, Record, numbered
from reconciler.repository.chain import (
    Entry,
    Link,
    NewerRecordError,
    TamperedHistoryError,
    UnreadableHistoryError,
    links_between,
    understood,
)
from reconciler.repository.git import Git, GitError
from reconciler.repository.push import Answer, push_leased
from reconciler.repository.seals import Seal, check_seals, seal

__all__ = [
    "Appended",
    "DamagedCloneError",
    "Entry",
    "HistoryBranch",
    "Lost",
    "NewerRecordError",
    "TamperedHistoryError",
    "UnreadableHistoryError",
]

BRANCH = "refs/heads/tagboat/history"
FOLLOWED = "refs/tagboat/history"
VERIFIED = "refs/tagboat/history-verified"

_NOTHING = "0" * 40
_FIRST_LOOK = 100
_TRIES = 40
_SAME_REFUSAL = 3
_PUSH = 60.0


class DamagedCloneError(TagboatError):
    """The clone on this host can't be read; the remote's history is not in question (F24)."""

    def __init__(self, folder: Path, said: str) -> None:
        """Name the folder, and git's own words."""
        hint = f"stop what uses it, remove {folder}, start again: it is cloned anew"
        super().__init__(f"the clone {folder} is damaged: {said}", hint=hint)


@dataclass(frozen=True, slots=True)
class Appended:
    """The remote has these records now; they have their sequences, claims their deployments."""

    entries: tuple[Entry, ...]

    @property
    def tip(self) -> str:
        """The commit of the last one."""
        return self.entries[-1].commit


@dataclass(frozen=True, slots=True)
class Lost:
    """The remote doesn't have them. What was decided on an older tip is to be decided again."""

    why: str


class HistoryBranch:
    """The history as this process has read it; see the module for who may use one."""

    def __init__(
        self,
        git: Git,
        *,
        remote: str,
        reconcilers: Mapping[str, tuple[str, ...]],
        scratch: Path,
        key: Path | None = None,
        timeout: float = _PUSH,
    ) -> None:
        """A reader; with ``key``, the file of a private ssh key, also a writer.

        ``git`` is a bare clone of ours alone, ``reconcilers`` name → public keys (those that left
        too, as long as records of theirs may be looked at), ``scratch`` a folder for what the
        verifier reads, ``timeout`` the seconds that a push may take. Nothing is read yet.
        """
        self._git = git
        self._remote = remote
        self._reconcilers = dict(reconcilers)
        self._scratch = scratch
        self._key = key
        self._timeout = timeout
        self._tip: str | None = None
        self._sequence = 0
        self._ids: set[str] = set()
        self._unread: list[Entry] = []

    @property
    def tip(self) -> str | None:
        """The commit of the last record that was read, verified and understood."""
        return self._tip

    @property
    def sequence(self) -> int:
        """The sequence of that record; 0 for an empty history."""
        return self._sequence

    def __contains__(self, record_id: object) -> bool:
        """Whether a record with this id has been read."""
        return record_id in self._ids

    def has_left(self, commit: str) -> bool:
        """Whether the tip was built on this commit (empty: on nothing) and isn't it any more.

        Then no push that was made onto it can be accepted. False as long as nobody can tell.
        """
        if self._tip is None or self._tip == commit:
            return False
        return not commit or (
            self._git.resolve(commit) is not None and self._git.contains(commit, within=self._tip)
        )

    def fetch(self) -> None:
        """Bring the remote's records here; what was seen before never goes away.

        Raises `RewoundError` when the remote's branch no longer contains what was last seen on it
        (rewound, replaced, deleted), and `UnreachableError` when the remote can't be asked.
        """
        seen = self._refs().get(FOLLOWED)
        there = self._git.remote_refs(self._remote, BRANCH).get(BRANCH)
        if there == seen:
            return
        if there is None:
            raise self._rewound("is gone from the remote", seen)
        try:
            self._git.fetch(self._remote, f"{BRANCH}:{FOLLOWED}")
        except (GitError, UnreachableError) as error:
            # Git's words don't tell why it refused; what it brought does.
            if self._git.resolve(there) is None:
                raise
            if seen is not None and not self._git.contains(seen, within=there):
                older = self._git.contains(there, within=seen)
                how = "went back to" if older else "was rewritten as"
                raise self._rewound(f"{how} {there[:12]}", seen) from error
            # Another process that follows the branch in this clone may just have been quicker.
            now = self._refs().get(FOLLOWED)
            if now is None or not self._git.contains(there, within=now):
                raise

    def _rewound(self, what: str, seen: str | None) -> RewoundError:
        """Only a clone that has seen it can put it back: there is one here."""
        push = f"git --git-dir={self._git.folder} push REMOTE {seen}:{BRANCH}"
        return RewoundError(
            f"the history branch {what}; {(seen or _NOTHING)[:12]} was seen on it",
            hint=f"put it back, on this host: {push}; unless an older copy was, somebody moved it",
        )

    def refresh(self) -> tuple[Entry, ...]:
        """The records since the last call, oldest first, also those that were appended here.

        Local; call `fetch` before. Each is in a chain of the right shape, and signed by a listed
        reconciler unless this host verified it before; on an empty disk that is asked of the last
        100, since reconcilers append only to what they verified.

        Raises `TamperedHistoryError` or `NewerRecordError`, which carry the good records before
        the bad one, at every call until the bad one is gone; `UnreachableError` when the verifier
        can't run, `DamagedCloneError` when the clone can't be read.
        """
        problem = self._advance()
        found = tuple(self._unread)
        self._unread.clear()
        if problem is not None:
            problem.entries = found
            raise problem
        return found

    def verify_all(self) -> int:
        """For audits: every record's shape, number and signature, anew; gives how many there are.

        Local, and slow: a signature costs milliseconds. Raises what `refresh` raises.
        """
        tip = self._refs().get(FOLLOWED)
        if tip is None:
            return 0
        links, problem = links_between(self._git, after=None, tip=tip)
        entries, misread = understood(links, sequence=0)
        for start in range(0, len(entries), _FIRST_LOOK):
            part = entries[start : start + _FIRST_LOOK]
            seals = self._seals([each.commit for each in part])
            for each in part:
                forged = _forgery(each, seals[each.commit])
                if forged is not None:
                    raise forged
        end = misread or problem
        if end is not None:
            raise end
        return len(entries)

    def append(self, records: Sequence[Record], *, onto: str | None) -> Appended | Lost:
        """Number, sign and push the records as one chain, if the remote is still at ``onto``.

        ``onto`` is the `tip` that was decided on. A lost push is `Lost`, and the remote's records
        are here then: decide again. When the answer got lost the remote is asked, and its word
        counts. Raises `UnreachableError` when even that fails: the records may be there or not.
        """
        if self._key is None:
            raise ConfigurationError("this history has no key to sign with")
        if onto != self._tip:
            return Lost("the history has moved on since the decision")
        if not records:
            raise ValueError("nothing to append")
        entries = self._sealed(records, key=self._key)
        tip = entries[-1].commit
        pushed = push_leased(
            self._git,
            self._remote,
            ref=BRANCH,
            commit=tip,
            expected=onto,
            timeout=self._timeout,
        )
        if pushed.answer is Answer.TAKEN:
            # If this can't be noted, the next fetch does it: the remote has the records.
            moves = f"update {FOLLOWED} {tip} {onto or _NOTHING}\nupdate {VERIFIED} {tip}\n"
            self._git.ask(["update-ref", "--stdin"], stdin=moves.encode())
            self._take(entries)
            return Appended(tuple(entries))
        return self._after_doubt(entries, refused=pushed.answer is Answer.REFUSED, why=pushed.why)

    def append_facts(self, records: Sequence[Record]) -> None:
        """See to it that records of what happened are in the history, each exactly once.

        Those whose id is there already, from before a crash or a lost answer, are left out; a lost
        race is run again on the new tip. When this raises, some may be missing: call it again with
        the same records. Raises `UnreachableError` when the remote can't be asked or takes nothing,
        and what `fetch` and `refresh` raise. A claim is a decision, so it is a `TypeError` here.
        """
        if any(isinstance(each, Claim) for each in records):
            raise TypeError("a claim that lost is decided again, never appended again")
        problem = self._advance()
        if problem is not None:
            raise problem
        why, refused = "", 0
        for _ in range(_TRIES):
            missing = [each for each in records if each.id not in self._ids]
            if not missing:
                return
            before = self._tip
            match self.append(missing, onto=before):
                case Appended():
                    return
                case Lost(said):
                    why = said
                    refused = refused + 1 if self._tip == before else 0
            if refused == _SAME_REFUSAL:
                break
        raise UnreachableError(f"the remote doesn't take the history's records: {why}")

    def _after_doubt(self, entries: Sequence[Entry], *, refused: bool, why: str) -> Appended | Lost:
        try:
            self.fetch()
        except UnreachableError as error:
            if refused:
                return Lost(why)
            said = f"nobody can tell whether the history took it: {why}; {error.message}"
            raise UnreachableError(said) from error
        problem = self._advance()
        if all(each.record.id in self._ids for each in entries):
            return Appended(tuple(entries))
        if problem is not None:
            raise problem
        return Lost(why)

    def _sealed(self, records: Sequence[Record], *, key: Path) -> list[Entry]:
        final = [numbered(each, number) for number, each in enumerate(records, self._sequence + 1)]
        commits = seal(self._git, final, parent=self._tip, key=key)
        return [Entry(commit, each) for commit, each in zip(commits, final, strict=True)]

    def _advance(self) -> UnreadableHistoryError | None:
        """Take in what the clone has and this object hasn't; what stopped it, if anything did."""
        refs = self._refs()
        tip = refs.get(FOLLOWED)
        if tip is None or tip == self._tip:
            return None
        try:
            links, problem = links_between(self._git, after=self._tip, tip=tip)
            due = self._unverified(links, refs.get(VERIFIED))
            seals = self._seals([each.commit for each in due])
        except GitError as error:
            raise DamagedCloneError(self._git.folder, error.finished.complaint) from error
        read, misread = understood(links, sequence=self._sequence)
        problem = misread or problem
        entries: list[Entry] = []
        for entry in read:
            forged = _forgery(entry, seals.get(entry.commit))
            if forged is not None:
                problem = forged
                break
            entries.append(entry)
        unread = links[len(entries)] if len(entries) < len(links) else None
        if unread is not None and problem is misread and misread is not None:
            # What nobody signed isn't from a newer version, it is from somebody else.
            problem = _unsealed(unread.commit, seals.get(unread.commit)) or misread
        if entries:
            self._git.tell(["update-ref", VERIFIED, entries[-1].commit])
            self._take(entries)
        return problem

    def _seals(self, commits: Sequence[str]) -> dict[str, Seal]:
        return check_seals(self._git, commits, self._reconcilers, scratch=self._scratch)

    def _unverified(self, links: Sequence[Link], verified: str | None) -> Sequence[Link]:
        """The links whose signatures are still to be looked at."""
        if self._tip is not None:
            return links
        if verified is None:
            return links[-_FIRST_LOOK:]
        known = [index for index, each in enumerate(links) if each.commit == verified]
        # A verified record that isn't in the chain any more: nothing of it counts as verified.
        return links[known[0] + 1 :] if known else links

    def _take(self, entries: Sequence[Entry]) -> None:
        self._tip = entries[-1].commit
        self._sequence = entries[-1].record.sequence
        self._ids.update(each.record.id for each in entries)
        self._unread.extend(entries)

    def _refs(self) -> dict[str, str]:
        finished = self._git.ask(
            ["for-each-ref", "--format=%(refname) %(objectname)", FOLLOWED, VERIFIED]
        )
        if finished.returncode or finished.stderr:
            raise DamagedCloneError(self._git.folder, finished.complaint)
        pairs = (line.partition(" ") for line in finished.text.splitlines())
        return {name: commit for name, _, commit in pairs}


def _unsealed(commit: str, seal: Seal | None) -> UnreadableHistoryError | None:
    """The error of a commit that no listed reconciler signed; none for one that isn't due."""
    if seal is None or seal.reconciler:
        return None
    if seal.doubt:
        raise UnreachableError(f"history commit {commit[:12]} can't be verified: {seal.why}")
    return TamperedHistoryError(commit, seal.why)


def _forgery(entry: Entry, seal: Seal | None) -> UnreadableHistoryError | None:
    problem = _unsealed(entry.commit, seal)
    if problem is not None or seal is None:
        return problem
    if seal.reconciler == entry.record.reconciler:
        return None
    said = f"is signed by {seal.reconciler}, but says {entry.record.reconciler}"
    return TamperedHistoryError(entry.commit, said)
