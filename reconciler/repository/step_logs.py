"""Step logs: a branch for each month, beside the history, which stays whole when one goes.

The branch ``tagboat/logs/<yyyy-mm>`` has a root of its own. A log is the file
``<environment>/<app>/<deployment>.log`` in it; the End record of the deployment says how long that
file is and what its digest is, so nobody can put another one in its place unseen.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from reconciler.errors import RefusedError, UnreachableError
from reconciler.model.records import End
from reconciler.model.records.deployments import StepLog
from reconciler.names import instant_of
from reconciler.repository.git import Git
from reconciler.repository.objects import read_objects
from reconciler.repository.push import Answer, push_leased
from reconciler.repository.seals import Author, commit_signed

PREFIX = "refs/heads/tagboat/logs/"

_FOLLOWED = "refs/tagboat/logs/"
_SCRATCH = "refs/tagboat/scratch/logs"
_TRIES = 5
_PUSH = 60.0


@dataclass(frozen=True, slots=True)
class StepLogs:
    """The months' branches of one remote, followed in a bare clone of ours alone."""

    git: Git
    remote: str

    def keep(self, month: str, logs: Mapping[str, bytes], *, by: Author, at: datetime) -> None:
        """See to it that the month's branch on the remote holds these logs, by path.

        What is there already isn't pushed again, nor what was there and has been purged. Raises
        `UnreachableError` when nobody can tell whether the remote took them, and `RefusedError`
        when it doesn't take them, or somebody has purged one of them.
        """
        names = sorted(path.rpartition("/")[2].removesuffix(".log") for path in logs)
        said = f"Log of {names[0]}" if len(names) == 1 else f"Logs of {len(names)} deployments"
        self._change(month, logs, said, by=by, at=at, anew=False)

    def purge(
        self, month: str, paths: Iterable[str], reason: str, *, by: Author, at: datetime
    ) -> None:
        """Take logs out of a month for good: its branch begins anew with all the others.

        The old commits are gone from every branch; how long the remote still holds their objects
        is its own matter. Raises what `keep` raises.
        """
        gone = dict.fromkeys(paths)
        names = ", ".join(path.rpartition("/")[2].removesuffix(".log") for path in sorted(gone))
        self._change(month, gone, f"Purge {names}\n\n{reason}", by=by, at=at, anew=True)

    def expire(self, month: str) -> bool:
        """Take a whole month away; whether there was one. Raises what `keep` raises."""
        there = self.git.remote_refs(self.remote, PREFIX + month).get(PREFIX + month)
        if there is None:
            return False
        self._push(month, "", expected=there)
        return True

    def read(self, end: End) -> bytes | None:
        """The log that an End names, asked of the remote; nothing if it isn't there any more.

        Raises `RefusedError` for one that isn't what the record says, and `UnreachableError`.
        """
        log = end.log
        if log is None:
            return None
        tip = self._follow(log.month)
        if tip is None:
            return None
        blob = self._blob(tip, end.log_path)
        if blob is None:
            return None
        data = read_objects(self.git, [blob])[blob]
        if StepLog.of(data, month=log.month) != log:
            raise RefusedError(
                f"the log of {end.deployment} isn't the one that its record names",
                hint=f"look who changed {PREFIX}{log.month}",
            )
        return data

    def forget(self, month: str) -> None:
        """Let go of what was brought here of a month; git drops it with its next collection."""
        self.git.tell(["update-ref", "-d", _FOLLOWED + month])
        self.git.tell(["update-ref", "-d", _SCRATCH])

    def _change(
        self,
        month: str,
        files: Mapping[str, bytes | None],
        message: str,
        *,
        by: Author,
        at: datetime,
        anew: bool,
    ) -> None:
        before = self.git.resolve(_FOLLOWED + month)
        tip, why = self._follow(month), ""
        if tip is None and anew:
            return
        for _ in range(_TRIES):
            if not anew and (gone := self._gone(files, before, tip)):
                raise RefusedError(f"{gone} was kept, and somebody has purged it since")
            tree = self._tree(tip, files)
            if tip and tree == self.git.tell(["rev-parse", f"{tip}^{{tree}}"]):
                return
            parent = None if anew else tip
            commit = commit_signed(
                self.git, tree, f"{message}\n", parent=parent, name=by.name, at=at, key=by.key
            )
            try:
                self._push(month, commit, expected=tip)
            except RefusedError as error:
                why, before = error.message, tip
                tip = self._follow(month)
                if tip == before:
                    break
            else:
                return
        raise RefusedError(f"the remote doesn't take logs: {why}")

    def _gone(self, paths: Iterable[str], before: str | None, tip: str | None) -> str:
        """The first of these paths that was there and isn't any more: another host purged it.

        Where the branch was seen last is in this clone; it holds what was pushed from here.
        """
        if before is None or before == tip:
            return ""
        return next(
            (each for each in paths if self._blob(before, each) and not self._blob(tip, each)), ""
        )

    def _blob(self, tip: str | None, path: str) -> str | None:
        """The blob at this path, if there is one."""
        if tip is None:
            return None
        found = self.git.ask(["rev-parse", "--verify", "--quiet", f"{tip}:{path}"])
        return None if found.returncode else found.text.strip()

    def _tree(self, tip: str | None, files: Mapping[str, bytes | None]) -> str:
        """The tree of a tip with some files changed, or taken out."""
        lines = [f"reset {_SCRATCH}\n".encode()]
        if tip:
            lines.append(f"from {tip}\n".encode())
        lines.append(f"commit {_SCRATCH}\n".encode())
        lines.append(b"committer tagboat <tagboat@localhost> 0 +0000\ndata 0\n")
        for path, data in files.items():
            if data is None:
                lines.append(f"D {path}\n".encode())
            else:
                lines += [f"M 100644 inline {path}\ndata {len(data)}\n".encode(), data, b"\n"]
        self.git.tell(
            ["fast-import", "--quiet", "--force", "--done"], stdin=b"".join([*lines, b"done\n"])
        )
        return self.git.tell(["rev-parse", f"{_SCRATCH}^{{tree}}"])

    def _push(self, month: str, commit: str, *, expected: str | None) -> None:
        """Move the branch, or without a commit take it away; raises `RefusedError` on a no."""
        pushed = push_leased(
            self.git,
            self.remote,
            ref=PREFIX + month,
            commit=commit,
            expected=expected,
            timeout=_PUSH,
        )
        if pushed.answer is Answer.UNKNOWN:
            raise UnreachableError(f"nobody can tell whether the remote took logs: {pushed.why}")
        if pushed.answer is Answer.REFUSED:
            raise RefusedError(pushed.why)
        ref = _FOLLOWED + month
        self.git.tell(["update-ref", ref, commit] if commit else ["update-ref", "-d", ref])

    def _follow(self, month: str) -> str | None:
        """The tip of the month on the remote, brought here; nothing if it has none."""
        there = self.git.remote_refs(self.remote, PREFIX + month).get(PREFIX + month)
        here = self.git.resolve(_FOLLOWED + month)
        if there is None:
            if here:
                self.git.tell(["update-ref", "-d", _FOLLOWED + month])
            return None
        if there != here:
            # A purge begins it anew: that it isn't a fast-forward is as it should be.
            self.git.fetch(self.remote, f"+{PREFIX}{month}:{_FOLLOWED}{month}")
        return there


@dataclass(frozen=True, slots=True)
class ReconcilersLogs:
    """The months' branches as one reconciler adds to them."""

    branches: StepLogs
    author: Author

    def keep(self, month: str, logs: Mapping[str, bytes], *, at: str) -> None:
        """What `StepLogs.keep` does, signed by this reconciler."""
        self.branches.keep(month, logs, by=self.author, at=instant_of(at))
