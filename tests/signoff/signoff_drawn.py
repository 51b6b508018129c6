"""Random histories, and what the definition of a sign-off says about them, read naively."""

from dataclasses import dataclass, field
from itertools import pairwise
from random import Random

from signoff_world import BLOG, LISTED, SHOP, Scribe

from reconciler.signoff import Admission, Judgement
from reconciler.signoff.facts import Entry

PATHS = (SHOP, BLOG)
MAY_PROMOTE = ("bob", "carl")
SIGNERS = (*LISTED, "ana", "ana", "bob", "carl", "")


@dataclass
class Drawn:
    """A history with its branches and every tip that the protected branch has had."""

    scribe: Scribe
    tips: list[str]
    lines: list[str] = field(default_factory=list)


def draw(seed: int, *, steps: int = 24) -> Drawn:
    """A history of commits, merges both ways, pulls, reverts, direct pushes and evil merges."""
    random = Random(seed)
    scribe = Scribe()
    drawn = Drawn(scribe, [scribe.root], [scribe.root])
    for _ in range(steps):
        _step(random, drawn)
    return drawn


def _step(random: Random, drawn: Drawn) -> None:
    scribe, main = drawn.scribe, drawn.tips[-1]
    line = random.randrange(len(drawn.lines))
    tip, by = drawn.lines[line], random.choice(SIGNERS)
    match random.choices(
        ("branch", "commit", "merge", "update", "pull", "push", "revert", "forward", "cross"),
        (3, 8, 7, 3, 2, 2, 2, 1, 1),
    )[0]:
        case "branch":
            drawn.lines.append(random.choice((main, main, tip)))
        case "commit":
            blob = random.choice(("a", "b", "c", f"old-{random.choice(PATHS)}", None))
            drawn.lines[line] = scribe.change(tip, random.choice(PATHS), blob, by=by)
        case "merge" if tip not in scribe.above[main]:
            approver = random.choice((*MAY_PROMOTE, *MAY_PROMOTE, *MAY_PROMOTE, by))
            drawn.tips.append(_merge(random, scribe, main, tip, by=approver))
        case "update" if main not in scribe.above[tip]:
            drawn.lines[line] = _merge(random, scribe, tip, main, by=by)
        case "pull" if tip not in scribe.above[main]:
            behind = random.choice(drawn.tips)
            if tip not in scribe.above[behind]:
                mine = _merge(random, scribe, behind, tip, by=random.choice(MAY_PROMOTE))
                if main not in scribe.above[mine]:
                    mine = _merge(random, scribe, mine, main, by=random.choice(MAY_PROMOTE))
                drawn.tips.append(mine)
        case "push":
            blob = random.choice(("a", "b", "d"))
            drawn.tips.append(scribe.change(main, random.choice(PATHS), blob, by=by))
        case "revert" if main in scribe.commits:
            before = scribe.commits[main].parents[0]
            drawn.tips.append(scribe.add([main], scribe.trees[before], by=by))
        case "forward" if main in scribe.above[tip] and tip != main:
            drawn.tips.append(tip)
        case "cross":
            other = random.choice(drawn.lines)
            if other not in scribe.above[tip] and tip not in scribe.above[other]:
                drawn.lines[line] = _merge(random, scribe, tip, other, by=by)
        case _:
            pass


def _merge(random: Random, scribe: Scribe, one: str, two: str, *, by: str) -> str:
    tree = scribe.expected(one, two)
    if random.random() < 0.12:
        path = random.choice(PATHS)
        source = random.choice((scribe.trees[one], scribe.trees[two], {}))
        tree[path] = source.get(path, Entry("100644", random.choice("abe")))
    return scribe.merge(one, two, by=by, tree=tree)


def earliest(scribe: Scribe, commit: str, path: str, *, tip: str) -> set[str]:
    """The merges that bring a commit across their first-parent edge, without those above others.

    A merge that leaves the other side's content out, and keeps its first parent's, brings nothing.
    One that is above others counts all the same where `_settled` says so of each of them.
    """
    bring: set[str] = set()
    for each in scribe.above[tip] & scribe.commits.keys() - {commit}:
        parents = scribe.commits[each].parents
        new = scribe.above[each] - scribe.above[parents[0]]
        if len(parents) > 1 and commit in new:
            result, one, two = (scribe.trees[at].get(path) for at in (each, *parents))
            bring |= set() if result == one != two else {each}
    return {
        each
        for each in bring
        if all(
            _settled(scribe, below, path, before=each)
            for below in scribe.above[each] & bring - {each}
        )
    }


def _settled(scribe: Scribe, merge: str, path: str, *, before: str) -> bool:
    """Whether a merge that brings something isn't the sign-off of what another one brings above it.

    Both its sides held the same, in force already; or what it brought was healed in between, and
    comes anew.
    """
    here, *sides = (scribe.trees[at].get(path) for at in (merge, *scribe.commits[merge].parents))
    if _in_force(scribe, path, at=merge):
        first = scribe.commits[merge].parents[0]
        return all(each == here for each in sides) and _in_force(scribe, path, at=first)
    between = (each for each in scribe.above[before] - {before} if merge in scribe.above[each])
    return any(_in_force(scribe, path, at=each) for each in between)


def _in_force(scribe: Scribe, path: str, *, at: str) -> bool:
    return at not in scribe.commits or path not in scribe.judge(at).tainted


def complaints(scribe: Scribe, judged: Judgement) -> list[str]:
    """What is in force although the definition says that nobody signed it off."""
    found = []
    for path in PATHS:
        admission = judged.admissions.get(path)
        entry = judged.admitted.get(path)
        # Where sign-offs contradict, nothing is in force.
        disputed = path in judged.tainted and entry is None
        if admission is not None:
            found += _of_admission(scribe, judged.tip, path, entry, admission)
        elif entry != scribe.trees[scribe.root].get(path) and not disputed:
            found.append(f"{path} holds {entry} without an admission")
    return found


def _of_admission(
    scribe: Scribe, tip: str, path: str, entry: Entry | None, admission: Admission
) -> list[str]:
    merge = scribe.commits[admission.merge]
    found = []
    if merge.id not in scribe.above[tip] or len(merge.parents) != 2:
        found.append("not a merge of this history")
    if merge.author not in MAY_PROMOTE or merge.author != admission.merged_by:
        found.append(f"merged by {merge.author}")
    if scribe.trees[merge.id].get(path) != entry:
        found.append("the merge holds something else")
    if not any(scribe.trees[each].get(path) == entry for each in admission.commits):
        found.append("no content commit wrote it")
    for each in admission.commits:
        signer = scribe.commits[each].author
        if signer not in LISTED or signer == merge.author:
            found.append(f"{each} is by {signer or 'nobody'}, merged by {merge.author}")
    return found + _of_branch(scribe, tip, path, admission)


def _of_branch(scribe: Scribe, tip: str, path: str, admission: Admission) -> list[str]:
    """Whether the last run of changes on the merged branch is signed off, walking down from it.

    The run begins where the path last held what was in force, or where a merge changed it.
    """
    merge = scribe.commits[admission.merge]
    known = scribe.above[merge.parents[0]]
    walk = [merge.parents[1]]
    while walk[-1] not in known and walk[-1] in scribe.commits:
        walk.append(scribe.commits[walk[-1]].parents[0])
    found = []
    for each, below in pairwise(walk):
        if each != merge.parents[1] and _in_force(scribe, path, at=each):
            break
        if scribe.trees[each].get(path) == scribe.trees[below].get(path):
            continue
        commit = scribe.commits[each]
        if len(commit.parents) > 1:
            break
        own = commit.author == merge.author and not _agreed(scribe, each, path, tip=merge.id)
        if commit.author not in LISTED or own:
            found.append(f"{each} on the branch is by {commit.author or 'nobody'}")
        if not _agreed(scribe, each, path, tip=tip):
            found.append(f"no eligible merge brings {each} first")
    return found


def _agreed(scribe: Scribe, commit: str, path: str, *, tip: str) -> bool:
    """Whether somebody else who may promote was among the first to bring a commit, up to a tip."""
    author = scribe.commits[commit].author
    first = earliest(scribe, commit, path, tip=tip)
    return any(scribe.commits[each].author in {*MAY_PROMOTE} - {author} for each in first)
