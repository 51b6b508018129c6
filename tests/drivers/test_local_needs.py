"""Several components of one place: up in the order of their needs, down in the reverse (P9)."""

import os
import signal
import sys
from pathlib import Path

import pytest
from conformance_world import LocalWorld, eventually, finish

from reconciler.model.content import Content, ContentComponent
from reconciler.model.observation import RolloutState
from reconciler.model.release import Artifact

PART = """#!{python} -IS
import os, signal, time
name, version = os.path.basename(os.getcwd()), os.environ["TAGBOAT_VERSION"]
def note(what):
    handle = os.open(os.environ["SAID"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    os.write(handle, f"{{name}} {{version}} {{what}} {{time.monotonic()}}\\n".encode())
def stop(*_):
    time.sleep(0.1)
    note("down")
    os._exit(0)
signal.signal(signal.SIGTERM, stop)
note("up")
if os.environ.get("DYING") == name:
    os._exit(3)
while True:
    time.sleep(1)
"""
PROGRAM = ("./part.py",)


class Parts:
    """Every component with a process writes down when it comes and goes."""

    def fetch(
        self, content: Content, component: ContentComponent, into: Path, *, timeout: float
    ) -> None:
        program = into / "part.py"
        program.write_text(PART.format(python=sys.executable))
        program.chmod(0o755)


@pytest.fixture
def parts(world: LocalWorld) -> LocalWorld:
    world.artifacts = Parts()
    return world


def content(world: LocalWorld, version: str, **config: str) -> Content:
    """``web`` needs ``schema``, which is files, and that needs ``db``; ``mail`` needs nothing."""
    named = {"db": (), "schema": ("db",), "web": ("schema",), "mail": ()}
    components = tuple(
        ContentComponent(
            name=name,
            version=version,
            artifact=Artifact(tree="b" * 40),
            run=None if name == "schema" else PROGRAM,
            needs=needs,
        )
        for name, needs in named.items()
    )
    return Content(
        app="shop",
        repository="shop",
        version=version,
        tag=f"v{version}",
        commit="a" * 40,
        components=components,
        config={"SAID": str(world.folder.parent / "said"), **config},
    )


def said(world: LocalWorld) -> list[str]:
    return [each.rpartition(" ")[0] for each in written(world)]


def written(world: LocalWorld) -> list[str]:
    return (world.folder.parent / "said").read_text().splitlines()


def deploy(world: LocalWorld, wanted: Content | None, fence: int) -> RolloutState:
    driver = world.driver()
    driver.apply(world.target, wanted, fence=fence, timeout=30)
    return finish(driver, world.target, wanted).state


def order(lines: list[str], *wanted: str) -> bool:
    """Whether these lines come in this order."""
    return [each for each in lines if each in wanted] == list(wanted)


def test_p9_a_component_comes_up_after_those_that_it_needs_and_goes_before_them(parts):
    assert deploy(parts, content(parts, "1.0.0"), 1) is RolloutState.DONE
    assert order(said(parts), "db 1.0.0 up", "web 1.0.0 up")
    assert said(parts).index("mail 1.0.0 up") < said(parts).index("web 1.0.0 up")
    assert deploy(parts, content(parts, "2.0.0"), 2) is RolloutState.DONE
    assert order(said(parts), "web 1.0.0 down", "db 1.0.0 down", "db 2.0.0 up", "web 2.0.0 up")
    assert deploy(parts, None, 3) is RolloutState.DONE
    assert order(said(parts), "web 2.0.0 down", "db 2.0.0 down")


def test_p9_what_needs_a_component_that_fails_is_not_touched_and_all_are_put_back(parts):
    assert deploy(parts, content(parts, "1.0.0"), 1) is RolloutState.DONE
    bad = content(parts, "2.0.0", DYING="db")
    driver = parts.driver()
    driver.apply(parts.target, bad, fence=2, timeout=30)
    seen = finish(driver, parts.target, bad)
    assert seen.state is RolloutState.FAILED
    assert "db ended with exit code 3" in seen.detail
    assert deploy(parts, content(parts, "1.0.0"), 2) is RolloutState.DONE
    begun = said(parts).index("db 2.0.0 up")
    eventually(lambda: "web 1.0.0 up" in said(parts)[begun:], "web is back")
    assert "web 2.0.0 up" not in said(parts)
    assert order(said(parts)[begun:], "db 1.0.0 up", "web 1.0.0 up")


def test_f31_a_keeper_that_was_killed_brings_components_up_in_the_same_order(parts):
    one = content(parts, "1.0.0")
    assert deploy(parts, one, 1) is RolloutState.DONE
    before = len(said(parts))
    os.kill(parts.keeper(), signal.SIGKILL)

    def started() -> bool:
        return parts.driver().supervise(parts.target, one) == "its keeper was gone"

    eventually(started, "the keeper is started again")
    eventually(lambda: "web 1.0.0 up" in said(parts)[before:], "web is back")
    up = {each.rpartition(" ")[0]: float(each.split()[-1]) for each in written(parts)[before:]}
    assert up["web 1.0.0 up"] - up["db 1.0.0 up"] > 0.15, "the one waits until the other has lived"
