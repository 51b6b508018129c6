"""Drawn histories in which approvals come and go on all lines: they never take a merge with them."""

from collections.abc import Mapping
from dataclasses import replace
from random import Random

import pytest
from signoff_world import (
    APP,
    ENVIRONMENT,
    HEAD,
    PEOPLE,
    SHOP,
    Scribe,
    key_of,
    promotion,
)
from test_signoff_covers import release

from reconciler.manifest.paths import approval_path, release_path
from reconciler.signoff import Progress, judge
from reconciler.signoff.facts import PLAIN_FILE, Entry, Facts, Signed, Word
from reconciler.signoff.law import Lawbook

SEEDS = 150
STEPS = 20
VERSIONS = ("1.1.0", "1.1.0", "1.1.0", "1.1.0", "1.2.0")
MAY_PROMOTE = ("bob", "carl")
WRITERS = (*["ana"] * 9, "bob", "carl", "dora", "")
APP_FILE = (
    HEAD.format("App") + "name: shop\nversions: {scheme: semver}\n"
    "components: [{name: web, artifact: {tree: '.'}}]\n"
)


def scribe_with_words() -> Scribe:
    """A place with two releases; of each, two words by everybody, which nobody has brought yet."""
    scribe = Scribe()
    files = {path: release(each) for each in VERSIONS for path in [release_path("shop", each)]}
    tree = scribe.trees[scribe.root]
    for path, text in {**files, APP: APP_FILE, SHOP: promotion("1.0.0")}.items():
        scribe.texts[f"old-{path}"] = text.encode()
        tree[path] = Entry(PLAIN_FILE, f"old-{path}")
    scribe.texts |= {each: promotion(each).encode() for each in VERSIONS}
    lawbook = Lawbook(dict(scribe.texts))
    law = lawbook.of({path: tree[path] for path in (PEOPLE, ENVIRONMENT)})
    for each in VERSIONS:
        paths = (APP, release_path("shop", each))
        speaks = {**{path: tree[path] for path in paths}, SHOP: Entry(PLAIN_FILE, each)}
        digest = lawbook.bound(law, speaks, path=SHOP, version=each)
        assert digest
        for person in ("ana", *MAY_PROMOTE):
            word = Word(
                person, "", False, Signed(key_of(person)), "production", "shop", each, digest
            )
            scribe.words |= {f"{person}-{each}-{number}": word for number in (1, 2)}
    return scribe


def changed(random: Random, scribe: Scribe, at: str) -> str:
    """A promotion, a word that is given, or one that is taken back."""
    version, person = random.choice(VERSIONS), random.choice((*MAY_PROMOTE * 4, "ana"))
    path = approval_path("shop", version, "production", person)
    match random.choices(("promote", "give", "take back"), (6, 8, 2))[0]:
        case "promote":
            blob = random.choice((*[version] * 9, f"old-{SHOP}"))
            return scribe.change(at, SHOP, blob, by=random.choice(WRITERS))
        case "give":
            word = f"{person}-{version}-{random.choice((1, 2))}"
            return scribe.change(at, path, word, by=random.choice((person, "ana", "dora")))
        case _ if path in scribe.trees[at]:
            by = random.choice((person, person, person, "dora"))
            return scribe.change(at, path, None, by=by)
        case _:
            return at


def drawn(seed: int) -> tuple[Scribe, list[str]]:
    """A history, and some of the tips that main or a branch has had, in any order.

    In the end everybody takes back what is left of their words.
    """
    random, scribe = Random(seed), scribe_with_words()
    main, lines, tips = scribe.root, [scribe.root], dict[str, None]()
    for _ in range(STEPS):
        number = random.randrange(len(lines))
        tip = lines[number]
        match random.choices(("branch", "line", "main", "merge", "update"), (3, 8, 4, 6, 2))[0]:
            case "branch":
                lines.append(random.choice((main, main, tip)))
            case "line":
                lines[number] = changed(random, scribe, tip)
            case "main":
                main = changed(random, scribe, main)
            case "merge" if tip not in scribe.above[main]:
                by = random.choice(("bob", "carl", "carl", "ana", "dora", ""))
                main = scribe.merge(main, tip, by=by)
            case "update":
                other = random.choice((main, *lines))
                if other not in scribe.above[tip] and tip not in scribe.above[other]:
                    lines[number] = scribe.merge(tip, other, by=random.choice(WRITERS))
            case _:
                pass
        tips |= dict.fromkeys((main, *lines))
    for path in [each for each in scribe.trees[main] if "/approvals/" in each]:
        main = scribe.change(main, path, None, by=path.rpartition("/")[2].removesuffix(".yaml"))
        tips[main] = None
    others = [each for each in tips if each not in {scribe.root, main}]
    order = [*random.sample(others, k=min(3, len(others))), main]
    random.shuffle(order)
    return scribe, order


def seen(scribe: Scribe, tip: str, words: Mapping[str, Word]) -> Facts:
    commits = {each: commit for each, commit in scribe.commits.items() if each in scribe.above[tip]}
    trees = {scribe.root: scribe.trees[scribe.root]}
    return Facts(scribe.root, commits, trees, dict(scribe.texts), dict(words))


@pytest.mark.parametrize("part", range(2))
def test_B88_X9_approvals_that_come_and_go_take_nothing_that_stands_without_them(
    part: int,
) -> None:
    standing, withdrawn = 0, 0
    for seed in range(part, SEEDS, 2):
        scribe, tips = drawn(seed)
        dumb = {name: replace(word, approves="") for name, word in scribe.words.items()}
        known: Progress | None = None
        for tip in tips:
            facts = seen(scribe, tip, scribe.words)
            judged = judge(facts, root=scribe.root, tip=tip)
            later = judge(facts, root=scribe.root, tip=tip, known=known)
            known = later.progress
            assert later == judged, (seed, tip)
            without = judge(seen(scribe, tip, dumb), root=scribe.root, tip=tip)
            if not {*judged.tainted, *without.tainted} & {SHOP}:
                assert not judged.withdrawn(SHOP), (seed, tip)
            admission = judged.admissions.get(SHOP)
            if admission is None or not admission.word:
                continue
            word = scribe.words[admission.word.rpartition(" ")[2]]
            assert word.by in MAY_PROMOTE, (seed, tip)
            assert not {word.by, ""} & {*admission.authors}, (seed, tip)
            assert judged.admitted[SHOP].id == word.version, (seed, tip)
            standing, withdrawn = standing + 1, withdrawn + judged.withdrawn(SHOP)
    assert standing > withdrawn > 0
