"""A month of the branches process, played by the real daemon under a clock that is given.

Its places are folders of this machine, and its programs are really run.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from daemon_office import Office
from daemon_process import Company, Night, files_of_process, lines
from daemon_trains import GivenClock, Kill, KilledError, Yard

from reconciler.daemon.proving import Proving
from reconciler.model.records import Departure, Record
from reconciler.planner.proof import Agreement
from reconciler.trackers.memory import MemoryTracker

PERSONS = {"amina": "ana", "brian": "ben"}
DEV = "environments/dev/payments.yaml"
STAGING = "environments/staging/payments.yaml"
REPLACED = (
    # What Tagboat doesn't do yet is left out: hosts over ssh, and moving tickets.
    (r"^target:\n(?:  .*\n)+", ""),
    (r"^timezone: .*\n", r'\g<0>target: {driver: local, root: "{environment}/{app}"}\n'),
    (r"^tickets:\n(?:  .*\n)+", ""),
)
MANAGE = """#!/bin/sh
IFS=: read -r what rest < page
where=${{PWD#*/places/}}
echo "${{where%%/*}} $1 $what" >> {log}
"""
OWN = """apiVersion: tagboat/v1
kind: Promotion
app: payments
follow: {branch: dev}
temporary:
  branch: brian/retry-queue
  owner: brian
  expires: "2026-12-02T18:00:00+03:00"
  reason: Try the retry queue with real callbacks
"""

TIMETABLE = """
    Sun 2026-11-22 20:00 +03:00 dev starts dev@PAY-1
    Mon 2026-11-23 08:30 +03:00 staging starts dev@PAY-1
    Mon 2026-11-23 08:30 +03:00 staging passed dev@PAY-1
    Wed 2026-11-25 07:30 +03:00 production starts dev@PAY-1
    Thu 2026-11-26 10:00 +03:00 dev starts dev@PAY-2
    Fri 2026-11-27 16:00 +03:00 dev starts dev@PAY-3
    Mon 2026-11-30 08:20 +03:00 dev starts brian/retry-queue@PAY-5
    Mon 2026-11-30 08:30 +03:00 staging missed dev@PAY-3: tickets: PAY-3 stands in Dev Testing, and Staging is asked for
    Wed 2026-12-02 18:00 +03:00 dev starts dev@PAY-4
    Mon 2026-12-07 08:30 +03:00 staging starts dev@PAY-4
    Mon 2026-12-07 08:31 +03:00 staging passed dev@PAY-4
    Wed 2026-12-09 07:30 +03:00 production starts dev@PAY-4
    Thu 2026-12-10 10:00 +03:00 dev starts dev@PAY-6
    Mon 2026-12-14 08:30 +03:00 dev starts dev@PAY-7
    Mon 2026-12-14 08:30 +03:00 staging missed dev@PAY-7: tickets: jira was last asked Mon 2026-12-14 08:30 +03:00 and didn't answer: jira.example doesn't answer; nobody has looked yet where PAY-5, PAY-6, PAY-7 stand
    Mon 2026-12-21 08:30 +03:00 staging starts dev@PAY-7
    Mon 2026-12-21 08:30 +03:00 staging failed dev@PAY-7
    Tue 2026-12-22 12:00 +03:00 staging passed dev@PAY-7
    Wed 2026-12-23 07:30 +03:00 production starts dev@PAY-7
"""
MIGRATIONS = """
    dev migrate PAY-1
    staging migrate PAY-1
    production migrate PAY-1
    dev migrate PAY-2
    dev migrate PAY-3
    dev migrate PAY-5
    dev tagboat-unmigrate PAY-5
    dev migrate PAY-4
    staging migrate PAY-4
    production migrate PAY-4
    dev migrate PAY-6
    dev migrate PAY-7
    staging migrate PAY-7
    production migrate PAY-7
"""


@dataclass
class Developers:
    """What they do in the app's repository; a commit goes by the ticket that it begins with."""

    company: Company
    board: MemoryTracker
    tickets: dict[str, str] = field(default_factory=dict)

    @property
    def log(self) -> Path:
        return self.company.yard.world.folder / "migrations"

    def work(self, message: str, *, branch: str = "dev", **more: str) -> None:
        """One more commit; what it is about is to be tested on dev now."""
        programs = {"manage.py": MANAGE.format(log=self.log)}
        commit = self.company.yard.work(message, branch=branch, programs=programs, **more)
        ticket = message.partition(":")[0]
        self.tickets[commit[:12]] = ticket
        self.board.columns[ticket] = "Dev Testing"

    def drag(self, *tickets: str) -> None:
        """They were found good on dev, and may leave."""
        self.board.columns |= dict.fromkeys(tickets, "Staging")

    def at(self, branch: str) -> str:
        """The ticket of a branch's head."""
        return self.tickets[self.company.yard.git("rev-parse", branch)[:12]]

    def timetable(self, records: list[Record]) -> list[str]:
        """The timetable, with the ticket of each commit in its place."""
        found = self.company.timetable(records, with_reason)
        return [re.sub(r"\b[0-9a-f]{12}\b", lambda each: self.tickets[each[0]], x) for x in found]


def with_reason(record: Record) -> tuple[str, str] | None:
    match record:
        case Departure(fate="missed", environment=place, slot=when, wanted=wanted, why=why):
            return when, f"{place} missed {wanted}: {why}"
        case _:
            return None


@pytest.fixture
def open_office(make_world) -> Callable[..., Developers]:
    """Begin the process at a local instant, in a zone, with more of its files replaced."""

    def opened(at: str, zone: ZoneInfo, *replaced: tuple[str, str]) -> Developers:
        world = make_world(version="")
        url = "https://jira.example"
        world.settings["drivers"] = {"local": {"folder": str(world.folder / "places")}}
        world.settings["secrets"] = {"JIRA_TOKEN": {"env": "JIRA_TOKEN", "url": url}}
        yard = Yard(world, GivenClock(datetime.fromisoformat(at).replace(tzinfo=zone)))
        yard.found()
        world.settings["repositories"] = {"payments": {"url": str(yard.app)}}
        persons = {person: world.keys[key] for person, key in PERSONS.items()}
        files = files_of_process("process-branches", persons, (*REPLACED, *replaced))
        world.root = world.commit(dict(files), onto=[], by="ana")
        world.push(world.root)
        board = MemoryTracker()
        parts = {"trackers": lambda _: board}
        found = Developers(Company(yard, Night(), zone, parts), board)
        found.work("PAY-1: begin")
        for each in ("staging", "master"):
            yard.git("branch", each, "dev")
        return found

    return opened


@pytest.mark.timeout(600)
def test_s1_s2_s4_s7_s10_s11_s13_a_month_of_branches(open_office):
    developers = open_office("2026-11-22 20:00", ZoneInfo("Africa/Nairobi"))
    company, work, drag, at = developers.company, developers.work, developers.drag, developers.at
    yard, look = company.yard, company.look
    look("2026-11-22 20:00")
    drag("PAY-1")
    look("2026-11-23 08:30")
    look("2026-11-25 07:30")
    work("PAY-2: receipts")
    look("2026-11-26 10:00")
    work("PAY-3: refunds")
    look("2026-11-27 16:00")
    # Brian tries a branch of his on dev, which nobody takes any further.
    work("PAY-5: retry queue", branch="brian/retry-queue", start="dev")
    company.set("2026-11-30 08:20")
    yard.merge({DEV: OWN}, by="ana", author="ben")
    drag("PAY-2")
    look("2026-11-30 08:20")
    look("2026-11-30 08:30")
    assert (at("staging"), at("master")) == ("PAY-1", "PAY-1")
    drag("PAY-3")
    work("PAY-4: limits")
    look("2026-12-02 07:30")
    look("2026-12-02 18:00")
    drag("PAY-4")
    # The daemon is killed as it leaves, and another one goes on.
    company.set("2026-12-07 08:30")
    with pytest.raises(KilledError):
        company.daemon(failpoints=Kill("history.claim.after", 1)).run_once()
    look("2026-12-07 08:31")
    look("2026-12-09 07:30")
    assert (at("staging"), at("master")) == ("PAY-4", "PAY-4")
    work("PAY-6: retry queue", merging="brian/retry-queue")
    drag("PAY-5", "PAY-6")
    look("2026-12-10 10:00")
    # The tracker is away, and dev goes on all the same.
    work("PAY-7: statements")
    drag("PAY-7")
    developers.board.away = "jira.example doesn't answer"
    look("2026-12-14 08:30")
    look("2026-12-14 09:40")
    developers.board.away = ""
    company.night.red.add("e2e")
    look("2026-12-21 08:30")
    company.night.red.clear()
    company.set("2026-12-22 12:00")
    ahead = yard.clock.at - datetime.now(UTC)
    Office(yard.world).ask("ana", "verify", "payments", environment="staging", ago=-ahead)
    look("2026-12-22 12:00")
    daemon = company.look_with("2026-12-23 07:30")
    records = daemon.view.records
    assert developers.timetable(records) == lines(TIMETABLE)
    assert developers.log.read_text().splitlines() == lines(MIGRATIONS)
    assert (at("staging"), at("master")) == ("PAY-7", "PAY-7")
    proofs = list(Proving(daemon.view, daemon.editions).proofs())
    assert {each.agreement for each in proofs} == {Agreement.SAME}


SPRING = """
    Sat 2027-03-20 12:00 +01:00 dev starts dev@PAY-1
    Mon 2027-03-22 08:30 +01:00 staging starts dev@PAY-1
    Mon 2027-03-22 08:30 +01:00 staging passed dev@PAY-1
    Wed 2027-03-24 07:30 +01:00 production starts dev@PAY-1
    Fri 2027-03-26 12:00 +01:00 dev starts dev@PAY-2
    Mon 2027-03-29 08:30 +02:00 staging starts dev@PAY-2
    Mon 2027-03-29 08:30 +02:00 staging passed dev@PAY-2
    Tue 2027-04-06 12:00 +02:00 dev starts dev@PAY-3
    Tue 2027-04-06 12:00 +02:00 staging starts PAY-3
    Tue 2027-04-06 12:00 +02:00 staging passed PAY-3
    Wed 2027-04-07 07:30 +02:00 production missed PAY-3: after: PAY-3 in staging/payments has run for 19h 30m of 1d 16h
    Wed 2027-04-21 07:30 +02:00 production missed PAY-3: after: PAY-3 in staging/payments was verified 14d 19h ago, and 10d is the most
"""
BY_HAND = """apiVersion: tagboat/v1
kind: Promotion
app: payments
commit: "{}"
"""


@pytest.mark.timeout(600)
def test_f38_s1_s4_d20_the_branches_over_a_change_of_the_clock(open_office):
    """In a zone that has one; what came to staging by hand hasn't soaked, and then is too old."""
    replaced = (("Africa/Nairobi", "Europe/Madrid"), ("2026-11-25", "2027-03-24"))
    developers = open_office("2027-03-20 12:00", ZoneInfo("Europe/Madrid"), *replaced)
    company, yard, look = developers.company, developers.company.yard, developers.company.look
    look("2027-03-20 12:00")
    developers.drag("PAY-1")
    look("2027-03-22 08:30")
    look("2027-03-24 07:30")
    developers.work("PAY-2: receipts")
    look("2027-03-26 12:00")
    # The clocks go forward in the night of 28 March.
    developers.drag("PAY-2")
    look("2027-03-29 08:29")
    look("2027-03-29 08:30")
    look("2027-03-31 07:30")
    developers.work("PAY-3: refunds")
    developers.drag("PAY-3")
    company.set("2027-04-06 12:00")
    yard.merge({STAGING: BY_HAND.format(yard.git("rev-parse", "dev"))}, by="ana", author="ben")
    look("2027-04-06 12:00")
    look("2027-04-07 07:30")
    # Nobody has proven it anew since, and that is too long ago.
    assert developers.timetable(look("2027-04-21 07:30")) == lines(SPRING)
