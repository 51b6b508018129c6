"""The machine's table and the fold of a journal."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from reconciler.deployer.fold import fold
from reconciler.deployer.machine import TRANSITIONS, Event, IllegalMoveError, advance
from reconciler.deployer.progress import Stage, delayed_by, progress
from reconciler.model.deployment import Phase
from reconciler.model.records import Claim, body_of

AT = "2026-11-20T10:00:01.000Z"


def claimed(claim: Claim, **more: object) -> dict[str, object]:
    return {"event": "claimed", "claim": body_of(claim), "at": AT, **more}


def took(step: str, result: str = "passed") -> list[dict[str, object]]:
    return [
        {"event": "step-started", "step": step, "at": AT},
        {"event": "step-ended", "step": step, "result": result, "detail": "so", "at": AT},
    ]


@pytest.mark.parametrize(("phase", "event"), list(product(Phase, Event)))
def test_every_pair_of_phase_and_event_is_legal_or_refused(phase: Phase, event: Event) -> None:
    if (phase, event) in TRANSITIONS:
        assert advance(phase, event) in Phase
    else:
        with pytest.raises(IllegalMoveError):
            advance(phase, event)


def test_nothing_follows_a_final_phase() -> None:
    assert not [phase for phase, _ in TRANSITIONS if phase.final]


def test_all_steps_passed_is_success(claim: Claim) -> None:
    steps = ["prepare", "apply", "smoke", "cleanup"]
    state = fold([claimed(claim), *(event for step in steps for event in took(step))])
    assert state
    assert state.phase is Phase.SUCCEEDED
    assert state.step is None
    assert [each.name for each in state.outcomes] == steps


def test_t7_a_failed_smoke_test_begins_the_backward_lane_at_its_first_step(claim: Claim) -> None:
    events = [claimed(claim), *took("prepare"), *took("apply"), *took("smoke", "failed")]
    state = fold(events)
    assert state
    assert state.phase is Phase.ROLLING_BACK
    assert state.step
    assert state.step.name == "back/apply"
    assert state.failure == "smoke: so"


def test_d15_a_failure_on_the_way_back_is_stuck(claim: Claim) -> None:
    events = [claimed(claim), *took("prepare", "failed"), *took("back/apply", "errored")]
    state = fold(events)
    assert state
    assert state.phase is Phase.STUCK


def test_a_failed_cleanup_says_nothing_about_the_content(claim: Claim) -> None:
    steps = [*took("prepare"), *took("apply"), *took("smoke"), *took("cleanup", "errored")]
    state = fold([claimed(claim), *steps])
    assert state
    assert state.phase is Phase.SUCCEEDED


def test_f9_a_second_start_of_a_step_keeps_the_first_instant(claim: Claim) -> None:
    events = [
        claimed(claim),
        {"event": "step-started", "step": "prepare", "at": "2026-11-20T10:00:01.000Z"},
        {"event": "step-started", "step": "prepare", "at": "2026-11-20T10:09:00.000Z"},
    ]
    state = fold(events)
    assert state
    assert state.step_started == "2026-11-20T10:00:01.000Z"


def test_any_prefix_of_a_journal_folds_to_a_lawful_state(claim: Claim) -> None:
    events = [
        claimed(claim),
        *took("prepare"),
        *took("apply"),
        *took("smoke", "failed"),
        *took("back/apply"),
        *took("back/smoke"),
        *took("back/cleanup"),
    ]
    for end in range(1, len(events) + 1):
        state = fold(events[:end])
        assert state
        assert (state.step is None) == state.phase.final


def test_an_event_of_another_step_is_refused(claim: Claim) -> None:
    with pytest.raises(IllegalMoveError, match="prepare was next"):
        fold([claimed(claim), *took("apply")])


def test_a_journal_that_begins_in_the_middle_is_refused() -> None:
    with pytest.raises(IllegalMoveError, match="begins with"):
        fold(took("apply"))


def test_a_claim_that_is_only_wished_may_not_begin(claim: Claim) -> None:
    state = fold([{"event": "claiming", "claim": body_of(claim), "at": AT}])
    assert state
    assert not state.claimed


def test_d8_progress_tells_done_running_and_to_come(claim: Claim) -> None:
    events = [
        claimed(claim),
        *took("prepare"),
        {"event": "step-started", "step": "apply", "at": AT},
    ]
    state = fold(events)
    assert state
    told = [(each.name, each.stage) for each in progress(state)]
    assert told == [
        ("prepare", Stage.DONE),
        ("apply", Stage.RUNNING),
        ("smoke", Stage.TO_COME),
        ("cleanup", Stage.TO_COME),
    ]


def test_p10_a_deployment_is_delayed_once_its_estimate_is_exceeded(claim: Claim) -> None:
    known = claim.model_copy(update={"estimate": 600})
    at = datetime(2026, 11, 20, 10, 10, tzinfo=UTC)
    assert delayed_by(known, at) == 0
    assert delayed_by(known, at + timedelta(seconds=90)) == 90
    assert delayed_by(claim, at + timedelta(days=1)) == 0
