"""Lead time: what it is made of, and that it adds up."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.deployer.lead_time import Part, lead_times, time_so_far
from reconciler.model.content import Content, PlaceTarget
from reconciler.model.deployment import Assignment, Lanes
from reconciler.model.place import Place
from reconciler.model.records import Claim, End, Outcome, Reason, Refusal, SignOff, numbered
from reconciler.names import instant_of, instant_text

START = datetime(2026, 11, 20, 10, tzinfo=UTC)
WHERE = {"reconciler": "one", "environment": "production", "app": "shop"}
COMMIT = "a" * 40


def at(minutes):
    return instant_text(START + timedelta(minutes=minutes))


def reason(gate, *, opens="", state="closed"):
    return Reason(gate=gate, state=state, why="so", opens=opens)


def refusal(moment, *gates, wanted="1.1.0"):
    reasons = tuple(each if isinstance(each, Reason) else reason(each) for each in gates)
    return Refusal(
        id=f"r{moment}", at=moment, wanted=wanted, basis=COMMIT, reasons=reasons, **WHERE
    )


def deployed(begun, ended, *, version="1.1.0", outcome=Outcome.SUCCEEDED):
    content = Content(
        app="shop", repository="shop", version=version, tag="v", commit=COMMIT, components=()
    )
    claim = Claim(
        id=f"c{begun}{version}",
        at=begun,
        assignment=Assignment(
            target=PlaceTarget(environment="production", app="shop", driver="memory"),
            content=content,
            lanes=Lanes(forward=(), backward=()),
        ),
        basis=COMMIT,
        sign_off=SignOff(commit=COMMIT),
        **WHERE,
    )
    return claim, ended, outcome


def leads(*story):
    """Records numbered in their order; a deployment becomes its claim and its end."""
    records = []
    for each in story:
        if isinstance(each, Refusal):
            records.append(numbered(each, len(records) + 1))
            continue
        claim, ended, outcome = each
        claim = numbered(claim, len(records) + 1)
        end = End(
            id=f"e{claim.id}", at=ended, deployment=claim.deployment, outcome=outcome,
            version=claim.assignment.content.version, running=None, steps=(), started=claim.at,
            ended=ended, seconds=0, **WHERE,
        )  # fmt: skip
        records += [claim, numbered(end, len(records) + 2)]
    return list(lead_times(records).values())


def minutes(lead):
    return {part.value: spent / 60_000 for part, spent in lead.parts.items() if spent}


def test_what_nothing_held_is_applying_alone():
    (lead,) = leads(deployed(at(0), at(3)))
    assert minutes(lead) == {"apply": 3}


def test_a_promotion_is_split_by_what_it_waited_for():
    (lead,) = leads(
        refusal(at(0), "sign-off", "windows"),
        refusal(at(10), "after", "windows"),
        refusal(at(30), reason("after", opens=at(90)), "windows"),
        refusal(at(90), reason("windows", opens=at(200))),
        refusal(at(200), "needs"),
        deployed(at(205), at(208)),
    )
    assert minutes(lead) == {
        "approval": 10, "test": 20, "soak": 60, "window": 110, "queue": 5, "apply": 3
    }  # fmt: skip
    assert [each.gate for each in lead.stretches] == [
        "sign-off", "after", "after", "windows", "needs", ""
    ]  # fmt: skip
    assert lead.begun == at(0)


@pytest.mark.parametrize(
    ("gate", "part"),
    [
        (reason("pause"), "approval"),
        (reason("pause", opens=at(9)), "window"),
        (reason("require/signed-tag"), "approval"),
        (reason("tag", state="unknown"), "approval"),
        (reason("freeze"), "window"),
        (reason("claim"), "queue"),
    ],
)
def test_a_closed_gate_belongs_to_one_part(gate, part):
    (lead,) = leads(refusal(at(0), gate, reason("files", state="open")), deployed(at(1), at(1)))
    assert minutes(lead) == {part: 1}


def test_another_version_that_was_wanted_before_is_another_promotion():
    (lead,) = leads(
        refusal(at(0), "approvals", wanted="1.0.0"),
        refusal(at(10), "approvals"),
        deployed(at(15), at(16)),
    )
    assert minutes(lead) == {"approval": 5, "apply": 1}
    (lead,) = leads(refusal(at(0), "approvals", wanted="2.0.0"), deployed(at(15), at(16)))
    assert minutes(lead) == {"apply": 1}


def test_trying_again_what_failed_begins_after_its_hold():
    first, second = leads(
        refusal(at(0), "approvals"),
        deployed(at(5), at(6), outcome=Outcome.ROLLED_BACK),
        refusal(at(6), "hold"),
        refusal(at(60), "approvals"),
        deployed(at(70), at(72)),
    )
    assert minutes(first) == {"approval": 5, "apply": 1}
    assert minutes(second) == {"approval": 10, "apply": 2}


GATES = ["sign-off", "approvals", "after", "windows", "calendar", "needs", "claim", "tag"]


@given(
    st.lists(
        st.tuples(st.integers(0, 10**10), st.sets(st.sampled_from(GATES), max_size=4)), max_size=8
    ),
    st.integers(0, 10**10),
    st.integers(0, 10**10),
)
def test_parts_add_up_to_the_whole_whatever_the_clocks_say(refused, claimed, ended):
    def moment(milliseconds):
        return instant_text(START + timedelta(milliseconds=milliseconds))

    (lead,) = leads(
        *(refusal(moment(when), *sorted(gates)) for when, gates in refused),
        deployed(moment(claimed), moment(ended)),
    )
    instants = [instant_of(moment(each)) for each in (*(one for one, _ in refused), claimed, ended)]
    whole = (max(instants) - instants[0]) // timedelta(milliseconds=1)
    assert sum(lead.parts.values()) == lead.milliseconds == whole
    assert all(spent >= 0 for spent in lead.parts.values())
    assert set(lead.parts) == set(Part)


def test_what_waits_or_is_under_way_is_told_up_to_now():
    place, now = Place("production", "shop"), START + timedelta(minutes=30)
    waiting = [numbered(refusal(at(0), "approvals"), 1), numbered(refusal(at(10), "windows"), 2)]
    told = time_so_far(waiting, place, now=now)
    assert told.parts[Part.APPROVAL] == 10 * 60_000
    assert told.parts[Part.WINDOW] == 20 * 60_000
    claim = numbered(deployed(at(25), at(99))[0], 3)
    told = time_so_far([*waiting, claim], place, now=now)
    assert told.parts[Part.APPLY] == 5 * 60_000
    assert told.milliseconds == 30 * 60_000
    assert time_so_far(waiting, Place("production", "blog"), now=now) is None
    assert time_so_far([], place, now=now) is None
