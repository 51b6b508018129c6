"""References lead to somebody."""

from collections.abc import Iterator
from dataclasses import dataclass

from reconciler.diagnostics import Diagnostic
from reconciler.manifest.codes import links, references
from reconciler.manifest.document import NodePath
from reconciler.manifest.paths import PEOPLE, app_path, customer_path
from reconciler.manifest.secrets import shown
from reconciler.manifest.snapshot import Snapshot
from reconciler.model.permissions import Permissions
from reconciler.validator.effective import environments
from reconciler.validator.near import near
from reconciler.validator.written import layers, tests
from reconciler.validator.written import references as told

_ACTING = frozenset({"person", "team", "role"})
_OWNING = _ACTING | {"mail", "channel"}
_TOLD = _OWNING | {"customer", "initiator"}
_INITIATOR = frozenset({"abort", "retry", "rollback", "confirm", "dismiss"})
"""Verbs that may be left to whoever began it; the others need somebody who is named."""


@dataclass(frozen=True, slots=True)
class _Named:
    path: str
    node: NodePath
    reference: str
    sorts: frozenset[str]


def parties(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """Every reference is of a sort that fits, and leads to somebody who is there.

    Persons, teams and roles stand in ``environments/people.yaml``; the rule is silent about them
    while that file is broken. Only they act: ``channel/…``, ``mail/…`` and ``customer/…`` are told.
    ``initiator`` may abort, retry, roll back, confirm and dismiss, and answer a manual test. A
    ``customer/…`` is a group of the environment's customer.
    """
    for each in _named(snapshot):
        yield from _one(snapshot, each)
    yield from _groups(snapshot)


def _named(snapshot: Snapshot) -> Iterator[_Named]:
    yield from _owners(snapshot)
    yield from _verbs(snapshot)
    for test in tests(snapshot):
        for index, reference in enumerate(test.test.manual.by if test.test.manual else ()):
            node: NodePath = (*test.node, "manual", "by", index)
            yield _Named(test.path, node, reference, _ACTING | {"initiator"})
    for path, node, entries in told(snapshot):
        for index, reference in enumerate(entries):
            yield _Named(path, (*node, index), reference, _TOLD)
    for name, customer in snapshot.customers.items():
        for group, members in customer.contacts.items():
            for index, reference in enumerate(members):
                node = ("contacts", group, index)
                yield _Named(customer_path(name), node, reference, _OWNING)


def _owners(snapshot: Snapshot) -> Iterator[_Named]:
    for name, app in snapshot.apps.items():
        if app.owner:
            yield _Named(app_path(name), ("owner",), app.owner, _OWNING)
        for index, component in enumerate(app.components):
            if component.owner:
                node: NodePath = ("components", index, "owner")
                yield _Named(app_path(name), node, component.owner, _OWNING)
    for test in tests(snapshot):
        if test.test.owner:
            yield _Named(test.path, (*test.node, "owner"), test.test.owner, _OWNING)


def _verbs(snapshot: Snapshot) -> Iterator[_Named]:
    for path, layer in layers(snapshot):
        for verb in sorted(layer.permissions.model_fields_set & Permissions.model_fields.keys()):
            document = snapshot.document(path)
            written = (document.at(("permissions", verb)) if document else None) or ()
            sorts = _ACTING | ({"initiator"} if verb in _INITIATOR else frozenset())
            for index, reference in enumerate(written):
                yield _Named(path, ("permissions", verb, index), reference, sorts)


def _one(snapshot: Snapshot, each: _Named) -> Iterator[Diagnostic]:
    sort, _, name = each.reference.partition("/")
    if sort not in each.sorts:
        wanted = ", ".join(sorted(each.sorts))
        said = f"found {shown(each.reference)}, expected one of: {wanted}"
        yield links.MISPLACED.at(snapshot.locate(each.path, each.node), said)
    elif sort in _ACTING and PEOPLE not in snapshot.broken:
        known = snapshot.people.names(sort) if snapshot.people else frozenset()
        if name not in known:
            said = f"there is no {sort} {shown(name)} in {PEOPLE}"
            place = snapshot.locate(each.path, each.node)
            yield references.PARTY.at(place, said, hint=near(name, known))


def _groups(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """Groups of customers, at every environment that tells them something."""
    for each in environments(snapshot):
        customer = each.value.customer
        if customer is not None and customer not in snapshot.customers:
            continue
        known = snapshot.customers[customer].contacts if customer else {}
        for name, notice in each.value.notices.items():
            for index, reference in enumerate(notice.to if notice else ()):
                sort, _, group = reference.partition("/")
                if sort == "customer" and group not in known:
                    whose = (
                        f"customer {customer} has no group"
                        if customer
                        else "there is no customer with"
                    )
                    said = f"{whose} {shown(group)}"
                    node = ("notices", name, "to", index)
                    yield each.finding(links.CONTACTS, said, *node, hint=near(group, known))
