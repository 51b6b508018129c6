"""Whether this host may ask what the tests of its places ask."""

from collections.abc import Iterator
from datetime import datetime

from reconciler.daemon.view import View
from reconciler.doctor.finding import Finding, good, skipped, wrong
from reconciler.errors import StepErroredError, TagboatError
from reconciler.model.deployment import Assignment, TestSpec
from reconciler.model.host import Host
from reconciler.planner.plan import make_plan
from reconciler.probes.egress import address_of

_SHOWN = 3


def check_tests(view: View, *, now: datetime) -> Finding:
    """Of every place's next deployment, and of the one that runs: nothing that is refused here."""
    host, ledger = view.configuration.host, view.ledger
    asked, missing = 0, dict[str, str]()
    try:
        decisions = make_plan(view.inputs(now=now)).decisions
    except TagboatError as error:
        return skipped("tests", error.message)
    for each in decisions:
        last = ledger.at(each.place).last_claim
        for test in _tests(each.assignment or (last.assignment if last else None)):
            asked += 1
            if remedy := _missing(test, host):
                missing.setdefault(remedy, f"{each.place} {test.name}")
    if not missing:
        return good("tests", f"{asked} may be asked from here")
    told = ", ".join(sorted(missing.values())[:_SHOWN])
    remedy = f"in {view.configuration.source}: {'; '.join(sorted(missing))}"
    return wrong("tests", f"not asked from this host, so they can't pass: {told}", remedy)


def _tests(assignment: Assignment | None) -> Iterator[TestSpec]:
    lanes = assignment.lanes if assignment else None
    for step in (*lanes.forward, *lanes.verification) if lanes else ():
        yield from step.tests
        if step.check is not None:
            yield step.check


def _missing(test: TestSpec, host: Host) -> str:
    """What has to be done so that the test is asked; empty for nothing."""
    match test.probe:
        case "http" | "tcp":
            url = test.settings.get("url") or f"http://{test.settings['address']}"
            try:
                address = address_of(url)
            except StepErroredError as error:
                return error.message
            return "" if address in host.egress else f'add "{address}" to egress'
        case "metric":
            return "" if host.metrics else "set [metrics] url to the server of figures"
        case "command":
            program = test.settings["run"][0]
            known = program.startswith("./") or program in host.programs
            return "" if known else f'add "{program}" to programs'
        case _:
            return ""
