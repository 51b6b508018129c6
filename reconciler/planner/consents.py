"""Whose word there is about a release in a place: approvals in force, and whoever merged."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from reconciler.manifest.paths import approval_path
from reconciler.model.approval import Approval
from reconciler.model.question import Question
from reconciler.model.records import Reason
from reconciler.names import instant_of
from reconciler.planner.inputs import Ask
from reconciler.planner.opening import span_of
from reconciler.timetable.spans import ALWAYS, Span

GOOD_FOR = timedelta(days=14)
"""How long a word counts that doesn't say itself, from when it was first seen."""

Decision = Literal["approved", "risk-accepted", "rejected"]


@dataclass(frozen=True, slots=True)
class Consent:
    """One verified word: whose, in which role, since when and until when.

    ``role`` is empty for a merge, which fills any seat that the person may have. ``digest`` is what
    it was given for, empty where the word is part of the change itself. ``recorded_by`` wrote it
    down for somebody outside.
    """

    person: str
    role: str
    decision: Decision
    at: datetime
    until: datetime | None = None
    digest: str = ""
    recorded_by: str = ""
    path: str = ""
    comment: str = ""

    def counts(self, now: datetime) -> bool:
        """Whether its time hasn't run out."""
        return self.until is None or now < self.until


def consents_of(ask: Ask) -> tuple[Consent, ...]:
    """Every word about the release that is wanted here, whether it still counts or not, sorted."""
    files = [_of_file(ask, each) for each in _approvals(ask)]
    merged = ask.sign_off is not None and not standing_for(ask)
    if ask.sign_off is not None and ask.sign_off.merged_by and merged:
        files.append(Consent(ask.sign_off.merged_by, "", "approved", ask.now))
    return tuple(sorted(files, key=lambda each: (each.person, each.role)))


def standing_for(ask: Ask) -> str:
    """The path of the approval that stands for the merge here; empty where there was a merge."""
    return ask.sign_off.approval if ask.sign_off else ""


def used_up(ask: Ask, consent: Consent) -> bool:
    """Whether another promotion of this very content has begun here since the word was given.

    Whatever became of it: what succeeded asks for no word as long as it is among the last that did,
    and for a new one after that; what failed doesn't give it back, may it be tried again or not.
    """
    commit = ask.sign_off.commit if ask.sign_off else ""
    begun = ask.standing.begun.get(ask.content.digest, {}) if ask.content else {}
    return any(by != commit and instant_of(at) >= consent.at for by, at in begun.items())


def lasting(ask: Ask, at: datetime, answer: Callable[[Ask], Reason | None]) -> Span:
    """A gate's answer at an instant, as far as words run out that it rests on; nobody gives others.

    Closed from when a word expires without which it isn't open.
    """
    ends = [each.until for each in consents_of(ask) if each.until and ask.now < each.until <= at]
    if not ends or span_of(answer(ask.at(at))).open:
        return ALWAYS
    since = next(each for each in sorted(ends) if not span_of(answer(ask.at(each))).open)
    return Span(open=False, since=since)


def first_seen(ask: Ask, path: str) -> str:
    """What a sighting of this approval is about: the file's blob, so an edited one is new."""
    return f"{path} {ask.inputs.snapshot.blobs.get(path, '')}"


def _approvals(ask: Ask) -> tuple[Approval, ...]:
    version = ask.release.version if ask.release else ""
    return ask.inputs.approvals.get((ask.place.app, version, ask.place.environment), ())


def _path(approval: Approval) -> str:
    return approval_path(approval.app, approval.version, approval.environment, approval.by)


def _of_file(ask: Ask, approval: Approval) -> Consent:
    path = _path(approval)
    seen = ask.inputs.ledger.sighting("approval", first_seen(ask, path))
    at = instant_of(seen.at) if seen else ask.now
    until = datetime.fromisoformat(approval.expires) if approval.expires else None
    if until is None and approval.decision != "rejected":
        until = at + GOOD_FOR
    return Consent(
        person=approval.by,
        role=approval.role,
        decision=approval.decision,
        at=at,
        until=until,
        digest=approval.digest,
        recorded_by=approval.recorded_by or "",
        path=path,
        comment=approval.comment or "",
    )


def questions(ask: Ask) -> Iterator[Question]:
    """Since when each approval is there; nobody outside is asked."""
    for each in _approvals(ask):
        yield Question("approval", first_seen(ask, _path(each)), ask.place.app)
