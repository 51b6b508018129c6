"""A word that stands for a merge, from the push to the place and while it is there."""

import pytest
from daemon_office import Office

from reconciler.cli.approve import text_of
from reconciler.drivers.memory import MemoryDriver
from reconciler.manifest.binding import bound_digest
from reconciler.manifest.loading import load
from reconciler.manifest.paths import approval_path
from reconciler.manifest.snapshot import Blob
from reconciler.model.approval import Approval
from reconciler.model.observation import Rollout, RolloutState
from reconciler.model.plan import Verdict
from reconciler.model.records import Claim, End, Outcome
from reconciler.repository.objects import read_objects
from reconciler.repository.signing import sign_word
from reconciler.repository.trees import entries

SHOP = "environments/dev/shop.yaml"
PROMOTED = 'apiVersion: tagboat/v1\nkind: Promotion\napp: shop\nrelease: "1.1.0"\n'
WORD = approval_path("shop", "1.1.0", "dev", "ana")


def pushed(world, files, *, by):
    world.push(world.commit(files, onto=[world.tip], by=by))


def word_of_ana(world, **more):
    """Ana's word for 1.1.0 in dev, as the branch has it now."""
    found = entries(world.git, world.tip)
    data = read_objects(world.git, [each for _, each in found.values()])
    tree = {path: Blob(mode, each, data[each]) for path, (mode, each) in found.items()}
    snapshot, _ = load(world.tip, tree)
    digest = bound_digest(snapshot, "dev", "shop", version="1.1.0", promotion=None)
    fields = {
        "apiVersion": "tagboat/v1",
        "kind": "Approval",
        "app": "shop",
        "version": "1.1.0",
        "environment": "dev",
        "role": "developer",
        "by": "ana",
        "decision": "approved",
        "digest": digest,
        **more,
    }
    word = Approval.model_validate(fields)
    armour, _ = sign_word(word.statement, key=str(world.folder / "ana"))
    return {WORD: text_of(word.model_copy(update={"signature": armour}))}


@pytest.fixture
def world(make_world):
    """1.1.0 was squashed onto the branch by its author, Ben, and nobody merged it."""
    world = make_world("dev")
    world.daemon().run_once()
    pushed(world, {SHOP: PROMOTED}, by="ben")
    return world


def closed(plan):
    (decision,) = plan.decisions
    assert decision.verdict is Verdict.HOLD
    return {each.gate: each.why for each in decision.closed}


def test_b86_a_squash_is_deployed_once_a_second_person_has_signed_for_it(world):
    (held,) = world.daemon().run_once().decisions
    remedy = held.closed[0].remedy
    assert remedy.endswith("tagboat approve shop@1.1.0 --to dev")
    assert world.running("dev") == "1.0.0"
    # Who brings the word lends it nothing: Ben does.
    pushed(world, word_of_ana(world), by="ben")
    reconciler = world.daemon()
    reconciler.run_once()
    assert world.running("dev") == "1.1.0"
    claim = [each for each in reconciler.view.records if isinstance(each, Claim)][-1]
    assert (claim.sign_off.merged_by, claim.sign_off.authors) == ("ana", ("ben",))


def test_b88_a_word_taken_back_before_the_claim_starts_nothing(world):
    pushed(world, word_of_ana(world), by="ben")
    pushed(world, {WORD: None}, by="ana")
    why = closed(world.daemon().run_once())["sign-off"]
    assert why == f"no merge signs it off, and {WORD} was taken back"
    assert world.running("dev") == "1.0.0"


def test_b88_a_word_taken_back_after_it_succeeded_changes_nothing(world):
    pushed(world, word_of_ana(world), by="ben")
    world.daemon().run_once()
    pushed(world, {WORD: None}, by="ana")
    (decision,) = world.daemon().run_once().decisions
    assert decision.verdict is Verdict.IN_SYNC
    assert world.running("dev") == "1.1.0"


def test_b89_a_word_whose_time_is_over_starts_nothing(world):
    pushed(world, word_of_ana(world, expires="2020-01-01T00:00:00Z"), by="ben")
    why = closed(world.daemon().run_once())["sign-off"]
    assert why == "no merge signs it off, and the word of ana has expired"
    assert world.running("dev") == "1.0.0"


class Waiting(MemoryDriver):
    """A driver with which 1.1.0 comes up, or fails, when the test says so."""

    said = Rollout(RolloutState.RUNNING, "it takes its time")

    def rollout(self, target, content):
        if content is not None and content.version == "1.1.0":
            return self.said
        return super().rollout(target, content)


def merged_meanwhile(world, *, said, taken_back=False):
    """Ana merges what her word stands for already, while it comes up; then the driver says this."""
    asked = world.commit({SHOP: PROMOTED}, onto=[world.root], by="ben", message="asked")
    pushed(world, word_of_ana(world), by="ben")
    driver = Waiting(places=world.places)
    daemon = world.daemon(driver=driver)
    while world.running("dev") != "1.1.0":
        daemon.look()
        daemon.wake.wait(0.1)
    world.push(world.commit({}, onto=[world.tip, asked], by="ana"))
    if taken_back:
        pushed(world, {WORD: None}, by="ana")
    daemon.look()
    driver.said = said
    return daemon, daemon.run_once()


def told(daemon, sort):
    return [each for each in daemon.view.records if isinstance(each, sort)][1:]


@pytest.mark.parametrize("taken_back", [False, True])
def test_b88_a_merge_of_what_is_being_deployed_by_a_word_stops_nothing(world, taken_back):
    ready = Rollout(RolloutState.DONE)
    daemon, plan = merged_meanwhile(world, said=ready, taken_back=taken_back)
    assert [each.outcome for each in told(daemon, End)] == [Outcome.SUCCEEDED]
    assert len(told(daemon, Claim)) == 1
    (decision,) = plan.decisions
    assert decision.verdict is Verdict.IN_SYNC
    assert world.running("dev") == "1.1.0"


@pytest.mark.parametrize("taken_back", [False, True])
def test_b88_f14_a_merge_of_what_fails_meanwhile_starts_it_no_second_time(world, taken_back):
    failed = Rollout(RolloutState.FAILED, "it never came up")
    daemon, plan = merged_meanwhile(world, said=failed, taken_back=taken_back)
    assert [each.outcome for each in told(daemon, End)] == [Outcome.ROLLED_BACK]
    assert list(closed(plan)) == ["hold"]
    # It is the same promotion: whoever may can have it tried again.
    Office(world).ask("ben", "retry", deployment=told(daemon, Claim)[0].deployment)
    daemon.run_once()
    assert len(told(daemon, Claim)) == 2
