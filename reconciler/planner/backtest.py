"""Back-test: what changed policies would have done to the deployments there were (pure)."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from reconciler.deployer.ledger import Ledger
from reconciler.model.place import Place
from reconciler.model.plan import Verdict
from reconciler.model.records import Claim, Outcome
from reconciler.planner.evidence import recalled
from reconciler.planner.inputs import Inputs
from reconciler.planner.plan import decide

_POLICY = ("policies", "customers", "calendars", "freezes")
_PARTS = 3


@dataclass(frozen=True, slots=True)
class Replay:
    """One deployment decided again under other policies; ``blocked`` by these gates.

    ``idle``: nothing would have been to do, since the same ran already.
    """

    deployment: str
    place: Place
    failed: bool
    blocked: tuple[str, ...]
    idle: bool = False


def is_policy(path: str) -> bool:
    """Whether a managed path says what may run, and not what shall run."""
    parts = path.split("/")
    if parts[0] == "calendars":
        return True
    if parts[0] != "environments":
        return False
    return len(parts) < _PARTS or parts[1] in _POLICY or parts[2] == "environment.yaml"


def replay(claim: Claim, inputs: Inputs, *, ledger: Ledger) -> Replay | None:
    """The claim's decision under the policies that ``inputs`` hold; ``ledger`` knows how it ended.

    Nothing for a record from before evidence was kept.
    """
    if claim.evidence is None:
        return None
    place = Place(claim.environment, claim.app)
    decision = decide(recalled(inputs, place, claim.evidence), place)
    end = ledger.ends.get(claim.deployment)
    failed = end is not None and end.outcome is not Outcome.SUCCEEDED
    idle = decision.verdict is Verdict.IN_SYNC
    shut = decision.verdict in {Verdict.HOLD, Verdict.BROKEN}
    blocked = tuple(each.gate for each in decision.closed) if shut else ()
    return Replay(claim.deployment, place, failed, blocked, idle)


def summary(replays: Sequence[Replay]) -> str:
    """The back-test in a paragraph: how many would have been blocked, and how many failed."""
    if not replays:
        return "No deployment so far kept what is needed to decide it again."
    blocked = [each for each in replays if each.blocked]
    failed = [each for each in replays if each.failed]
    caught = [each for each in failed if each.blocked]
    said = (
        f"Of the {len(replays)} deployments so far these files would have blocked {len(blocked)}, "
        f"among them {len(caught)} of the {len(failed)} that failed."
    )
    if idle := sum(each.idle for each in replays):
        said += f" {idle} would have had nothing to do, since the same ran already."
    if not blocked:
        return said
    gates = ", ".join(f"{gate} {count}" for gate, count in _counted(blocked))
    first = ", ".join(each.deployment for each in blocked[:5])
    more = f" and {len(blocked) - 5} more" if len(blocked) > 5 else ""
    return f"{said} By gate: {gates}. Blocked: {first}{more}."


def _counted(blocked: Iterable[Replay]) -> list[tuple[str, int]]:
    return Counter(gate for each in blocked for gate in each.blocked).most_common()
