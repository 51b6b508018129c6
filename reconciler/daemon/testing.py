"""Asks tests one after the other: of smoke, of a step's check, and long ones; and asks people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reconciler.daemon.equipment import Equipment, Halt, ParkedError
from reconciler.errors import StepErroredError, StepFailedError, TagboatError
from reconciler.model.deployment import TestSpec
from reconciler.model.records import Inquiry

_PAUSE = 0.5
_LOOK = 0.2
_ON_ITS_WAY = 5.0
"""Seconds in which an answer that was granted in time may still come."""
_SHORTEST = 0.1
_OFTEN = 10
"""How often, at least, a figure is asked for while it is watched."""
_WATCHED = 15.0
"""Seconds between two looks at a figure that is watched for long."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What tests are asked about: a deployment, its files, and how its content is reached."""

    deployment: str
    folder: Path | None
    address: str = ""
    """Where the content answers while visitors see a page; empty for everywhere."""
    environment: Mapping[str, str] | None = None
    """What programs of tests get."""
    mark: str = ""
    """What they carry."""


class Testing:
    """Asks tests; the deadlines are on the monotonic clock."""

    __test__ = False

    def __init__(self, equipment: Equipment, stopping: Halt) -> None:
        """``stopping`` ends every wait with `ParkedError`."""
        self._equipment = equipment
        self._clock = equipment.clock
        self._stopping = stopping

    def ask_all(self, tests: Sequence[TestSpec], ground: Ground, *, until: float) -> str:
        """The names of the tests, when all have said yes.

        Raises what the first other one said, with its name and help: `StepFailedError` for no,
        `StepErroredError` when nobody could tell.
        """
        for test in tests:
            try:
                self.ask(test, ground, until=until)
            except (StepFailedError, StepErroredError) as error:
                raise type(error)(_tell(test, error)) from error
        return ", ".join(test.name for test in tests)

    def ask(self, test: TestSpec, ground: Ground, *, until: float) -> None:
        """Return when the test has said yes for as long as it must; raises as `ask_all`."""
        own = min(until, self._clock.monotonic() + test.timeout)
        self._ask(test, ground, own)
        held = self._clock.monotonic() + test.hold
        while (left := held - self._clock.monotonic()) > 0:
            self._wait(min(left, max(_SHORTEST, min(test.hold / _OFTEN, _WATCHED))))
            self._ask(test, ground, own)

    def _ask(self, test: TestSpec, ground: Ground, own: float) -> None:
        probe = self._equipment.probes.get(test.probe)
        if probe is None:
            raise StepErroredError(f"there is no probe {test.probe}")
        spec = test.model_copy(update={"settings": _settings(test, ground)})
        for tries in range(test.retries + 1):
            self._heed()
            try:
                probe.check(spec, ground.folder, timeout=max(_SHORTEST, self._left(own)))
            except (StepFailedError, StepErroredError):
                if tries == test.retries or self._left(own) <= _PAUSE:
                    raise
                self._clock.sleep(_PAUSE)
            else:
                return

    def ask_people(self, inquiry: Inquiry, *, until: float, told: str = "") -> str:
        """Who has said yes, once somebody has; raises `StepFailedError` for no, and for nobody.

        ``told`` is added to both. Who may answer was judged when the answer was granted.
        """
        self._equipment.ask(inquiry)
        while True:
            said = self._equipment.answers(inquiry.deployment)
            answer = next((each for each in said if each.inquiry == inquiry.id), None)
            if answer is not None:
                reason = f": {answer.reason}" if answer.reason else ""
                if answer.said == "yes":
                    return f"{answer.by} said yes{reason}"
                raise StepFailedError(f"{answer.by} said no{reason}{told}")
            if (left := self._left(until) + _ON_ITS_WAY) <= 0:
                raise StepFailedError(f"nobody answered in time: {inquiry.ask}{told}")
            self._wait(min(_LOOK, left))

    def _wait(self, seconds: float) -> None:
        self._heed()
        until = self._clock.monotonic() + seconds
        while (left := self._left(until)) > 0:
            self._clock.sleep(min(left, _LOOK))
            self._heed()

    def _heed(self) -> None:
        if self._stopping.is_set():
            raise ParkedError("the daemon stops")

    def _left(self, until: float) -> float:
        return until - self._clock.monotonic()


def _settings(test: TestSpec, ground: Ground) -> dict[str, Any]:
    """The test's settings, with what only the host knows."""
    settings = dict(test.settings)
    if ground.address and settings.get("own"):
        settings["via"] = ground.address
    if test.probe == "command":
        settings |= {"environment": dict(ground.environment or {}), "mark": ground.mark}
    return settings


def _tell(test: TestSpec, error: TagboatError) -> str:
    tail = f" (help: {test.help})" if test.help else ""
    return f"{test.name}: {error.message}{tail}"
