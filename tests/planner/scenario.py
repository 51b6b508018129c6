"""One situation in a file: what the files say, what has happened, what time it is, and the plan.

A scenario is a YAML file in ``scenarios/``:

``says``     a sentence, with the ids of requirements
``now``      the instant
``files``    path → fields, laid over what `conftest.FILES` has there; text is taken as it is, null
             takes a file away. Head and names come from the path
``history``  records, oldest first: ``runs: production/shop@1.0.0`` and ``failed: …`` stand for a
             claim with its end, anything with a ``kind`` is that record; ``at`` is when
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
from reconciler.manifest.document import read_document
from reconciler.manifest.paths import home_of
from reconciler.manifest.rendering import as_yaml
from reconciler.model.place import Place
from reconciler.model.plan import Plan
from reconciler.model.records import Claim, Outcome, record_of
from reconciler.names import instant_text
from reconciler.planner.plan import make_plan
from reconciler.planner.rendering import as_text

FOLDER = Path(__file__).parent / "scenarios"
SCENARIOS = sorted(FOLDER.glob("*.yaml"))


@dataclass
class Scenario:
    """What a file of ``scenarios/`` says; ``scene`` is an untouched one of `conftest`."""

    path: Path
    scene: Any

    def __post_init__(self) -> None:
        self.said = yaml.safe_load(self.path.read_text())
        assert (
            {"says", "now", "expect"}
            <= self.said.keys()
            <= {*("says", "now", "files", "history", "expect")}
        ), self.said.keys()
        self.now = datetime.fromisoformat(self.said["now"]).astimezone(UTC)
        self.scene.now = self.now
        for path, fields in (self.said.get("files") or {}).items():
            self._lay(path, fields)
        for number, each in enumerate(self.said.get("history") or (), start=1):
            self._remember(number, {**each})

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
            case {"runs": str() as what}:
                self._deployed(number, what, at, Outcome.SUCCEEDED)
            case {"failed": str() as what}:
                self._deployed(number, what, at, Outcome.ROLLED_BACK)
            case {"kind": "Answer"}:
                self._record({"request": f"r{number}", "granted": True, **said}, number, at)
            case _:
                self._record(said, number, at)

    def _deployed(self, number: int, what: str, at: str, outcome: Outcome) -> None:
        name, _, version = what.partition("@")
        place = Place.parse(name)
        scene = replace(
            self.scene,
            files={
                **self.scene.files,
                place.promotion_path: f'apiVersion: tagboat/v1\nkind: Promotion\napp: {place.app}\nrelease: "{version}"\n',
            },
            records=[],
        )
        decision = next(each for each in make_plan(scene.inputs()).decisions if each.place == place)
        assert decision.assignment, decision
        body = {"environment": place.environment, "app": place.app}
        claim = Claim(
            id=f"claim-{number}",
            at=at,
            reconciler="one",
            **body,
            assignment=decision.assignment,
            basis="2" * 40,
            sign_off={"commit": ("0" if outcome is Outcome.SUCCEEDED else "1") * 40},
            plan_digest="sha256:0",
        )
        self.scene.add(claim)
        good = outcome is Outcome.SUCCEEDED
        running = decision.assignment.content if good else self._running(place)
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


def _laid(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    for name, each in above.items():
        inside = isinstance(each, dict) and isinstance(below.get(name), dict)
        below[name] = _laid(dict(below[name]), each) if inside else each
    return below


def _tuples(value: Any) -> Any:
    match value:
        case dict():
            return {name: _tuples(each) for name, each in value.items()}
        case list() | tuple():
            return tuple(_tuples(each) for each in value)
        case _:
            return value
