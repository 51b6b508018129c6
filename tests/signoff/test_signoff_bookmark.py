"""Going on from what was kept comes to the same as judging from the trust root."""

import json
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from signoff_drawn import draw
from signoff_generated import tell
from signoff_world import (
    BLOG,
    ENVIRONMENT,
    PEOPLE,
    SHOP,
    Scribe,
    Workshop,
    key_of,
    people,
    promotion,
)

from reconciler.repository.folds import FoldStore
from reconciler.signoff import Judgement, Progress, judge
from reconciler.signoff.bookmark import (
    commits_of,
    commits_row,
    progress_of,
    states_row,
    word_of,
    word_row,
)
from reconciler.signoff.facts import (
    Bad,
    Commit,
    Entry,
    Facts,
    Signature,
    Signed,
    Unknown,
    Unlisted,
    Unsigned,
)
from reconciler.signoff.law import Lawbook
from reconciler.signoff.overlay import Overlay
from reconciler.signoff.standing import Admission, Dispute, PathState, Standing, State
from reconciler.signoff.verdicts import lasting_of, text_of, verdict_of
from reconciler.system.facts import FactStore


def seen(scribe: Scribe, tip: str) -> Facts:
    """The facts as they are when this is the newest tip."""
    commits = {each: commit for each, commit in scribe.commits.items() if each in scribe.above[tip]}
    trees = {scribe.root: scribe.trees[scribe.root]}
    return Facts(scribe.root, commits, trees, dict(scribe.texts), dict(scribe.words))


def through_text(facts: Facts, progress: Progress, later: Facts, *, newest: int) -> Progress:
    """What another process makes of this, for facts that go on from these."""
    numbers = {each: number for number, each in enumerate(facts.commits)}
    words = [word_row(name, word) for name, word in facts.words.items()]
    said = [commits_row(facts.commits.values(), numbers), words]
    kept = json.loads(json.dumps([*said, states_row(progress, facts, newest=newest)]))
    commits = {each.id: each for each in commits_of(kept[0], [])}
    assert commits == facts.commits
    assert dict(map(word_of, kept[1])) == facts.words
    whole = replace(later, commits=commits | later.commits)
    read = progress_of(kept[2], whole)
    known = [*facts.commits][max(0, len(facts.commits) - newest) :]
    assert read.states.keys() == progress.states.keys() & set(known)
    assert all(told(read.states[each]) == told(progress.states[each]) for each in read.states)
    return read


def told(state: State) -> tuple[object, ...]:
    """Everything that a state says."""
    law = (state.law.entries, state.law.disputed, state.law.others, state.law.authority)
    rest = (state.grounded, state.rooted, state.doubtful, state.open)
    return (state.ground, state.overlay.flat(), law, rest)


def goes_on(scribe: Scribe, tips: list[str], *, random: Random) -> None:
    """Judge each of the tips from the one before, each time in a new process."""
    facts, judged = None, None
    for tip in tips:
        later = seen(scribe, tip)
        known = None
        if facts is not None and judged is not None:
            later = replace(later, commits={**facts.commits, **later.commits})
            newest = random.choice((0, 1, 3, 1000))
            known = through_text(facts, judged.progress, later, newest=newest)
        judged = judge(later, root=scribe.root, tip=tip, known=known)
        assert judged == judge(seen(scribe, tip), root=scribe.root, tip=tip)
        facts = later


@pytest.mark.parametrize("part", range(3))
def test_a_drawn_history_comes_to_the_same_from_a_bookmark(part: int) -> None:
    for seed in range(part, 300, 3):
        drawn, random = draw(seed), Random(seed)
        tips = list(dict.fromkeys((*drawn.tips, *drawn.lines)))
        goes_on(drawn.scribe, sorted(random.sample(tips, k=len(tips) // 2)), random=random)


def test_people_policies_and_words_come_to_the_same_from_a_bookmark() -> None:
    for seed in range(24):
        history, random = tell(seed), Random(seed)
        line, here = [history.main], history.main
        while here in history.scribe.commits:
            here = history.scribe.commits[here].parents[0]
            line.append(here)
        tips = sorted(random.sample(line[:-1], k=min(6, len(line) - 1)))
        goes_on(history.scribe, tips, random=random)


def test_everything_that_a_state_can_say_is_kept() -> None:
    scribe = Scribe()
    one = scribe.change(scribe.root, SHOP, "a", by="ana")
    two = scribe.change(one, SHOP, "b", by="ana")
    facts = scribe.facts()
    ground, lawbook = facts.trees[scribe.root], Lawbook(facts.texts)
    law = frozenset({(ENVIRONMENT, ground[ENVIRONMENT])})
    other = law | {(PEOPLE, ground[PEOPLE])}
    odd = Entry("120000", "x")
    admission = Admission(two, "bob", ("ana",), (one,), ("carl",), "here word", one)
    dispute = Dispute((Standing(odd, admission), Standing(None)))
    bare = PathState(odd, Standing(None), (one,), since=one)
    worded = PathState(odd, Standing(odd, admission), signed=(one,), bare=bare)
    states = {
        one: State({}, Overlay(), lawbook.of({}), grounded=False, rooted=False),
        two: State(
            ground,
            Overlay(
                (
                    {SHOP: PathState(odd, dispute, (one,), past=frozenset({"gone"}))},
                    {SHOP: worded, BLOG: bare},
                )
            ),
            lawbook.made(law, frozenset({PEOPLE}), frozenset({other})),
            grounded=True,
            rooted=False,
            open=frozenset({SHOP}),
        ),
    }
    through_text(facts, Progress(scribe.root, states, lawbook), facts, newest=2)


def kept(shop: Workshop, state: Path, *, tip: str = "main", edition: str = "e" * 64) -> Judgement:
    """What another run of a host says, by what the last one kept."""
    folds = FoldStore(FactStore(state, edition), shop.root)
    found = folds.recall()
    facts = shop.facts(tip, before=found.facts if found else None)
    progress = found.progress(facts) if found else None
    judged = judge(facts, root=shop.root, tip=shop.run("rev-parse", tip), known=progress)
    folds.keep(facts, judged.progress)
    assert facts == shop.facts(tip)
    return judged


def test_facts_from_git_are_the_same_run_by_run(shop: Workshop, tmp_path: Path) -> None:
    state = tmp_path / "state"
    assert kept(shop, state) == shop.judge()
    shop.promote("1.1.0", branch="early")
    for number in range(3):
        shop.promote(f"1.{number + 2}.0", branch=f"topic{number}")
        shop.merge(f"topic{number}", by="bob")
        assert kept(shop, state) == shop.judge()
    shop.branch("people")
    shop.commit("leave", {PEOPLE: people(shop.public, without=["dora"])}, by="bob")
    shop.switch("main")
    shop.merge("early", "-s", "ours", by="carl")
    shop.commit("push", {SHOP: promotion("9.9.9")}, by="bob")
    assert kept(shop, state) == shop.judge()
    assert shop.taint()[0] == "TB450"


def test_what_other_code_kept_and_what_isn_t_whole_is_not_there(
    shop: Workshop, tmp_path: Path
) -> None:
    state = tmp_path / "state"
    kept(shop, state)
    store = FactStore(state, "e" * 64)
    key = f"fold {shop.root}"
    text = store.recall([key])[key]
    assert FoldStore(store, shop.root).recall() is not None
    assert FoldStore(store, "f" * 40).recall() is None
    for bad in ("", "{}", "[]", text.replace('"format":1', '"format":0'), text[:-1], "null"):
        store.keep({key: bad})
        assert FoldStore(store, shop.root).recall() is None, bad
    store.keep({key: text.replace('"states":[', '"states":[7,')})
    found = FoldStore(store, shop.root).recall()
    assert found is not None
    assert found.progress(shop.facts()) is None
    store.keep({key: text})
    assert FoldStore(FactStore(state, "f" * 64), shop.root).recall() is None


def test_long_histories_are_kept_in_rows_that_are_written_once(tmp_path: Path) -> None:
    scribe = Scribe()
    store = FactStore(tmp_path, "e" * 64)
    folds = FoldStore(store, scribe.root)
    tip, commits = scribe.root, scribe.commits
    ana, bob = Signed(key_of("ana")), Signed(key_of("bob"))
    names: list[set[str]] = []
    for _ in range(3):
        for number in range(500):
            change: dict[str, Entry | None] = {SHOP: Entry("100644", f"v{number}")}
            topic, merge = (f"{len(commits) + each:040d}" for each in (0, 1))
            commits[topic] = Commit(topic, (tip,), change, signature=ana)
            commits[merge] = Commit(merge, (tip, topic), change, ((tip,),), signature=bob)
            tip = merge
        facts = scribe.facts()
        folds.keep(facts, judge(facts, root=scribe.root, tip=tip).progress)
        found = FoldStore(store, scribe.root).recall()
        assert found is not None
        assert found.facts == replace(facts, trees={})
        head = json.loads(store.recall([f"fold {scribe.root}"])[f"fold {scribe.root}"])
        names.append(set(head["commits"]["whole"]))
    assert [len(each) for each in names] == [1, 2, 3]
    assert names[0] < names[1] < names[2]


def test_an_unanswered_signature_is_never_kept(shop: Workshop, tmp_path: Path) -> None:
    shop.promote("1.1.0")
    tip = shop.merge("topic")
    facts = shop.facts()
    doubtful = {x: replace(each, signature=Unknown("away")) for x, each in facts.commits.items()}
    facts = replace(facts, commits=doubtful)
    folds = FoldStore(FactStore(tmp_path, "e" * 64), shop.root)
    folds.keep(facts, judge(facts, root=shop.root, tip=tip).progress)
    assert folds.recall() is None


@pytest.mark.parametrize(
    "verdict", [Signed("ssh-ed25519 AAAA"), Bad("ssh-ed25519 AAAA"), Bad(), Unsigned(), Unlisted()]
)
def test_a_verdict_comes_back_from_its_text(verdict: Signature) -> None:
    assert verdict_of(text_of(verdict)) == verdict


@pytest.mark.parametrize("text", ["", "signed", "signed ", "unsigned x", "unlisted x", "good x"])
def test_what_no_verdict_is_told_as_is_none(text: str) -> None:
    with pytest.raises(ValueError):
        verdict_of(text)


def test_a_verdict_that_other_keys_may_change_is_none_that_lasts() -> None:
    with pytest.raises(ValueError, match="unlisted"):
        lasting_of(text_of(Unlisted()))
    with pytest.raises(ValueError, match="no answer"):
        text_of(Unknown("no answer"))
