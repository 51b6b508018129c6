"""``tagboat explain``: a code's manual page, or why a place does what it does."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reconciler.cli.formats import Format
from reconciler.cli.options import ConfigOption, FolderOption, FormatOption
from reconciler.cli.output import emit, show, tell
from reconciler.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.cli.knowledge import Known
    from reconciler.deployer.lead_time import LeadTime
    from reconciler.model.place import Place
    from reconciler.model.plan import Decision
    from reconciler.model.records import Reason


def explain(
    what: Annotated[
        str, typer.Argument(metavar="CODE|ENV/APP", help="A code such as TB101, or a place.")
    ],
    output: FormatOption = Format.TABLE,
    config: ConfigOption = None,
    folder: FolderOption = Path(),
) -> None:
    """Explain a code, or why a place does what it does."""
    if what[:2].upper() == "TB" and what[2:].isdigit():
        page = _page(what)
        emit({"code": what.upper(), "page": page}, output, table=lambda: print(page))
        return
    _explain_place(what, output, config, folder)


def _page(code: str) -> str:
    from reconciler.manifest.codes import explain as page
    from reconciler.signoff.codes import explain as sign_off_page

    for find in (page, sign_off_page):
        try:
            return find(code.upper())
        except KeyError:
            continue
    raise UsageError(
        f"there is no code {code}", hint="codes look like TB101; the site lists them all"
    )


def _only_place(seen: "Known", what: str) -> "Place":
    """The one place that is meant; raises `UsageError` where it is none or several."""
    from reconciler.cli.knowledge import chosen_places

    first, *others = sorted(chosen_places(seen.places(), what))
    if others:
        names = ", ".join(str(each) for each in (first, *others))
        raise UsageError(f"{what} has several places", hint=f"name one of them: {names}")
    return first


def _explain_place(where: str, output: Format, config: Path | None, folder: Path) -> None:
    from reconciler.cli.knowledge import known, require_answer
    from reconciler.deployer.lead_time import lead_times, time_so_far
    from reconciler.model.plan import Verdict
    from reconciler.planner.answering import answers
    from reconciler.planner.asking import ask_of
    from reconciler.planner.plan import decide
    from reconciler.planner.risk import risks
    from reconciler.system.clock import SystemClock

    seen, now = known(config, folder), SystemClock().now()
    place = _only_place(seen, where)
    inputs = seen.view.inputs(now=now)
    decision, ask = decide(inputs, place), ask_of(inputs, place)
    reasons = decision.reasons or answers(ask)
    # What is in force is another one than is wanted where that isn't signed off.
    release, content = (ask.release, ask.content) if ask.in_force else (None, None)
    way_back = (release.way_back or "") if release else ""
    history = [each.text for each in risks(inputs.ledger, place, content)]
    records, end = seen.view.records, inputs.ledger.at(place).last_end
    # What a retirement took away was brought by an earlier deployment.
    left = end is not None and inputs.ledger.claims[end.deployment].assignment.lanes.retires
    last = lead_times(records).get(end.deployment) if end and not left else None
    waits = decision.verdict is not Verdict.IN_SYNC
    so_far = time_so_far(records, place, now=now) if waits else None

    def table() -> None:
        _tell(decision, reasons)
        _tell_gates(reasons)
        if way_back:
            tell(f"way back: {way_back}")
        for each in _helps(decision):
            tell(f"help: {each}")
        for each in history:
            tell(f"so far: {each}")
        if so_far:
            tell(f"time so far: {_spent(so_far)}")
        if end and last:
            tell(f"lead time of {end.version}, {end.outcome.value}: {_spent(last)}")

    data = {
        **decision.as_json(),
        "reasons": [each.model_dump(mode="json") for each in reasons],
        "way_back": way_back,
        "help": _helps(decision),
        "so_far": history,
        "time_so_far": so_far.as_json() if so_far else None,
        "lead_time": {"deployment": end.deployment, **last.as_json()} if end and last else None,
    }
    emit(data, output, table=table)
    require_answer(seen)


def _tell(decision: "Decision", reasons: "Sequence[Reason]") -> None:
    from reconciler.planner.rendering import start_text

    tell(f"{decision.place} {decision.sentence}")
    told = any(each.gate == "sign-off" for each in reasons)
    if decision.sign_off is not None and decision.sign_off.merged_by and not told:
        authors = ", ".join(decision.sign_off.authors) or "nobody"
        how = "approved" if decision.sign_off.approval else "merged"
        tell(f"written by {authors}, {how} by {decision.sign_off.merged_by}")
    if decision.start is not None:
        tell(f"start: {start_text(decision.start)}")
    for note in decision.notes:
        tell(f"note: {note}")


def _tell_gates(reasons: "Sequence[Reason]") -> None:
    from reconciler.planner.reasons import told

    if not reasons:
        return
    print()
    show(("", "gate", "why"), [(told(each).symbol, each.gate, each.why) for each in reasons])
    # Not in the table: a command that is folded in a column can't be copied.
    for each in reasons:
        if each.remedy:
            print()
            who = f" ({', '.join(each.who)})" if each.who else ""
            tell(f"what opens {each.gate}{who}:")
            tell(f"  → {each.remedy}")
    print()


def _spent(lead: "LeadTime") -> str:
    """``2d 4h, of which approval 2d, window 3h, apply 12m``."""
    from reconciler.planner.durations import in_words

    parts = ", ".join(
        f"{part.value} {in_words(spent / 1000)}" for part, spent in lead.parts.items() if spent
    )
    whole = in_words(lead.milliseconds / 1000)
    return f"{whole}, of which {parts}" if parts else whole


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
