"""The laws I1 to I15 of a tortured installation, checked without the product's own code.

Whatever it reads is plain: the history as git and JSON, journals as lines with checksums, files of
the place, what the app's programs wrote down themselves, and what a visitor got all the time.
"""

import hashlib
import http.client
import json
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from torture_app import CANARY, alive
from torture_world import World

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
_ONCE = {"migrate", "unmigrate", "load"}
_ONCE_STEPS = _ONCE | {"back/migrate", "back/unmigrate", "back/restore"}


@dataclass(frozen=True)
class Answer:
    """What a visitor got at one instant; status 0 for nobody answering."""

    at: float
    status: int
    version: str = ""
    schema: str = ""
    retry: str = ""


@dataclass
class Visitor:
    """Asks the place all the time; keeps only answers that differ from the one before."""

    port: int
    answers: list[Answer] = field(default_factory=list)
    asked: int = 0
    _ending: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> "Visitor":
        self._thread = threading.Thread(target=self._visit, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        self._thread.join(30)

    def ask(self) -> Answer:
        at = time.time()
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            line.request("GET", "/version")
            response = line.getresponse()
            body = response.read()
        except OSError:
            return Answer(at, 0)
        finally:
            line.close()
        told = json.loads(body) if response.status == 200 else {}
        retry = response.getheader("Retry-After", "")
        return Answer(at, response.status, told.get("version", ""), told.get("schema", ""), retry)

    def _visit(self) -> None:
        last: tuple[object, ...] = ()
        while not self._ending.wait(0.02):
            answer = self.ask()
            self.asked += 1
            about = (answer.status, answer.version, answer.schema)
            if about != last:
                self.answers.append(answer)
                last = about


@dataclass
class Journal:
    """One journal as it lies on the disk: whole events, and whether something is wrong with it."""

    path: Path
    events: list[dict[str, object]]
    damage: str = ""

    @property
    def attempt(self) -> str:
        claims = [each["claim"] for each in self.events if each["event"] == "claimed"]
        return json.loads(claims[-1])["deployment"] if claims else ""

    @property
    def stands(self) -> str:
        """The step or stage that it tells of last."""
        if not self.events:
            return "claim"
        last = self.events[-1]
        match last["event"]:
            case "claiming" | "claimed":
                return "claim"
            case "finished":
                return "end"
            case _:
                return str(last.get("step", last["event"]))


def journals(world: World) -> list[Journal]:
    found = []
    for path in sorted((world.state / "journal").glob("*.jsonl")):
        events, damage = [], ""
        for line in path.read_text().split("\n")[:-1]:
            sum_, _, text = line.partition(" ")
            if hashlib.sha256(text.encode()).hexdigest()[:16] != sum_:
                damage = f"I6 {path.name}: a line before the last is damaged"
                break
            events.append(json.loads(text))
        found.append(Journal(path, events, damage))
    return found


def ran(world: World) -> list[dict[str, object]]:
    path = world.data / "ran"
    return [json.loads(each) for each in path.read_text().splitlines()] if path.exists() else []


@dataclass
class Laws:
    """Checks one installation; ``broken`` has every violation once, its law's number first."""

    world: World
    visitor: Visitor
    unwell: Callable[[str], bool] = lambda _: False
    """Whether the smoke tests of an attempt's version had to say no."""
    broken: list[str] = field(default_factory=list)
    checks: int = 0
    _seen: int = 0

    def say(self, law: str) -> None:
        if law not in self.broken:
            self.broken.append(law)

    def killed(self) -> None:
        """What must hold with the daemon dead, wherever that was."""
        self.world.read()
        for each in (
            self._of_history,
            self._of_journals,
            self._of_programs,
            self._of_visitors,
            self._of_words,
        ):
            self.checks += 1
            for law in each():
                self.say(law)

    def ended(self) -> None:
        """What must hold once an attempt has ended, and the daemon has come to rest."""
        self.killed()
        for each in (self._of_ends, self._of_rest):
            self.checks += 1
            for law in each():
                self.say(law)

    def _of_history(self) -> Iterator[str]:
        records = self.world.records
        if self.world.went_back:
            yield "I2 the history lacks a record that it had"
        if [each["sequence"] for each in records] != list(range(1, len(records) + 1)):
            yield "I2 sequences have a gap"
        for name, times in Counter(each["id"] for each in records).items():
            if times > 1:
                yield f"I2 record {name} is there {times} times"
        open_ = ""
        running, settled, stuck = "", [], ""
        for each in records:
            if not _INSTANT.fullmatch(str(each["at"])):
                yield f"I15 {each['at']} is no instant in UTC"
            if each["kind"] == "Claim":
                work = each["assignment"]
                if open_:
                    yield f"I5 {each['deployment']} was claimed while {open_} was open"
                open_ = each["deployment"]
                previous = (work.get("previous") or {}).get("version", "")
                known = running or (settled[-1] if stuck and settled else "")
                if previous != known:
                    yield f"I9 {open_} goes back to {previous!r}, proven was {known!r}"
                if stuck and each["sign_off"]["commit"] == stuck:
                    yield f"I4 {open_} tries what was stuck once more"
                stuck = ""
                yield from self._of_sign_off(each)
                claim = each
            elif each["kind"] == "End":
                if each["deployment"] != open_:
                    yield f"I2 {each['deployment']} ended, open was {open_!r}"
                open_ = ""
                now = (each.get("running") or {}).get("version", "")
                if each["outcome"] == "succeeded":
                    settled.append(each["version"])
                    running = each["version"]
                elif each["outcome"] == "stuck":
                    running, stuck = "", claim["sign_off"]["commit"]
                else:
                    running = (claim["assignment"].get("previous") or {}).get("version", "")
                if now != running:
                    yield f"I9 {each['deployment']} says that {now!r} runs, not {running!r}"
                yield from self._of_steps(each)

    def _of_sign_off(self, claim: dict[str, object]) -> Iterator[str]:
        """I1, I10: what is deployed was merged by another person, or asked back by one who may."""
        commit, name = claim["sign_off"]["commit"], claim["deployment"]
        if commit == self.world.root:
            return
        if claim["sequence"] <= self._seen:
            return
        self._seen = claim["sequence"]
        parents = self.world.git("rev-list", "-1", "--parents", commit).split()[1:]
        main = self.world.git("merge-base", commit, "refs/heads/main")
        file = self.world.git("show", f"{commit}:environments/dev/shop.yaml")
        version = claim["assignment"]["content"]["version"]
        asked = [
            each
            for each in self.world.records
            if each["kind"] == "Answer" and each["granted"] and each["verb"] == "rollback"
        ]
        if main != commit or (len(parents) != 2 and commit != self.world.root):
            yield f"I1 {name}: {commit} is no merge on main"
        elif f'release: "{version}"' not in file and not asked:
            yield f"I1 {name}: {version} isn't what {commit} says"
        if self.world.git("merge-base", claim["basis"], "refs/heads/main") != claim["basis"]:
            yield f"I10 {name}: its basis is not on main"

    def _of_steps(self, end: dict[str, object]) -> Iterator[str]:
        steps, name = {each["name"]: each for each in end["steps"]}, end["deployment"]
        proven = "smoke" if end["outcome"] == "succeeded" else "back/smoke"
        if end["outcome"] == "succeeded" and steps["smoke"]["result"] != "passed":
            yield f"I9 {name} succeeded without its smoke tests"
        if end["outcome"] == "succeeded" and self.unwell(name):
            yield f"I9 {name} succeeded, and its smoke tests had to say no"
        changed = {"migrate", "unmigrate", "apply"} & set(steps)
        if changed and steps.get("backup", {}).get("result") != "passed":
            yield f"I8 {name}: {sorted(changed)} without a backup"
        again = steps.get(proven, {}).get("result")
        if end["outcome"] == "rolled-back" and changed and end["running"] and again != "passed":
            yield f"I9 {name} is back, and nothing has proven it"

    def _of_journals(self) -> Iterator[str]:
        known = {each["deployment"] for each in self.world.records if each["kind"] == "Claim"}
        over = {each["deployment"] for each in self.world.records if each["kind"] == "End"}
        told = {}
        for each in journals(self.world):
            if each.damage:
                yield each.damage
            if each.attempt:
                told[each.attempt] = {
                    event["step"] for event in each.events if event["event"] == "step-started"
                }
                if each.attempt not in known:
                    yield f"I6 {each.attempt} is journalled as claimed and not in the history"
        for each in ran(self.world):
            if each["event"] != "begin" or not each["attempt"]:
                continue
            name, step = each["attempt"], each["step"]
            if name not in known:
                yield f"I2 {step} of {name} ran before its claim was in the history"
            elif name not in over and name in told and step and step not in told[name]:
                yield f"I6 {step} of {name} ran before the journal said so"

    def _of_programs(self) -> Iterator[str]:
        begun: Counter[tuple[object, object]] = Counter()
        dumped = set()
        for each in ran(self.world):
            name = each["attempt"]
            if each["event"] == "overlap":
                yield f"I5 {each['verb']} of {name} ran beside {each['other']}"
            if each["event"] == "end" and each["verb"] == "dump" and each["code"] == 0:
                dumped.add(name)
            if each["event"] == "begin" and each["step"] in _ONCE_STEPS:
                begun[name, each["step"]] += 1
                if name not in dumped:
                    yield f"I8 {each['step']} of {name} without a backup"
        for (name, step), times in begun.items():
            if times > 1:
                yield f"I7 {step} of {name} ran {times} times"

    def _of_visitors(self) -> Iterator[str]:
        asked = {
            each["assignment"]["content"]["version"]
            for each in self.world.records
            if each["kind"] == "Claim"
        }
        served = False
        for each in list(self.visitor.answers):
            match each.status:
                case 200:
                    served = True
                    if each.version != each.schema:
                        yield f"I3 {each.version} served with the data of {each.schema}"
                    if each.version not in asked:
                        yield f"I1 {each.version} served, and was never asked for"
                case 503 if not each.retry:
                    yield "I3 a page without Retry-After"
                case 503:
                    pass
                case 0 if not served:
                    pass
                case _:
                    yield f"I3 a visitor got {each.status} at {each.at:.2f}"

    def _of_words(self) -> Iterator[str]:
        text = self.world.log.read_text()
        said = len(re.findall(r"^dev/shop \S+ succeeded in", text, re.MULTILINE))
        durable = {
            each["deployment"]
            for each in self.world.records
            if each["kind"] == "End" and each["outcome"] == "succeeded"
        }
        for each in journals(self.world):
            for event in each.events:
                if event["event"] == "finished":
                    end = json.loads(event["end"])
                    if end["outcome"] == "succeeded":
                        durable.add(end["deployment"])
        if said > len(durable):
            yield f"I14 success was said {said} times, and is durable {len(durable)} times"
        sinks = [self.world.log, *(self.world.state / "logs").glob("*")]
        sinks += (self.world.state / "journal").glob("*")
        if any(CANARY in each.read_text(errors="replace") for each in sinks):
            yield "I13 the canary is in a log or a journal"
        if any(CANARY in json.dumps(each) for each in self.world.records[-40:]):
            yield "I13 the canary is in the history"

    def _of_ends(self) -> Iterator[str]:
        ends = [each for each in self.world.records if each["kind"] == "End"]
        claims = [each for each in self.world.records if each["kind"] == "Claim"]
        if [each["deployment"] for each in claims] != [each["deployment"] for each in ends]:
            yield "I11 an attempt has no end"
        asked = Counter(
            (each["deployment"], each["step"])
            for each in self.world.records
            if each["kind"] == "Inquiry"
        )
        if any(times > 1 for times in asked.values()):
            yield f"F9 a question was asked anew: {asked}"
        if not ends:
            return
        last = ends[-1]
        name, answer = last["deployment"], self.visitor.ask()
        steps = {each["name"] for each in last["steps"]}
        data = self.world.data / "schema"
        schema = data.read_text() if data.exists() else ""
        if last["outcome"] == "stuck":
            if "maintenance-on" in steps and answer.status != 503:
                yield f"I4 {name} is stuck, and visitors get {answer.status}"
            return
        version = (last.get("running") or {}).get("version", "")
        if version and (answer.status, answer.version) != (200, version):
            yield f"I3 {name} ended with {version}, visitors get {answer}"
        if version and schema != version:
            yield f"I3 {name} ended with {version}, the data are of {schema}"
        if not version and answer.status == 200:
            yield f"I3 {name} went back to nothing, and {answer.version} answers"
        kept = next((each["backup"] for each in last["steps"] if each.get("backup")), None)
        if kept:
            file = self.world.state / "backups" / "dev.shop" / kept["file"]
            found = hashlib.sha256(file.read_bytes()).hexdigest() if file.exists() else "gone"
            if found != kept["sha256"]:
                yield f"I8 {name}: its backup is {found}"

    def _of_rest(self) -> Iterator[str]:
        """I12: nothing is left over."""
        world = self.world
        backups = world.state / "backups" / "dev.shop"
        contents = world.place / "contents"
        left = [
            *backups.glob("*.partial"),
            *contents.glob(".*"),
            *world.place.glob(".current-*"),
            *world.remote.rglob("*.lock"),
            *journals(world),
        ]
        if left:
            yield f"I12 left over: {[str(each) for each in left]}"
        # A place that is stuck keeps all that people may want, until something succeeds there.
        stuck = 0
        for each in world.records:
            if each["kind"] == "End":
                stuck = stuck + 1 if each["outcome"] == "stuck" else 0
        if len(list(backups.glob("*"))) > 6 + stuck or len(list(contents.glob("*"))) > 8:
            yield "I12 backups or contents grow"
        living = {each["verb"] for each in alive(ran(world))}
        if living:
            yield f"I12 programs still run: {sorted(living)}"
        zombies = [
            path
            for path in Path("/proc").glob("[0-9]*")
            if _state(path) == ("Z", str(world.daemon.pid if world.daemon else 0))
        ]
        if zombies:
            yield f"I12 {len(zombies)} zombies"


def _state(path: Path) -> tuple[str, str]:
    """A process's state and its parent."""
    try:
        state, parent, *_ = (path / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return "", ""
    return state, parent
