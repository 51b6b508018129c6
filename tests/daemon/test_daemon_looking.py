"""The daemon looks at what gates have to know, seldom, and writes down what is new."""

import threading
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from daemon_trains import GivenClock

from reconciler.daemon.looking import Looking
from reconciler.deployer.ledger import Ledger
from reconciler.model.plan import Verdict
from reconciler.model.question import Question
from reconciler.model.records import Claim, Refusal, Sighting, numbered
from reconciler.model.sight import Facts, Unseen

COMMIT = "a" * 40


@dataclass
class Seen:
    """Sources whose answers a test gives; ``asked`` are the questions, one look after the other."""

    answers: dict[str, object] = field(default_factory=dict)
    repositories: frozenset[str] = frozenset({"shop"})
    asked: list[list[str]] = field(default_factory=list)
    open: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.open.set()

    def look(self, source, questions):
        self.asked.append([f"{each.sort} {each.about}" for each in questions])
        assert self.open.wait(60)
        return {
            each: self.answers.get(f"{each.sort} {each.about}", Unseen(f"{source} is away"))
            for each in questions
        }


@dataclass
class Hand:
    """A clock that is set by hand."""

    at: float = 0.0

    def monotonic(self) -> float:
        return self.at

    def now(self) -> datetime:
        return datetime(2026, 11, 20, tzinfo=UTC) + timedelta(seconds=self.at)

    def sleep(self, seconds: float) -> None:
        self.at += seconds


def good(version: str) -> dict[str, object]:
    return {
        f"tag shop v{version}": Facts({"commit": COMMIT, "kind": "lightweight"}),
        f"artifacts shop {version}": Facts({"there": "yes"}),
    }


TAG = Question("tag", "shop v1", "shop")
AGAIN = TAG.again


def a_looking(sources, clock, woken=lambda: None) -> Looking:
    ids = iter(range(1000))
    return Looking(sources, clock, lambda: f"s{next(ids)}", "one", woken)


def test_what_is_new_is_written_down_and_what_is_known_is_not():
    sources, clock, ledger = Seen({"tag shop v1": Facts({"commit": COMMIT})}), Hand(), Ledger()
    eye = a_looking(sources, clock)
    (first,) = eye.look(frozenset({TAG}), ledger)
    assert (first.sort, first.about, first.facts) == ("tag", "shop v1", {"commit": COMMIT})
    ledger.apply(numbered(first, 1))
    clock.at = AGAIN
    assert eye.look(frozenset({TAG}), ledger) == []
    sources.answers["tag shop v1"] = Facts({})
    clock.at = 2 * AGAIN
    (gone,) = eye.look(frozenset({TAG}), ledger)
    assert gone.subject == "tag shop v1 seen: not there"


def test_an_open_question_is_asked_again_after_a_time_and_not_before():
    sources, clock = Seen({"tag shop v1": Facts({"commit": COMMIT})}), Hand()
    eye = a_looking(sources, clock)
    for at in (0, 1, AGAIN - 1, AGAIN, AGAIN + 1):
        clock.at = at
        eye.look(frozenset({TAG}), Ledger())
    assert len(sources.asked) == 2


def test_a_question_that_was_closed_meanwhile_is_asked_at_once():
    sources, clock = Seen({"tag shop v1": Facts({"commit": COMMIT})}), Hand()
    eye = a_looking(sources, clock)
    for questions in (frozenset({TAG}), frozenset(), frozenset({TAG})):
        eye.look(questions, Ledger())
    assert len(sources.asked) == 2


def test_nobody_could_tell_is_no_sighting_and_is_told_and_asked_again_soon():
    sources, clock = Seen(), Hand()
    eye = a_looking(sources, clock)
    assert eye.look(frozenset({TAG}), Ledger()) == []
    assert eye.troubles == {"shop": "shop is away"}
    clock.at = 10
    sources.answers["tag shop v1"] = Facts({"commit": COMMIT})
    assert len(eye.look(frozenset({TAG}), Ledger())) == 1
    assert eye.troubles == {"shop": ""}


def test_a_good_answer_of_a_source_does_not_hide_that_another_question_has_none():
    sources, clock = Seen({"tag shop v1": Facts({"commit": COMMIT})}), Hand()
    eye, other = a_looking(sources, clock), Question("tag", "shop v2", "shop")
    eye.look(frozenset({TAG, other}), Ledger())
    assert eye.troubles == {"shop": "shop is away"}
    for clock.at, asked in ((AGAIN - 5, ["tag shop v2"]), (AGAIN, ["tag shop v1"])):
        eye.look(frozenset({TAG, other}), Ledger())
        assert sources.asked[-1] == asked
        assert eye.troubles == {"shop": "shop is away"}
    sources.answers["tag shop v2"] = Facts({"commit": COMMIT})
    clock.at += AGAIN
    eye.look(frozenset({TAG, other}), Ledger())
    assert eye.troubles == {"shop": ""}


def test_all_questions_to_one_source_are_one_look_and_sources_are_apart():
    sources, clock = Seen(repositories=frozenset({"shop", "blog"})), Hand()
    asked = frozenset(
        Question("tag", f"{app} v{number}", app) for app in ("shop", "blog") for number in range(5)
    )
    a_looking(sources, clock).look(asked, Ledger())
    assert sorted(len(each) for each in sources.asked) == [5, 5]


def test_a_repository_that_this_host_does_not_know_is_not_asked_for():
    sources, clock = Seen(repositories=frozenset()), Hand()
    assert a_looking(sources, clock).look(frozenset({TAG}), Ledger()) == []
    assert sources.asked == []


def test_a_source_that_hangs_delays_no_other_and_its_answer_counts_when_it_comes():
    sources = Seen({"tag shop v1": Facts({"commit": COMMIT})})
    sources.open.clear()
    woken = threading.Event()
    eye = a_looking(sources, Hand(), woken.set)
    eye.patience = 0.2
    assert eye.look(frozenset({TAG}), Ledger()) == []
    assert eye.pending
    assert eye.look(frozenset({TAG}), Ledger()) == []
    assert len(sources.asked) == 1
    sources.open.set()
    assert woken.wait(60)
    assert len(eye.look(frozenset({TAG}), Ledger())) == 1
    assert not eye.pending


def test_b114_the_tag_is_looked_at_before_the_first_claim_and_once_for_all_places(make_world):
    world = make_world("dev", "staging")
    sources = Seen(good("1.0.0"))
    # In other minutes what these two places keep is looked at too.
    clock = GivenClock(datetime.now(UTC).replace(minute=40))
    reconciler = world.daemon(sources=sources, clock=clock)
    plan = reconciler.run_once()
    assert {each.verdict for each in plan.decisions} == {Verdict.IN_SYNC}
    kinds = [each.kind for each in reconciler.view.records]
    assert kinds[:2] == ["Sighting", "Sighting"]
    assert Counter(kinds) == {"Sighting": 2, "Claim": 2, "End": 2}
    assert sources.asked == [["artifacts shop 1.0.0", "tag shop v1.0.0"]]
    claim = next(each for each in reconciler.view.records if isinstance(each, Claim))
    (reason,) = [each for each in claim.reasons if each.gate == "tag"]
    assert reason.why == f"v1.0.0 leads to {COMMIT[:12]}, the artifacts are there"


def test_b114_a_tag_that_was_moved_holds_and_the_refusal_says_so(make_world):
    world = make_world("dev")
    sources = Seen(good("1.0.0") | good("1.1.0"))
    world.daemon(sources=sources).run_once()
    world.promote("1.1.0", "dev")
    sources.answers["tag shop v1.1.0"] = Facts({"commit": "d" * 40, "kind": "lightweight"})
    reconciler = world.daemon(sources=sources)
    plan = reconciler.run_once()
    assert plan.decisions[0].closed[0].gate == "tag"
    assert world.running("dev") == "1.0.0"
    refusal = reconciler.view.records[-1]
    assert isinstance(refusal, Refusal)
    assert refusal.reasons[0].why.startswith(f"v1.1.0 leads to {'d' * 12}")


def test_a_source_that_is_away_is_unknown_starts_nothing_and_is_told_once(make_world):
    world = make_world("dev")
    sources = Seen()
    reconciler = world.daemon(sources=sources)
    plan = reconciler.run_once()
    assert plan.decisions[0].closed[0].state == "unknown"
    assert world.running("dev") == ""
    reconciler.look()
    assert world.said.count("shop can't be looked at: shop is away") == 1
    assert not [each for each in reconciler.view.records if isinstance(each, Sighting)]
    sources.answers = good("1.0.0")
    world.daemon(sources=sources).run_once()
    assert world.running("dev") == "1.0.0"


@pytest.mark.parametrize("repositories", [frozenset(), frozenset({"blog"})])
def test_a_place_whose_source_the_host_does_not_know_is_not_held_by_that(make_world, repositories):
    world = make_world("dev")
    reconciler = world.daemon(sources=Seen(repositories=repositories))
    reconciler.run_once()
    assert world.running("dev") == "1.0.0"
    assert Counter(each.kind for each in reconciler.view.records) == {"Claim": 1, "End": 1}


def test_a_branch_is_asked_for_again_sooner_than_what_hardly_ever_changes():
    sources, clock = Seen({"branch shop main": Facts({"commit": COMMIT})}), Hand()
    eye = a_looking(sources, clock)
    for at in (0, 9, 10, 19, 20):
        clock.at = at
        eye.look(frozenset({Question("branch", "shop main", "shop")}), Ledger())
    assert len(sources.asked) == 3


def test_s1_s2_a_place_follows_a_branch_as_it_moves_on(make_world):
    world = make_world("dev")
    files = {
        "environments/dev/shop.yaml": (
            "apiVersion: tagboat/v1\nkind: Promotion\napp: shop\nfollow: {branch: main}\n"
        )
    }
    base = world.tip
    asked = world.commit(files, onto=[base], by="ben")
    world.push(world.commit(files, onto=[base, asked], by="ana"))
    sources = Seen({"branch shop main": Facts({"commit": "c" * 40, "tree web": "d" * 40})})
    reconciler = world.daemon(sources=sources)
    reconciler.run_once()
    assert world.running("dev") == "c" * 12
    sources.answers["branch shop main"] = Facts({"commit": "e" * 40, "tree web": "f" * 40})
    world.daemon(sources=sources).run_once()
    assert world.running("dev") == "e" * 12
