"""``tagboat explain``: a code's manual page, or why a place does what it does."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reconciler.cli.options import ConfigOption, FolderOption
from reconciler.cli.output import show
from reconciler.errors import UsageError
from reconciler.visibility import visible

if TYPE_CHECKING:
    from reconciler.model.plan import Decision


def explain(
    what: Annotated[
        str, typer.Argument(metavar="CODE|ENV/APP", help="A code such as TB101, or a place.")
    ],
    config: ConfigOption = None,
    folder: FolderOption = Path(),
) -> None:
    """Explain a code, or why a place does what it does."""
    if "/" in what:
        _explain_place(what, config, folder)
        return
    from reconciler.manifest.codes import explain as page
    from reconciler.signoff.codes import explain as sign_off_page

    for find in (page, sign_off_page):
        try:
            print(find(what.upper()))
        except KeyError:
            continue
        return
    raise UsageError(
        f"there is no code {what}", hint="codes look like TB101, places like production/shop"
    )


def _explain_place(where: str, config: Path | None, folder: Path) -> None:
    from reconciler.cli.knowledge import chosen_places, known, require_answer
    from reconciler.planner.answering import answers
    from reconciler.planner.asking import ask_of
    from reconciler.planner.plan import decide
    from reconciler.planner.risk import risks
    from reconciler.system.clock import SystemClock

    seen = known(config, folder)
    (place,) = chosen_places(seen.places(), where)
    inputs = seen.view.inputs(now=SystemClock().now())
    decision, ask = decide(inputs, place), ask_of(inputs, place)
    reasons = decision.reasons or answers(ask)
    _tell(decision)
    rows = [
        (_SYMBOLS[each.state], each.gate, each.why, each.remedy, " ".join(each.who))
        for each in reasons
    ]
    print()
    show(("", "gate", "why", "what opens it", "who"), rows)
    if ask.release is not None and ask.release.way_back:
        print(visible(f"way back: {ask.release.way_back}"))
    for each in _helps(decision):
        print(visible(f"help: {each}"))
    for each in risks(inputs.ledger, place, ask.content):
        print(visible(f"so far: {each}"))
    require_answer(seen)


_SYMBOLS = {"open": "✔", "closed": "⏸", "unknown": "?"}


def _tell(decision: "Decision") -> None:
    from reconciler.planner.rendering import start_text

    print(visible(f"{decision.place} {decision.sentence}"))
    if decision.sign_off is not None and decision.sign_off.merged_by:
        authors = ", ".join(decision.sign_off.authors) or "nobody"
        print(visible(f"written by {authors}, merged by {decision.sign_off.merged_by}"))
    if decision.start is not None:
        print(visible(f"start: {start_text(decision.start)}"))
    for note in decision.notes:
        print(visible(f"note: {note}"))


def _helps(decision: "Decision") -> list[str]:
    """The links of the tests that would prove it (M14)."""
    if decision.assignment is None:
        return []
    return [
        f"{test.name}: {test.help}"
        for step in decision.assignment.lanes.forward
        for test in step.tests
        if test.help
    ]
