"""No two places in one."""

from collections.abc import Iterator

from reconciler.deployer.pipeline import target_of
from reconciler.diagnostics import Diagnostic
from reconciler.manifest.codes import policy
from reconciler.manifest.secrets import shown
from reconciler.manifest.snapshot import Snapshot
from reconciler.model.environment import Environment
from reconciler.validator.written import places, target_at


def twins(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """Each place has a folder and an address of its own, once placeholders are filled in (B60).

    A folder inside another place's folder counts as the same. The later place, by name, is told.
    """
    roots: dict[tuple[str, ...], str] = {}
    listens: dict[str, str] = {}
    found = [(*each, target_of(each[1], each[0])) for each in places(snapshot)]
    for environment, app, target in found:
        if target.driver == "local" and target.root:
            roots.setdefault(tuple(target.root.split("/")), f"{environment.name}/{app.name}")
    for environment, app, target in found:
        place = f"{environment.name}/{app.name}"
        if target.listen:
            other = listens.setdefault(target.listen, place)
            if other != place:
                yield _twin(snapshot, environment, app.name, "listen", target.listen, other)
        if target.driver == "local" and target.root:
            steps = tuple(target.root.split("/"))
            prefixes = (steps[:end] for end in range(1, len(steps) + 1))
            others = (roots[each] for each in prefixes if roots.get(each, place) != place)
            if other := next(others, ""):
                yield _twin(snapshot, environment, app.name, "root", target.root, other)


def _twin(
    snapshot: Snapshot, environment: Environment, app: str, field: str, value: str, other: str
) -> Diagnostic:
    return policy.SAME_TARGET.at(
        target_at(snapshot, environment.name, app, field),
        f"{environment.name}/{app}: {field} {shown(value)} is {other}'s too",
    )
