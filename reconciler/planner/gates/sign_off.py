"""Gate ``sign-off``: what decides here was merged by somebody who may, and not by its author."""

from datetime import datetime
from operator import itemgetter

from reconciler.model.place import Place
from reconciler.model.records import Reason
from reconciler.planner.concerns import subjects_of
from reconciler.planner.consents import consents_of, lasting, standing_for, used_up
from reconciler.planner.inputs import Ask
from reconciler.planner.reasons import closed, opened
from reconciler.signoff import Taint, codes
from reconciler.timetable.spans import Span

NAME = "sign-off"


def taints_of(ask: Ask) -> tuple[Taint, ...]:
    """The taints that concern this place."""
    promotion = ask.inputs.snapshot.promotions.get((ask.place.environment, ask.place.app))
    admitted = promotion.wanted if promotion else ask.wanted
    versions = frozenset({ask.shown, ask.wanted, admitted})
    about = ask.inputs.taints_about
    found = [each for one in subjects_of(ask.place, versions) for each in about.get(one, ())]
    return tuple(taint for _, taint in sorted(found, key=itemgetter(0)))


def named(taint: Taint, place: Place) -> str:
    """Why it is tainted, with the file's name unless it is the place's own promotion."""
    return taint.why if taint.path == place.promotion_path else f"{taint.path}: {taint.why}"


def _settled(ask: Ask) -> bool:
    """Whether this very content was proven here before, so isn't judged again."""
    if ask.assignment is None:
        return False
    digest = ask.assignment.content.digest
    return any(each.assignment.content.digest == digest for each in ask.standing.settled)


def _of_word(ask: Ask, path: str) -> str:
    """Why the approval that stands for the merge doesn't do so any more; empty if it does."""
    word = next((each for each in consents_of(ask) if each.path == path), None)
    if word is None or ask.inputs.judgement.withdrawn(ask.place.promotion_path):
        return f"no merge signs it off, and {path} was taken back"
    if not word.counts(ask.now):
        return f"no merge signs it off, and the word of {word.person} has expired"
    if used_up(ask, word):
        return f"no merge signs it off, and the word of {word.person} was for an earlier promotion"
    return ""


def span(ask: Ask, at: datetime) -> Span:
    """Closed from when the word expires that stands for the merge, if one does."""
    return lasting(ask, at, answer)


def answer(ask: Ask) -> Reason:
    """Closed by the first taint that concerns the place; the rest are counted."""
    taints = taints_of(ask)
    if taints:
        first = taints[0]
        more = f" (and {len(taints) - 1} more)" if len(taints) > 1 else ""
        why = f"{first.code} {named(first, ask.place)}{more}"
        return closed(NAME, why, remedy=first.remedy)
    if ask.sign_off is None or not ask.in_force:
        why = f"{ask.place.promotion_path} is not signed off"
        remedy = "let somebody who may promote here merge it"
        return closed(NAME, why, remedy=remedy)
    if not ask.sign_off.merged_by:
        return opened(NAME, "part of the trust root")
    if ask.inputs.judgement.outlived(ask.place.promotion_path) and not _settled(ask):
        who = ask.sign_off.merged_by
        why = f"{codes.NO_LONGER.id} {who} signed it off, and may not promote here any more"
        remedy = f"run tagboat reaffirm {ask.place.promotion_path} and have it merged"
        return closed(NAME, why, remedy=remedy)
    by = standing_for(ask)
    if by and not _settled(ask) and (fault := _of_word(ask, by)):
        app, environment = ask.place.app, ask.place.environment
        remedy = f"tagboat approve {app}@{ask.wanted} --to {environment}, or have it merged anew"
        return closed(NAME, fault, remedy=remedy)
    authors, how = ", ".join(ask.sign_off.authors) or "nobody", "approved" if by else "merged"
    why = f"written by {authors}, {how} by {ask.sign_off.merged_by}"
    return opened(NAME, why)
