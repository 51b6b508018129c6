"""Who sits where: persons matched with seats, so that as many seats as can be are filled."""

from collections import deque
from collections.abc import Sequence


def fill(seats: Sequence[frozenset[str]]) -> tuple[str | None, ...]:
    """For each seat, one of the persons who may have it, or nobody; no person sits twice.

    As many seats are filled as is possible at all (augmenting paths, Kuhn 1955 and Berge 1957), and
    a seat that comes earlier is never left empty for one that comes later. Equal arguments give
    equal answers: persons are tried in the order of their names.
    """
    taken: dict[str, int] = {}
    for seat in range(len(seats)):
        _place(seat, seats, taken)
    filled: list[str | None] = [None] * len(seats)
    for person, seat in taken.items():
        filled[seat] = person
    return tuple(filled)


def _place(start: int, seats: Sequence[frozenset[str]], taken: dict[str, int]) -> None:
    """Find a free person for a seat, moving others to seats that they may have as well."""
    asked_by: dict[str, int] = {}
    waiting = deque([start])
    while waiting:
        seat = waiting.popleft()
        for person in sorted(seats[seat]):
            if person in asked_by:
                continue
            asked_by[person] = seat
            if person not in taken:
                _move(person, start, taken, asked_by)
                return
            waiting.append(taken[person])


def _move(person: str, start: int, taken: dict[str, int], asked_by: dict[str, int]) -> None:
    """Give each seat along the way its new person, back to the seat that began."""
    while True:
        seat = asked_by[person]
        before = next((name for name, sat in taken.items() if sat == seat), None)
        taken[person] = seat
        if seat == start or before is None:
            return
        person = before
        del taken[person]
