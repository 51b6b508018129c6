"""When to try again what didn't go well: later each time, by name."""

from dataclasses import dataclass, field

from reconciler.ports import Clock

_FIRST = 30.0
_MOST = 3600.0


@dataclass(slots=True)
class Backoff:
    """How long each thing waits: 30 s after the first failure, then twice as long, at most 1 h."""

    clock: Clock
    _waits: dict[str, tuple[float, float]] = field(default_factory=dict)
    """Name → when it is due again (monotonic), and the seconds that it waits."""

    def is_due(self, name: str) -> bool:
        """Whether it may be tried now."""
        due, _ = self._waits.get(name, (float("-inf"), 0.0))
        return self.clock.monotonic() >= due

    def failed(self, name: str) -> None:
        """Let it wait; what fails while it waits already is the same failure."""
        if not self.is_due(name):
            return
        _, waited = self._waits.get(name, (0.0, 0.0))
        wait = min(waited * 2, _MOST) or _FIRST
        self._waits[name] = (self.clock.monotonic() + wait, wait)

    def went_well(self, name: str) -> None:
        """Forget that it ever failed."""
        self._waits.pop(name, None)
