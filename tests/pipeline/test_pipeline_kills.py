"""A kill at every failpoint of every lane, and a second one in what comes after (F3–F16)."""

from collections import Counter

import pytest
from pipeline_bench import Bench, Killed, Points, Ran, settled

from reconciler.model.records import Outcome

ONCE = ("migrate", "unmigrate", "load")


def good(bench: Bench) -> None:
    """Nothing goes wrong."""


def bad(bench: Bench) -> None:
    """The new version's smoke test says no."""
    bench.answers.no = {"2.0.0"}


def lost(bench: Bench) -> None:
    """So does that of the old one, once it is back."""
    bench.answers.no = {"2.0.0", "1.0.0"}


def unmade(bench: Bench) -> None:
    """The migration says no."""
    bench.programs.ends["migrate"] = Ran(1)


SCENES = {
    "good": (good, "breaking"),
    "bad": (bad, "breaking"),
    "bad-compatible": (bad, "compatible"),
    "lost": (lost, "breaking"),
    "unmade": (unmade, "breaking"),
}


def run(bench: Bench, *kills: int) -> None:
    """Carry on until nothing is killed any more; the n-th point of each life ends it."""
    for kill in kills:
        try:
            bench.carry(Points(kill))
        except Killed:
            continue
        break
    check(bench)


def check(bench: Bench) -> None:
    end = bench.carry()
    settled(bench, end)
    ran = Counter(bench.programs.names)
    assert all(ran[name] <= 1 for name in ONCE), f"I7: {ran}"
    assert bench.programs.data_at in ([], ["the data"]), "I8"
    if end.outcome is Outcome.SUCCEEDED:
        assert bench.running == "2.0.0"
        assert "2.0.0" not in bench.answers.no, "I9"
    if end.outcome is Outcome.ROLLED_BACK and ran["migrate"]:
        assert ran["load"] + ran["unmigrate"] == 1, "data and code go back together"
    events = [each["event"] for each in bench.journal(Points()).events()]
    assert events.count("finished") == 1, "I2"


@pytest.mark.parametrize("scene", SCENES)
def test_f3_f4_f5_f6_f7_f8_f10_f11_f12_f14_a_kill_at_every_point_comes_to_a_lawful_end(
    make_bench, scene
):
    prepare, migration = SCENES[scene]
    whole = make_bench(migration=migration)
    prepare(whole)
    points = Points()
    whole.carry(points)
    check(whole)
    assert len(points.names) > 60
    for kill in range(1, len(points.names) + 1):
        bench = make_bench(migration=migration)
        prepare(bench)
        run(bench, kill)


@pytest.mark.parametrize("scene", ["good", "bad"])
def test_f16_a_kill_in_what_comes_after_a_kill_changes_nothing(make_bench, scene):
    prepare, migration = SCENES[scene]
    for first in range(5, 95, 9):
        for second in (1, 2, 5, 13, 34):
            bench = make_bench(migration=migration)
            prepare(bench)
            run(bench, first, second)


def test_f6_a_backup_that_was_changed_meanwhile_is_never_relied_on(make_bench):
    bench = make_bench()
    points = Points()
    bench.carry(points)
    kill = points.names.index("step.migrate.before") + 1
    bench = make_bench()
    with pytest.raises(Killed):
        bench.carry(Points(kill - 3))
    (file,) = (bench.folder / "backups" / "dev.shop").iterdir()
    file.write_text("the Data")
    end = bench.carry()
    assert end.outcome is Outcome.ROLLED_BACK
    assert "is not what was written" in end.why
    assert "migrate" not in bench.programs.names


def test_f5_what_a_kill_left_of_a_backup_is_removed_and_never_used(make_bench):
    bench = make_bench()
    points = Points()
    bench.carry(points)
    bench = make_bench()
    with pytest.raises(Killed):
        bench.carry(Points(points.names.index("backup.keep.before") + 1))
    (partial,) = (bench.folder / "backups" / "dev.shop").iterdir()
    assert partial.suffix == ".partial"
    bench.programs.data = "the data as it is now"
    end = bench.carry()
    assert end.outcome is Outcome.SUCCEEDED
    assert [each.suffix for each in partial.parent.iterdir()] == [".backup"]


def test_f9_f13_a_restart_extends_no_deadline(make_bench):
    bench = make_bench()
    points = Points()
    bench.carry(points)
    bench = make_bench()
    with pytest.raises(Killed):
        bench.carry(Points(points.names.index("step.rollout.before") + 1))
    bench.time.passed += 3600
    asked: list[float] = []
    before = bench.programs.run

    def run_(argv, *, timeout, **more):
        asked.append(timeout)
        return before(argv, timeout=timeout, **more)

    bench.programs.run = run_
    end = bench.carry()
    assert end.outcome in {Outcome.SUCCEEDED, Outcome.ROLLED_BACK}
    assert all(each <= 600 for each in asked)


def test_i7_a_check_tells_what_became_of_a_migration_that_a_kill_cut_off(make_bench):
    text = "migrate: {run: [migrate], check: {command: {run: [is-migrated]}}}\n"
    for known, outcome in ((True, Outcome.SUCCEEDED), (False, Outcome.STUCK)):
        bench = make_bench(text=text, migration="compatible")
        points = Points()
        bench.carry(points)
        bench = make_bench(text=text, migration="compatible")
        with pytest.raises(Killed):
            bench.carry(Points(points.names.index("command.migrate.after") + 1))
        bench.answers.no = set() if known else {"is-migrated"}
        end = bench.carry()
        assert end.outcome is outcome
        assert bench.programs.names.count("migrate") == 1
