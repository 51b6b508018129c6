"""Teams and roles lead to persons, and never in circles."""

from collections.abc import Iterator

from reconciler.diagnostics import Diagnostic
from reconciler.manifest.codes import references
from reconciler.manifest.document import NodePath
from reconciler.manifest.paths import PEOPLE
from reconciler.manifest.secrets import shown
from reconciler.manifest.snapshot import Snapshot
from reconciler.model.people import People
from reconciler.validator.near import near


def roles(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """A team names persons; a role names persons, ``team/…`` or ``role/…``, and never itself.

    A role that contains itself by way of others is told once for each role on the way (B49).
    """
    people = snapshot.people
    if people is None:
        return
    for team, members in people.teams.items():
        for index, member in enumerate(members):
            yield from _named(snapshot, people, ("teams", team, index), member)
    circling = _circling(people)
    for role, members in people.roles.items():
        for index, member in enumerate(members):
            yield from _named(snapshot, people, ("roles", role, index), member)
        if role in circling and role in _reached(people, role):
            yield references.CYCLE.at(
                snapshot.locate(PEOPLE, ("roles", role), key=True),
                f"role {shown(role)} contains itself",
            )


def _named(snapshot: Snapshot, people: People, node: NodePath, member: str) -> Iterator[Diagnostic]:
    sort, slash, name = member.partition("/")
    if not slash:
        sort, name = "person", member
    known = people.names(sort)
    place = snapshot.locate(PEOPLE, node)
    if sort not in {"person", "team", "role"} or (slash and sort == "person"):
        yield references.PARTY.at(
            place,
            f"found {shown(member)}, expected a person's id, team/… or role/…",
            hint=f"write {name}" if sort == "person" else "",
        )
    elif name not in known:
        yield references.PARTY.at(
            place, f"there is no {sort} {shown(name)}", hint=near(name, known)
        )


def _circling(people: People) -> frozenset[str]:
    """The roles from which some circle can be reached: all others end at persons and teams."""
    inside = {
        role: {name for each in members if (name := each.removeprefix("role/")) != each}
        for role, members in people.roles.items()
    }
    around: dict[str, list[str]] = {}
    for role, names in inside.items():
        for name in names:
            around.setdefault(name, []).append(role)
    ending = [role for role, names in inside.items() if not names & inside.keys()]
    left = {role: len(names & inside.keys()) for role, names in inside.items()}
    while ending:
        for role in around.get(ending.pop(), ()):
            left[role] -= 1
            if left[role] == 0:
                ending.append(role)
    return frozenset(role for role, number in left.items() if number)


def _reached(people: People, role: str) -> frozenset[str]:
    """The roles inside a role, at any depth."""
    found: set[str] = set()
    waiting = [role]
    while waiting:
        for member in people.roles.get(waiting.pop(), ()):
            sort, _, name = member.partition("/")
            if sort == "role" and name not in found:
                found.add(name)
                waiting.append(name)
    return frozenset(found)
