"""What a plan decides, written down as records (L2, pure)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from reconciler.deployer.ledger import Ledger
from reconciler.model.plan import Decision, Plan, Verdict
from reconciler.model.records import Claim, Departure, Refusal
from reconciler.planner.evidence import Witness
from reconciler.planner.gates import disk, driver, history

_OF_A_HOST = frozenset({disk.NAME, driver.NAME, history.NAME})
"""Gates about a host: daemons of several hosts needn't agree on them."""


@dataclass(frozen=True, slots=True)
class Scribe:
    """Writes the records of one plan.

    ``witness`` has the inputs that the plan was made from; ``identify`` gives an id that no other
    record has; ``at`` gives the instant of writing, RFC 3339 in UTC.
    """

    witness: Witness
    plan: Plan
    reconciler: str
    identify: Callable[[], str]
    at: Callable[[], str]
    host: str = ""

    def claim(self, decision: Decision) -> Claim:
        """The claim of a decision to deploy."""
        assert decision.assignment is not None  # noqa: S101 - a plan deploys only assignments
        assert decision.sign_off is not None  # noqa: S101 - and only what is signed off
        return Claim(
            id=self.identify(),
            at=self.at(),
            reconciler=self.reconciler,
            host=self.host,
            environment=decision.place.environment,
            app=decision.place.app,
            assignment=decision.assignment,
            basis=self.plan.commit,
            sign_off=decision.sign_off,
            reasons=decision.reasons,
            evidence=self.witness.evidence(decision),
            slot=decision.slot,
            estimate=decision.estimate,
            summary=decision.summary,
            expires=decision.expires,
        )

    def departures(self) -> Sequence[Departure]:
        """A record for each slot that has come, and that nothing left with."""
        return [
            Departure(
                id=self.identify(),
                at=self.at(),
                reconciler=self.reconciler,
                environment=each.place.environment,
                app=each.place.app,
                slot=one.slot,
                fate=one.fate,
                wanted=each.wanted,
                why=one.why,
                basis=self.plan.commit,
                sign_off=one.admitted,
                reasons=each.closed if one.fate == "missed" else (),
                evidence=self.witness.evidence(each),
            )
            for each in self.plan.decisions
            for one in each.departures
        ]

    def refusals(self, ledger: Ledger) -> Sequence[Refusal]:
        """A record for each place whose set of closed gates, or wanted version, has changed."""
        found = []
        for each in self.plan.decisions:
            if each.verdict not in {Verdict.HOLD, Verdict.BROKEN}:
                continue
            last = ledger.at(each.place).last_refusal
            if last and last.wanted == each.wanted and self._says_the_same(each, last):
                continue
            found.append(
                Refusal(
                    id=self.identify(),
                    at=self.at(),
                    reconciler=self.reconciler,
                    environment=each.place.environment,
                    app=each.place.app,
                    wanted=each.wanted,
                    basis=self.plan.commit,
                    reasons=each.closed,
                    evidence=self.witness.evidence(each),
                )
            )
        return found

    def _says_the_same(self, decision: Decision, last: Refusal) -> bool:
        """Whether a refusal closed the same gates; two hosts would answer each other for ever."""
        mine = last.reconciler == self.reconciler
        passed_over = frozenset() if mine else _OF_A_HOST
        now, before = (
            {(each.gate, each.state) for each in reasons if each.gate not in passed_over}
            for reasons in (decision.closed, last.reasons)
        )
        return now == before
