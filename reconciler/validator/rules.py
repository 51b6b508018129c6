"""Every rule, in the order of the manual."""

from collections.abc import Callable, Iterable

from reconciler.diagnostics import Diagnostic
from reconciler.manifest.snapshot import Snapshot
from reconciler.validator.addresses import addresses_are_plain
from reconciler.validator.ambiguous import ambiguous
from reconciler.validator.approvals import approvals
from reconciler.validator.apps import apps
from reconciler.validator.artifacts import artifacts
from reconciler.validator.calendars import calendars
from reconciler.validator.commands import commands
from reconciler.validator.connections import connections
from reconciler.validator.customers import customers
from reconciler.validator.deadlines import deadlines
from reconciler.validator.exceptions import exceptions
from reconciler.validator.follow import follow
from reconciler.validator.freezes import freezes
from reconciler.validator.immutable import immutable
from reconciler.validator.keys import keys
from reconciler.validator.layers import layers
from reconciler.validator.logins import logins
from reconciler.validator.lower import lower
from reconciler.validator.mass import mass
from reconciler.validator.needs import needs
from reconciler.validator.parties import parties
from reconciler.validator.persons import persons
from reconciler.validator.placeholders import placeholders
from reconciler.validator.promoters import promoters
from reconciler.validator.promotions import promotions
from reconciler.validator.releases import releases
from reconciler.validator.renamed import renamed
from reconciler.validator.required import required
from reconciler.validator.roles import roles
from reconciler.validator.seats import seats
from reconciler.validator.secrets import secrets
from reconciler.validator.smoke import smoke
from reconciler.validator.targets import targets_are_found
from reconciler.validator.texts import texts
from reconciler.validator.tickets import tickets
from reconciler.validator.timetables import timetables
from reconciler.validator.twins import twins
from reconciler.validator.variables import variables
from reconciler.validator.windows import windows

Rule = Callable[[Snapshot], Iterable[Diagnostic]]

RULES: tuple[Rule, ...] = (
    layers,
    promotions,
    exceptions,
    follow,
    needs,
    releases,
    ambiguous,
    artifacts,
    apps,
    parties,
    customers,
    connections,
    tickets,
    roles,
    persons,
    keys,
    logins,
    promoters,
    seats,
    approvals,
    targets_are_found,
    twins,
    calendars,
    freezes,
    windows,
    timetables,
    smoke,
    deadlines,
    required,
    addresses_are_plain,
    placeholders,
    texts,
    commands,
    variables,
    secrets,
)

Comparison = Callable[[Snapshot, Snapshot], Iterable[Diagnostic]]
"""From what was there before and what is there now."""

CHANGES: tuple[Comparison, ...] = (immutable, renamed, lower, mass)
