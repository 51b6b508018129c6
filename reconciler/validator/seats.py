"""Seats can be filled."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from reconciler.diagnostics import Diagnostic, Location
from reconciler.manifest.codes import reach, references
from reconciler.manifest.paths import PEOPLE
from reconciler.manifest.secrets import shown
from reconciler.manifest.snapshot import Snapshot
from reconciler.model.gates import Seat
from reconciler.model.people import Guards, People
from reconciler.validator.effective import Effective, promoted
from reconciler.validator.near import near
from reconciler.validator.written import layers


def seats(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """A seat asks for a role that there is, and for no more persons than may fill it (B64).

    The persons are counted where something is promoted; whoever belongs to another customer doesn't
    count. Where ``four_eyes`` is asked for and one
    person alone is listed, it is said as a warning. Silent while ``environments/people.yaml`` is
    broken.
    """
    people = snapshot.people
    if PEOPLE in snapshot.broken:
        return
    for path, layer in layers(snapshot):
        for index, seat in enumerate(layer.gates.approvals):
            place = snapshot.locate(path, ("gates", "approvals", index, "role"))
            yield from _role(people, place, seat)
    if people is None:
        return
    yield from _guards(snapshot, people)
    for each in promoted(snapshot):
        for index, seat in enumerate(each.value.gates.approvals):
            if lack := _lacking(people, seat, each.value.customer):
                yield each.finding(reach.TOO_FEW, lack, "gates", "approvals", index)
        yield from _four_eyes(people, each)


def _guards(snapshot: Snapshot, people: People) -> Iterator[Diagnostic]:
    for area in sorted(Guards.model_fields):
        for index, seat in enumerate(getattr(people.guards, area, None) or ()):
            place = snapshot.locate(PEOPLE, ("guards", area, index, "role"))
            yield from _role(people, place, seat)
            if lack := _lacking(people, seat, None):
                yield reach.TOO_FEW.at(place, f"guard of {area}: {lack}")


def _role(people: People | None, place: Location, seat: Seat) -> Iterator[Diagnostic]:
    known: Sequence[str] = tuple(people.roles) if people else ()
    if seat.role not in known:
        said = f"there is no role {shown(seat.role)} in {PEOPLE}"
        yield references.PARTY.at(place, said, hint=near(seat.role, known))


def _lacking(people: People, seat: Seat, customer: str | None) -> str:
    """What is said of a seat that asks for too many; empty if it can be filled."""
    found = len(people.counting(f"role/{seat.role}", customer))
    if seat.role not in people.roles or found >= seat.count:
        return ""
    whose = f" who count for customer {customer}" if customer else ""
    return f"asks {seat.count} of role {seat.role}, which {found} have{whose}"


def _four_eyes(people: People, each: Effective) -> Iterator[Diagnostic]:
    gates = each.value.gates
    if gates.four_eyes and "four_eyes" in gates.model_fields_set and len(people.people) == 1:
        (only,) = people.people
        said = f"nobody is listed besides {only}"
        yield replace(each.finding(reach.ALONE, said, "gates", "four_eyes"), severity="warning")
