"""Every rule, in the order of the manual."""

from collections.abc import Callable, Iterable

from reconciler.diagnostics import Diagnostic
from reconciler.manifest.snapshot import Snapshot
from reconciler.validator.addresses import addresses_are_plain
from reconciler.validator.apps import apps
from reconciler.validator.artifacts import artifacts
from reconciler.validator.commands import commands
from reconciler.validator.keys import keys
from reconciler.validator.parties import parties
from reconciler.validator.placeholders import placeholders
from reconciler.validator.promoters import promoters
from reconciler.validator.promotions import promotions
from reconciler.validator.releases import releases
from reconciler.validator.roles import roles
from reconciler.validator.secrets import secrets
from reconciler.validator.smoke import smoke
from reconciler.validator.targets import targets_are_found
from reconciler.validator.twins import twins
from reconciler.validator.variables import variables

Rule = Callable[[Snapshot], Iterable[Diagnostic]]

RULES: tuple[Rule, ...] = (
    promotions,
    releases,
    artifacts,
    apps,
    parties,
    roles,
    keys,
    promoters,
    targets_are_found,
    twins,
    smoke,
    addresses_are_plain,
    placeholders,
    commands,
    variables,
    secrets,
)
