"""Proposals: a tag that was pushed by hand gets a branch with its release, for somebody to merge.

First the sighting is recorded, then the branch is pushed, then that is recorded: whoever deletes
the branch has said no, and it doesn't come back.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from reconciler.errors import TagboatError, UnreachableError
from reconciler.model.app import App
from reconciler.model.records import Sighting
from reconciler.names import instant_text
from reconciler.planner.inputs import Inputs
from reconciler.planner.tags import about_proposal, branch_of, to_be_proposed
from reconciler.ports import Clock, Cutter, Failpoints
from reconciler.scaffold.trains import cut_from

_AGAIN = 30.0
"""Seconds between two tries at what the remote didn't take."""


@dataclass(slots=True)
class Proposals:
    """The proposals of all apps. Only the deciding thread calls it."""

    cutter: Cutter
    clock: Clock
    failpoints: Failpoints
    identify: Callable[[], str]
    reconciler: str
    troubles: dict[str, str] = field(default_factory=dict)
    """``proposal`` and the app → why it isn't there yet; empty once it is."""
    _again: dict[str, float] = field(default_factory=dict)

    def put_forward(self, inputs: Inputs) -> list[Sighting]:
        """Push what is to be proposed; the records of the branches that are there now.

        Raises `UnreachableError` when the remote doesn't answer.
        """
        found = []
        for app, sighting in to_be_proposed(inputs):
            if self.clock.monotonic() < self._again.get(sighting.id, float("-inf")):
                continue
            try:
                found.append(self._put(inputs, app, sighting))
            except UnreachableError:
                raise
            except TagboatError as error:
                said = f"{app.name} {sighting.facts['version']}: {error.message}"
                self.troubles[f"proposal {app.name}"] = said
                self._again[sighting.id] = self.clock.monotonic() + _AGAIN
            else:
                self.troubles[f"proposal {app.name}"] = ""
        return found

    def _put(self, inputs: Inputs, app: App, sighting: Sighting) -> Sighting:
        version = sighting.facts["version"]
        file = cut_from(app, sighting.facts)
        branch, at = branch_of(app.name, version), instant_text(self.clock.now())
        self.failpoints.reach("proposal.push.before")
        self.cutter.propose(
            branch,
            {file.path: file.text.encode()},
            onto=inputs.basis,
            message=f"Release {app.name} {version}\n\nIts tag was pushed: record {sighting.id}.\n",
            at=at,
        )
        self.failpoints.reach("proposal.push.after")
        return Sighting(
            id=self.identify(),
            at=at,
            reconciler=self.reconciler,
            sort="tags",
            about=about_proposal(app.name, version),
            facts={"branch": branch},
        )
