"""Saying what has changed, once: each subject has one line that stands until it is another one."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from reconciler.daemon.lines import Lines
from reconciler.model.plan import Plan, Verdict


@dataclass(slots=True)
class Teller:
    """What the loop says; what is as it was is not said again."""

    lines: Lines
    _told: dict[str, str] = field(default_factory=dict)

    def tell(self, subject: str, line: str) -> bool:
        """Say the line unless it was said of this subject last; whether it was said now.

        An empty one says nothing, and lets the same be said again.
        """
        if self._told.get(subject, "") == line:
            return False
        self._told[subject] = line
        if line:
            self.lines.tell(line)
        return True

    def over(self, subject: str) -> None:
        """Say that what was said of this subject last holds no more, if anything was."""
        if before := self._told.pop(subject, ""):
            self.lines.tell(f"over: {before}")

    def tell_each(self, sort: str, lines: Mapping[str, str]) -> None:
        """Say a line of each subject of one sort; what was said of others of that sort is over."""
        said = {subject for subject, line in self._told.items() if line}
        gone = {each for each in said if each.startswith(f"{sort} ")}
        for subject in sorted(gone.difference(f"{sort} {each}" for each in lines)):
            self.over(subject)
        for each, line in lines.items():
            self.tell(f"{sort} {each}", line)

    def tell_plan(self, plan: Plan) -> None:
        """What is decided of each place, except where a worker speaks for itself."""
        self.tell("trust", f"! {plan.banner}" if plan.banner else "")
        for each in plan.decisions:
            if each.verdict is not Verdict.BUSY:
                self.tell(f"plan {each.place}", f"{each.place} {each.sentence}")
