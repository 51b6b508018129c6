"""Every step of the pipeline in its order, forward and back, and what each leaves behind."""

import errno
import os
import stat

import pytest
from pipeline_bench import NEW, OLD, TARGET, WHOLE, Points, Ran, content, settled

from reconciler.deployer.lanes import Before
from reconciler.drivers.memory import MemoryDriver
from reconciler.errors import StepErroredError, StepFailedError
from reconciler.model.deployment import CommandSpec, Result, StepSpec, Work
from reconciler.model.records import Outcome

FORWARD = [
    "prepare",
    "prepare/code",
    "maintenance-on",
    "backup",
    "migrate",
    "apply",
    "rollout",
    "settle",
    "smoke",
    "smoke/look",
    "maintenance-off",
    "advance",
    "cleanup/cache",
    "cleanup",
]


def test_d8_d11_d12_d13_all_steps_are_done_in_the_one_order_there_is(make_bench):
    bench = make_bench()
    end = bench.carry()
    assert end.outcome is Outcome.SUCCEEDED, end.why
    assert bench.steps(end) == FORWARD
    assert bench.programs.names == ["code", "dump", "migrate", "cache-on"]
    assert bench.branches.moved == ["live 2.0.0"]
    settled(bench, end)


def test_x26_d13_a_backup_is_recorded_by_checksum_and_size_and_nobody_else_can_read_it(make_bench):
    bench = make_bench()
    end = bench.carry()
    (backup,) = [each.backup for each in end.steps if each.backup]
    (file,) = (bench.folder / "backups" / "dev.shop").iterdir()
    assert (backup.file, backup.size) == (file.name, len("the data"))
    assert file.read_text() == "the data"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_x24_programs_get_the_attempt_and_the_places_configuration(make_bench):
    bench = make_bench()
    bench.carry()
    environment = dict(bench.programs.ran)["migrate"]
    assert environment["TAGBOAT_ATTEMPT"] == "dev.shop.7"
    assert environment["TAGBOAT_STEP"] == "migrate"
    assert (environment["TAGBOAT_VERSION"], environment["TAGBOAT_OTHER_VERSION"]) == (
        "2.0.0",
        "1.0.0",
    )
    assert environment["DB"] == "shop"


def test_d14_a_failed_smoke_test_puts_code_and_data_back_and_tests_again(make_bench):
    bench = make_bench()
    bench.answers.no = {"2.0.0"}
    end = bench.carry()
    assert end.outcome is Outcome.ROLLED_BACK
    assert bench.steps(end)[9:] == [
        "back/maintenance-on",
        "back/restore",
        "back/apply",
        "back/rollout",
        "back/smoke",
        "back/maintenance-off",
        "back/prepare/code",
        "back/cleanup/cache",
        "back/cleanup",
    ]
    assert bench.programs.data_at == ["the data"]
    assert bench.answers.asked[:2] == ["2.0.0", "1.0.0"]
    assert end.running == OLD
    settled(bench, end)


def test_p9_a_component_that_fails_leaves_what_needs_it_alone_and_all_are_put_back(make_bench):
    bench = make_bench(migration="compatible")
    bench.failing["db 2.0.0"] = Work.APPLY
    end = bench.carry()
    assert end.outcome is Outcome.ROLLED_BACK
    assert end.why == "apply: db 2.0.0 fails, as it was told to"
    assert bench.places.of(TARGET).up == {"db": "1.0.0", "web": "1.0.0"}
    settled(bench, end)


def test_f4_what_fails_before_anything_changed_undoes_only_what_was_begun(make_bench):
    bench = make_bench()
    bench.programs.ends["dump"] = Ran(1)
    end = bench.carry()
    assert end.outcome is Outcome.ROLLED_BACK
    assert bench.steps(end)[4:] == [
        "back/maintenance-on",
        "back/maintenance-off",
        "back/prepare/code",
        "back/cleanup/cache",
        "back/cleanup",
    ]
    assert bench.programs.data_at == []
    settled(bench, end)


def test_a_compatible_migration_is_taken_back_by_its_own_undo_and_no_data_are_restored(make_bench):
    bench = make_bench(migration="compatible")
    bench.answers.no = {"2.0.0"}
    end = bench.carry()
    assert end.outcome is Outcome.ROLLED_BACK
    assert "unmigrate" in bench.programs.names
    assert "load" not in bench.programs.names


@pytest.mark.parametrize("restore", ["always", "never"])
def test_d25_whether_data_go_back_is_the_places_choice(make_bench, restore):
    bench = make_bench(text=WHOLE + f"rollback: {{restore: {restore}}}\n", migration="compatible")
    bench.answers.no = {"2.0.0"}
    bench.carry()
    assert ("load" in bench.programs.names) is (restore == "always")


def test_data_are_put_back_only_if_visitors_were_kept_out_else_an_operator_is_called(make_bench):
    bench = make_bench(text=WHOLE.replace("when: always", "when: never"))
    bench.answers.no = {"2.0.0"}
    end = bench.carry()
    assert end.outcome is Outcome.STUCK
    assert "load" not in bench.programs.names
    assert "visitors weren't kept out" in end.steps[-2].detail
    assert bench.running == "2.0.0"


def test_t7_a_policy_that_goes_back_from_nothing_calls_an_operator_and_keeps_the_page(make_bench):
    bench = make_bench(text=WHOLE + "rollback: {after: []}\n")
    bench.answers.no = {"2.0.0"}
    end = bench.carry()
    assert end.outcome is Outcome.STUCK
    assert bench.steps(end)[-1] == "stopped/cleanup/cache"
    settled(bench, end)


@pytest.mark.parametrize("failing", ["load", "1.0.0"])
def test_d15_f50_f51_i4_a_failed_way_back_is_stuck_behind_its_page(make_bench, failing):
    bench = make_bench()
    bench.answers.no = {"2.0.0", failing}
    bench.programs.ends["load"] = Ran(1) if failing == "load" else Ran()
    end = bench.carry()
    assert end.outcome is Outcome.STUCK
    assert bench.page
    settled(bench, end)


def test_d15_a_new_promotion_takes_a_stuck_place_over_with_its_page(make_bench):
    bench = make_bench()
    bench.answers.no = {"2.0.0", "1.0.0"}
    assert bench.carry().outcome is Outcome.STUCK
    bench.answers.no = set()
    bench.text, bench.sequence, bench.content = "{}", 8, content("3.0.0")
    bench.before = Before(content=OLD, maintained=True)
    end = bench.carry()
    assert end.outcome is Outcome.SUCCEEDED
    assert bench.steps(end) == [
        "prepare",
        "maintenance-on",
        "apply",
        "rollout",
        "maintenance-off",
        "cleanup",
    ]
    settled(bench, end)


class Shut(MemoryDriver):
    """A page that can't be taken down."""

    def maintain(self, target, page, *, fence, timeout):
        if page is None:
            raise StepErroredError("the page stays")
        super().maintain(target, page, fence=fence, timeout=timeout)


def test_f52_a_page_that_cannot_be_taken_down_is_tried_again_and_no_success(make_bench):
    bench = make_bench()
    bench.driver = Shut(places=bench.places)
    end = bench.carry()
    assert end.outcome is Outcome.STUCK
    assert end.why == "maintenance-off: the page stays"
    assert bench.running == "2.0.0"


@pytest.mark.parametrize("what", ["succeeds", "goes-back", "is-stuck"])
def test_m12_cleanup_is_run_whatever_happened_and_its_check_proves_it(make_bench, what):
    bench = make_bench()
    bench.answers.no = {"is-on", *({"2.0.0"} if what != "succeeds" else ())}
    if what == "is-stuck":
        bench.programs.ends["load"] = Ran(1)
    end = bench.carry()
    assert bench.programs.names.count("cache-on") == 1
    (cleaned,) = [each for each in end.steps if each.name.endswith("cleanup/cache")]
    assert (cleaned.result, cleaned.detail) == (Result.FAILED, "check: is-on says no")
    outcomes = {"succeeds": "succeeded", "goes-back": "rolled-back", "is-stuck": "stuck"}
    assert end.outcome.value == outcomes[what]
    assert "is-on says no" in end.why or what != "succeeds"


@pytest.mark.parametrize("data", ["", None])
def test_f50_i8_an_empty_backup_or_none_stops_before_anything_changes(make_bench, data):
    bench = make_bench()
    bench.programs.data = data or ""
    if data is None:
        bench.text = WHOLE.replace("[dump]", "[other]")
    end = bench.carry()
    assert end.outcome is Outcome.ROLLED_BACK
    assert "migrate" not in bench.programs.names
    assert bench.running == "1.0.0"


class FullDisk(Points):
    """A disk that is full when a backup is to be kept."""

    def reach(self, name):
        super().reach(name)
        if name == "backup.keep.before":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "a.backup")


def test_f21_i8_a_disk_that_is_full_at_the_backup_changes_nothing_and_lets_visitors_in(make_bench):
    bench = make_bench()
    end = bench.carry(FullDisk())
    assert end.outcome is Outcome.ROLLED_BACK
    assert "No space left on device" in end.why
    assert "migrate" not in bench.programs.names
    assert bench.running == "1.0.0"
    settled(bench, end)


def test_t6_retries_are_for_what_could_not_tell_and_never_for_a_no(make_bench):
    bench = make_bench(text="prepare: {a: {run: [a], retries: 2}, b: {run: [b], retries: 5}}\n")
    bench.programs.ends = {"a": Ran(-9), "b": Ran(3)}
    end = bench.carry()
    assert bench.programs.names == ["a", "a", "a"]
    assert end.steps[1].result is Result.ERRORED
    bench = make_bench(text=bench.text)
    bench.programs.ends = {"b": Ran(3)}
    bench.carry()
    assert bench.programs.names == ["a", "b"]


def test_m14_help_stands_beside_what_failed(make_bench):
    bench = make_bench(text="prepare: {a: {run: [a], help: 'https://wiki.example/a'}}\n")
    bench.programs.ends["a"] = Ran(2)
    assert "(help: https://wiki.example/a)" in bench.carry().why


def test_i7_a_migration_that_could_not_tell_is_not_begun_again(make_bench):
    bench = make_bench(migration="compatible")
    bench.programs.ends["migrate"] = Ran(timed_out=True)
    end = bench.carry()
    assert bench.programs.names.count("migrate") == 1
    assert end.outcome is Outcome.STUCK
    assert "unmigrate" not in bench.programs.names


def test_s6_the_migration_of_what_leaves_is_taken_back_first_and_made_again_on_the_way_back(
    make_bench,
):
    leaving = StepSpec(
        name="migrate",
        work=Work.COMMAND,
        timeout=60,
        command=CommandSpec(argv=("old-migrate",)),
        undo=CommandSpec(argv=("old-undo",)),
        once=True,
    )
    before = Before(content=OLD, migrate=leaving, leaves=True)
    bench = make_bench(before=before, migration="none")
    assert bench.carry().outcome is Outcome.SUCCEEDED
    assert bench.programs.names[2:4] == ["old-undo", "migrate"]
    assert dict(bench.programs.ran)["old-undo"]["TAGBOAT_VERSION"] == "1.0.0"
    assert dict(bench.programs.ran)["old-undo"]["TAGBOAT_OTHER_COMMIT"] == NEW.commit
    bench = make_bench(before=before, migration="none")
    bench.answers.no = {"2.0.0"}
    assert bench.carry().outcome is Outcome.ROLLED_BACK
    assert bench.programs.names[2:6] == ["old-undo", "migrate", "unmigrate", "old-migrate"]


def test_a_first_deployment_goes_back_to_nothing(make_bench):
    bench = make_bench(before=Before())
    bench.answers.no = {"2.0.0"}
    end = bench.carry()
    assert (end.outcome, end.running) == (Outcome.ROLLED_BACK, None)
    settled(bench, end)


def test_s10_a_branch_that_cannot_follow_fails_no_deployment_and_is_told(make_bench):
    bench = make_bench()
    bench.branches.refusing = True
    end = bench.carry()
    assert end.outcome is Outcome.SUCCEEDED
    assert end.why == "advance: it has other commits"


def test_with_the_journal_lost_data_are_left_to_an_operator_behind_the_page_i7(make_bench):
    bench = make_bench()
    end = bench.carry(backward=True)
    assert end.outcome is Outcome.STUCK
    assert bench.programs.names == ["cache-on"]
    assert bench.page


def test_with_the_journal_lost_and_no_data_at_stake_it_goes_back(make_bench):
    bench = make_bench(text="smoke: {home: {http: {url: /}}}\n", migration="none")
    MemoryDriver(places=bench.places).apply(TARGET, NEW, fence=7, timeout=1)
    end = bench.carry(backward=True)
    assert end.outcome is Outcome.ROLLED_BACK
    assert bench.running == "1.0.0"


def test_p9_a_figure_is_watched_for_as_long_as_it_is_told(make_bench):
    text = "smoke: {load: {metric: {query: up, below: 8, for: 5m}}}\n"
    bench = make_bench(text=text, migration="none")
    points = Points()
    equipment = bench.equipment(points)
    (step,) = [each for each in bench.claim.assignment.lanes.forward if each.work is Work.SMOKE]
    assert (step.timeout, step.tests[0].hold) == (360, 300)
    assert step.tests[0].settings == {"query": "up", "below": "8"}
    del equipment


def test_x18_what_programs_say_goes_to_the_log(make_bench):
    bench = make_bench()
    bench.programs.ends["code"] = Ran(1, gist="password=hunter22")
    end = bench.carry()
    assert "hunter22" not in end.why
    assert bench.watcher.said[0] == "prepare/code: said something\n"


def test_a_program_that_is_not_allowed_says_nothing_of_the_content(make_bench):
    bench = make_bench()
    bench.programs.ends["code"] = StepErroredError("code may not be run")
    assert bench.carry().steps[1].result is Result.ERRORED
    bench = make_bench()
    bench.programs.ends["code"] = StepFailedError("the release has no program")
    assert bench.carry().steps[1].result is Result.FAILED
