"""Attempts that are killed on their way: scenes that reach every step, and points to aim at."""

import random
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from torture_laws import Laws, Visitor, journals
from torture_world import VERSIONS, World

PATIENCE = 90.0
"""Seconds in which an attempt has to end once nothing kills its daemon any more (I11)."""

FORWARD = (
    "prepare",
    "prepare/code",
    "maintenance-on",
    "backup",
    "unmigrate",
    "migrate",
    "apply",
    "rollout",
    "settle",
    "smoke",
    "smoke/look",
    "maintenance-off",
    "advance",
    "cleanup/cache",
    "cleanup",
)
BACKWARD = (
    "back/maintenance-on",
    "back/restore",
    "back/unmigrate",
    "back/migrate",
    "back/apply",
    "back/rollout",
    "back/smoke",
    "back/maintenance-off",
    "back/prepare/code",
    "back/cleanup/cache",
    "back/cleanup",
)
STEPS = ("claim", *FORWARD, *BACKWARD, "stopped/cleanup/cache", "end", "tests", "request")
"""Everything that is aimed at, in its order."""

ONCE = {"unmigrate", "migrate", "back/restore", "back/unmigrate", "back/migrate"}
"""What is done at most once."""

_VERBS = {
    "prepare/code": "code",
    "backup": "dump",
    "unmigrate": "unmigrate",
    "migrate": "migrate",
    "cleanup/cache": "cache",
    "back/restore": "load",
    "back/unmigrate": "unmigrate",
    "back/migrate": "migrate",
    "back/prepare/code": "uncode",
    "back/cleanup/cache": "cache",
    "stopped/cleanup/cache": "cache",
    "tests": "long",
}
"""What the app is told to do in a step."""

_POINTS = {
    "claim": ("journal.claiming", "history.claim", "journal.claimed"),
    "maintenance-on": ("driver-local.maintain",),
    "backup": ("backup.keep",),
    "apply": ("driver-local.switch", "driver-local.order"),
    "smoke/look": ("history.inquiry", "history.answer"),
    "cleanup": ("backup.drop",),
    "back/apply": ("driver-local.switch", "driver-local.order"),
    "end": ("journal.finished", "history.logs", "history.end", "journal.remove"),
    "tests": ("tests.long", "history.verification"),
    "request": ("history.answer",),
}
_STAGES = {"claim", "end", "tests", "request"}


def aims_of(step: str) -> list[str]:
    """Every point at which the step can be hit; ``mid`` is in the midst of its program."""
    names = list(_POINTS.get(step, ()))
    if step not in _STAGES:
        names.append(f"step.{step}")
        names += [f"command.{step}"] if step in _VERBS else []
    aims = [f"{name}.{when}" for name in names for when in ("before", "after")]
    return [*aims, "mid", "mid"] if step in _VERBS else aims


@dataclass(frozen=True)
class Scene:
    """One attempt: which version, who falls ill, and so which steps it comes through."""

    version: str
    sick: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    back: bool = False
    """Whether it is the request to take back what has just succeeded."""


def scenes(running: str, before: str, *, stuck: bool) -> list[Scene]:
    """What can be tried next over what runs; all of it comes to rest somewhere."""
    found = []
    order = list(VERSIONS)
    for version in order:
        if version == running:
            continue
        restores = VERSIONS[version] == "breaking"
        leaves = bool(running) and order.index(version) < order.index(running)
        forward = tuple(each for each in FORWARD if each != "unmigrate" or leaves)
        after = ("end", "tests")
        found.append(Scene(version, (), ("claim", *forward, *after)))
        if stuck:
            # Going back is going back as a whole, or calls an operator: which, the laws don't ask.
            reached = forward[: forward.index("smoke") + 1]
            found.append(Scene(version, (version,), ("claim", *reached, "back/maintenance-on")))
            continue
        skipped = {"back/unmigrate", "back/migrate"} if restores else {"back/restore"}
        skipped |= set() if leaves else {"back/migrate"}
        backward = tuple(each for each in BACKWARD if each not in skipped)
        reached = forward[: forward.index("smoke") + 1]
        found.append(Scene(version, (version,), ("claim", *reached, *backward, "end")))
        cut = backward[: backward.index("back/smoke") + 1]
        lost = (*reached, *cut, "stopped/cleanup/cache", "end")
        found.append(Scene(version, (version, running), ("claim", *lost)))
    # What has changed the data for good is not taken back once visitors are in again.
    if before and before != running and not stuck and VERSIONS[running] == "compatible":
        found.append(Scene(before, (), ("request", "claim", "end"), back=True))
    return found


def leads_to(step: str, version: str, before: str) -> bool:
    """Whether a step can be reached from a version that has just come in over another."""
    return any(step in each.steps for each in scenes(version, before, stuck=False))


@dataclass
class Figures:
    """What a campaign counts."""

    kills: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    resumed: list[float] = field(default_factory=list)
    """Seconds from a start of the daemon to the first thing that it wrote."""
    recovered: list[float] = field(default_factory=list)
    """Seconds from the last start of the daemon to the attempt's end in the history."""
    attempts: int = 0


@dataclass
class Torturer:
    """Tortures one installation until every step was hit often enough."""

    world: World
    visitor: Visitor
    random: random.Random
    figures: Figures = field(default_factory=Figures)
    sick: dict[str, tuple[str, ...]] = field(default_factory=dict)
    wild: float = 0.1
    """How many of the kills come at any time instead."""
    taken_back: bool = False
    """Whether the last attempt took back the one before."""
    laws: Laws = field(init=False)

    def __post_init__(self) -> None:
        self.laws = Laws(self.world, self.visitor, self._unwell)

    def _unwell(self, attempt: str) -> bool:
        claim = next(each for each in self.world.records if each.get("deployment") == attempt)
        return claim["assignment"]["content"]["version"] in self.sick.get(attempt, ())

    def begin(self) -> None:
        """The first deployment, unharmed."""
        self.world.start()
        self._rest(0)
        self.figures.recovered.clear()
        self.world.daemon.terminate()
        self.world.daemon.wait(60)
        self.laws.ended()

    def choose(self, wanting: Counter[str], *, most: int = 5) -> tuple[Scene, list[str]]:
        """The scene with the step where a kill is wanted most, and up to ``most`` of its steps.

        A kill in what is done at most once calls an operator, so it comes last and alone.
        """
        running, last, stuck = self._standing()
        options = scenes(running, last, stuck=stuck)
        self.random.shuffle(options)
        scene = max(options, key=lambda each: max(wanting[step] for step in each.steps))
        rarest = max(wanting, key=lambda step: wanting[step], default="")
        if stuck:
            scene = next(each for each in options if not each.sick)
        elif rarest not in scene.steps:
            # It can't be reached from here: go where it can.
            there = [
                each
                for each in options
                if not each.sick and not each.back and leads_to(rarest, each.version, running)
            ]
            scene = there[0] if there else scene
        order = sorted(scene.steps, key=lambda each: (-wanting[each], self.random.random()))
        if stuck:
            order = [each for each in order if each not in ONCE]
        first = order[0]
        if first in ONCE:
            order = [each for each in order if scene.steps.index(each) <= scene.steps.index(first)]
        others = [each for each in order[1:] if each not in ONCE and wanting[each] > 0]
        aims = [first, *others][:most]
        return scene, sorted(aims, key=scene.steps.index)

    def attempt(self, scene: Scene, aims: list[str]) -> None:
        """One attempt with a kill in each of these steps, to its end."""
        world, before = self.world, len(self.world.records)
        (world.data / "sick").write_text(" ".join(scene.sick))
        self.taken_back = scene.back
        if scene.back:
            world.ask("rollback")
        else:
            world.promote(scene.version)
        known = len([each for each in world.records if each["kind"] == "End"])
        for step in aims:
            if self._over(known) and step not in {"end", "tests"}:
                break
            self._hit(step, known)
            self._note_sick(before, scene)
        world.start()
        self._rest(known, before=before, scene=scene)
        (world.data / "kill").unlink(missing_ok=True)
        self.figures.attempts += 1
        self._note_sick(before, scene)
        world.daemon.terminate()
        if world.daemon.wait(60) != 0:
            self.laws.say(
                f"F17 a daemon that was asked to stop ended with {world.daemon.returncode}"
            )
        self.laws.ended()
        end = next(each for each in reversed(world.records) if each["kind"] == "End")
        self.figures.outcomes[end["outcome"]] += 1

    def _standing(self) -> tuple[str, str, bool]:
        """What runs or is gone back to, what may be asked back for, and whether it is stuck."""
        ends = [each for each in self.world.records if each["kind"] == "End"]
        good = [each["version"] for each in ends if each["outcome"] == "succeeded"]
        fresh = ends[-1]["outcome"] == "succeeded" and len(good) > 1 and not self.taken_back
        return good[-1], good[-2] if fresh else "", ends[-1]["outcome"] == "stuck"

    def _note_sick(self, before: int, scene: Scene) -> None:
        self.world.read()
        for each in self.world.records[before:]:
            if each["kind"] == "Claim":
                self.sick[each["deployment"]] = scene.sick

    def _over(self, known: int) -> bool:
        self.world.read()
        return len([each for each in self.world.records if each["kind"] == "End"]) > known

    def _hit(self, step: str, known: int) -> None:
        """One life of the daemon that is to end in a step."""
        world, aim = self.world, self.random.choice(aims_of(step))
        since, fingerprint = time.monotonic(), self._fingerprint()
        random_ = self.random.random() < self.wild
        if aim == "mid":
            lock = world.state / "daemon.lock"
            (world.data / "kill").write_text(f"{_VERBS[step]} {lock}")
        world.start("" if random_ or aim == "mid" else aim)
        until = since + (self.random.uniform(0.8, 6) if random_ else 40)
        resumed, over = False, self._over(known)
        while world.daemon.poll() is None and time.monotonic() < until:
            if not resumed and self._fingerprint() != fingerprint:
                resumed = True
                self.figures.resumed.append(time.monotonic() - since)
            if not over and self._over(known):
                over = True
                self.figures.recovered.append(time.monotonic() - since)
            # At rest before the attempt has begun is no end of it.
            if not random_ and over and resumed and self._at_rest():
                break
            time.sleep(0.03)
        (world.data / "kill").unlink(missing_ok=True)
        if world.daemon.poll() is None:
            world.daemon.kill()
        code = world.daemon.wait()
        if code != -9:
            self.laws.say(f"a daemon ended by itself with {code}, aimed at {aim}")
        self.figures.kills[self._where(step)] += 1
        self.laws.killed()

    def _where(self, aimed: str) -> str:
        """Where the kill really was, says the disk."""
        told = [each.stands for each in journals(self.world)]
        if told:
            return told[-1]
        return aimed if aimed in _STAGES else "at rest"

    def _fingerprint(self) -> tuple[object, ...]:
        files = (self.world.state / "journal").glob("*")
        return (self.world.tip, *sorted((each.name, each.stat().st_size) for each in _there(files)))

    def _at_rest(self) -> bool:
        """Whether the attempt has ended, and all that follows it too."""
        self.world.read()
        records = self.world.records
        if not records or list((self.world.state / "journal").glob("*")):
            return False
        claims = [each for each in records if each["kind"] == "Claim"]
        ends = [each for each in records if each["kind"] == "End"]
        if not ends or len(ends) != len(claims):
            return False
        proven = {each["deployment"] for each in records if each["kind"] == "Verification"}
        return ends[-1]["outcome"] != "succeeded" or ends[-1]["deployment"] in proven

    def _rest(self, known: int, *, before: int = 0, scene: Scene | None = None) -> None:
        began, told = time.monotonic(), self._over(known)
        alive, since = self.world.state / "alive", time.time()
        while time.monotonic() < began + PATIENCE:
            if scene:
                self._note_sick(before, scene)
            if not told and self._over(known):
                told = True
                self.figures.recovered.append(time.monotonic() - began)
            looked = alive.exists() and alive.stat().st_mtime > since
            if told and looked and self._at_rest():
                return
            if self.world.daemon.poll() is not None:
                self.laws.say(f"the daemon ended by itself with {self.world.daemon.returncode}")
                return
            time.sleep(0.03)
        self.laws.say(f"I11 no end in {PATIENCE:.0f} s; {self.world.records[-1:]}")


def _there(files: object) -> Iterator[object]:
    for each in files:
        if each.exists():
            yield each
