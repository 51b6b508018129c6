"""Timetables: two weeks of the processes as they were written by hand, over changes of the clock."""

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from planner_town import ENVIRONMENT, add_environment

from reconciler.deployer.ledger import Ledger
from reconciler.manifest.loading import load
from reconciler.manifest.snapshot import Blob
from reconciler.planner.inputs import Inputs
from reconciler.planner.simulation import simulate
from reconciler.signoff import Judgement, Progress
from reconciler.signoff.authority import Authority
from reconciler.signoff.facts import Entry
from reconciler.signoff.law import Lawbook
from reconciler.timetable.moments import local_text
from reconciler.validator import validate

CORPUS = Path(__file__).parents[1] / "corpus" / "valid"
ROOT = "0" * 40


def inputs(name, *, start, replaced=(), order=sorted):
    """A process as it begins: all its files admitted, nothing deployed yet."""
    folder = CORPUS / name
    tree = {}
    for path in order(folder.rglob("*.yaml")):
        text = path.read_text()
        for before, after in replaced:
            text = text.replace(before, after)
        data = text.encode()
        blob = hashlib.sha1(data).hexdigest()
        tree[path.relative_to(folder).as_posix()] = Blob("100644", blob, data)
    snapshot, report = load(ROOT, tree)
    report = report + validate(snapshot)
    assert not report.errors
    judgement = Judgement(
        root=ROOT,
        tip=ROOT,
        authority=Authority({}, {}),
        admitted={path: Entry(each.mode, each.id) for path, each in tree.items()},
        admissions={},
        taints=(),
        undecided=False,
        progress=Progress(ROOT, {}, Lawbook({})),
    )
    return Inputs(
        basis=ROOT,
        snapshot=snapshot,
        tip=snapshot,
        report=report,
        judgement=judgement,
        ledger=Ledger(),
        now=start,
    )


def timetable(known, *, until, zone, leaving_out=()):
    return [
        " ".join(filter(None, (local_text(each.at, zone), each.subject, each.what, each.version)))
        for each in simulate(known, until=until)
        if each.what not in leaving_out
    ]


def lines(text):
    return [each.strip() for each in text.strip().splitlines()]


TRAINS = """
    Mon {a} 15:00 {x} api cut {a1}.1
    Mon {a} 15:00 {x} staging/api starts {a1}.1
    Mon {a} 15:15 {x} staging/api succeeds {a1}.1
    Tue {b} 01:15 {x} staging/api verified {a1}.1
    Tue {b} 11:00 {x} production/api starts {a1}.1
    Tue {b} 11:15 {x} production/api succeeds {a1}.1
    Wed {c} 15:00 {x} api cut {c1}.1
    Wed {c} 15:00 {x} staging/api starts {c1}.1
    Wed {c} 15:15 {x} staging/api succeeds {c1}.1
    Thu {d} 01:15 {x} staging/api verified {c1}.1
    Thu {d} 11:00 {x} production/api starts {c1}.1
    Thu {d} 11:15 {x} production/api succeeds {c1}.1
    Mon {e} 15:00 {y} api cut {e1}.1
    Mon {e} 15:00 {y} staging/api starts {e1}.1
    Mon {e} 15:15 {y} staging/api succeeds {e1}.1
    Tue {f} 01:15 {y} staging/api verified {e1}.1
    Tue {f} 11:00 {y} production/api starts {e1}.1
    Tue {f} 11:15 {y} production/api succeeds {e1}.1
    Wed {g} 15:00 {y} api cut {g1}.1
    Wed {g} 15:00 {y} staging/api starts {g1}.1
    Wed {g} 15:15 {y} staging/api succeeds {g1}.1
    Thu {h} 01:15 {y} staging/api verified {g1}.1
    Thu {h} 11:00 {y} production/api starts {g1}.1
    Thu {h} 11:15 {y} production/api succeeds {g1}.1
"""


@pytest.mark.parametrize(
    ("zone", "first", "offsets"),
    [
        ("America/New_York", 8, ("-05:00", "-04:00")),
        ("Europe/Madrid", 22, ("+01:00", "+02:00")),
        ("Australia/Sydney", 29, ("+11:00", "+10:00")),
    ],
)
def test_t1_t2_f38_two_weeks_of_trains_over_a_change_of_the_clock(zone, first, offsets):
    days = {
        letter: datetime.fromordinal(datetime(2027, 3, first).toordinal() + ahead).date()
        for letter, ahead in zip("abcdefgh", (0, 1, 2, 3, 7, 8, 9, 10), strict=True)
    }
    versions = {f"{letter}1": f"{day:%Y.%m.%d}" for letter, day in days.items()}
    expected = lines(TRAINS.format(**days, **versions, x=offsets[0], y=offsets[1]))
    known = inputs(
        "process-trains",
        start=datetime(2027, 3, first, tzinfo=UTC),
        replaced=[("America/New_York", zone)],
    )
    end = datetime.fromordinal(datetime(2027, 3, first).toordinal() + 13).replace(tzinfo=UTC)
    found = timetable(known, until=end, zone=zone)
    # The release that was there before the first train is overtaken before the first departure.
    assert [each for each in found if "2026.11.18.1" not in each] == expected


def test_t5_t16_a_freeze_holds_what_would_leave_and_stops_the_cutting():
    known = inputs("process-trains", start=datetime(2026, 11, 24, 12, tzinfo=UTC))
    found = timetable(
        known,
        until=datetime(2026, 12, 1, 23, tzinfo=UTC),
        zone="America/New_York",
        leaving_out={"succeeds", "verified"},
    )
    assert found == lines("""
        Tue 2026-11-24 07:00 -05:00 staging/api starts 2026.11.18.1
        Tue 2026-11-24 11:00 -05:00 production/api missed 2026.11.18.1
        Wed 2026-11-25 15:00 -05:00 api cut 2026.11.25.1
        Wed 2026-11-25 15:00 -05:00 staging/api starts 2026.11.25.1
        Thu 2026-11-26 11:00 -05:00 production/api missed 2026.11.25.1
        Mon 2026-11-30 15:00 -05:00 api cut 2026.11.30.1
        Mon 2026-11-30 15:00 -05:00 staging/api starts 2026.11.30.1
        Tue 2026-12-01 11:00 -05:00 production/api starts 2026.11.30.1
    """)


BRANCHES = """
    Mon {a} 08:30 {x} staging/payments starts
    Wed {b} 07:30 {x} production/payments starts
    Mon {c} 08:30 {y} staging/payments starts
    Mon {d} 08:30 {y} staging/payments starts
    Wed {e} 07:30 {y} production/payments starts
"""


@pytest.mark.parametrize(
    ("zone", "first", "offsets"),
    [
        ("Africa/Nairobi", "2026-11-23", ("+03:00", "+03:00")),
        ("America/New_York", "2027-03-08", ("-05:00", "-04:00")),
        ("Europe/Madrid", "2027-03-22", ("+01:00", "+02:00")),
        ("Australia/Sydney", "2027-03-29", ("+11:00", "+10:00")),
    ],
)
def test_s1_s2_s4_f38_the_branches_leave_on_time_over_a_change_of_the_clock(zone, first, offsets):
    monday = datetime.fromisoformat(first).toordinal()
    days = {
        letter: datetime.fromordinal(monday + ahead).date()
        for letter, ahead in zip("abcde", (0, 2, 7, 14, 16), strict=True)
    }
    expected = lines(BRANCHES.format(**days, x=offsets[0], y=offsets[1]))
    known = inputs(
        "process-branches",
        start=datetime.fromordinal(monday - 2).replace(tzinfo=UTC),
        replaced=[("Africa/Nairobi", zone), ('"2026-11-25"', f'"{days["b"]}"')],
    )
    end = datetime.fromordinal(monday + 20).replace(tzinfo=UTC)
    found = [
        each.rpartition(" ")[0]
        for each in timetable(known, until=end, zone=zone)
        if " starts " in each
    ]
    assert found == expected


def told(scene):
    scene.known["drivers"] = None
    return [
        (local_text(each.at, "Etc/UTC")[15:20], each.what, each.version)
        for each in simulate(scene.inputs(), until=scene.now + timedelta(days=1))
    ]


def test_what_is_under_way_ends_as_its_release_says(scene):
    scene.claimed("1.1.0")
    scene.now = datetime(2026, 11, 20, 10, 3, tzinfo=UTC)
    assert told(scene) == [("10:10", "succeeds", "1.1.0")]
    scene.now = datetime(2026, 11, 20, 12, tzinfo=UTC)
    assert told(scene) == [("12:00", "succeeds", "1.1.0")]


def test_what_is_there_for_a_while_goes_when_its_time_is_over(scene):
    scene.files["environments/production/shop.yaml"] += (
        'temporary: {release: "1.2.0", owner: ana, expires: "2026-11-20T13:00:00+00:00",'
        " reason: A look}\n"
    )
    assert told(scene) == [
        ("12:00", "starts", "1.2.0"),
        ("12:02", "succeeds", "1.2.0"),
        ("13:00", "starts", "1.1.0"),
        ("13:02", "succeeds", "1.1.0"),
    ]


def test_a_branch_of_an_app_without_a_file_is_left_out(scene):
    promotion = "environments/production/shop.yaml"
    scene.files[promotion] = scene.files[promotion].replace(
        'release: "1.1.0"', "follow: {branch: dev}"
    )
    del scene.files["releases/shop/app.yaml"]
    assert "starts" not in {what for _, what, _ in told(scene)}


def test_a_train_whose_versions_nobody_can_tell_cuts_nothing(scene):
    path = "releases/shop/app.yaml"
    scene.files[path] = scene.files[path].replace("semver", "opaque")
    scene.files[path] += "train: {schedule: {time: '15:00'}}\n"
    assert ("15:00", "not-cut", "") in told(scene)


def test_long_tests_that_have_not_ended_pass_too(scene):
    scene.ran("1.1.0", tested=True)
    assert told(scene) == [("12:01", "verified", "1.1.0")]
    scene.tests("1.1.0", "production", passed=False)
    assert told(scene) == []


def test_s4_what_waits_for_a_place_where_nothing_will_happen_is_told(scene):
    add_environment(scene, "staging")
    scene.files[ENVIRONMENT] += "gates: {after: {environment: staging}}\n"
    assert told(scene) == [("12:00", "waits", "1.1.0")]
