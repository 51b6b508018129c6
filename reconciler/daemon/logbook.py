"""Keeping the logs of deployments where everybody can read them, before their ends are recorded.

A log is worth less than its record, and nothing else waits for it: it is pushed in a thread, an end
waits ten seconds for its own, and while the remote doesn't answer no end waits at all.
"""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, wait
from dataclasses import dataclass, field

from reconciler.daemon.backoff import Backoff
from reconciler.errors import TagboatError, UnreachableError
from reconciler.model.records import End
from reconciler.model.records.deployments import StepLog
from reconciler.names import instant_text
from reconciler.ports import Clock, Failpoints, LogBranches

_LONGEST = 10.0
"""Seconds for which an end waits for its log."""
_TRIES = 2
"""An answer gets lost now and then; what was taken isn't pushed again."""
_LOGS = "logs"


@dataclass(frozen=True, slots=True)
class _Job:
    """The push of one log."""

    begun: float
    kept: Future[StepLog] = field(default_factory=Future)


@dataclass(slots=True)
class Logbook:
    """The logs of this host's deployments on the remote. The deciding thread uses it."""

    branches: LogBranches
    text: Callable[[str], bytes]
    """The log of a deployment on this host, as it is now; empty without one."""
    tell: Callable[[str], None]
    clock: Clock
    failpoints: Failpoints
    wake: Callable[[], None]
    """Called from another thread when a log has been kept, or hasn't."""
    patience: float = 1.0
    """Seconds that the deciding thread waits for logs that are new."""
    troubles: dict[str, str] = field(default_factory=dict)
    """``logs`` → why the last one stays on this host; empty if it doesn't."""
    _jobs: dict[str, _Job] = field(default_factory=dict)
    """Deployment → the push of its log."""
    _one: threading.Lock = field(default_factory=threading.Lock)
    """Held while one is pushed: the clone takes one at a time."""
    _backoff: Backoff = field(init=False)

    def __post_init__(self) -> None:
        """Nothing has gone wrong yet."""
        self._backoff = Backoff(self.clock)

    def enter(self, ends: Sequence[End]) -> list[End]:
        """The ends that need not wait any longer, each naming its log if the remote has it.

        One whose log it doesn't take, or not in time, names none. Call it again with the others.
        """
        self._jobs = {
            each.deployment: self._jobs[each.deployment]
            for each in ends
            if each.deployment in self._jobs
        }
        if self._backoff.is_due(_LOGS):
            fresh = [
                (each, data)
                for each in ends
                if each.deployment not in self._jobs and (data := self.text(each.deployment))
            ]
            if fresh:
                wait(self._begin(fresh), timeout=self.patience)
        return [entered for each in ends if (entered := self._entered(each))]

    def _begin(self, fresh: Sequence[tuple[End, bytes]]) -> list[Future[StepLog]]:
        """Push these logs, one after another, in a thread."""
        now, at = self.clock.monotonic(), instant_text(self.clock.now())
        jobs = [_Job(now) for _ in fresh]
        for (end, _), job in zip(fresh, jobs, strict=True):
            self._jobs[end.deployment] = job

        def work() -> None:
            for (end, data), job in zip(fresh, jobs, strict=True):
                try:
                    job.kept.set_result(self._keep(end, data, at=at))
                except BaseException as error:  # noqa: BLE001 - raised in the deciding thread
                    job.kept.set_exception(error)
            self.wake()

        # Not a pool's: those are waited for when the process ends, and a remote may hang.
        threading.Thread(target=work, name="keep logs", daemon=True).start()
        return [job.kept for job in jobs]

    def _keep(self, end: End, data: bytes, *, at: str) -> StepLog:
        log = StepLog.of(data, month=end.ended[:7])
        for left in reversed(range(_TRIES)):
            try:
                with self._one:
                    self.failpoints.reach("history.logs.before")
                    self.branches.keep(log.month, {end.log_path: data}, at=at)
                    self.failpoints.reach("history.logs.after")
            except UnreachableError:
                if not left:
                    raise
            else:
                break
        return log

    def _entered(self, end: End) -> End | None:
        """The end as it is to be recorded; nothing as long as it waits for its log."""
        job = self._jobs.get(end.deployment)
        if job is None:
            return end.model_copy(update={"log": None})
        if not job.kept.done():
            if self.clock.monotonic() - job.begun < _LONGEST:
                return None
            self._failed(end, UnreachableError(f"no answer within {_LONGEST:g} s"))
            return end.model_copy(update={"log": None})
        try:
            log = job.kept.result()
        except TagboatError as error:
            self._failed(end, error)
            return end.model_copy(update={"log": None})
        self.troubles[_LOGS] = ""
        self._backoff.went_well(_LOGS)
        return end.model_copy(update={"log": log})

    def _failed(self, end: End, error: TagboatError) -> None:
        said = f"the log of {end.deployment} stays on this host: {error.message}"
        self.troubles[_LOGS] = said
        self.tell(said)
        if isinstance(error, UnreachableError):
            self._backoff.failed(_LOGS)
