"""The page of one deployment: what, who, every step, every reason, and how it ended."""

from collections.abc import Iterable

from reconciler.deployer.lead_time import Part
from reconciler.deployer.progress import Stage, StepProgress
from reconciler.model.content import Content
from reconciler.model.deployment import Work
from reconciler.publish.attempts import Attempt
from reconciler.publish.cells import Overview
from reconciler.publish.escaping import code, link, markdown, paragraphs
from reconciler.publish.fragments import (
    app_link,
    environment_link,
    footer,
    from_to,
    gates,
    outcome,
    person,
    place_title,
    signed_by,
    started,
    table,
    took,
)
from reconciler.publish.timeline import timeline
from reconciler.publish.times import between, moment, span, stamp, when

_STAGES = {
    Stage.DONE: ("✔", "passed", "runs"),
    Stage.FAILED: ("✖", "failed", "stuck"),
    Stage.RUNNING: ("⟳", "running", "busy"),
    Stage.TO_COME: ("·", "to come", "nothing"),
}


def deployment_page(overview: Overview, attempt: Attempt) -> str:
    """The text of ``deployments/<deployment>.md``."""
    gone = attempt.end is not None and attempt.end.retired
    done = " retired" if gone else " to be retired" if attempt.retires else ""
    parts = [
        f"# {place_title(overview, attempt.place)}: {markdown(attempt.version)}{done}",
        f"{outcome(attempt)} {from_to(attempt)}",
    ]
    if attempt.claim.summary:
        parts.append(paragraphs(attempt.claim.summary))
    if attempt.end and attempt.end.why:
        parts.append(f"**Why:** {markdown(attempt.end.why)}")
    parts += ["## Steps", timeline(attempt.steps), _steps(attempt.steps)]
    parts += _tests(attempt)
    parts += _lead(attempt)
    parts += ["## Why it was allowed", _allowed(overview, attempt)]
    parts += ["## What it brought", _content(overview, attempt)]
    return "\n\n".join((*(each for each in parts if each), footer(overview)))


def _steps(steps: Iterable[StepProgress]) -> str:
    return table(("Result", "Step", "Took", "Detail"), (_step(each) for each in steps))


def _step(step: StepProgress) -> tuple[str, str, str, str]:
    symbol, word, colour = _STAGES[step.stage]
    if step.stage is Stage.FAILED and step.detail.startswith("could not tell"):
        symbol, word = "?", "errored"
    seconds = between(step.started, step.ended)
    return (
        f'<span class="tb-mark tb-{colour}">{symbol} {word}</span>',
        code(step.name),
        "—" if seconds is None else span(seconds),
        markdown(step.detail),
    )


def _tests(attempt: Attempt) -> list[str]:
    proving = {Work.SMOKE, Work.ASK}
    smoke = (each for each in attempt.claim.assignment.lanes.forward if each.work in proving)
    names = ", ".join(code(test.name) for step in smoke for test in step.tests)
    return [f"Smoke tests: {names}."] if names else []


def _lead(attempt: Attempt) -> list[str]:
    lead = attempt.lead
    if lead is None:
        return []
    rows = [
        (part.value, span(spent / 1000), _bound(attempt, part))
        for part, spent in lead.parts.items()
        if spent
    ]
    whole = ("**together**", f"**{span(lead.milliseconds / 1000)}**", "")
    head = f"From the first record of this promotion, {markdown(lead.begun)}, to its end."
    return ["## Lead time", head, table(("What for", "How long", "Gates"), [*rows, whole])]


def _bound(attempt: Attempt, part: Part) -> str:
    stretches = attempt.lead.stretches if attempt.lead else ()
    gates_ = dict.fromkeys(each.gate for each in stretches if each.part is part and each.gate)
    return ", ".join(code(each) for each in gates_)


def _allowed(overview: Overview, attempt: Attempt) -> str:
    claim, people = attempt.claim, overview.inputs.people
    authors = ", ".join(person(people, each) for each in claim.sign_off.authors)
    head = table(
        ("Who and when", ""),
        (
            ("Signed off by", signed_by(people, claim.sign_off)),
            ("Authors", authors or "—"),
            ("Merge", code(claim.sign_off.commit)),
            ("Decided at", code(claim.basis)),
            ("Claimed", when(claim.at, overview.inputs.generated_at)),
            ("Reconciler", code(claim.reconciler)),
            ("Decision", code(claim.evidence.decision if claim.evidence else "—")),
        ),
    )
    if not claim.reasons:
        return head
    return f"{head}\n\nEach gate, as it answered when that was decided:\n\n{gates(claim.reasons)}"


def _content(overview: Overview, attempt: Attempt) -> str:
    claim, now = attempt.claim, overview.inputs.generated_at
    content, target = claim.assignment.content, claim.assignment.target
    place = attempt.place
    rows = [
        ("App", app_link(overview, place.app, up="../")),
        ("Environment", environment_link(overview, place.environment, up="../")),
        ("Address", link(target.url, target.url) if target.url else "—"),
        ("Version", code(content.version)),
        ("Tag", code(content.tag or "none: content without a release")),
        ("Commit", code(content.commit)),
        ("Digest", code(content.digest)),
        ("Components", ", ".join(f"{code(c.name)} {code(c.version)}" for c in content.components)),
        ("Began", when(started(attempt), now)),
    ]
    if claim.estimate:
        rows.append(("Estimated", span(claim.estimate)))
    if attempt.end:
        ended = moment(attempt.end.ended)
        rows.append(("Ended", f"{stamp(ended)}" if ended else markdown(attempt.end.ended)))
        rows.append(("Took", took(attempt)))
        rows.append(("Runs afterwards", _after(attempt.end.running)))
    else:
        rows.append(("Goes back to", _after(claim.assignment.previous)))
    return table(("Content", ""), rows)


def _after(content: Content | None) -> str:
    return f"{code(content.version)} ({code(content.digest)})" if content else "nothing"
