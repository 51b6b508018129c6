"""From name to name until one comes back (no rule, for several of them)."""

from collections.abc import Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter


def circles(edges: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, ...]]:
    """Each circle once, as its names from the smallest on; the first is repeated as the last."""
    try:
        TopologicalSorter(edges).prepare()
    except CycleError:
        yield from _circles(edges)


def _circles(edges: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, ...]]:
    said: set[frozenset[str]] = set()
    for start in sorted(edges):
        way = _way_back(edges, start)
        if way and start == min(way) and frozenset(way) not in said:
            said.add(frozenset(way))
            yield (*way, start)


def _way_back(edges: Mapping[str, Sequence[str]], start: str) -> tuple[str, ...]:
    """The shortest way from a name to itself; empty if there is none."""
    ways: list[tuple[str, ...]] = [(start,)]
    seen: set[str] = set()
    while ways:
        way = ways.pop(0)
        for following in edges.get(way[-1], ()):
            if following == start:
                return way
            if following not in seen:
                seen.add(following)
                ways.append((*way, following))
    return ()
