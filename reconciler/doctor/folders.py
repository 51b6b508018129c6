"""The folders and addresses that host configuration names."""

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from reconciler.doctor.finding import Finding, good, wrong
from reconciler.system.configuration import Configuration
from reconciler.system.processes import run

_GIGABYTE = 10**9
_EGRESS = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?):([0-9]{1,5})")
_PORTS = range(1, 1 << 16)


def check_folders(configuration: Configuration) -> Iterator[Finding]:
    """State, drivers, site, egress, programs and disk; nothing is made, nothing is left behind."""
    state = configuration.state
    yield _state(state)
    yield _space(state)
    drivers = configuration.host.drivers
    if drivers.local is not None:
        yield _folder("driver local", configuration.path(drivers.local.folder))
    if drivers.memory:
        yield good("driver memory", "nothing to look at")
    if drivers.local is None and not drivers.memory:
        source = configuration.source
        yield wrong("drivers", "none is enabled", f"add [drivers.local] folder to {source}")
    if configuration.host.site is not None:
        yield _folder("site", configuration.path(configuration.host.site.folder))
    yield from _egress(configuration)
    yield from _programs(configuration)


def _state(folder: Path) -> Finding:
    found = _folder("state", folder)
    if found.remedy:
        return found
    at = str(_nearest(folder))
    asked = ["git", "-C", at, "rev-parse", "--is-inside-work-tree"]
    inside = run(asked, timeout=10, trusted=True)
    if inside.returncode or inside.text.strip() != "true":
        return found
    ignored = run(["git", "-C", at, "check-ignore", "-q", str(folder)], timeout=10, trusted=True)
    if ignored.returncode == 0:
        return good("state", f"{folder}, in a work tree that ignores it")
    return wrong(
        "state",
        f"{folder} is in a work tree: it could be committed",
        "name another folder as state, such as /var/lib/tagboat",
    )


def _folder(what: str, folder: Path) -> Finding:
    """Whether the folder can be written to, or made if it isn't there yet."""
    at = _nearest(folder)
    if not at.is_dir():
        return wrong(what, f"{at} is no folder", f"move it away, or name another folder as {what}")
    try:
        with tempfile.TemporaryFile(dir=at):
            pass
    except OSError as error:
        said = f"{at} can't be written to: {error.strerror}"
        return wrong(what, said, f"give it to the user that runs the daemon: chown {at}")
    return good(what, str(folder) if at == folder else f"{folder} will be made")


def _nearest(folder: Path) -> Path:
    """The folder, or what is there of the way to it."""
    return next(each for each in (folder, *folder.parents) if each.exists())


def _space(folder: Path) -> Finding:
    free = shutil.disk_usage(_nearest(folder)).free
    told = f"{free / _GIGABYTE:.1f} GB free"
    if free < _GIGABYTE:
        return wrong("disk", f"{told}, expected 1 GB or more", f"make room where {folder} is")
    return good("disk", told)


def _egress(configuration: Configuration) -> Iterator[Finding]:
    egress = configuration.host.egress
    bad = [each for each in egress if not _is_address(each)]
    for each in bad:
        said = f"{each} is no host:port as addresses write it"
        yield wrong("egress", said, "write shop.example:443 or [::1]:8080")
    if not bad:
        yield good("egress", ", ".join(egress) or "probes may ask nothing")


def _is_address(text: str) -> bool:
    found = _EGRESS.fullmatch(text)
    return found is not None and int(found[3]) in _PORTS


def _programs(configuration: Configuration) -> Iterator[Finding]:
    for each in configuration.host.programs:
        where = shutil.which(each) if not os.path.isabs(each) else each  # noqa: PTH117
        if where is None or not os.access(where, os.X_OK):
            yield wrong("programs", f"{each} is not there", f"install {each}, or take it out")
        else:
            yield good("programs", where)
