"""One of the source processes, played by the real daemon under a clock that is given."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from daemon_trains import Yard

from reconciler.daemon.loop import Reconciler
from reconciler.errors import StepFailedError
from reconciler.model.records import Claim, Departure, Record, Verification
from reconciler.names import instant_of
from reconciler.registry import build_reconciler

CORPUS = Path(__file__).parents[1] / "corpus" / "valid"


@dataclass
class Night:
    """The long tests, and every other probe; what runs a word of ``red`` fails them."""

    red: set[str] = field(default_factory=set)

    def check(self, test, folder, *, timeout):
        del folder, timeout
        words = str(test.settings)
        if test.name == "e2e" and any(each in words for each in self.red):
            raise StepFailedError("two of them are red")


def files_of_process(
    process: str, persons: Mapping[str, str], replaced: Iterable[tuple[str, str]]
) -> dict[str, str]:
    """The tree of a process, without its variants and releases.

    ``persons`` says with which key each signs; ``replaced`` are patterns of lines and what stands
    there instead, such as a driver that needs nothing but this machine.
    """
    found = {}
    for file in sorted((CORPUS / process).rglob("*.yaml")):
        path = file.relative_to(CORPUS / process).as_posix()
        if path.startswith("variants/") or path.endswith("release.yaml"):
            continue
        text = file.read_text()
        for pattern, instead in replaced:
            text = re.sub(pattern, instead, text, flags=re.MULTILINE)
        for person, key in persons.items():
            pattern = rf"^(  {person}: \{{name: [^,]*,)"
            text = re.sub(pattern, rf'\1 keys: ["{key}"],', text, flags=re.MULTILINE)
        found[path] = text
    return found


@dataclass
class Company:
    """The yard of a process, its nights, and the time zone of its timetable."""

    yard: Yard
    night: Night
    zone: ZoneInfo
    parts: Mapping[str, object] = field(default_factory=dict)
    """What its daemons have instead of their own."""

    def set(self, instant: str) -> None:
        """Put the clock on to a local instant."""
        self.yard.clock.set(datetime.fromisoformat(instant).replace(tzinfo=self.zone))

    def daemon(self, **more: object) -> Reconciler:
        return build_reconciler(
            self.yard.world.configuration(),
            self.yard.world.said.append,
            probes={"http": self.night, "command": self.night},
            clock=self.yard.clock,
            **{**self.parts, **more},
        )

    def look(self, instant: str) -> list[Record]:
        """The history, once a daemon has done at a local instant all there is to do."""
        return self.look_with(instant).view.records

    def look_with(self, instant: str) -> Reconciler:
        """The daemon that was started at a local instant, has done all there is to do, and ended."""
        self.set(instant)
        daemon = self.daemon()
        daemon.run_once()
        assert daemon.view.judged().judgement.taints == ()
        return daemon

    def timetable(
        self, records: Iterable[Record], more: Callable[[Record], tuple[str, str] | None]
    ) -> list[str]:
        """The records' departures and tests, one a line, and what ``more`` says of others."""
        versions: dict[str, str] = {}
        found = []
        for record in records:
            match record:
                case Claim(environment=place, at=at, slot=slot, assignment=assignment):
                    versions[record.deployment] = assignment.content.shown
                    when, what = slot or at, f"{place} starts {assignment.content.shown}"
                case Verification(environment=place, at=when, passed=passed, deployment=of):
                    what = f"{place} {'passed' if passed else 'failed'} {versions[of]}"
                case _ if (said := more(record)) is not None:
                    when, what = said
                case Departure(fate="missed", environment=place, slot=when, wanted=wanted):
                    what = f"{place} missed {wanted}"
                case _:
                    continue
            local = instant_of(when).astimezone(self.zone)
            offset = f"{local:%z}"
            found.append(f"{local:%a %Y-%m-%d %H:%M} {offset[:3]}:{offset[3:]} {what}")
        return found


def lines(text: str) -> list[str]:
    """A timetable as it is written by hand."""
    return [each.strip() for each in text.strip().splitlines()]
