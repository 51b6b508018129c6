"""What a keeper is told to run: programs, arguments, environment. Looks at files, no more."""

import shutil
import sys
from pathlib import Path
from typing import Any

from reconciler.drivers.keeper.screen import PAGE
from reconciler.drivers.local_layout import PlaceFolder
from reconciler.errors import StepFailedError
from reconciler.model.content import Content, ContentComponent, PlaceTarget
from reconciler.model.deployment import Page
from reconciler.system.programs import SEARCH

_PAGE = Path(__file__).parent / "keeper" / "page.py"


def order_of(
    place: PlaceFolder, target: PlaceTarget, content: Content, *, programs: frozenset[str]
) -> dict[str, Any]:
    """The order for prepared content, without its timing."""
    home, again = place.content(content.digest), place.prepared_again(content)
    environment = environment_of(place, target, content)
    return {
        "key": content.digest,
        "version": content.version,
        "listen": target.listen,
        "processes": [
            {
                "name": each.name,
                "program": str(program_of(each, home / each.name, programs=programs)),
                "argv": list(each.run or ()),
                "cwd": str(home / each.name),
                "env": environment,
                "listens": each.listens,
                # Not what runs already, although its key is the same.
                **({"prepared": again} if again else {}),
                **({"needs": needed} if (needed := _needed(content, each)) else {}),
            }
            for each in content.processes
        ],
    }


def _needed(content: Content, component: ContentComponent) -> list[str]:
    """The processes that it needs, also by way of components that are nothing but files."""
    known = {each.name: each for each in content.components}
    found, left = set[str](), list(component.needs)
    while left:
        name = left.pop()
        if name not in found and name in known:
            found.add(name)
            left += known[name].needs
    return [each.name for each in content.processes if each.name in found]


def page_order(target: PlaceTarget, page: Page) -> dict[str, Any]:
    """The order for a page of maintenance, without its timing: content like any other."""
    if not _is_address(target.listen):
        raise StepFailedError(
            f"nobody can be shown a page: the target's listen is {target.listen!r}",
            hint="write an address into target.listen, or commands into pipeline.maintenance",
        )
    program = [sys.executable, "-I", "-S", str(_PAGE), page.title, str(page.retry_after)]
    process = {
        "name": "maintenance",
        "program": program[0],
        "argv": program,
        "cwd": "/",
        "env": {"PATH": SEARCH, "LANG": "C.UTF-8"},
        "listens": "socket",
    }
    return {
        "key": PAGE,
        "version": "the page of maintenance",
        "listen": target.listen,
        "processes": [process],
    }


def environment_of(place: PlaceFolder, target: PlaceTarget, content: Content) -> dict[str, str]:
    """All that processes get: the place's ``config`` and what Tagboat knows, nothing inherited."""
    known = {
        "HOME": str(place.home),
        "TAGBOAT_APP": content.app,
        "TAGBOAT_VERSION": content.version,
        "TAGBOAT_COMMIT": content.commit,
        "TAGBOAT_ENVIRONMENT": target.environment,
    }
    if target.listen:
        known["TAGBOAT_LISTEN"] = target.listen
        known["PORT"] = target.listen.rpartition(":")[2]
    return {"PATH": SEARCH, "LANG": "C.UTF-8", **content.config, **known}


def check_processes(target: PlaceTarget, content: Content, *, programs: frozenset[str]) -> None:
    """Raise `StepFailedError` for what can be known before anything is fetched."""
    for each in content.processes:
        assert each.run is not None  # noqa: S101 - that makes it a process
        if each.listens == "socket" and not _is_address(target.listen):
            raise StepFailedError(
                f"{each.name} takes a socket, and the target's listen is {target.listen!r}",
                hint="write an address such as 127.0.0.1:8101 into target.listen",
            )
        if not each.run[0].startswith("./"):
            program_of(each, Path(), programs=programs)


def program_of(component: ContentComponent, folder: Path, *, programs: frozenset[str]) -> Path:
    """The file to run: inside the component's folder, or one that the host allows.

    Raises `StepFailedError` when it isn't there, can't be run, or isn't allowed.
    """
    assert component.run is not None  # noqa: S101 - asked only for processes
    name = component.run[0]
    if name.startswith("./"):
        path = (folder / name).resolve()
        inside = folder.resolve() in path.parents
        if not inside or not path.is_file() or not path.stat().st_mode & 0o111:
            raise StepFailedError(f"{component.name} has no program {name}")
        return folder / name
    found = shutil.which(name, path=SEARCH) if name in programs else None
    if found is None:
        raise StepFailedError(
            f"{component.name} may not run {name}: this host doesn't allow it",
            hint="name it in programs of the host configuration",
        )
    return Path(found)


def _is_address(text: str) -> bool:
    host, colon, port = text.rpartition(":")
    return bool(host and colon) and port.isdecimal() and 0 < int(port) < 65536
