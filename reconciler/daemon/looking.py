"""Looking at the world for what gates have to know: asked, seldom, and written into the history.

One job at a time for each source, in a thread of its own, so that one that hangs delays no other
and no decision. Quick answers are waited for, since most starts depend on them.
"""

import threading
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, wait
from dataclasses import dataclass, field
from itertools import islice
from types import MappingProxyType

from reconciler.deployer.ledger import Ledger
from reconciler.model.question import Question
from reconciler.model.records import Sighting
from reconciler.model.sight import Facts, Sight, Unseen
from reconciler.names import instant_of, instant_text
from reconciler.ports import Clock, Sources

_SOON = 10.0
"""Seconds after which it is asked again where a branch leads, and what nobody could tell."""
_AT_ONCE = 8
NOTHING: Mapping[Question, Facts] = MappingProxyType({})


@dataclass(slots=True)
class Looking:
    """What was asked and not yet answered. Only the deciding thread calls it."""

    sources: Sources
    clock: Clock
    identify: Callable[[], str]
    reconciler: str
    wake: Callable[[], None]
    """Called from another thread when an answer has come."""
    patience: float = 3.0
    """Seconds that a decision waits for new answers; what comes later counts at the next look."""
    _asked: dict[Question, float] = field(default_factory=dict)
    _untold: dict[Question, str] = field(default_factory=dict)
    """What nobody could tell the last time."""
    _jobs: dict[str, Future[Mapping[Question, Sight]]] = field(default_factory=dict)
    _troubles: dict[str, str] = field(default_factory=dict)

    @property
    def pending(self) -> bool:
        """Whether an answer is still to come."""
        return bool(self._jobs)

    @property
    def troubles(self) -> Mapping[str, str]:
        """Source → why something can't be looked at there; empty if everything could, at last."""
        return self._troubles

    def look(
        self,
        questions: frozenset[Question],
        ledger: Ledger,
        *,
        known: Mapping[Question, Facts] = NOTHING,
    ) -> list[Sighting]:
        """Ask what is open and due; the sightings that differ from the newest in the history.

        ``known`` are answers for which nobody has to be asked.
        """
        every = questions | known.keys()
        self._asked = {each: at for each, at in self._asked.items() if each in every}
        self._untold = {each: why for each, why in self._untold.items() if each in self._asked}
        due: dict[str, list[Question]] = defaultdict(list)
        answers: dict[Question, Sight] = {}
        now = self.clock.monotonic()
        for each in sorted(every, key=lambda each: (each.source, each.sort, each.about)):
            if now < self._asked.get(each, float("-inf")) + self._pause(each):
                continue
            if each in known:
                answers[each] = known[each]
            elif each.sort == "approval":
                answers[each] = Facts({"seen": "yes"})
            elif each.source not in self._jobs and self._can_ask(each):
                due[each.source].append(each)
        free = max(0, _AT_ONCE - len(self._jobs))
        begun = [self._begin(source, some, now) for source, some in islice(due.items(), free)]
        wait(begun, timeout=self.patience)
        self._asked |= dict.fromkeys(answers, now)
        answers |= self._collect()
        return [
            sighting
            for question, sight in answers.items()
            if isinstance(sight, Facts) and (sighting := self._news(question, sight, ledger))
        ]

    def _can_ask(self, question: Question) -> bool:
        """Whether there is a source; who asks about tickets has made sure of it."""
        return question.tracker is not None or question.source in self.sources.repositories

    def _pause(self, question: Question) -> float:
        """Seconds after which a question is asked again."""
        moves = question.sort == "branch" or question in self._untold
        return _SOON if moves else question.again

    def _begin(
        self, source: str, questions: Sequence[Question], now: float
    ) -> Future[Mapping[Question, Sight]]:
        self._asked |= dict.fromkeys(questions, now)
        job: Future[Mapping[Question, Sight]] = Future()
        self._jobs[source] = job

        def work() -> None:
            try:
                job.set_result(self.sources.look(source, questions))
            except BaseException as error:  # noqa: BLE001 - raised in the deciding thread
                job.set_exception(error)
            self.wake()

        # Not a pool's: those are waited for when the process ends, and a source may hang.
        threading.Thread(target=work, name=f"look at {source}", daemon=True).start()
        return job

    def _collect(self) -> dict[Question, Sight]:
        """The answers that are there."""
        found: dict[Question, Sight] = {}
        for source, job in list(self._jobs.items()):
            if job.done():
                del self._jobs[source]
                answers = job.result()
                found |= answers
                unseen = {q: each for q, each in answers.items() if isinstance(each, Unseen)}
                left = {each: self._untold[each] for each in self._untold if each not in answers}
                self._untold = left | {each: sight.why for each, sight in unseen.items()}
                again = unseen.keys() & self._asked.keys()
                self._asked |= dict.fromkeys(again, self.clock.monotonic())
                whys = (why for each, why in self._untold.items() if each.source == source)
                self._troubles[source] = next(whys, "")
        return found

    def _news(self, question: Question, sight: Facts, ledger: Ledger) -> Sighting | None:
        """The record of what is new in what was seen; nothing if it says what was known."""
        known = ledger.sighting(question.sort, question.about)
        newer = question.since is None or (known and instant_of(known.at) >= question.since)
        before = known.facts if known is not None else dict(question.expected) or None
        if before == dict(sight.facts) and newer:
            return None
        return Sighting(
            id=self.identify(),
            at=instant_text(self.clock.now()),
            reconciler=self.reconciler,
            sort=question.sort,
            about=question.about,
            facts=dict(sight.facts),
        )
