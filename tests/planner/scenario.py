"""One situation in a file: what the files say, what has happened, what time it is, and the plan.

A scenario is a YAML file in ``scenarios/``:

``says``     a sentence, with the ids of requirements
``now``      the instant
``files``    path → fields, laid over what `conftest.FILES` has there; text is taken as it is, null
             takes a file or a field away, and what is required adds up. Head and names come from the path; an approval without a
             digest is for exactly what would run
``branch``   path → text of the branch where that isn't what is in force; say ``unsigned`` too
``unsigned`` path → why the branch's content isn't signed off there; what ``files`` say is in force
``host``     what the host knows, as `Inputs` names it: ``drivers``, ``repositories``,
             ``journalled``, ``places_at_once``, ``alarms``
``history``  records, oldest first: ``runs: production/shop@1.0.0``, ``failed:``, ``stuck:`` stand
             for a claim with its end, ``begins:`` for a claim, ``called`` puts them under another
             environment's name, ``merge`` is the digit of the merge that admitted them;
             ``passed:`` and ``broke:`` are long tests; ``seen:`` path is when an approval came;
             ``counts:`` is the slot from which on production/shop goes by its schedule;
             ``merged: "3"`` is no record: what is in force came by that merge from here on;
             anything with a ``kind`` is that record; ``at`` is when
``expect``   the plan as `as_text` gives it, without the last line

``TAGBOAT_WRITE_SCENARIOS=1 pytest tests/planner/test_plan_scenarios.py`` writes ``expect`` anew:
read each line of it as one who waits for that place before committing it.
"""

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from reconciler.diagnostics import Diagnostic
from reconciler.manifest.binding import bound_digest
from reconciler.manifest.document import read_document
from reconciler.manifest.paths import home_of
from reconciler.manifest.rendering import as_yaml
from reconciler.model.alarm import Alarm
from reconciler.model.place import Place
from reconciler.model.plan import Plan
from reconciler.model.records import Claim, Outcome, record_of
from reconciler.names import instant_text
from reconciler.planner.plan import make_plan
from reconciler.planner.rendering import as_text
from reconciler.signoff import Taint

FOLDER = Path(__file__).parent / "scenarios"
SCENARIOS = sorted(FOLDER.glob("*.yaml"))
_NEEDED = {"says", "now", "expect"}
_POSSIBLE = {"files", "branch", "history", "unsigned", "host"}


@dataclass
class Scenario:
    """What a file of ``scenarios/`` says; ``scene`` is an untouched one of `conftest`."""

    path: Path
    scene: Any

    def __post_init__(self) -> None:
        self.said = yaml.safe_load(self.path.read_text())
        assert _NEEDED <= self.said.keys() <= _NEEDED | _POSSIBLE, self.said.keys()
        self.scene.now = datetime.fromisoformat(self.said["now"]).astimezone(UTC)
        self.read(self.said)
        self.seal()

    def read(self, said: dict[str, Any]) -> None:
        """Take in a situation, on top of what is there."""
        for path, fields in (said.get("files") or {}).items():
            self._lay(path, fields)
        self.scene.shown |= said.get("branch") or {}
        for number, each in enumerate(said.get("history") or (), start=len(self.scene.records) + 1):
            self._remember(number, {**each})
        self.scene.taints += tuple(
            Taint(path, "TB450", "2" * 40, "eve", why, "have it merged by somebody who may")
            for path, why in (said.get("unsigned") or {}).items()
        )
        for name, value in (said.get("host") or {}).items():
            self.scene.known[name] = _of_host(name, value)

    def seal(self) -> None:
        """Write into approvals what they are for, once everything else is said."""
        for path, text in self.scene.files.items():
            if "/approvals/" in path and "digest:" not in text:
                _, app, version, _, environment, _ = path.split("/")
                found = self.scene.snapshot(self.scene.files)
                promotion = found.promotions.get((environment, app))
                digest = bound_digest(found, environment, app, version=version, promotion=promotion)
                self.scene.files[path] = f'{text}digest: "{digest}"\n'

    def plan(self) -> Plan:
        """The plan that this situation leads to."""
        return make_plan(self.scene.inputs())

    def text(self) -> str:
        """The plan in words, without its digest."""
        return as_text(self.plan()).rpartition("\n")[0] + "\n"

    def write(self) -> None:
        """Put the plan as it is now into the file."""
        head = self.path.read_text().partition("\nexpect:")[0]
        body = "".join(f"  {line}".rstrip() + "\n" for line in self.text().splitlines())
        self.path.write_text(f"{head}\nexpect: |\n{body}")

    def _lay(self, path: str, fields: Any) -> None:
        files = self.scene.files
        match fields:
            case None:
                del files[path]
            case str():
                files[path] = fields
            case _:
                home = home_of(path)
                assert not isinstance(home, Diagnostic), home
                head = {"apiVersion": "tagboat/v1", "kind": home.kind.__name__, **dict(home.names)}
                known = read_document(path, files.get(path, as_yaml(head)).encode())
                files[path] = as_yaml(_tuples(_laid(dict(known.value), fields)))

    def _remember(self, number: int, said: dict[str, Any]) -> None:
        at = instant_text(datetime.fromisoformat(said.pop("at", "2026-11-01T10:00:00Z")))
        match said:
            case {"runs": str() as what, **more}:
                self._deployed(number, what, at, Outcome.SUCCEEDED, **more)
            case {"failed": str() as what, **more}:
                self._deployed(number, what, at, Outcome.ROLLED_BACK, **more)
            case {"stuck": str() as what, **more}:
                self._deployed(number, what, at, Outcome.STUCK, **more)
            case {"begins": str() as what, **more}:
                self._deployed(number, what, at, None, **more)
            case {"passed": str() as what}:
                self._tested(number, what, at, why="")
            case {"broke": str() as what, "why": str() as why}:
                self._tested(number, what, at, why=why)
            case {"counts": str() as slot}:
                self._counts(number, slot, at)
            case {"merged": str() as digit}:
                self.scene.merge = digit * 40
            case {"seen": str() as path}:
                self.seal()
                about = f"{path} {self.scene.snapshot(self.scene.files).blobs[path]}"
                body = {"kind": "Sighting", "sort": "approval", "about": about, "facts": {}}
                self._record(body, number, at)
            case {"kind": "Answer"}:
                self._record({"request": f"r{number}", "granted": True, **said}, number, at)
            case _:
                self._record(said, number, at)

    def _deployed(
        self,
        number: int,
        what: str,
        at: str,
        outcome: Outcome | None,
        *,
        called: str = "",
        merge: str = "",
    ) -> None:
        place, version, assignment = self._assigned(what)
        body = {"environment": called or place.environment, "app": place.app}
        claim = Claim(
            id=f"claim-{number}",
            at=at,
            reconciler="one",
            **body,
            assignment=assignment,
            basis="2" * 40,
            sign_off={"commit": (merge or ("0" if outcome is Outcome.SUCCEEDED else "1")) * 40},
            plan_digest="sha256:0",
        )
        self.scene.add(claim)
        if outcome is None:
            return
        good = outcome is Outcome.SUCCEEDED
        running = assignment.content if good else self._running(place)
        if outcome is Outcome.STUCK:
            running = None
        self._record(
            {
                "kind": "End",
                **body,
                "deployment": self.scene.records[-1].deployment,
                "outcome": outcome.value,
                "version": version,
                "running": running.model_dump(mode="json") if running else None,
                "steps": [],
                "why": "" if good else "smoke: version: found 1.0.0",
                "started": at,
                "ended": at,
                "seconds": 3,
            },
            number,
            at,
        )

    def _assigned(self, what: str) -> tuple[Place, str, Any]:
        """Where, which version, and what deploying it there comes to."""
        name, _, version = what.partition("@")
        place = Place.parse(name)
        text = f'apiVersion: tagboat/v1\nkind: Promotion\napp: {place.app}\nrelease: "{version}"\n'
        files = {**self.scene.files, place.promotion_path: text}
        scene = replace(self.scene, files=files, shown={}, records=[], taints=(), known={})
        decision = next(each for each in make_plan(scene.inputs()).decisions if each.place == place)
        assert decision.assignment, decision
        return place, version, decision.assignment

    def _counts(self, number: int, slot: str, at: str) -> None:
        body = {
            "kind": "Departure",
            "environment": "production",
            "app": "shop",
            "slot": instant_text(datetime.fromisoformat(slot)),
            "fate": "counting",
            "basis": "2" * 40,
            "sign_off": self.scene.merge,
        }
        self._record(body, number, at)

    def _tested(self, number: int, what: str, at: str, *, why: str) -> None:
        place, version, assignment = self._assigned(what)
        body = {
            "kind": "Verification",
            "environment": place.environment,
            "app": place.app,
            "deployment": f"{place.environment}.{place.app}.1",
            "digest": assignment.content.digest,
            "version": version,
            "commit": assignment.content.commit,
            "passed": not why,
            "why": why,
        }
        self._record(body, number, at)

    def _running(self, place: Place) -> Any:
        return self.scene.inputs().ledger.running(place)

    def _record(self, body: dict[str, Any], number: int, at: str) -> None:
        whole = {
            "apiVersion": "tagboat/v1",
            "id": f"record-{number}",
            "at": at,
            "reconciler": "one",
            **body,
        }
        self.scene.add(record_of(json.dumps(whole)))


def _of_host(name: str, value: Any) -> Any:
    match name:
        case "drivers" | "repositories" | "journalled":
            return frozenset(value)
        case "alarms":
            return tuple(Alarm.model_validate(each) for each in value)
        case _:
            return value


def _laid(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    for name, each in above.items():
        match below.get(name), each:
            case _, None:
                below.pop(name, None)
            case dict() as inside, dict():
                below[name] = _laid(dict(inside), each)
            case list() | tuple() as some, list() if name == "require":
                below[name] = [*some, *each]
            case _:
                below[name] = each
    return below


def _tuples(value: Any) -> Any:
    match value:
        case dict():
            return {name: _tuples(each) for name, each in value.items()}
        case list() | tuple():
            return tuple(_tuples(each) for each in value)
        case _:
            return value
