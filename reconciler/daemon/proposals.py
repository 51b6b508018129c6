"""Proposals: a tag that was pushed by hand gets a branch with its release, for somebody to merge.

First the sighting is recorded, then the branch is pushed, then that is recorded: whoever deletes
the branch has said no, and it doesn't come back.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from reconciler.daemon.backoff import Backoff
from reconciler.errors import TagboatError, UnreachableError
from reconciler.model.app import App
from reconciler.model.records import Sighting
from reconciler.names import instant_text
from reconciler.planner.inputs import Inputs
from reconciler.planner.tags import about_proposal, branch_of, to_be_proposed
from reconciler.ports import Clock, Failpoints, ProposalBranches
from reconciler.scaffold.trains import cut_from


@dataclass(slots=True)
class Proposals:
    """The proposals of all apps. Only the deciding thread calls it."""

    branches: ProposalBranches
    clock: Clock
    failpoints: Failpoints
    identify: Callable[[], str]
    reconciler: str
    troubles: dict[str, str] = field(default_factory=dict)
    """``proposal`` and the app → why it isn't there yet; empty once it is."""
    _backoff: Backoff = field(init=False)

    def __post_init__(self) -> None:
        """Nothing has gone wrong yet."""
        self._backoff = Backoff(self.clock)

    def put_forward(self, inputs: Inputs) -> list[Sighting]:
        """Push what is to be proposed; the records of the branches that are there now.

        What the remote doesn't take is told, and tried again later; when it doesn't answer, the
        others wait with it.
        """
        found = []
        for app, sighting in to_be_proposed(inputs):
            if not self._backoff.is_due(sighting.id):
                continue
            try:
                found.append(self._put(inputs, app, sighting))
            except TagboatError as error:
                said = f"{app.name} {sighting.facts['version']}: {error.message}"
                self.troubles[f"proposal {app.name}"] = said
                self._backoff.failed(sighting.id)
                if isinstance(error, UnreachableError):
                    break
            else:
                self.troubles[f"proposal {app.name}"] = ""
                self._backoff.went_well(sighting.id)
        return found

    def _put(self, inputs: Inputs, app: App, sighting: Sighting) -> Sighting:
        version = sighting.facts["version"]
        file = cut_from(app, sighting.facts)
        branch, at = branch_of(app.name, version), instant_text(self.clock.now())
        self.failpoints.reach("proposal.push.before")
        self.branches.propose(
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
