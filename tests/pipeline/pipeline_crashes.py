"""Every failpoint × {before, after, torn}, and every ordered pair: the second in what comes after.

``make crashes`` runs them all on each scene, and prints points, runs and violations. A torn journal
write leaves half a line; a torn program has begun and done half of its work; a torn effect of the
driver has done the half that nobody sees yet.
"""

import argparse
import copy
import multiprocessing
import shutil
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pipeline_bench import NEW, OLD, TARGET, Bench, Killed, Points, Ran, settled

from reconciler.deployer.lanes import Before
from reconciler.drivers.memory import MemoryDriver
from reconciler.model.deployment import CommandSpec, StepSpec, Work
from reconciler.model.records import Outcome

ONCE = ("migrate", "unmigrate", "load")
MEMORY = Path("/dev/shm")


def good(bench: Bench) -> None:
    """Nothing goes wrong."""


def bad(bench: Bench) -> None:
    """The new version's smoke test says no."""
    bench.answers.no = {"2.0.0"}


def refused(bench: Bench) -> None:
    """A person says no to the new version."""
    bench.reply = "no"


def lost(bench: Bench) -> None:
    """So does that of the old one, once it is back."""
    bench.answers.no = {"2.0.0", "1.0.0"}


def half(bench: Bench) -> None:
    """What needs the new database doesn't come up, and the database did."""
    bench.failing["web 2.0.0"] = Work.APPLY


def unmade(bench: Bench) -> None:
    """The migration says no."""
    bench.programs.ends["migrate"] = Ran(1)


_MIGRATED = StepSpec(
    name="migrate",
    work=Work.COMMAND,
    timeout=600,
    command=CommandSpec(argv=("migrate",)),
    undo=CommandSpec(argv=("unmigrate",)),
    once=True,
    retries=0,
)
LEAVING = Before(content=OLD, migrate=_MIGRATED, leaves=True)
"""What runs was migrated, and leaves without a descendant."""
PLAIN = Before(content=OLD)

SCENES: dict[str, tuple[Callable[[Bench], None], str, Before]] = {
    "good": (good, "breaking", PLAIN),
    "bad": (bad, "breaking", PLAIN),
    "bad-compatible": (bad, "compatible", PLAIN),
    "refused": (refused, "compatible", PLAIN),
    "lost": (lost, "breaking", PLAIN),
    "half": (half, "compatible", PLAIN),
    "unmade": (unmade, "breaking", PLAIN),
    "leaving": (good, "compatible", LEAVING),
    "leaving-bad": (bad, "compatible", LEAVING),
}


@dataclass
class Edge(Points):
    """Points that end everything at one visit, or tear the effect that follows it."""

    tearing: bool = False
    torn: bool = False
    """Whether the next effect is to be cut in its midst."""

    def reach(self, name: str) -> None:
        if self.torn:
            raise Killed(f"in {self.names[-1]}")
        self.names.append(name)
        if len(self.names) == self.kill_at:
            if not self.tearing:
                raise Killed(name)
            self.torn = True
            if name.startswith("journal."):
                raise Killed(f"in {name}")


class TearingDriver(MemoryDriver):
    """Does the half of an effect that nobody sees yet, where it is torn."""

    edge: Edge | None = None

    def _tear(self) -> None:
        if self.edge is not None and self.edge.torn:
            raise Killed("in the driver")

    def prepare(self, target, content, *, fence, timeout) -> None:
        self._tear()
        super().prepare(target, content, fence=fence, timeout=timeout)

    def apply(self, target, content, *, fence, timeout) -> None:
        if content is not None and self.edge is not None and self.edge.torn:
            MemoryDriver.prepare(self, target, content, fence=fence, timeout=timeout)
            first = content.model_copy(update={"components": content.components[:1]})
            self._bring(self._world.of(target), first)
        self._tear()
        super().apply(target, content, fence=fence, timeout=timeout)

    def maintain(self, target, page, *, fence, timeout) -> None:
        self._tear()
        super().maintain(target, page, fence=fence, timeout=timeout)

    def cleanup(self, target, keep, *, fence) -> None:
        self._tear()
        super().cleanup(target, keep, fence=fence)


@dataclass(frozen=True)
class Kill:
    """The n-th point of a life, and whether what follows it is torn."""

    number: int
    torn: bool = False


@dataclass
class Trial:
    """One bench that is killed, and carried on; its data are written down beside the product."""

    bench: Bench
    folder: Path
    reached: list[str] = field(default_factory=list)
    """The points of the last life."""

    def live(self, kill: Kill | None = None) -> bool:
        """One life; whether it came to the end."""
        bench = self.bench
        edge = Edge(kill.number if kill else 0, tearing=bool(kill and kill.torn))
        bench.driver = TearingDriver(places=bench.places, failing=bench.failing)
        bench.driver.edge = edge
        bench.programs.on_run = self._tear_program(edge)
        self.reached = edge.names
        try:
            end = bench.carry(edge)
        except Killed:
            if edge.torn and edge.names[-1].startswith("journal."):
                with bench.journal(Points()).path.open("ab") as file:
                    file.write(b'0123456789abcdef {"event":"step-st')
            self._check_cut()
            return False
        check(bench, end)
        return True

    def _tear_program(self, edge: Edge) -> Callable[[str], None]:
        def on_run(name: str) -> None:
            if not edge.torn:
                return
            if name == "dump":
                Path(self.bench.programs.ran[-1][1]["TAGBOAT_BACKUP"]).write_text("the d")
            if name in ONCE:
                self.bench.programs.ran.append(("cut", {}))
            raise Killed(f"in {name}")

        return on_run

    def _check_cut(self) -> None:
        """I3, with nobody at work: where code and data differ, visitors see the page."""
        if self.bench.page:
            return
        data, seen = data_of(self.bench), self.bench.running
        assert data == seen, f"I3: {seen} with the data of {data}, and no page"

    def fork(self, folder: Path) -> "Trial":
        """The same, to go another way from here."""
        shutil.copytree(self.folder, folder)
        bench = self.bench
        other = copy.copy(bench)
        other.folder, other.driver = folder, None
        other.programs = copy.copy(bench.programs)
        other.programs.ran = list(bench.programs.ran)
        other.programs.data_at = list(bench.programs.data_at)
        other.answers = copy.copy(bench.answers)
        other.answers.place = lambda: other.running
        other.answers.asked = []
        other.said, other.asked = list(bench.said), list(bench.asked)
        other.branches, other.time = copy.deepcopy(bench.branches), copy.copy(bench.time)
        other.places = type(bench.places)()
        kept = copy.copy(bench.places.of(TARGET))
        kept.prepared, kept.up = dict(kept.prepared), dict(kept.up)
        other.places.places[TARGET.environment, TARGET.app] = kept
        return Trial(other, folder)


def data_of(bench: Bench) -> str:
    """Which version the data are of, by what the programs were told; ``half`` where one was cut."""
    made = "1.0.0"
    for name, environment in bench.programs.ran:
        version = environment.get("TAGBOAT_VERSION", "")
        match name:
            case "migrate" if "migrate" not in bench.programs.ends or version == "1.0.0":
                made = version
            case "unmigrate":
                made = environment["TAGBOAT_OTHER_VERSION"]
            case "load":
                made = "1.0.0"
            case "cut":
                made = "half"
    return made


def check(bench: Bench, end) -> None:
    """The laws that hold after any end."""
    settled(bench, end)
    ran = Counter(
        (name, environment["TAGBOAT_STEP"])
        for name, environment in bench.programs.ran
        if name in ONCE
    )
    assert all(times == 1 for times in ran.values()), f"I7: {ran}"
    assert bench.programs.data_at in ([], ["the data"]), f"I8: {bench.programs.data_at}"
    if end.outcome is Outcome.SUCCEEDED:
        assert bench.running == NEW.version
        assert NEW.version not in bench.answers.no, "I9"
    if end.outcome is not Outcome.STUCK:
        assert data_of(bench) == bench.running, f"I3: {bench.running}, {data_of(bench)}"
    assert len({each.id for each in bench.asked}) <= 1, "F9: one question is two"
    events = [each["event"] for each in bench.journal(Points()).events()]
    assert events.count("finished") == 1, "I2"
    assert bench.carry() == end, "I2: a finished attempt ends anew"


def first_kills(names: list[str]) -> Iterator[Kill]:
    """Each point, and for each beginning of an effect its tearing."""
    for number, name in enumerate(names, 1):
        yield Kill(number)
        if name.endswith(".before"):
            yield Kill(number, torn=True)


def begin(scene: str, folder: Path) -> Trial:
    prepare, migration, before = SCENES[scene]
    bench = Bench(folder, migration=migration, before=before)
    prepare(bench)
    return Trial(bench, folder)


@dataclass
class Figures:
    points: set[str] = field(default_factory=set)
    visits: int = 0
    singles: int = 0
    pairs: int = 0
    broken: list[str] = field(default_factory=list)


def ways(scene: str, folder: Path) -> list[str]:
    """All that one unharmed life of a scene reaches, in its order."""
    trial = begin(scene, folder)
    assert trial.live()
    return trial.reached


def after(scene: str, kill: Kill, folder: Path, *, pairs: bool, every: int = 1) -> Figures:
    """One first kill, and each ``every``-th second one after it."""
    figures = Figures()
    try:
        cut = begin(scene, folder / "cut")
        assert not cut.live(kill), "the first kill was not reached"
    except AssertionError as error:
        figures.broken.append(f"{scene} {kill}: {error or traceback.format_exc(limit=-1)}")
        return figures
    whole = cut.fork(folder / "whole")
    figures.singles += 1
    _carry(whole, None, figures, f"{scene} {kill}")
    seconds = list(first_kills(list(whole.reached)))[::every] if pairs else []
    for number, second in enumerate(seconds):
        trial = cut.fork(folder / str(number))
        figures.pairs += 1
        _carry(trial, second, figures, f"{scene} {kill} {second}")
        shutil.rmtree(trial.folder)
    figures.points |= set(whole.reached)
    return figures


def _carry(trial: Trial, kill: Kill | None, figures: Figures, about: str) -> None:
    try:
        if not trial.live(kill) and not trial.live():
            raise AssertionError("no end")  # noqa: TRY301
    except Exception as error:  # noqa: BLE001 - whatever it is, it is a violation
        figures.broken.append(f"{about}: {type(error).__name__}: {error}")


def work(job: tuple[str, Kill]) -> Figures:
    scene, kill = job
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as name:
        return after(scene, kill, Path(name), pairs=True)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--scenes", nargs="*", default=list(SCENES))
    asked = parser.parse_args()
    began, wrong = time.monotonic(), []
    total = Figures()
    print("points  visits  runs: one kill  two kills  violations  scene")
    with multiprocessing.get_context("fork").Pool(asked.jobs) as pool:
        for scene in asked.scenes:
            with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as name:
                names = ways(scene, Path(name) / "one")
            one = Figures(set(names), len(names))
            jobs = [(scene, kill) for kill in first_kills(names)]
            for done, each in enumerate(pool.imap_unordered(work, jobs), 1):
                one.singles, one.pairs = one.singles + each.singles, one.pairs + each.pairs
                one.points |= each.points
                one.broken += each.broken
                for law in each.broken:
                    print(f"! {law}", flush=True)
                if sys.stderr.isatty() or done % 40 == 0:
                    seconds = time.monotonic() - began
                    print(f"# {scene} {done}/{len(jobs)} in {seconds:.0f} s", file=sys.stderr)
            print(
                f"{len(one.points):6d}  {one.visits:6d}  {one.singles:14d}  {one.pairs:9d}"
                f"  {len(one.broken):10d}  {scene}",
                flush=True,
            )
            total.points |= one.points
            total.singles, total.pairs = total.singles + one.singles, total.pairs + one.pairs
            wrong += one.broken
    print(
        f"{len(total.points)} points, {total.singles + total.pairs} runs "
        f"({total.pairs} pairs), {len(wrong)} violations in {time.monotonic() - began:.0f} s"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
