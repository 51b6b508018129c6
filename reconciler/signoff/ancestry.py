"""Merge bases by topology alone, for the commits that the facts hold (pure)."""

import heapq
from collections.abc import Mapping, Sequence

_ONE, _TWO, _STALE = 1, 2, 4


def merge_bases(
    one: str, two: str, *, parents: Mapping[str, Sequence[str]], order: Mapping[str, int]
) -> tuple[str, ...]:
    """The best common ancestors of two commits, sorted: those that no other one contains.

    ``order`` gives every commit a number larger than its parents' ones. A commit missing from
    ``parents`` counts as having none, so the answer holds only within what is known.
    """
    flags = {one: _ONE}
    flags[two] = flags.get(two, 0) | _TWO
    waiting = [(-order[each], each) for each in flags]
    heapq.heapify(waiting)
    fresh = len(waiting)
    found: list[str] = []
    while fresh:
        _, commit = heapq.heappop(waiting)
        flag = flags[commit]
        if not flag & _STALE:
            fresh -= 1
        if flag & (_ONE | _TWO) == _ONE | _TWO:
            if not flag & _STALE:
                found.append(commit)
            flag |= _STALE
        for parent in parents.get(commit, ()):
            before = flags.get(parent)
            after = (before or 0) | flag
            flags[parent] = after
            if before is None:
                heapq.heappush(waiting, (-order[parent], parent))
                fresh += not after & _STALE
            elif not before & _STALE and after & _STALE:
                fresh -= 1
    return tuple(sorted(found))
