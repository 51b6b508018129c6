"""Runs daemon and site of the prepared example in the foreground, until somebody stops it."""

import os
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path

from filelock import FileLock, Timeout

from reconciler.errors import ExitCode, RefusedError
from reconciler.repository.git import Git
from reconciler.tutorial.children import Child, Signals, signals_caught, start, stop_children
from reconciler.tutorial.ending import end_places
from reconciler.tutorial.example import Example
from reconciler.tutorial.layout import Layout
from reconciler.tutorial.ports import answer, app_on
from reconciler.tutorial.tour import tour

Say = Callable[[str], None]

_ALL = 3
_KILLED = 128
"""What shells add to the signal's number."""
_PATIENCE = 30.0
_GLANCE = 0.5
_GLANCES = 360
"""How often we look whether the first deployments are done before the tour is printed anyway."""


def held(layout: Layout) -> FileLock:
    """The lock of this folder, taken; raises `RefusedError` while another ``up`` has it."""
    layout.lock.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(layout.lock, blocking=False)
    try:
        lock.acquire()
    except Timeout as error:
        raise RefusedError(
            f"the example in {layout.folder} is running already",
            hint="stop it there with Ctrl-C, or with make down",
        ) from error
    layout.owner.write_text(f"{os.getpid()}\n")
    return lock


def supervise(
    layout: Layout, example: Example, *, repository: Path, tagboat: Path, say: Say
) -> int:
    """Run until a signal comes or the daemon ends; then nothing of the example runs any more.

    The site takes its hand-written pages from ``repository``. Returns 0 after a signal, and the
    daemon's own exit code if it ended by itself, as a shell gives it.
    """
    children: list[Child] = []
    with signals_caught() as signals:
        try:
            for name, arguments, shown in _commands(layout, example):
                log = None if shown else layout.logs / f"{name}.log"
                children.append(start(name, [str(tagboat), *arguments], cwd=repository, log=log))
            return _attend(layout, example, children, signals, say)
        finally:
            say("stopping the daemon, the site and the apps")
            stop_children(children, patience=_PATIENCE)
            end_places(layout)
            say("the apps are stopped, too; `make up` goes on where it was")


def begun(layout: Layout) -> bool:
    """Whether somebody has promoted something here, so that the tour doesn't fit as printed."""
    git = Git(layout.remote, layout.home)
    return bool(git.tell(["for-each-ref", "--count=1", "refs/heads/tagboat/promote/"]))


def _commands(layout: Layout, example: Example) -> tuple[tuple[str, list[str], bool], ...]:
    """Name, arguments, and whether what it says is shown."""
    config = ["--config", str(layout.configuration)]
    port = ["--port", str(example.port_base)]
    return (
        ("daemon", ["reconcile", *config], True),
        ("site-build", ["site", "build", "--watch", *config], False),
        ("site-serve", ["site", "serve", *config, *port], False),
    )


def _attend(
    layout: Layout,
    example: Example,
    children: list[Child],
    signals: Signals,
    say: Say,
) -> int:
    glances = 0
    told = False
    while True:
        happened = signals.wait(children, timeout=None if told else _GLANCE)
        if "signal" in happened:
            return ExitCode.YES
        for name in happened:
            child = next(each for each in children if each.name == name)
            children.remove(child)
            code = child.close()
            if name == "daemon":
                if code < 0:
                    say(f"the daemon was killed by signal {-code}")
                    return _KILLED - code
                say(f"the daemon ended with exit code {code}")
                return code or ExitCode.NO
            say(f"{name} ended with exit code {code}: see {layout.logs / name}.log")
        glances += 1
        site = len(children) == _ALL
        if not told and (glances > _GLANCES or _arrived(layout, example, site=site)):
            told = True
            say(tour(layout, example, begun=begun(layout)))


def _arrived(layout: Layout, example: Example, *, site: bool) -> bool:
    return (
        all(app_on(place.port) == place.app for place in example.places)
        and (not site or answer(example.port_base)[0] == HTTPStatus.OK)
        and _settled(layout) >= {str(place) for place in example.places}
    )


def _settled(layout: Layout) -> set[str]:
    """Places that the history calls succeeded."""
    git = Git(layout.remote, layout.home)
    said = git.ask(["log", "--format=%s", "refs/heads/tagboat/history"])
    subjects = said.text.splitlines() if said.returncode == 0 else []
    return {each.split(" ")[0] for each in subjects if " succeeded in " in each}
