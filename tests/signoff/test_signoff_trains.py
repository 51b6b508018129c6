"""What trains have cut, and what reconcilers draft of tags: by the facts alone."""

from dataclasses import replace

import pytest
from signoff_world import APP, PEOPLE, RELEASE, SHOP, Scribe, key_of, people

from reconciler.signoff import Answers, judge, judge_requests
from reconciler.signoff.facts import Entry, Facts, Trains

GUARDS = "{policies: [{role: admin}], people: [{role: admin}], releases: [{role: admin}]}"
SEEN = {RELEASE: {"version": "1.1.0"}}
KEYS = frozenset({key_of("one")})


@pytest.fixture
def scribe() -> Scribe:
    found = Scribe(guards=GUARDS)
    found.trees[found.root][APP] = Entry("100644", "app")
    return found


def facts_of(scribe: Scribe, *, trains: Trains | None = None, **more: object) -> Facts:
    """What is known where cutting by the app's first file gives the blob ``cut``."""
    trains = trains or Trains(KEYS, SEEN)
    cuts = {(RELEASE, "app"): "cut"} if trains.facts_of(RELEASE) else {}
    return replace(scribe.facts(), trains=trains, cuts=cuts, **more)


def in_force(scribe: Scribe, tip: str, **more: object) -> str:
    judgement = judge(facts_of(scribe, **more), root=scribe.root, tip=tip)
    entry = judgement.admitted.get(RELEASE)
    return entry.id if entry else ""


@pytest.mark.parametrize(
    ("blob", "by", "good"),
    [("cut", "one", True), ("other", "one", False), ("cut", "ana", False), ("cut", "", False)],
)
def test_t1_in_both_modes_it_counts_as_exactly_what_cutting_gives(scribe, blob, by, good):
    tip = scribe.change(scribe.root, RELEASE, blob, by=by)
    assert in_force(scribe, tip) == ("cut" if good else "")
    forge = judge_requests(facts_of(scribe), Answers("gitea", "main", {}), tip=tip)
    assert (RELEASE in forge.admitted) == good


def test_t1_the_apps_file_is_the_one_in_force_and_not_what_somebody_pushed(scribe):
    # Nobody signed this off, so cutting still goes by the file before it.
    pushed = scribe.change(scribe.root, APP, "mine", by="ana")
    assert in_force(scribe, scribe.change(pushed, RELEASE, "cut", by="one")) == "cut"
    asked = scribe.change(scribe.root, APP, "agreed", by="ana")
    merged = scribe.merge(scribe.root, asked, by="bob")
    assert in_force(scribe, scribe.change(merged, RELEASE, "cut", by="one")) == ""


def test_what_the_history_does_not_say_yet_is_undecided_and_comes_out_the_same_later(scribe):
    tip = scribe.change(scribe.root, RELEASE, "cut", by="one")
    later = scribe.change(tip, SHOP, "x", by="ana")
    first = judge(facts_of(scribe, trains=Trains(KEYS)), root=scribe.root, tip=later)
    assert (RELEASE in first.admitted, first.undecided) == (False, True)
    facts = facts_of(scribe)
    then = judge(facts, root=scribe.root, tip=later, known=first.progress)
    assert then == judge(facts, root=scribe.root, tip=later)
    assert RELEASE in then.admitted


def test_what_the_whole_history_does_not_say_is_decided_for_good(scribe):
    tip = scribe.change(scribe.root, RELEASE, "cut", by="one")
    later = scribe.change(tip, SHOP, "x", by="ana")
    judged = judge(facts_of(scribe, trains=Trains(KEYS, whole=True)), root=scribe.root, tip=later)
    assert (RELEASE in judged.admitted, judged.undecided) == (False, False)
    assert later in judged.progress.states


def test_b74_it_stays_in_force_where_it_meets_a_line_that_took_rights_away(scribe):
    scribe.texts["fewer"] = people(guards=GUARDS, without=("dora",)).encode()
    asked = scribe.change(scribe.root, PEOPLE, "fewer", by="ana")
    other = scribe.merge(scribe.root, asked, by="bob")
    cut = scribe.change(scribe.root, RELEASE, "cut", by="one")
    for first, second in ((cut, other), (other, cut)):
        assert in_force(scribe, scribe.merge(first, second, by="carl")) == "cut"


@pytest.mark.parametrize(
    ("by", "good"), [("ana", True), ("dora", True), ("one", False), ("", False)]
)
def test_d26_a_draft_of_a_tag_counts_by_anybodys_merge_who_is_listed(scribe, by, good):
    draft = scribe.change(scribe.root, RELEASE, "cut", by="one")
    known = {"trains": Trains(KEYS, {}, SEEN), "drafts": frozenset({draft})}
    assert in_force(scribe, draft, **known) == ""
    merge = scribe.merge(scribe.root, draft, by=by)
    assert in_force(scribe, merge, **known) == ("cut" if good else "")
    assert in_force(scribe, merge, trains=known["trains"]) == ""


def test_x9_a_draft_by_an_apps_file_that_nobody_agreed_to_counts_for_nothing(scribe):
    cuts = {(RELEASE, "app"): "cut", (RELEASE, "mine"): "other"}
    draft = scribe.change(scribe.root, RELEASE, "other", by="one")
    merged = scribe.merge(scribe.root, draft, by="bob")
    facts = replace(scribe.facts(), trains=Trains(KEYS, SEEN), cuts=cuts, drafts=frozenset({draft}))
    judgement = judge(facts, root=scribe.root, tip=merged)
    assert RELEASE not in judgement.admitted
    (taint,) = (each for each in judgement.taints if each.path == RELEASE)
    assert "doesn't follow from what is, or was, in force" in taint.why
