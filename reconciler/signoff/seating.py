"""Seats and the persons who fill them: each person one seat, as many seats as can be (pure)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Chairs:
    """``count`` seats that any of these persons may fill; ``role`` is how people call them."""

    role: str
    persons: frozenset[str]
    count: int = 1


def seated(chairs: Sequence[Chairs], persons: Iterable[str]) -> tuple[frozenset[str], ...]:
    """For each of the chairs, in their order, who sits there: a maximum matching.

    Nobody sits twice, and no other way to sit fills more seats. Equal inputs give equal answers,
    whatever the order of the persons.
    """
    holders: dict[tuple[int, int], str] = {}
    seats = [(row, number) for row, each in enumerate(chairs) for number in range(each.count)]

    def sit(person: str, tried: set[tuple[int, int]]) -> bool:
        for seat in seats:
            if seat in tried or person not in chairs[seat[0]].persons:
                continue
            tried.add(seat)
            if seat not in holders or sit(holders[seat], tried):
                holders[seat] = person
                return True
        return False

    for person in sorted(set(persons)):
        sit(person, set())
    return tuple(
        frozenset(who for (at, _), who in holders.items() if at == row)
        for row in range(len(chairs))
    )


def empty(chairs: Sequence[Chairs], persons: Iterable[str]) -> tuple[Chairs, ...]:
    """The seats that these persons leave empty, with how many are left of each."""
    taken = seated(chairs, persons)
    left = ((each, each.count - len(who)) for each, who in zip(chairs, taken, strict=True))
    return tuple(Chairs(each.role, each.persons, count) for each, count in left if count > 0)
