"""Targets can be found, and stay inside the host's folder."""

import re
from collections.abc import Iterator

from reconciler.deployer.target import target_of
from reconciler.diagnostics import Diagnostic
from reconciler.manifest.codes import fields, policy, reach
from reconciler.manifest.secrets import shown
from reconciler.manifest.snapshot import Snapshot
from reconciler.model.app import App
from reconciler.model.environment import Environment
from reconciler.model.target import DRIVERS, NEEDED
from reconciler.validator.near import near
from reconciler.validator.written import WrittenTarget, places, target_at, targets

_ROOT = re.compile(r"[A-Za-z0-9_{][A-Za-z0-9_.{}-]*(?:/[A-Za-z0-9_{][A-Za-z0-9_.{}-]*)*")
_REMOTE = re.compile(r"(?:/[A-Za-z0-9_{][A-Za-z0-9_.{}-]*){2,}")
_HOST = re.compile(r"[A-Za-z0-9{][A-Za-z0-9.{}_-]{0,252}|\[?[0-9A-Fa-f:]{2,39}\]?")
_LISTEN = re.compile(
    r"(?P<host>[A-Za-z0-9][A-Za-z0-9.-]*|\[[0-9A-Fa-f:.]+\]):(?P<port>[1-9][0-9]{0,4})"
)


def targets_are_found(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """A target's driver is known, its folder is inside the driver's, its address can be used.

    ``root`` is relative, without ``.`` and ``..`` (B59); the driver ``local`` needs one. On other
    hosts it is absolute, of two steps at least. Hosts are names or addresses only, since another
    program gets them as arguments (B55). Each driver has what it needs to find the place.
    ``listen`` is ``host:port``, with a port from 1 to 65535.
    """
    for each in targets(snapshot):
        yield from _driver(snapshot, each)
        yield from _root(snapshot, each)
    for environment, app in places(snapshot):
        target = target_of(app, environment)
        yield from _needed(snapshot, environment, app)
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
    root, driver = each.target.root, each.driver
    if root is not None:
        remote = driver == "ssh"
        if not ((_REMOTE if remote else _ROOT).fullmatch(root) and len(root) <= 200):
            code = reach.REMOTE_ROOT if remote else policy.ROOT_OUTSIDE
            yield code.at(
                snapshot.locate(each.path, (*each.node, "root")), f"root: found {shown(root)}"
            )
    for index, host in enumerate(each.target.hosts or ()):
        if not _HOST.fullmatch(host):
            yield reach.HOSTS.at(
                snapshot.locate(each.path, (*each.node, "hosts", index)),
                f"hosts: found {shown(host)}",
            )


def _needed(snapshot: Snapshot, environment: Environment, app: App) -> Iterator[Diagnostic]:
    target = environment.target
    for field in NEEDED.get(target.driver or "", ()):
        if not any(getattr(target, each) for each in field.split(" or ")):
            first = field.partition(" ")[0]
            yield policy.TARGET_FIELD.at(
                target_at(snapshot, environment.name, app.name, first),
                f"{environment.name}/{app.name}: driver {shown(target.driver)} needs"
                f" {' or '.join(shown(each) for each in field.split(' or '))}",
                hint=f"add '{first}:' to the target",
            )


def _can_listen(listen: str) -> bool:
    match = _LISTEN.fullmatch(listen)
    return bool(match and int(match["port"]) <= 65_535)
