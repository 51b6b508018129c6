"""What was judged is written down, so that a host that lost its disk goes on from there."""

import shutil

from reconciler.daemon import milestones
from reconciler.model.records import Checkpoint
from reconciler.repository.history import BRANCH


def checkpoints(daemon):
    return [each for each in daemon.view.records if isinstance(each, Checkpoint)]


def pushed(world, count):
    """Many commits whose signatures are looked at, each signed by a person."""
    for number in range(count):
        tip = world.commit(
            {"environments/staging/shop.yaml": f"# {number}\n"}, onto=[world.tip], by="ben"
        )
        world.push(tip)


def test_F_an_empty_disk_asks_the_verifier_about_nothing_that_a_checkpoint_has(make_world):
    world = make_world("production", version="1.0.0")
    pushed(world, milestones.APART + 1)
    world.promote("1.1.0", "production", merged_by="ana")
    first = world.daemon()
    first.run_once()
    (written,) = checkpoints(first)
    assert (written.root, written.tip) == (world.root, world.tip)
    assert len(written.verdicts) == milestones.APART + 3
    judged = first.view.judged()
    shutil.rmtree(world.folder / "state-two", ignore_errors=True)
    second = world.daemon("two")
    second.view.refresh()
    again = second.view.judged()
    assert again.judgement == judged.judgement
    assert second.view.ledger.verdicts(world.root) == second.view.verdicts()


def test_X14_B112_a_branch_that_was_rewritten_is_noticed_from_an_empty_disk(make_world):
    world = make_world("production", version="1.0.0")
    pushed(world, milestones.APART + 1)
    world.daemon().run_once()
    world.git.tell(["push", "-q", "-f", str(world.remote), f"{world.root}:refs/heads/main"])
    second = world.daemon("two")
    second.view.refresh()
    (alarm,) = second.view.alarms
    assert "was judged and is no longer part of it" in alarm.why


def test_a_new_trust_root_is_recorded_for_ever(make_world):
    world = make_world("production", version="1.0.0")
    pushed(world, milestones.APART + 1)
    world.daemon().run_once()
    before, world.root = world.root, world.tip
    daemon = world.daemon()
    daemon.run_once()
    found = checkpoints(daemon)[-1]
    assert (found.root, found.before) == (world.root, before)
    daemon.run_once()
    assert checkpoints(daemon)[-1] == found
    log = world.git.tell(["--git-dir", str(world.remote), "log", "--format=%s", BRANCH])
    assert f"trust root set to {world.root[:12]} on the host, was {before[:12]}" in log
