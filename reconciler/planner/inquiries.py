"""Questions that deployments ask people: which one is meant, and how it is told (pure)."""

from collections.abc import Sequence

from reconciler.deployer.standing import Standing
from reconciler.model.deployment import Lanes, StepSpec, Work
from reconciler.model.place import Place
from reconciler.model.records import Inquiry
from reconciler.names import instant_of
from reconciler.planner.asking import ask_of
from reconciler.planner.inputs import Inputs


def inquiry_meant(
    inputs: Inputs, place: Place, *, deployment: str = "", question: str = ""
) -> Inquiry | None:
    """The open question that somebody means who confirms something there; nothing for none.

    Without its name it is the only one, unless a start there waits for somebody, or the deployment
    for a look back at what it has set aside.
    """
    standing = inputs.ledger.at(place)
    found = [each for each in standing.questions if deployment in {"", each.deployment}]
    if not question and not deployment and found and _start_waits(inputs, place):
        return None
    if not question and _review_waits(standing, deployment):
        return None
    return named(found, question)


def besides_review(inputs: Inputs, place: Place, deployment: str) -> Inquiry | None:
    """A question that a deployment asks in time while it waits for a look back as well."""
    standing = inputs.ledger.at(place)
    if not _review_waits(standing, deployment):
        return None
    asked = (each for each in standing.questions if each.deployment == deployment)
    return next((each for each in asked if inputs.now < instant_of(each.until)), None)


def named(inquiries: Sequence[Inquiry], question: str) -> Inquiry | None:
    """The one of these that has this name: its step, its test's name, or none if it is alone."""
    found = [
        each
        for each in inquiries
        if not question or question in {each.step, each.step.rpartition("/")[2]}
    ]
    return found[0] if len(found) == 1 else None


def _review_waits(standing: Standing, deployment: str) -> bool:
    overrode = any(each.deployment == deployment for each in standing.overrode)
    return overrode and deployment not in standing.reviewed


def _start_waits(inputs: Inputs, place: Place) -> bool:
    ask = ask_of(inputs, place)
    if ask.standing.open_claim is not None or not ask.gates.attended or ask.content is None:
        return False
    digest, running = ask.content.digest, ask.running.digest if ask.running else ""
    return digest != running and all(each.content != digest for each in ask.standing.confirmations)


def answering(inquiry: Inquiry) -> str:
    """The command that answers it."""
    return f"tagboat confirm {inquiry.environment}/{inquiry.app} --question {inquiry.step}"


def notes_of(standing: Standing) -> tuple[str, ...]:
    """What a place waits for people to say: who, until when, and with which command."""
    return tuple(
        f"{each.step} asks {', '.join(each.by)} until {each.until}: {each.ask}"
        f" (yes: {answering(each)}; no: the same with --no)"
        for each in standing.questions
    )


def question_of(lanes: Lanes, name: str) -> StepSpec | None:
    """The step that asks this question; nothing if none does."""
    steps = (*lanes.forward, *lanes.verification)
    return next((each for each in steps if each.work is Work.ASK and each.name == name), None)
