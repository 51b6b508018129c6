"""Logins lead to one person."""

from collections.abc import Iterator

from reconciler.diagnostics import Diagnostic
from reconciler.manifest.codes import policy
from reconciler.manifest.paths import PEOPLE
from reconciler.manifest.snapshot import Snapshot


def logins(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """A login at a forge belongs to one person, in small letters or large.

    Where merge requests are the sign-off, a login that two persons have counts for neither.
    """
    if snapshot.people is None:
        return
    owners: dict[tuple[str, str], str] = {}
    for person, entry in snapshot.people.people.items():
        for forge, login in entry.logins.items():
            first = owners.setdefault((forge, login.casefold()), person)
            if first != person:
                place = snapshot.locate(PEOPLE, ("people", person, "logins", forge))
                yield policy.SHARED_LOGIN.at(place, f"this login is {first}'s and {person}'s")
