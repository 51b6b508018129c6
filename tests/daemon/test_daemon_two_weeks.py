"""Two weeks of the trains process, played by the real daemon under a clock that is given."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from daemon_process import Company, Night, files_of_process, lines
from daemon_trains import GivenClock, Yard

from reconciler.drivers.memory import MemoryDriver
from reconciler.manifest.loading import load
from reconciler.manifest.snapshot import Blob
from reconciler.model.records import Record, Sighting, Skip
from reconciler.repository.cutting import AppSource, find
from reconciler.repository.git import Git
from reconciler.scaffold.cut import cut

ZONE = ZoneInfo("America/New_York")
PERSONS = {"lee": "ana", "ines": "ben", "omar": "eve"}
REPLACED = (
    # What Tagboat doesn't do yet is left out: notices, and artifacts that are images.
    (r"^notices:\n(?:  .*\n)+", ""),
    (r"\{driver: flux.*?\}\"?\}", "{driver: memory}"),
    (r"\{image: \"[^\"]*\"\}", '{tree: "."}'),
    (r"\[cypress-cloud, run, e2e\]", '[cypress-cloud, run, e2e, "{version}"]'),
    # No gate asks for tickets here.
    (r"^tracker: .*\n", ""),
)
FREEZE = """apiVersion: tagboat/v1
kind: Freeze
name: quarter
scope: {apps: [api]}
from: "2026-11-04T17:00:00-05:00"
until: "2026-11-10T09:00:00-05:00"
reason: The quarter's end
allows: [hotfix]
"""

TIMETABLE = """
    Mon 2026-10-26 15:00 -04:00 api cut 2026.10.26.1
    Mon 2026-10-26 15:00 -04:00 staging starts 2026.10.26.1
    Mon 2026-10-26 15:00 -04:00 staging passed 2026.10.26.1
    Tue 2026-10-27 11:00 -04:00 production starts 2026.10.26.1
    Wed 2026-10-28 15:00 -04:00 api cut 2026.10.28.1
    Wed 2026-10-28 15:00 -04:00 staging starts 2026.10.28.1
    Wed 2026-10-28 15:00 -04:00 staging failed 2026.10.28.1
    Thu 2026-10-29 11:00 -04:00 production missed 2026.10.28.1
    Mon 2026-11-02 10:00 -05:00 staging starts 2026.10.28.2
    Mon 2026-11-02 10:00 -05:00 staging passed 2026.10.28.2
    Mon 2026-11-02 15:00 -05:00 api missed: the hotfix 2026.10.28.2 is not through
    Tue 2026-11-03 11:00 -05:00 production starts 2026.10.28.2
    Wed 2026-11-04 15:00 -05:00 api cut 2026.11.04.1
    Wed 2026-11-04 15:00 -05:00 staging starts 2026.11.04.1
    Wed 2026-11-04 15:00 -05:00 staging passed 2026.11.04.1
    Thu 2026-11-05 11:00 -05:00 production missed 2026.11.04.1
    Mon 2026-11-09 15:00 -05:00 api missed: frozen by quarter
    Tue 2026-11-10 11:00 -05:00 production starts 2026.11.04.1
    Wed 2026-11-11 15:00 -05:00 api cut 2026.11.11.1
    Wed 2026-11-11 15:00 -05:00 staging starts 2026.11.11.1
    Wed 2026-11-11 15:00 -05:00 staging passed 2026.11.11.1
"""


def of_trains(record: Record) -> tuple[str, str] | None:
    """When a train left, or didn't, and what came of it."""
    match record:
        case Sighting(sort="train", about=about, facts={"version": version}):
            return about.split(" ")[1], f"api cut {version}"
        case Skip(fate="missed", slot=when, why=why):
            return when, f"api missed: {why.partition(':')[0]}"
        case _:
            return None


def hotfix(yard: Yard) -> None:
    """What ``release cut --hotfix`` makes of the branch, by ines; lee merges it."""
    git = Git(yard.app, yard.world.folder / "home")
    files = yard.world.git.tell(["ls-tree", "-r", "--name-only", "main"]).splitlines()
    tree = {each: Blob("100644", "", yard.file(each).encode()) for each in files}
    snapshot, _ = load("", tree)
    app, head = snapshot.apps["api"], yard.git("rev-parse", "main")
    taken = {version for _, version in snapshot.releases}
    theirs = AppSource(git, "origin")
    found = find(theirs, app, head, taken=taken, day=yard.clock.at.date(), hotfix=True)
    artifacts = {"api": {"tree": yard.git("rev-parse", "main^{tree}")}}
    file = cut(app, found.seen, found.version, artifacts, hotfix=True)
    yard.git("tag", "-a", "-m", "hotfix", f"api/v{found.version}", head)
    yard.merge({file.path: file.text})


@pytest.fixture
def company(make_world) -> Company:
    world = make_world(version="")
    world.settings["repositories"] = {"mono": {"url": str(world.folder / "shop.git")}}
    yard = Yard(world, GivenClock(datetime(2026, 10, 26, 9, tzinfo=ZONE)))
    yard.found()
    persons = {person: world.keys[key] for person, key in PERSONS.items()}
    files = files_of_process("process-trains", persons, REPLACED)
    world.root = world.commit(dict(files), onto=[], by="ana")
    world.push(world.root)
    drivers = {"memory": MemoryDriver(places=world.places)}
    return Company(yard, Night(), ZONE, {"drivers": drivers})


def test_t1_t2_t5_t11_t15_t16_two_weeks_of_trains_with_a_red_night_a_hotfix_and_a_freeze(company):
    yard, look = company.yard, company.look
    look("2026-10-26 09:00")
    yard.work("feat: one")
    look("2026-10-26 15:00")
    look("2026-10-27 11:00")
    yard.work("feat: two, and it is red")
    company.night.red.add("2026.10.28.1")
    look("2026-10-28 15:00")
    look("2026-10-29 11:00")
    # The clocks go back in the night of 1 November.
    company.set("2026-11-02 10:00")
    yard.work("fix: it is green again")
    hotfix(yard)
    look("2026-11-02 10:00")
    yard.work("feat: three")
    look("2026-11-02 15:00")
    look("2026-11-03 11:00")
    look("2026-11-04 15:00")
    yard.world.push(
        yard.world.commit(
            {"environments/freezes/quarter.yaml": FREEZE}, onto=[yard.world.tip], by="eve"
        )
    )
    look("2026-11-05 11:00")
    yard.work("feat: four")
    look("2026-11-09 15:00")
    look("2026-11-10 11:00")
    records = look("2026-11-11 15:00")
    assert company.timetable(records, of_trains) == lines(TIMETABLE)
