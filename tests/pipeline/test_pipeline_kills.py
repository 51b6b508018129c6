"""A kill at every failpoint of every lane, and a second one in what comes after (F3–F16)."""

import pytest
from pipeline_bench import Killed, Points
from pipeline_crashes import SCENES, Kill, after, begin, first_kills, ways

from reconciler.model.records import Outcome

ONE_IN = 29
"""Of the ordered pairs, so many are left to `make crashes`, but for one."""


@pytest.mark.parametrize("scene", SCENES)
def test_f3_f4_f5_f6_f7_f8_f10_f11_f12_f14_a_kill_at_every_point_comes_to_a_lawful_end(
    scene, folder
):
    names = ways(scene, folder / "whole")
    assert len(names) > 60
    for number, kill in enumerate(first_kills(names)):
        assert after(scene, kill, folder / str(number), pairs=False).broken == []


@pytest.mark.parametrize("scene", ["good", "bad", "leaving-bad"])
def test_f16_a_kill_in_what_comes_after_a_kill_changes_nothing(scene, folder):
    names = ways(scene, folder / "whole")
    kills = list(first_kills(names))
    pairs = 0
    for number in range(0, len(kills), 7):
        found = after(scene, kills[number], folder / str(number), pairs=True, every=ONE_IN)
        assert found.broken == []
        pairs += found.pairs
    assert pairs > 20


def test_the_laws_are_seen_to_be_broken_when_they_are(folder):
    """Proves the tests above: a migration that is begun twice, and data of another version."""
    trial = begin("good", folder / "one")
    assert not trial.live(Kill(20))
    trial.bench.programs.ran.append(("migrate", {"TAGBOAT_STEP": "migrate"}))
    with pytest.raises(AssertionError, match="I7"):
        trial.live()
    trial = begin("bad", folder / "two")
    trial.bench.programs.ran.append(("migrate", {"TAGBOAT_VERSION": "3.0.0", "TAGBOAT_STEP": ""}))
    with pytest.raises(AssertionError, match="I3"):
        trial.live(Kill(2))


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
