"""Gate ``sign-off``: what decides here was merged by somebody who may, and not by its author."""

from datetime import datetime

from reconciler.model.place import Place
from reconciler.model.records import Reason
from reconciler.planner.consents import consents_of, lasting, standing_for, used_up
from reconciler.planner.inputs import Ask
from reconciler.planner.reasons import closed, opened
from reconciler.signoff import Taint, codes
from reconciler.timetable.spans import Span

NAME = "sign-off"


def concerns(  # noqa: PLR0911 - one literal table of paths
    path: str, place: Place, versions: frozenset[str]
) -> bool:
    """Whether a managed path decides about this place; ``versions`` are those it may come to run.

    A promotion concerns its place, an environment or app file all places of it, a release file the
    places that ask for it; people, connections and what environments share concern everybody.
    """
    match path.split("/"):
        case ["environments", "policies" | "customers" | "calendars" | "freezes", _]:
            return True
        case ["calendars", *_]:
            return True
        case ["environments", environment, file]:
            own = file in {"environment.yaml", f"{place.app}.yaml"}
            return environment == place.environment and own
        case ["environments", _]:
            return True
        case ["releases", app, version, "approvals", environment, _]:
            mine = environment == place.environment and version in versions
            return app == place.app and mine
        case ["releases", app, "app.yaml"]:
            return app == place.app
        case ["releases", app, version, *_]:
            return app == place.app and version in versions
        case _:
            return False


def taints_of(ask: Ask) -> tuple[Taint, ...]:
    """The taints that concern this place."""
    promotion = ask.inputs.snapshot.promotions.get((ask.place.environment, ask.place.app))
    admitted = promotion.wanted if promotion else ask.wanted
    versions = frozenset({ask.shown, ask.wanted, admitted})
    return tuple(
        each for each in ask.inputs.judgement.taints if concerns(each.path, ask.place, versions)
    )


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
