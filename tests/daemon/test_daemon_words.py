"""A word that stands for a merge, from the push to the place and while it is there."""

import pytest

from reconciler.cli.approve import text_of
from reconciler.manifest.binding import bound_digest
from reconciler.manifest.loading import load
from reconciler.manifest.paths import approval_path
from reconciler.manifest.snapshot import Blob
from reconciler.model.approval import Approval
from reconciler.model.plan import Verdict
from reconciler.model.records import Claim
from reconciler.repository.objects import read_objects
from reconciler.repository.signing import sign_word
from reconciler.repository.trees import entries

SHOP = "environments/dev/shop.yaml"
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
    text = 'apiVersion: tagboat/v1\nkind: Promotion\napp: shop\nrelease: "1.1.0"\n'
    pushed(world, {SHOP: text}, by="ben")
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
