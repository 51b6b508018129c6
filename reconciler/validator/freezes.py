"""Freezes hold somewhere, and for a while."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from reconciler.diagnostics import Diagnostic
from reconciler.manifest.codes import links, references, times
from reconciler.manifest.codes.code import Code
from reconciler.manifest.layering import effective_environments
from reconciler.manifest.paths import app_path, customer_path, environment_path, freeze_path
from reconciler.manifest.secrets import shown
from reconciler.manifest.snapshot import Snapshot
from reconciler.validator.effective import tier_of
from reconciler.validator.near import near

_LONGEST = timedelta(days=31)


def freezes(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """A freeze names what there is, ends after it begins, and lasts at most 31 days (B109).

    Whatever its scope names must be there: a slip of the pen would let everything through.
    """
    for name, freeze in snapshot.freezes.items():
        path = freeze_path(name)
        lasts = datetime.fromisoformat(freeze.until) - datetime.fromisoformat(freeze.from_)
        if not timedelta() < lasts <= _LONGEST:
            said = f"lasts {lasts.days} days" if lasts > _LONGEST else "ends before it begins"
            place = snapshot.locate(path, ("until",))
            yield times.SPAN.at(place, f"from {freeze.from_} until {freeze.until}: {said}")
        for field, code, known in _scopes(snapshot):
            for index, each in enumerate(getattr(freeze.scope, field) or ()):
                if each not in known:
                    place = snapshot.locate(path, ("scope", field, index))
                    said = f"scope.{field}: there is no {shown(each)}"
                    yield code.at(place, said, hint=near(each, known))


def _scopes(snapshot: Snapshot) -> Iterator[tuple[str, Code, frozenset[str]]]:
    folders = {path.split("/")[1] for path in snapshot.broken if path.count("/")}
    shared = {path.rpartition("/")[2].removesuffix(".yaml") for path in snapshot.broken}
    for field, code, good, among, path_of in (
        ("environments", references.ENVIRONMENT, snapshot.environments, folders, environment_path),
        ("apps", references.APP, snapshot.apps, folders, app_path),
        ("customers", links.CUSTOMER, snapshot.customers, shared, customer_path),
    ):
        broken = (each for each in among if path_of(each) in snapshot.broken)
        yield field, code, frozenset((*good, *broken))
    found = effective_environments(snapshot)
    if len(found) == len(snapshot.environments) and not any(
        path.endswith("/environment.yaml") for path in snapshot.broken
    ):
        yield "tiers", links.TIER, frozenset(tier_of(each) for each in found.values())
