"""Seats that several persons fill together (pure)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from reconciler.signoff.seats import fill


@dataclass(frozen=True, slots=True)
class Chairs:
    """``count`` seats that any of these persons may fill; ``role`` is how people call them."""

    role: str
    persons: frozenset[str]
    count: int = 1


def empty(chairs: Sequence[Chairs], persons: Iterable[str]) -> tuple[Chairs, ...]:
    """The seats that these persons leave empty, with how many are left of each.

    Nobody sits twice, and no other way to sit fills more seats.
    """
    there = frozenset(persons)
    rows = [each for each in chairs for _ in range(each.count)]
    taken = fill([each.persons & there for each in rows])
    left = [row for row, person in zip(rows, taken, strict=True) if person is None]
    return tuple(Chairs(each.role, each.persons, left.count(each)) for each in dict.fromkeys(left))
