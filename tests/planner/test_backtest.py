"""What changed policies would have done to the deployments so far, in words."""

from reconciler.deployer.ledger import Ledger
from reconciler.planner.backtest import replay, summary
from reconciler.planner.evidence import Witness
from reconciler.planner.plan import decide


def test_what_the_same_content_runs_under_already_is_called_idle_and_blocks_nothing(scene, place):
    scene.runs("1.0.0")
    inputs = scene.inputs()
    claim = scene.claimed("1.1.0")
    evidence = Witness(inputs, {"tagboat": "x"}).evidence(decide(inputs, place))
    claim = claim.model_copy(update={"evidence": evidence})
    after = replay(claim, inputs, ledger=Ledger.of(scene.records))
    assert (after.blocked, after.idle) == ((), False)
    scene.records = scene.records[:2]
    shop = "environments/production/shop.yaml"
    scene.files[shop] = scene.files[shop].replace("1.1.0", "1.0.0")
    idle = replay(claim, scene.inputs(), ledger=Ledger.of(scene.records))
    assert (idle.blocked, idle.idle) == ((), True)
    assert summary([after, idle]) == (
        "Of the 2 deployments so far these files would have blocked 0, among them 0 of the 0 that"
        " failed. 1 would have had nothing to do, since the same ran already."
    )


def test_a_closed_window_is_told_by_its_gate(scene, place):
    inputs = scene.inputs()
    claim = scene.claimed("1.1.0")
    evidence = Witness(inputs, {"tagboat": "x"}).evidence(decide(inputs, place))
    claim = claim.model_copy(update={"evidence": evidence})
    path = "environments/production/environment.yaml"
    scene.files[path] += 'windows: [{from: "22:00", until: "23:00"}]\n'
    scene.records = []
    assert replay(claim, scene.inputs(), ledger=Ledger()).blocked == ("windows",)
