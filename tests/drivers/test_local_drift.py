"""What somebody changes by hand in a place of the local driver is seen, and can be put back."""

import os
import shutil

import pytest
from conformance_world import LocalWorld, ask, content_of, finish

from reconciler.model.content import Content

ONE, TWO = content_of("1.0.0"), content_of("2.0.0")
PLAIN = content_of("1.0.0", run=None)


def found(world: LocalWorld, content: Content = PLAIN) -> str | None:
    return world.driver().observe(world.target).instead_of(content.digest)


def edit(world):
    path = world.place / "current" / "web" / "VERSION"
    path.write_text("x" * path.stat().st_size)


def edit_secretly(world):
    path = world.place / "current" / "web" / "VERSION"
    seen = path.stat()
    edit(world)
    os.utime(path, ns=(seen.st_atime_ns, seen.st_mtime_ns + 1))


def remove(world):
    (world.place / "current" / "web" / "VERSION").unlink()


def replace(world):
    path = world.place / "current" / "web" / "VERSION"
    path.unlink()
    path.symlink_to("/etc/hostname")


def lead_elsewhere(world):
    (world.place / "elsewhere").mkdir()
    (world.place / "current").unlink()
    (world.place / "current").symlink_to("elsewhere")


def put_a_folder(world):
    (world.place / "current").unlink()
    (world.place / "current").mkdir()


def lead_to_nothing(world):
    shutil.rmtree((world.place / "current").resolve())


CHANGES = {
    edit: "web/VERSION was changed",
    edit_secretly: "web/VERSION was changed",
    remove: "web/VERSION is gone",
    replace: "web/VERSION was changed",
    lead_elsewhere: "current leads to elsewhere, which nobody prepared",
    put_a_folder: "current isn't a link any more",
    lead_to_nothing: "which nobody prepared",
}


@pytest.mark.parametrize(("change", "said"), CHANGES.items())
def test_f54_whatever_is_changed_by_hand_is_seen_and_put_back(world, change, said):
    driver = world.driver()
    driver.apply(world.target, PLAIN, fence=1, timeout=30)
    assert found(world) == ""
    change(world)
    assert said in found(world)
    if change is put_a_folder:
        (world.place / "current").rmdir()
    driver.apply(world.target, PLAIN, fence=2, timeout=30)
    assert found(world) == ""
    assert (world.place / "current" / "web" / "VERSION").read_text() == "1.0.0"


def test_f54_what_programs_leave_beside_their_files_and_a_touch_are_no_drift(world):
    driver = world.driver()
    driver.apply(world.target, PLAIN, fence=1, timeout=30)
    folder = world.place / "current" / "web"
    (folder / "__pycache__").mkdir()
    (folder / "__pycache__" / "x.pyc").write_text("x")
    os.utime(folder / "VERSION")
    assert found(world) == ""
    driver.apply(world.target, PLAIN, fence=2, timeout=30)
    assert world.artifacts.fetched == 1


def test_f54_going_back_never_leads_to_a_kept_version_that_somebody_has_changed(world):
    driver = world.driver()
    for fence, each in enumerate((ONE, TWO), 1):
        driver.apply(world.target, each, fence=fence, timeout=30)
        finish(driver, world.target, each)
    (kept,) = (
        each
        for each in (world.place / "contents").iterdir()
        if (each / "web" / "VERSION").read_text() == "1.0.0"
    )
    (kept / "web" / "VERSION").write_text("by hand")
    driver.apply(world.target, ONE, fence=3, timeout=30)
    finish(driver, world.target, ONE)
    assert ask(world.port) == "1.0.0"


def test_f54_what_was_prepared_before_such_lists_were_kept_is_left_alone(world):
    world.driver().apply(world.target, PLAIN, fence=1, timeout=30)
    (world.place / "current" / "files.json").unlink()
    edit(world)
    assert found(world) == ""


def test_f54_what_ran_from_changed_files_ends_and_its_folder_goes_with_the_clean_up(world):
    driver = world.driver()
    driver.apply(world.target, ONE, fence=1, timeout=30)
    finish(driver, world.target, ONE)
    world.change()
    driver.apply(world.target, ONE, fence=2, timeout=30)
    finish(driver, world.target, ONE)
    assert world.prepared() == 2
    driver.cleanup(world.target, frozenset({ONE.digest}), fence=2)
    assert world.prepared() == 1
    assert ask(world.port) == "1.0.0"


def test_f54_a_program_that_rewrites_its_own_files_has_its_commands_and_tests_run_there(world):
    driver = world.driver()
    driver.apply(world.target, ONE, fence=1, timeout=30)
    finish(driver, world.target, ONE)
    edit(world)
    assert "VERSION was changed" in found(world, ONE)
    assert driver.folder(world.target, ONE) == (world.place / "current" / "web").resolve()


def test_f54_what_runs_keeps_its_folder_until_it_is_told_to_run_from_another(world):
    driver = world.driver()
    driver.apply(world.target, ONE, fence=1, timeout=30)
    finish(driver, world.target, ONE)
    edit(world)
    driver.prepare(world.target, ONE, fence=2, timeout=30)
    driver.cleanup(world.target, frozenset(), fence=2)
    assert world.prepared() == 2
    assert found(world, ONE) == "it still runs from files that were changed"
    driver.apply(world.target, ONE, fence=3, timeout=30)
    finish(driver, world.target, ONE)
    driver.cleanup(world.target, frozenset(), fence=3)
    assert (world.prepared(), found(world, ONE)) == (1, "")
