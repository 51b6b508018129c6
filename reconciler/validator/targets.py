"""Targets can be found, and stay inside the host's folder."""

import re
from collections.abc import Iterator

from reconciler.deployer.pipeline import target_of
from reconciler.diagnostics import Diagnostic
from reconciler.manifest.codes import fields, policy
from reconciler.manifest.secrets import shown
from reconciler.manifest.snapshot import Snapshot
from reconciler.model.target import DRIVERS
from reconciler.validator.near import near
from reconciler.validator.written import WrittenTarget, places, target_at, targets

_ROOT = re.compile(r"[A-Za-z0-9_{][A-Za-z0-9_.{}-]*(?:/[A-Za-z0-9_{][A-Za-z0-9_.{}-]*)*")
_LISTEN = re.compile(
    r"(?P<host>[A-Za-z0-9][A-Za-z0-9.-]*|\[[0-9A-Fa-f:.]+\]):(?P<port>[1-9][0-9]{0,4})"
)


def targets_are_found(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """A target's driver is known, its folder is inside the driver's, its address can be used.

    ``root`` is relative, without ``.`` and ``..`` (B59); the driver ``local`` needs one.
    ``listen`` is ``host:port``, with a port from 1 to 65535.
    """
    for each in targets(snapshot):
        yield from _driver(snapshot, each)
        yield from _root(snapshot, each)
    for environment, app in places(snapshot):
        target = target_of(app, environment)
        if target.driver == "local" and not target.root:
            yield policy.TARGET_FIELD.at(
                target_at(snapshot, environment.name, app.name, "root"),
                f"{environment.name}/{app.name}: driver 'local' needs 'root'",
                hint="add 'root:' to the target",
            )
        if target.listen and not _can_listen(target.listen):
            yield policy.LISTEN.at(
                target_at(snapshot, environment.name, app.name, "listen"),
                f"listen: found {shown(target.listen)}",
            )


def _driver(snapshot: Snapshot, each: WrittenTarget) -> Iterator[Diagnostic]:
    driver = each.target.driver
    if driver is None:
        return
    if driver in DRIVERS:
        for field in sorted(each.target.model_fields_set - DRIVERS[driver] - {"driver"}):
            yield fields.UNKNOWN.at(
                snapshot.locate(each.path, (*each.node, field), key=True),
                f"driver {shown(driver)} has no field {shown(field)}",
                hint=f"take '{field}' out",
            )
        return
    place = snapshot.locate(each.path, (*each.node, "driver"))
    yield policy.DRIVER.at(
        place,
        f"unknown driver {shown(driver)}, expected one of: {', '.join(DRIVERS)}",
        hint=near(driver, DRIVERS),
    )


def _root(snapshot: Snapshot, each: WrittenTarget) -> Iterator[Diagnostic]:
    root = each.target.root
    if root is not None and not (_ROOT.fullmatch(root) and len(root) <= 200):
        yield policy.ROOT_OUTSIDE.at(
            snapshot.locate(each.path, (*each.node, "root")), f"root: found {shown(root)}"
        )


def _can_listen(listen: str) -> bool:
    match = _LISTEN.fullmatch(listen)
    return bool(match and int(match["port"]) <= 65_535)
