"""The worked example, prepared afresh for each test."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from acceptance_story import REPOSITORY, Story, free_base

from reconciler.drivers.local import stop_all
from reconciler.tutorial.layout import Layout
from reconciler.tutorial.preparation import prepare


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    layout = Layout(tmp_path / "up")
    example = prepare(layout, REPOSITORY, port_base=free_base(), say=lambda _: None)
    environment = {
        **os.environ,
        "HOME": str(tmp_path / "home"),
        "XDG_CACHE_HOME": str(tmp_path / "home" / "cache"),
        "GIT_CONFIG_NOSYSTEM": "1",
    }
    for name in ("GIT_CONFIG_GLOBAL", "TAGBOAT_CONFIG"):
        environment.pop(name, None)
    (tmp_path / "home").mkdir()
    made = Story(layout, {str(each): each.port for each in example.places}, environment)
    yield made
    if made.daemon and made.daemon.poll() is None:
        made.daemon.kill()
        made.daemon.wait()
    stop_all(layout.places)
