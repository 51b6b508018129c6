"""Seats can be filled."""

from collections.abc import Iterator, Sequence

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
    for area in sorted(Guards.model_fields):
        for index, seat in enumerate(getattr(people.guards, area, None) or ()):
            place = snapshot.locate(PEOPLE, ("guards", area, index, "role"))
            yield from _role(people, place, seat)
            yield from _enough(people, place, f"guard of {area}", seat, None)
    for each in promoted(snapshot):
        for index, seat in enumerate(each.value.gates.approvals):
            place = each.locate("gates", "approvals", index)
            yield from _enough(people, place, each.label, seat, each.value.customer)
        yield from _four_eyes(people, each)


def _role(people: People | None, place: Location, seat: Seat) -> Iterator[Diagnostic]:
    known: Sequence[str] = tuple(people.roles) if people else ()
    if seat.role not in known:
        said = f"there is no role {shown(seat.role)} in {PEOPLE}"
        yield references.PARTY.at(place, said, hint=near(seat.role, known))


def _enough(
    people: People, place: Location, label: str, seat: Seat, customer: str | None
) -> Iterator[Diagnostic]:
    if seat.role not in people.roles:
        return
    found = len(people.counting(f"role/{seat.role}", customer))
    if found < seat.count:
        whose = f" who count for customer {customer}" if customer else ""
        yield reach.TOO_FEW.at(
            place, f"{label}: asks {seat.count} of role {seat.role}, which {found} have{whose}"
        )


def _four_eyes(people: People, each: Effective) -> Iterator[Diagnostic]:
    gates = each.value.gates
    if gates.four_eyes and "four_eyes" in gates.model_fields_set and len(people.people) == 1:
        (only,) = people.people
        yield reach.ALONE.warning(
            each.locate("gates", "four_eyes"), f"{each.label}: nobody is listed besides {only}"
        )
