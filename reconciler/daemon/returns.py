"""Asking for a file to be put back once its place has gone back, so that git agrees with it.

First the branch is pushed, then that is recorded: whoever deletes it has said no, and no host
offers it again. A kill between the two finds the branch there, and records it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from reconciler.daemon.backoff import Backoff
from reconciler.errors import TagboatError, UnreachableError
from reconciler.model.plan import Plan
from reconciler.model.records import Sighting
from reconciler.names import instant_text
from reconciler.planner.inputs import Inputs
from reconciler.planner.returns import (
    OLDEST,
    Return,
    offer,
    offer_of,
    returns,
    still_needed,
)
from reconciler.ports import Clock, Failpoints, ProposalBranches, ProvenFiles


@dataclass(slots=True)
class Returns:
    """The branches that are offered and taken away. Only the deciding thread calls it."""

    files: ProvenFiles
    branches: ProposalBranches
    clock: Clock
    failpoints: Failpoints
    reconciler: str
    troubles: dict[str, str] = field(default_factory=dict)
    """``return`` and the place → why its branch isn't there, or not gone yet; empty if it is."""
    _backoff: Backoff = field(init=False)
    _nothing: dict[str, str] = field(default_factory=dict)
    """Branch → the commit of the protected branch at which nothing was to be put back."""

    def __post_init__(self) -> None:
        """Nothing has gone wrong yet."""
        self._backoff = Backoff(self.clock)

    def look(self, inputs: Inputs, plan: Plan, there: Mapping[str, str]) -> list[Sighting]:
        """Offer what is missing, and take away what nobody needs any more.

        ``there``: the remote's branches of this sort, name → commit. The records of the branches
        that are there now. What the remote doesn't take is told, and tried again later.
        """
        wanted = {each.branch: each for each in returns(inputs, plan)}
        needed = still_needed(plan, inputs) if there else frozenset()
        self._nothing = {each: at for each, at in self._nothing.items() if each in wanted}
        still = {f"return {each.place}" for each in wanted.values()}
        still |= {f"return {branch}" for branch in there}
        self.troubles = {
            each: why if each in still else "" for each, why in self.troubles.items() if why
        }
        found: list[Sighting] = []
        try:
            for branch, commit in there.items():
                made = offer_of(inputs, branch)
                if branch not in needed and made and made.facts.get("commit") == commit:
                    self._withdraw(branch, commit)
            for branch, each in wanted.items():
                fresh = self.clock.now() - each.ended <= OLDEST
                if fresh and offer_of(inputs, branch) is None and self._backoff.is_due(branch):
                    found += self._offer(each, onto=inputs.basis)
        except UnreachableError:
            # Told in `troubles`; the others would wait for the same remote.
            pass
        return found

    def _withdraw(self, branch: str, commit: str) -> None:
        if not self._backoff.is_due(branch):
            return
        subject = f"return {branch}"
        try:
            self.failpoints.reach("return.drop.before")
            self.branches.withdraw(branch, commit)
            self.failpoints.reach("return.drop.after")
        except TagboatError as error:
            self._failed(subject, branch, error)
        else:
            self._went_well(subject, branch)

    def _offer(self, back: Return, *, onto: str) -> list[Sighting]:
        if self._nothing.get(back.branch) == onto:
            return []
        subject, path = f"return {back.place}", back.place.promotion_path
        at = instant_text(self.clock.now())
        try:
            data = self.files.newest(path, back.successes, onto=onto)
            if data is None:
                self._nothing[back.branch] = onto
                return []
            self.failpoints.reach("return.push.before")
            commit = self.branches.propose(
                back.branch, {path: data}, onto=onto, message=_message(back), at=at
            )
            self.failpoints.reach("return.push.after")
        except TagboatError as error:
            self._failed(subject, back.branch, error)
            return []
        self._went_well(subject, back.branch)
        return [offer(back, commit, at=at, reconciler=self.reconciler)]

    def _failed(self, subject: str, branch: str, error: TagboatError) -> None:
        self.troubles[subject] = f"{subject.removeprefix('return ')}: {error.message}"
        self._backoff.failed(branch)
        if isinstance(error, UnreachableError):
            raise error

    def _went_well(self, subject: str, branch: str) -> None:
        self.troubles[subject] = ""
        self._backoff.went_well(branch)


def _message(back: Return) -> str:
    return (
        f"Put {back.place} back to {back.running}\n\n"
        f"It runs {back.running}, and the file asks for {back.wanted}: {back.why}.\n\n"
        f"Merged, the branch says what runs. Deployment: {back.deployment}\n"
    )
