"""Which commits make one change: merged branches, squashes, and what was taken back."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from reconciler.changelog.commit import Commit

_REVERTS = re.compile(r"[Tt]his reverts commit ([0-9a-f]{7,40})\b")
_PLAIN_MERGE = re.compile(
    r"Merge (?:(?:remote-tracking )?branch(?:es)?|tag|commit|pull request|remote) ?.*"
    r"|Merged? in .*|Merge [0-9a-f]{7,40} into [0-9a-f]{7,40}"
)
_TRAILERS = re.compile(r"(?:See merge request |[A-Z][A-Za-z-]+: |Closes |Fixes ).*")


@dataclass(frozen=True, slots=True)
class Group:
    """Commits that make one change, the newest first. ``title`` is what the change is called."""

    title: str
    commits: tuple[Commit, ...]
    merge: Commit | None = None
    """The merge that brought them; not one of them."""


def groups_of(head: str, commits: Sequence[Commit]) -> list[Group]:
    """The changes of these commits, the newest first; ``head`` is the one that has all others.

    A merge with a title of its own is one change with all that it brought, unless it brought other
    such merges; any other merge is nothing by itself. A commit and what takes it back are both left
    out. Commits are given with children before their parents.
    """
    known = {each.id: each for each in commits}
    gone = _cancelled(commits, known)
    return [each for each in _walk(head, known, gone) if each.commits]


def title_of_merge(merge: Commit) -> str:
    """What a merge is called by those who asked for it; empty when only branches are named."""
    if not _PLAIN_MERGE.fullmatch(merge.title):
        return merge.title
    lines = (each.strip() for each in merge.body.splitlines())
    first = next((each for each in lines if each), "")
    return "" if not first or _TRAILERS.match(first) or first.startswith(("#", "*", "-")) else first


def _cancelled(commits: Sequence[Commit], known: Mapping[str, Commit]) -> frozenset[str]:
    """Commits taken back in the same stretch, and those that took them back.

    The newest is asked first, so that taking back what was taken back restores it.
    """
    gone: set[str] = set()
    for each in commits:
        if each.id in gone:
            continue
        named = [_named(found, known) for found in _REVERTS.findall(each.body)]
        targets = [found for found in named if found and found not in gone and found != each.id]
        if targets and len(targets) == len(named):
            gone.update(targets, [each.id])
            for target in targets:
                gone.update(_brought(known[target], known))
    return frozenset(gone)


def _named(found: str, known: Mapping[str, Commit]) -> str | None:
    if found in known:
        return found
    matching = [each for each in known if each.startswith(found)]
    return matching[0] if len(matching) == 1 else None


def _brought(merge: Commit, known: Mapping[str, Commit]) -> set[str]:
    """What a merge brought besides its first parent's history."""
    if len(merge.parents) < 2:
        return set()
    before = _reach(merge.parents[:1], known, frozenset())
    return set(_reach(merge.parents[1:], known, frozenset(before)))


def _reach(
    heads: Sequence[str], known: Mapping[str, Commit], without: frozenset[str] | set[str]
) -> dict[str, None]:
    """Commits reached from these, in the order in which they are met."""
    found: dict[str, None] = {}
    waiting = list(reversed(heads))
    while waiting:
        each = waiting.pop()
        if each in known and each not in found and each not in without:
            found[each] = None
            waiting.extend(reversed(known[each].parents))
    return found


def _walk(head: str, known: Mapping[str, Commit], gone: frozenset[str]) -> Iterator[Group]:
    """Along the first parents, oldest first to know what each merge brought, then turned round."""
    seen: set[str] = set()
    found: list[Group] = []
    # Heads of chains still to be walked; a chain is walked whole, from its oldest commit on.
    waiting = [_chain(head, known, seen)]
    while waiting:
        chain = waiting[-1]
        if not chain:
            waiting.pop()
            continue
        commit = known[chain[-1]]
        side = _reach(commit.parents[1:], known, seen)
        titled = len(commit.parents) > 1 and title_of_merge(commit)
        inner = titled and any(
            len(known[each].parents) > 1 and title_of_merge(known[each]) for each in side
        )
        if side and (not titled or inner):
            # Its parts say more than it does: walk them first, then come back.
            start = next(each for each in commit.parents[1:] if each in side)
            waiting.append(_chain(start, known, seen))
            continue
        chain.pop()
        seen.add(commit.id)
        if len(commit.parents) < 2:
            plain = () if commit.id in gone else (commit,)
            found.append(Group(commit.title, plain))
        elif titled and side:
            own = [known[each] for each in side if each not in gone]
            brought = tuple(each for each in own if len(each.parents) < 2)
            found.append(Group(title_of_merge(commit), brought, commit))
            seen.update(side)
    yield from reversed(found)


def _chain(head: str, known: Mapping[str, Commit], seen: set[str]) -> list[str]:
    """First parents from ``head`` on, the newest first, as far as they are new."""
    chain: list[str] = []
    while head in known and head not in seen:
        chain.append(head)
        head = next(iter(known[head].parents), "")
    return chain
