"""No two places in one."""

from collections.abc import Iterator

from reconciler.deployer.target import target_of
from reconciler.diagnostics import Diagnostic
from reconciler.manifest.codes import policy
from reconciler.manifest.placeholders import fill
from reconciler.manifest.secrets import shown
from reconciler.manifest.snapshot import Snapshot
from reconciler.model.app import App
from reconciler.model.environment import Environment
from reconciler.validator.effective import at
from reconciler.validator.written import places

_KEYS = {
    "kubernetes": ("cluster", "namespace", "path"),
    "argocd": ("application",),
    "flux": ("kustomization", "helm_release"),
}


def twins(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """Each place has a folder and an address of its own, once placeholders are filled in (B60).

    A folder inside another place's folder, on the same host, counts as the same. So does what names
    the place to another reconciler: an application, a kustomization, a path in a namespace. The
    later place, by name, is told. ``command`` and ``record`` say nothing that could be compared.
    """
    found = list(places(snapshot))
    taken = [_taken(environment, app) for environment, app in found]
    first: dict[tuple[str, ...], str] = {}
    for (environment, app), claims in zip(found, taken, strict=True):
        for _, key in claims:
            first.setdefault(key, f"{environment.name}/{app.name}")
    for (environment, app), claims in zip(found, taken, strict=True):
        place = f"{environment.name}/{app.name}"
        told: set[str] = set()
        for field, key in claims:
            prefixes = [key[:end] for end in range(2, len(key) + 1)]
            other = next((first[each] for each in prefixes if first.get(each, place) != place), "")
            if other and field not in told:
                told.add(field)
                said = f"{field} {shown(_value(environment, app, field))} is {other}'s too"
                each = at(snapshot, environment.name, app.name)
                assert each is not None  # noqa: S101 - it is a place
                yield each.finding(policy.SAME_TARGET, said, "target", field)


def _taken(environment: Environment, app: App) -> list[tuple[str, tuple[str, ...]]]:
    """What a place has for itself: the field that says it, and a key that begins with its sort."""
    target, filled = environment.target, target_of(app, environment)
    found: list[tuple[str, tuple[str, ...]]] = []
    if filled.listen:
        found.append(("listen", (f"listen {filled.listen}", "")))
    match target.driver:
        case "local":
            if filled.root:
                found.append(("root", ("local", *filled.root.split("/"))))
        case "ssh":
            for host in target.hosts or ():
                name = _filled(environment, app, host)
                found.append(("root", (f"ssh {name}", *filled.root.strip("/").split("/"))))
        case driver if driver in _KEYS:
            fields = [each for each in _KEYS[driver] if getattr(target, each)]
            if fields:
                key = tuple(f"{each} {_value(environment, app, each)}" for each in fields)
                found.append((fields[-1], (" ".join((driver, *key)), "")))
        case _:
            pass
    return found


def _value(environment: Environment, app: App, field: str) -> str:
    return _filled(environment, app, getattr(environment.target, field) or "")


def _filled(environment: Environment, app: App, text: str) -> str:
    words = {"app": app.name, "environment": environment.name}
    if environment.customer is not None:
        words["customer"] = environment.customer
    return fill(text, words)
