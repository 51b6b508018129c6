"""What holds for every history, on many drawn ones."""

from collections import Counter
from random import Random

import pytest
from signoff_drawn import MAY_PROMOTE, PATHS, complaints, draw, earliest
from signoff_world import LISTED, SHOP, Scribe

from reconciler.signoff import Judgement, Progress, judge
from reconciler.signoff.ancestry import merge_bases
from reconciler.signoff.facts import Facts

SEEDS = 300


def _seen(scribe: Scribe, tip: str) -> Facts:
    """The facts as they are when this is the newest tip."""
    commits = {each: commit for each, commit in scribe.commits.items() if each in scribe.above[tip]}
    trees = {scribe.root: scribe.trees[scribe.root]}
    return Facts(scribe.root, commits, trees, dict(scribe.texts))


def _judge(scribe: Scribe, tip: str, known: Progress | None = None) -> Judgement:
    facts = _seen(scribe, tip)
    return judge(facts, root=scribe.root, tip=tip, known=known)


@pytest.mark.parametrize("part", range(4))
def test_a_verdict_is_the_same_in_one_step_and_in_all_partitions(part: int) -> None:
    for seed in range(part, SEEDS, 4):
        drawn = draw(seed)
        alone = {tip: _judge(drawn.scribe, tip) for tip in dict.fromkeys(drawn.tips)}
        random = Random(seed)
        some = sorted(random.sample(range(len(drawn.tips)), k=len(drawn.tips) // 2))
        shuffled = [*drawn.tips, *drawn.lines]
        random.shuffle(shuffled)
        for order in (drawn.tips, [drawn.tips[each] for each in some], shuffled):
            progress: Progress | None = None
            for tip in order:
                judged = _judge(drawn.scribe, tip, progress)
                progress = judged.progress
                assert judged == alone.setdefault(tip, _judge(drawn.scribe, tip)), seed


@pytest.mark.parametrize("part", range(4))
def test_nothing_is_in_force_that_the_definition_does_not_sign_off(part: int) -> None:
    for seed in range(part, SEEDS * 2, 4):
        drawn = draw(seed, steps=30)
        for tip in {*drawn.tips, *drawn.lines}:
            assert complaints(drawn.scribe, _judge(drawn.scribe, tip)) == [], (seed, tip)


def test_every_path_is_either_what_is_in_force_or_tainted() -> None:
    for seed in range(SEEDS):
        drawn = draw(seed)
        for tip in {*drawn.tips, *drawn.lines}:
            judged, tree = _judge(drawn.scribe, tip), drawn.scribe.trees[tip]
            for path in PATHS:
                same = judged.admitted.get(path) == tree.get(path)
                disputed = path in judged.tainted and path not in judged.admitted
                assert same != (path in judged.tainted) or disputed, (seed, tip, path)


def test_the_drawn_histories_meet_every_sort_of_ending() -> None:
    codes: Counter[str] = Counter()
    for seed in range(SEEDS):
        judged = _judge(draw(seed).scribe, draw(seed).tips[-1])
        codes.update(each.code for each in judged.taints)
        codes["admitted"] += len(judged.admissions)
    wanted = ("TB450", "TB451", "TB452", "TB456", "TB457", "TB459", "admitted")
    assert {each: codes[each] for each in wanted if codes[each] < 3} == {}


def test_one_change_after_the_other_is_admitted_exactly_when_two_persons_signed() -> None:
    for seed in range(SEEDS):
        random, scribe = Random(seed), Scribe()
        main, force, held = scribe.root, f"old-{SHOP}", False
        for step in range(12):
            now = scribe.trees[main][SHOP].id
            match random.choice(("promote", "promote", "push", "back")):
                case "promote":
                    writers = [random.choice((*LISTED, "")) for _ in range(random.randint(1, 3))]
                    merger = random.choice((*MAY_PROMOTE, *LISTED, ""))
                    topic = main
                    for number, each in enumerate(writers):
                        topic = scribe.change(topic, SHOP, f"{step}-{number}", by=each)
                    main = scribe.merge(main, topic, by=merger)
                    good = merger in MAY_PROMOTE and merger not in writers and "" not in writers
                    if good and not held:
                        force = scribe.trees[main][SHOP].id
                    else:
                        held = True
                case "push":
                    main = scribe.change(main, SHOP, f"{step}-p", by=random.choice(LISTED))
                    held = True
                case "back" if now != force:
                    main = scribe.change(main, SHOP, force, by="")
                    held = False
                case _:
                    pass
            if main == scribe.root:
                continue
            judged = scribe.judge(main)
            assert judged.admitted[SHOP].id == force, (seed, step)
            assert (SHOP in judged.tainted) == held, (seed, step)


def test_merge_bases_are_those_that_looking_at_all_ancestors_finds() -> None:
    compared = 0
    for seed in range(SEEDS):
        scribe = draw(seed, steps=40).scribe
        order = {each: number for number, each in enumerate((scribe.root, *scribe.commits))}
        parents = {each.id: each.parents for each in scribe.commits.values()}
        random = Random(seed)
        for _ in range(20):
            one, two = random.choices(list(order), k=2)
            assert merge_bases(one, two, parents=parents, order=order) == scribe.bases(one, two)
            compared += 1
    assert compared == SEEDS * 20


def test_the_earliest_merge_is_the_one_before_the_pull() -> None:
    scribe = Scribe()
    content = scribe.change(scribe.root, SHOP, "a", by="ana")
    merge = scribe.merge(scribe.root, content, by="bob")
    other = scribe.change(scribe.root, "src/x", "x", by="carl")
    pulled = scribe.merge(other, merge, by="carl")
    assert earliest(scribe, content, SHOP, tip=pulled) == {merge}
    assert scribe.judge(pulled).admissions[SHOP].merge == merge
