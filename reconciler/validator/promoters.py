"""Somebody may promote."""

from collections.abc import Iterator

from reconciler.diagnostics import Diagnostic
from reconciler.manifest.codes import policy
from reconciler.manifest.layering import effective_environments, resolve
from reconciler.manifest.paths import PEOPLE
from reconciler.manifest.snapshot import Snapshot
from reconciler.validator.effective import at_home


def promoters(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """At least one person may promote into each environment (B64).

    Without one nothing could ever be signed off there. Whether persons have keys isn't asked: how
    they sign is the host's matter. Silent while ``environments/people.yaml`` is broken.
    """
    if PEOPLE in snapshot.broken:
        return
    people = snapshot.people
    for name, environment in effective_environments(snapshot).items():
        may = environment.permissions.promote
        if people is None or not any(people.counting(each, environment.customer) for each in may):
            place = resolve(snapshot, name).locate(("permissions", "promote"), key=True)
            said = f"nobody may promote into {name}: {', '.join(may) or 'nobody is named'}"
            yield at_home(snapshot, name, policy.NOBODY.at(place, said))
