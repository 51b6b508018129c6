"""A month of the branches process, played by the real daemon under a clock that is given.

Its places are folders of this machine, and its programs are really run.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from daemon_process import Company, Night, files_of_process, lines
from daemon_trains import GivenClock, Kill, KilledError, Yard

ZONE = ZoneInfo("Africa/Nairobi")
PERSONS = {"amina": "ana", "brian": "ben"}
DEV = "environments/dev/payments.yaml"
REPLACED = (
    # What Tagboat doesn't do yet is left out: hosts over ssh, and moving tickets.
    (r"^target:\n(?:  .*\n)+", ""),
    (r"^timezone: .*\n", r'\g<0>target: {driver: local, root: "{environment}/{app}"}\n'),
    (r"^tickets:\n(?:  .*\n)+", ""),
    (r"^tracker: .*\n", ""),
    (r"^  tickets: .*\n", ""),
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
    Mon 2026-11-30 08:30 +03:00 staging starts dev@PAY-3
    Mon 2026-11-30 08:30 +03:00 staging passed dev@PAY-3
    Wed 2026-12-02 18:00 +03:00 dev starts dev@PAY-4
    Mon 2026-12-07 08:30 +03:00 staging starts dev@PAY-4
    Mon 2026-12-07 08:31 +03:00 staging passed dev@PAY-4
    Wed 2026-12-09 07:30 +03:00 production starts dev@PAY-4
    Thu 2026-12-10 10:00 +03:00 dev starts dev@PAY-6
    Mon 2026-12-14 08:30 +03:00 staging missed dev@PAY-6
    Mon 2026-12-21 08:30 +03:00 staging starts dev@PAY-6
    Mon 2026-12-21 08:30 +03:00 staging failed dev@PAY-6
    Wed 2026-12-23 07:30 +03:00 production missed dev@PAY-6
"""
MIGRATIONS = """
    dev migrate PAY-1
    staging migrate PAY-1
    production migrate PAY-1
    dev migrate PAY-2
    dev migrate PAY-3
    dev migrate PAY-5
    staging migrate PAY-3
    dev tagboat-unmigrate PAY-5
    dev migrate PAY-4
    staging migrate PAY-4
    production migrate PAY-4
    dev migrate PAY-6
    staging migrate PAY-6
"""


@dataclass
class Developers:
    """What they do in the app's repository; a commit goes by the ticket that it begins with."""

    company: Company
    tickets: dict[str, str] = field(default_factory=dict)

    @property
    def log(self) -> Path:
        return self.company.yard.world.folder / "migrations"

    def work(self, message: str, *, branch: str = "dev", **more: str) -> None:
        programs = {"manage.py": MANAGE.format(log=self.log)}
        commit = self.company.yard.work(message, branch=branch, programs=programs, **more)
        self.tickets[commit[:12]] = message.partition(":")[0]

    def named(self, line: str) -> str:
        return re.sub(r"@(\w+)", lambda found: f"@{self.tickets[found[1]]}", line)

    def at(self, branch: str) -> str:
        """The ticket of a branch's head."""
        return self.tickets[self.company.yard.git("rev-parse", branch)[:12]]


@pytest.fixture
def company(make_world) -> Company:
    world = make_world(version="")
    world.settings["drivers"] = {"local": {"folder": str(world.folder / "places")}}
    yard = Yard(world, GivenClock(datetime(2026, 11, 22, 20, tzinfo=ZONE)))
    yard.found()
    world.settings["repositories"] = {"payments": {"url": str(yard.app)}}
    persons = {person: world.keys[key] for person, key in PERSONS.items()}
    files = files_of_process("process-branches", persons, REPLACED)
    world.root = world.commit(dict(files), onto=[], by="ana")
    world.push(world.root)
    return Company(yard, Night(), ZONE)


@pytest.mark.timeout(600)
def test_s1_s2_s4_s7_s10_s13_a_month_of_branches(company):
    yard, look, developers = company.yard, company.look, Developers(company)
    work, at = developers.work, developers.at
    work("PAY-1: begin")
    for each in ("staging", "master"):
        yard.git("branch", each, "dev")
    look("2026-11-22 20:00")
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
    look("2026-11-30 08:20")
    look("2026-11-30 08:30")
    assert (at("staging"), at("master")) == ("PAY-3", "PAY-1")
    work("PAY-4: limits")
    look("2026-12-02 07:30")
    look("2026-12-02 18:00")
    # The daemon is killed as it leaves, and another one goes on.
    company.set("2026-12-07 08:30")
    with pytest.raises(KilledError):
        company.daemon(failpoints=Kill("history.claim.after", 1)).run_once()
    look("2026-12-07 08:31")
    look("2026-12-09 07:30")
    assert (at("staging"), at("master")) == ("PAY-4", "PAY-4")
    work("PAY-6: retry queue", merging="brian/retry-queue")
    look("2026-12-10 10:00")
    # Nobody looks on the 14th.
    company.night.red.add("e2e")
    look("2026-12-21 08:30")
    records = look("2026-12-23 07:30")
    found = company.timetable(records, lambda _: None)
    assert [developers.named(each) for each in found] == lines(TIMETABLE)
    assert developers.log.read_text().splitlines() == lines(MIGRATIONS)
    assert (at("staging"), at("master")) == ("PAY-6", "PAY-4")
