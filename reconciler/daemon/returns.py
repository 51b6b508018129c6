"""Asking for a file to be put back once its place has gone back, so that git agrees with it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from reconciler.errors import RefusedError
from reconciler.model.plan import Plan
from reconciler.planner.inputs import Inputs
from reconciler.planner.returns import OLDEST, Return, returns, still_needed
from reconciler.ports import Clock, Failpoints
from reconciler.repository.return_branches import PREFIX, ReturnBranches


@dataclass(slots=True)
class Returns:
    """The branches that this host offers and takes away. The deciding thread uses it."""

    branches: ReturnBranches
    clock: Clock
    failpoints: Failpoints
    tell: Callable[[str], None]
    _refused: set[str] = field(default_factory=set)

    def look(self, inputs: Inputs, plan: Plan, there: Mapping[str, str]) -> None:
        """Offer what is missing, and take away what nobody needs any more.

        ``there``: the remote's branches of this sort, ref → commit. Raises `UnreachableError`.
        """
        wanted = {each.branch: each for each in returns(inputs, plan)}
        needed = still_needed(plan, inputs) if there else frozenset()
        for ref, commit in there.items():
            branch = ref.removeprefix(PREFIX)
            if branch not in needed:
                self.failpoints.reach("return.drop.before")
                self.branches.drop(branch, commit)
                self.failpoints.reach("return.drop.after")
        for branch, each in wanted.items():
            known = PREFIX + branch in there or self.branches.made(branch)
            fresh = self.clock.now() - each.ended <= OLDEST
            if fresh and not known and branch not in self._refused:
                self._offer(each, onto=inputs.basis)

    def _offer(self, back: Return, *, onto: str) -> None:
        path = back.place.promotion_path
        self.failpoints.reach("return.push.before")
        try:
            offered = self.branches.offer(
                back.branch,
                path,
                successes=back.successes,
                onto=onto,
                message=_message(back),
                at=self.clock.now(),
            )
        except RefusedError as error:
            self._refused.add(back.branch)
            self.tell(f"{back.place}: {error.message}")
            return
        self.failpoints.reach("return.push.after")
        if offered:
            self.tell(f"{back.place}: the branch {back.branch} puts the file back; have it merged")
        else:
            self._refused.add(back.branch)


def _message(back: Return) -> str:
    return (
        f"Put {back.place} back to {back.running}\n\n"
        f"It runs {back.running}, and the file asks for {back.wanted}: {back.why}.\n\n"
        f"Merged, the branch says what runs. Deployment: {back.deployment}\n"
    )
