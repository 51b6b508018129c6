"""Customers are there, and so is whom they name."""

from collections.abc import Iterator

from reconciler.diagnostics import Diagnostic, Location
from reconciler.manifest.codes import links
from reconciler.manifest.paths import PEOPLE, customer_path, environment_path
from reconciler.manifest.secrets import shown
from reconciler.manifest.snapshot import Snapshot
from reconciler.validator.near import near


def customers(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """A customer that an environment or a person names has a file."""
    for name, environment in snapshot.environments.items():
        if environment.customer is not None:
            place = snapshot.locate(environment_path(name), ("customer",))
            yield from _known(snapshot, place, environment.customer)
    for person, entry in snapshot.people.people.items() if snapshot.people else ():
        if entry.customer is not None:
            place = snapshot.locate(PEOPLE, ("people", person, "customer"))
            yield from _known(snapshot, place, entry.customer)


def _known(snapshot: Snapshot, place: Location, name: str) -> Iterator[Diagnostic]:
    if not snapshot.has(customer_path(name)):
        yield links.CUSTOMER.at(
            place,
            f"customer {shown(name)} has no {customer_path(name)}",
            hint=near(name, snapshot.customers),
        )
