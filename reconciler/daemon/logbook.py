"""Keeping the logs of deployments where everybody can read them, before their ends are recorded."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from reconciler.errors import TagboatError, UnreachableError
from reconciler.model.records import End
from reconciler.model.records.deployments import StepLog
from reconciler.ports import Clock, Failpoints
from reconciler.repository.seals import Author
from reconciler.repository.step_logs import StepLogs, log_path, named

_LOOKS = 3
"""Looks for which an end waits for its log; it is worth more than that."""


@dataclass(slots=True)
class Logbook:
    """The logs of this host's deployments on the remote. The deciding thread uses it."""

    branches: StepLogs
    author: Author
    text: Callable[[str], bytes]
    """The log of a deployment on this host, as it is now; empty without one."""
    tell: Callable[[str], None]
    clock: Clock
    failpoints: Failpoints
    _tried: int = field(default=0)

    def enter(self, ends: Sequence[End]) -> list[End]:
        """The ends, each naming its log, which the remote has by now.

        One whose log it doesn't take names none: a log is worth less than the record. Raises
        `UnreachableError` when the remote doesn't answer, though not for ever: call it again with
        the next look.
        """
        months: dict[str, dict[str, bytes]] = {}
        logs: dict[str, StepLog] = {}
        for each in ends:
            if data := self.text(each.deployment):
                month = each.ended[:7]
                months.setdefault(month, {})[log_path(each)] = data
                logs[each.deployment] = named(data, month=month)
        try:
            for month, files in sorted(months.items()):
                self.failpoints.reach("history.logs.before")
                self.branches.keep(month, files, by=self.author, at=self.clock.now())
                self.failpoints.reach("history.logs.after")
        except UnreachableError:
            self._tried += 1
            if self._tried < _LOOKS:
                raise
            self.tell("logs stay on this host: the remote doesn't answer")
            logs.clear()
        except TagboatError as error:
            self.tell(f"logs stay on this host: {error.message}")
            logs.clear()
        self._tried = 0
        return [each.model_copy(update={"log": logs.get(each.deployment)}) for each in ends]
