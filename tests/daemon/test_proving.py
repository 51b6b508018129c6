"""Past decisions made again from a clone: they agree, or the input that changed is named."""

from copy import copy

import pytest

from reconciler.daemon.proving import Proving
from reconciler.model.alarm import Alarm
from reconciler.model.deployment import Work
from reconciler.model.records import Claim, Reason, Refusal
from reconciler.planner.proof import Agreement


def proving(reconciler):
    return Proving(reconciler.view, reconciler.editions)


@pytest.fixture(scope="module")
def reconciler(tmp_path_factory, world_in):
    """Starts, a failure that is held, a merge of one's own, and a start over the hold."""
    world = world_in(tmp_path_factory.mktemp("proving"), "dev", "staging")
    world.daemon().run_once()
    world.promote("1.1.0", "dev", "staging")
    world.daemon(failing={"2.0.0": Work.ROLLOUT}).run_once()
    world.promote("2.0.0", "staging")
    world.daemon(failing={"2.0.0": Work.ROLLOUT}).run_once()
    world.promote("1.2.0", "dev", merged_by="ben")
    world.daemon().run_once()
    world.promote("1.0.0", "staging")
    last = world.daemon()
    last.run_once()
    return last


def test_every_decision_of_a_history_comes_out_the_same(reconciler):
    proofs = list(proving(reconciler).proofs())
    decisions = [each for each in reconciler.view.records if isinstance(each, Claim | Refusal)]
    assert len(proofs) == len(decisions) >= 8
    assert {each.agreement for each in proofs} == {Agreement.SAME}


def test_one_decision_can_be_asked_for(reconciler):
    wanted = next(each for each in reconciler.view.records if isinstance(each, Refusal))
    (proof,) = proving(reconciler).proofs(frozenset({wanted.sequence}))
    assert proof.sequence == wanted.sequence
    assert proof.holds


def _altered(reconciler, change):
    """The proof after one decision's record was changed; the first refusal's place is staging."""
    view = reconciler.view
    index, before = next(
        (index, each) for index, each in enumerate(view.records) if isinstance(each, Refusal)
    )
    changed = [*view.records[:index], change(before), *view.records[index + 1 :]]
    proofs = Proving(replace_records(view, changed), reconciler.editions).proofs()
    return next(each for each in proofs if each.sequence == before.sequence)


def replace_records(view, records):
    other = copy(view)
    other.records = records
    return other


ALARM = Alarm(code="TB407", branch="refs/heads/main", why="was rewritten", remedy="look")


def _with(record, **changes):
    return record.model_copy(update={"evidence": record.evidence.model_copy(update=changes)})


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"inputs": {"files": "sha256:0", "tagboat": "x"}}, "files"),
        ({"inputs": {"branch": "sha256:0"}}, "branch"),
        ({"inputs": {"sign-off": "sha256:0"}}, "sign-off"),
        ({"decision": "sha256:0"}, "what was decided"),
        ({"alarms": (ALARM,)}, "gates"),
        ({"stopped": "the journal is torn"}, "gates"),
        ({"drivers": ()}, "gates"),
        ({"history": 1}, "gates"),
    ],
)
def test_a_changed_input_is_named(reconciler, changes, named):
    proof = _altered(reconciler, lambda record: _with(record, **changes))
    assert not proof.holds
    assert named in proof.changed


def test_a_changed_record_is_noticed_and_says_what_differs(reconciler):
    proof = _altered(reconciler, lambda record: record.model_copy(update={"wanted": "9.9.9"}))
    assert proof.changed == ("wanted",)
    proof = _altered(reconciler, lambda record: record.model_copy(update={"reasons": ()}))
    assert "gates" in proof.changed


def test_files_that_are_gone_are_named(reconciler):
    proof = _altered(reconciler, lambda record: record.model_copy(update={"basis": "f" * 40}))
    assert proof.agreement is Agreement.DIFFERENT
    assert proof.changed[0].startswith("the files:")


def test_another_version_with_the_same_answers_agrees_in_other_words(reconciler):
    def other(record):
        changed = {**record.evidence.inputs, "tagboat": "an older one"}
        return _with(record, inputs=changed, decision="sha256:0")

    proof = _altered(reconciler, other)
    assert proof.agreement is Agreement.OTHER_WORDS
    assert proof.holds


@pytest.mark.parametrize(
    ("gate", "agreement"),
    [
        ("asked-no-more", Agreement.OTHER_WORDS),
        ("supported", Agreement.OTHER_WORDS),
        ("claim", Agreement.DIFFERENT),
    ],
)
def test_a_gate_that_this_version_does_not_ask_any_more_makes_no_other_decision(
    reconciler, gate, agreement
):
    def other(record):
        shut = Reason(gate=gate, state="closed", why="it was so", remedy="wait")
        older = record.model_copy(update={"reasons": (*record.reasons, shut)})
        changed = {**record.evidence.inputs, "tagboat": "an older one"}
        return _with(older, inputs=changed, decision="sha256:0")

    assert _altered(reconciler, other).agreement is agreement


def test_f38_another_zone_database_is_named_if_the_decision_comes_out_otherwise(reconciler):
    def other(record, **more):
        changed = {**record.evidence.inputs, "tzdata": "1999z"}
        return _with(record, inputs=changed, **more)

    assert _altered(reconciler, other).agreement is Agreement.SAME
    proof = _altered(reconciler, lambda record: other(record, decision="sha256:0"))
    assert (proof.agreement, proof.changed) == (Agreement.DIFFERENT, ("tzdata",))
    proof = _altered(reconciler, lambda record: other(record).model_copy(update={"reasons": ()}))
    assert proof.changed == ("tzdata", "gates")


def test_a_record_from_before_evidence_was_kept_says_so(reconciler):
    proof = _altered(reconciler, lambda record: record.model_copy(update={"evidence": None}))
    assert proof.agreement is Agreement.NO_EVIDENCE
