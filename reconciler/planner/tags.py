"""Tags that were pushed by hand, which become proposed releases (D26, pure).

Those that were there at the first look don't: whoever wants a release of them cuts it.
"""

import json
from collections.abc import Iterator

from reconciler.deployer.trains import Line
from reconciler.manifest.paths import release_path
from reconciler.model.app import App
from reconciler.model.question import Question, Tagging
from reconciler.model.records import Sighting
from reconciler.planner.inputs import Inputs


def branch_of(app: str, version: str) -> str:
    """The branch on which a release is proposed, as ``release cut`` names it."""
    return f"tagboat/release/{app}/{version}"


def about_proposal(app: str, version: str) -> str:
    """What the sighting of a proposal's branch is about."""
    return f"{app} {version}"


def tag_questions(inputs: Inputs) -> frozenset[Question]:
    """What to look at for the apps that take releases from tags."""
    return frozenset(
        _question(inputs, app) for app in inputs.snapshot.apps.values() if app.versions.from_tags
    )


def to_be_proposed(inputs: Inputs) -> Iterator[tuple[App, Sighting]]:
    """The releases of tags that nobody has proposed, and that aren't on the branch."""
    for name, line in sorted(inputs.ledger.lines.items()):
        app = inputs.snapshot.apps.get(name)
        if app is None or not app.versions.from_tags:
            continue
        for version, sighting in line.tagged.items():
            path = release_path(name, version)
            there = (name, version) in inputs.tip.releases or path in inputs.judgement.admitted
            done = inputs.ledger.sighting("tags", about_proposal(name, version))
            if not there and done is None:
                yield app, sighting


def _question(inputs: Inputs, app: App) -> Question:
    line = inputs.ledger.lines.get(app.name, Line())
    taken = inputs.versions_of(app.name) | line.cut.keys() | line.tagged.keys()
    seen = inputs.ledger.sighting("tags", app.name)
    before = frozenset(json.loads(line.before)) if line.before else None
    tagging = Tagging(app, frozenset(taken), before, seen.facts if seen else {})
    return Question("tags", app.name, app.repository or app.name, tagging=tagging)
