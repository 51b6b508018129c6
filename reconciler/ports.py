"""What the core and the daemon ask of the world (L3): small Protocols, implemented in L4.

Adapters raise `StepFailedError` (the check said no), `StepErroredError` (nobody could tell) and
`StaleFenceError` (a newer claim was obeyed), never a third party's exceptions.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Protocol

from reconciler.model.content import Content, ContentComponent, PlaceTarget
from reconciler.model.deployment import Backup, Page, TestSpec
from reconciler.model.merge_request import OpenRequest, Told, Weakness
from reconciler.model.observation import Observation, Rollout
from reconciler.model.place import Place
from reconciler.model.question import Question
from reconciler.model.sight import Sight


class Clock(Protocol):
    """The only source of time."""

    def now(self) -> datetime:
        """The present instant, in UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds that never go back; only differences mean something."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait; a test's clock returns at once and has moved on."""
        ...


class Failpoints(Protocol):
    """Where a test may kill or break the process, by name."""

    def reach(self, name: str) -> None:
        """Called directly before and after every journal write and effect."""
        ...


class Driver(Protocol):
    """Makes a place run content. Every call is idempotent on its arguments.

    ``fence`` is the claim's sequence: a place remembers the highest it has obeyed and refuses lower
    ones with `StaleFenceError` before any effect.
    """

    def observe(self, target: PlaceTarget) -> Observation:
        """What is there now; never raises for a place that is absent or broken."""
        ...

    def prepare(self, target: PlaceTarget, content: Content, *, fence: int, timeout: float) -> None:
        """Fetch, check and put the content beside what runs; what runs is untouched."""
        ...

    def apply(
        self, target: PlaceTarget, content: Content | None, *, fence: int, timeout: float
    ) -> None:
        """Switch to prepared content, or to nothing; returns once the switch is begun."""
        ...

    def maintain(
        self, target: PlaceTarget, page: Page | None, *, fence: int, timeout: float
    ) -> None:
        """Show visitors a page instead of the app; with nothing, let them in again.

        With the page up, nobody but this host reaches content: `address` says where. Each request
        gets the page or the app, whole. Returns once that is so. Raises `StepFailedError` where
        the driver can't, or when the content doesn't come up for visitors; the page then stays.
        """
        ...

    def address(self, target: PlaceTarget) -> str:
        """Where the content answers while visitors see a page, as ``host:port``.

        Empty when it answers where everybody asks.
        """
        ...

    def rollout(self, target: PlaceTarget, content: Content | None) -> Rollout:
        """How far the switch is; a poll, never blocks."""
        ...

    def cleanup(self, target: PlaceTarget, keep: frozenset[str], *, fence: int) -> None:
        """Drop prepared contents whose digest isn't in ``keep``."""
        ...

    def folder(self, target: PlaceTarget, content: Content) -> Path | None:
        """Where the prepared content's files are, for commands; nothing if it has no folder."""
        ...

    def supervise(self, target: PlaceTarget, content: Content) -> str:
        """Start processes of this content that don't run; says why, or empty if nothing was done.

        Does nothing if the place holds other content.
        """
        ...

    def stop(self, target: PlaceTarget) -> None:
        """Stop the place's processes and whoever looks after them; the content stays."""
        ...


class Probe(Protocol):
    """Asks one question of what runs. Returns if the answer is yes."""

    def check(self, test: TestSpec, folder: Path | None, *, timeout: float) -> None:
        """Raise `StepFailedError` for no, `StepErroredError` for nobody could tell.

        ``folder`` is where the release's files are, for ``./`` commands. Never takes longer than
        ``timeout`` seconds and leaves no child behind.
        """
        ...


class Ended(Protocol):
    """How a program ended."""

    @property
    def returncode(self) -> int:
        """Its exit code; negative for a signal."""
        ...

    @property
    def timed_out(self) -> bool:
        """Whether its deadline ended it."""
        ...

    @property
    def gist(self) -> str:
        """The one line that tells most about a bad end."""
        ...

    @property
    def output(self) -> str:
        """What it said on both streams, as text, cut at a limit."""
        ...


class Commands(Protocol):
    """Programs of releases, and those that the host allows."""

    def run(
        self,
        argv: Sequence[str],
        *,
        folder: Path | None,
        environment: Mapping[str, str],
        timeout: float,
        mark: str,
    ) -> Ended:
        """Run it to its end; nothing of it stays, and it gets nothing of our own environment.

        ``folder`` is where the release's files are, for ``./`` programs. Raises `StepFailedError`
        when the release doesn't have it, and `StepErroredError` when it may not or can't be run:
        in both cases nothing was begun.
        """
        ...

    def end(self, mark: str) -> None:
        """End what carries this mark, left by a daemon that was killed."""
        ...


class Backups(Protocol):
    """Backups of data, kept on this host by deployment; raises as a driver does."""

    def begin(self, place: Place, deployment: str) -> Path:
        """Where a command is to write; nothing is there."""
        ...

    def keep(self, place: Place, deployment: str) -> Backup:
        """Make what was written a backup, durably; `StepFailedError` if that is nothing."""
        ...

    def find(self, place: Place, backup: Backup) -> Path:
        """The file, read again and found unchanged; `StepFailedError` if it isn't."""
        ...

    def drop(self, place: Place, *, keep: int, spare: str) -> None:
        """Remove all but the newest ones, and never that of the deployment ``spare``."""
        ...


class Branches(Protocol):
    """Branches of apps' repositories."""

    def advance(self, content: Content, branch: str, *, timeout: float) -> str:
        """Fast-forward the branch to the content's commit, and say what was done.

        Raises `StepFailedError` when that isn't a fast-forward or the remote refuses, and
        `StepErroredError` when it doesn't answer.
        """
        ...


class Cutter(Protocol):
    """Puts what a train has cut where everybody sees it, signed by this reconciler.

    Raises `RefusedError` when a remote says no, and `UnreachableError` when nobody can tell.
    """

    def tag(self, repository: str, tag: str, commit: str, *, message: str, at: str) -> None:
        """See to it that a tag of an app's repository is there and leads to the commit."""
        ...

    def add(self, files: Mapping[str, bytes], *, onto: str, message: str, at: str) -> bool:
        """Add files to the protected branch in one commit; false if it isn't at ``onto`` now."""
        ...


class ProposalBranches(Protocol):
    """Branches of the repository, signed by this reconciler, each for somebody to merge.

    Raises `RefusedError` when the remote says no, and `UnreachableError` when nobody can tell.
    """

    def propose(
        self, branch: str, files: Mapping[str, bytes], *, onto: str, message: str, at: str
    ) -> str:
        """See to it that a branch is there which writes files onto ``onto``.

        The commit that it is at, if that does this and nothing else; otherwise empty.
        """
        ...

    def withdraw(self, branch: str, commit: str) -> None:
        """See to it that the branch isn't there, unless it has moved on from this commit."""
        ...


class ProvenFiles(Protocol):
    """What promotions said when what they asked for was proven."""

    def newest(self, path: str, successes: Sequence[tuple[str, str]], *, onto: str) -> bytes | None:
        """The newest file that asked for one of these; nothing if ``onto`` has such a file.

        A success is the commit that was decided on, and the version that has run since.
        """
        ...


class LogBranches(Protocol):
    """The branches of step logs, one for each month."""

    def keep(self, month: str, logs: Mapping[str, bytes], *, at: str) -> None:
        """See to it that the month holds these logs, by path; used from one thread at a time.

        Raises `RefusedError` when the remote says no, or somebody has purged one of them since it
        was kept, and `UnreachableError` when nobody can tell.
        """
        ...


class Artifacts(Protocol):
    """Where content comes from."""

    def fetch(
        self, content: Content, component: ContentComponent, into: Path, *, timeout: float
    ) -> None:
        """Put the component's files into the empty folder ``into``, checked against its digest.

        Raises `StepFailedError` when tag, commit, tree or checksum is not as the release says, and
        `StepErroredError` when the source could not be asked.
        """
        ...


class Sources(Protocol):
    """Where facts from outside are looked at. Used from many threads, one for each source."""

    @property
    def repositories(self) -> frozenset[str]:
        """The apps' repositories that this host can look at."""
        ...

    def look(self, source: str, questions: Sequence[Question]) -> Mapping[Question, Sight]:
        """An answer to each of these questions, which all have this source, or why there is none.

        Never raises for a source that is away or says nonsense.
        """
        ...


class Forge(Protocol):
    """One repository of a forge. Raises `UnreachableError` whenever an answer can't be had."""

    def request_of(self, commit: str) -> Told | None:
        """What is told of the merged request whose outcome this commit is, if it is one.

        A request is told of one commit only: the one that the forge itself names as its outcome.
        """
        ...

    def comment(self, number: int, text: str, *, marker: str) -> str:
        """Put a text below a request once, and change it there later; its address.

        Ours is the one by the token's own account that holds the marker.
        """
        ...

    def open_requests(self, branch: str) -> Sequence[OpenRequest]:
        """The requests that are open for a branch, as the forge lists them."""
        ...

    def weaknesses(self, branch: str) -> tuple[Weakness, ...]:
        """What its settings leave open about a branch, as far as the token may see them."""
        ...


class Tracker(Protocol):
    """Where tickets are. Raises `UnreachableError` whenever an answer can't be had."""

    def column_of(self, ticket: str) -> str | None:
        """The column that a ticket stands in; nothing if there is no such ticket."""
        ...

    def check(self) -> None:
        """Return if it answers, and to us."""
        ...


class Journal(Protocol):
    """The write-ahead log of one deployment on this host: synced before `append` returns."""

    def append(self, event: Mapping[str, object]) -> None:
        """Write one event; when this returns it survives a power loss."""
        ...

    def events(self) -> list[dict[str, object]]:
        """All events in order; a torn last line is dropped, anything else broken raises."""
        ...
