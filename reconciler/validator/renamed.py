"""Environments keep their names."""

from collections.abc import Iterator

from reconciler.diagnostics import Diagnostic
from reconciler.manifest.codes import changes
from reconciler.manifest.paths import environment_path
from reconciler.manifest.snapshot import Snapshot


def renamed(base: Snapshot, snapshot: Snapshot) -> Iterator[Diagnostic]:
    """An environment doesn't go away while one with the same promotions comes (B63).

    The same are promotions of the same apps to the same contents.
    """
    before, now = _promoted(base), _promoted(snapshot)
    for name in sorted(now.keys() - base.environments.keys()):
        if name not in snapshot.environments:
            continue
        old = next(
            (
                each
                for each, found in before.items()
                if found == now[name] and environment_path(each) not in snapshot.blobs
            ),
            "",
        )
        if old:
            yield changes.RENAMED.at(
                snapshot.locate(environment_path(name), ("name",)),
                f"{name} has the promotions that {old} had, which is gone",
            )


def _promoted(snapshot: Snapshot) -> dict[str, frozenset[tuple[str, str]]]:
    found: dict[str, frozenset[tuple[str, str]]] = {}
    for (environment, app), promotion in snapshot.promotions.items():
        found[environment] = found.get(environment, frozenset()) | {(app, promotion.wanted)}
    return found
