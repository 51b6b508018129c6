"""What is known of one place (L2, pure); `account` is the fold that leads to it."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field

from reconciler.errors import RefusedError
from reconciler.model.content import Content
from reconciler.model.place import Place
from reconciler.model.records import (
    Answer,
    Claim,
    Departure,
    Drift,
    End,
    Expiry,
    Inquiry,
    Outcome,
    Record,
    Refusal,
    Restart,
    Verification,
)


class LedgerError(RefusedError):
    """Records of one place contradict each other: nothing starts there until it is explained."""

    def __init__(self, place: Place, why: str, records: tuple[Record, ...]) -> None:
        """Name the records that can't both be true."""
        named = " and ".join(f"{each.kind} {each.sequence}" for each in records)
        super().__init__(
            f"{place}: {why} (history records {named})",
            hint="find out who wrote them; the place starts nothing until then",
        )
        self.place = place
        self.records = records


@dataclass(frozen=True, slots=True)
class Standing:
    """What the history says of one place. Frozen; a new one is made when records come.

    ``running`` is what the last `End` says runs there: nothing before the first one, after going
    back to nothing, or when nobody can tell; an open claim doesn't change it. ``running_since``
    is the instant from which on that very content ran, empty with nothing. ``restarts`` are those
    since the last claim. ``broken`` says that later records of this place were not understood.
    """

    place: Place
    open_claim: Claim | None = None
    last_claim: Claim | None = None
    last_end: End | None = None
    settled: tuple[Claim, ...] = ()
    """Claims that succeeded here, newest last."""
    traces: Mapping[Hashable, tuple[int, ...]] = field(default_factory=dict)
    """`Content.traces` → which of those bear it, in their order."""
    running: Content | None = None
    running_since: str = ""
    begun: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Content's digest → the commits that admitted it → when it last began here for them."""
    held: Mapping[str, End] = field(default_factory=dict)
    """Admitting commit → how its deployment failed here; another commit is no longer held."""
    last_failure: End | None = None
    """The newest one that failed; none once that very content has succeeded here after all."""
    last_refusal: Refusal | None = None
    """The gates last found closed; none after a claim."""
    restarts: tuple[Restart, ...] = ()
    verifications: Mapping[str, Verification] = field(default_factory=dict)
    """Content's digest → what the place's tests last said of it."""
    confirmations: tuple[Answer, ...] = ()
    """Granted ``confirm`` requests since the last claim."""
    inquiries: Mapping[str, Inquiry] = field(default_factory=dict)
    """Step → the question that it asks people, or has asked while what it belongs to goes on."""
    rollback: Answer | None = None
    """A granted ``rollback`` that no claim has followed yet."""
    withdrawn: Mapping[str, tuple[str, Answer]] = field(default_factory=dict)
    """Content's digest → the commit that admitted it, and the ``rollback`` that took it back."""
    dismissed: frozenset[str] = frozenset()
    """Deployments that nobody may roll back on request any more."""
    expired: Expiry | None = None
    """That the last deployment can't be rolled back on request any more, since time is up."""
    granted: Answer | None = None
    """A granted ``adopt`` or ``retire`` that no claim has followed yet."""
    overrode: tuple[Claim, ...] = ()
    """Claims that began although a gate was not open, since it was set aside; newest last."""
    reviewed: frozenset[str] = frozenset()
    """Their deployments, as far as another person has looked at them afterwards."""
    failed: Mapping[str, End] = field(default_factory=dict)
    """Content's digest → how it failed here, unless it has succeeded since."""
    slot: tuple[str, str] = ("", "")
    """The last slot that is accounted for, and the admission whose schedule it was of."""
    missed: Departure | None = None
    """The last departure, if it was missed."""
    drift: Drift | None = None
    """What was found last instead of what the last deployment put there, or that it is back."""
    put_back: Answer | None = None
    """A granted ``retry`` that asks for what drifted to be put back."""
    unready: Mapping[str, str] = field(default_factory=dict)
    """Content's digest → why it could not be fetched again, where that was seen last."""
    doubtful: bool = False
    """Whether nobody can tell of which content the data are: a deployment that got stuck may have
    changed them, and nothing has succeeded since."""
    screens: tuple[Answer, ...] = ()
    """The last granted ``maintenance-on`` or ``-off`` of its environment, and that of the place."""
    broken: LedgerError | None = None

    @property
    def questions(self) -> tuple[Inquiry, ...]:
        """The questions that nobody has answered yet; whether time is up is for who knows it."""
        answered = {each.inquiry for each in self.confirmations}
        return tuple(each for each in self.inquiries.values() if each.id not in answered)

    @property
    def drifted(self) -> Drift | None:
        """What is there instead of what the last deployment put there; nothing if it isn't."""
        return self.drift if self.drift and self.drift.found else None

    @property
    def stuck(self) -> bool:
        """Whether the last deployment neither stood nor went back, and nothing began since."""
        return (
            self.open_claim is None
            and self.last_end is not None
            and self.last_end.outcome is Outcome.STUCK
        )

    @property
    def last_good(self) -> Content | None:
        """What going back leads to: what runs, or in a stuck place what was last proven there."""
        if self.running is None and self.stuck and self.settled:
            return self.settled[-1].assignment.content
        return self.running

    @property
    def closed_gates(self) -> frozenset[tuple[str, str]]:
        """Gate and state, for each gate of the last refusal that wasn't open."""
        reasons = self.last_refusal.reasons if self.last_refusal else ()
        return frozenset((each.gate, each.state) for each in reasons if each.state != "open")

    def akin(self, work: Content) -> tuple[int, ...]:
        """Which of the claims that succeeded may be the same work; all others aren't.

        All its components are theirs, so the one that the fewest have is enough.
        """
        named = (self.traces.get(each, ()) for each in work.work.items())
        rarest = min(named, key=len, default=())
        return tuple(sorted({*rarest, *self.traces.get(work.commit, ())}))

    def last_settled(self, count: int) -> tuple[Content, ...]:
        """The last ``count`` distinct contents that were proven here, newest first."""
        found: dict[str, Content] = {}
        for claim in reversed(self.settled):
            if len(found) == count:
                break
            found.setdefault(claim.assignment.content.digest, claim.assignment.content)
        return tuple(found.values())

    def keep(self, count: int) -> tuple[str, ...]:
        """Digests of the last ``count`` distinct proven contents, newest first."""
        return tuple(content.digest for content in self.last_settled(count))
