"""A place with real processes, in a folder of its own."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

# One world for both folders; tests have no packages.
sys.path.insert(0, str(Path(__file__).parents[1] / "conformance"))

from conformance_world import LocalWorld


@pytest.fixture
def world(tmp_path: Path) -> Iterator[LocalWorld]:
    made = LocalWorld(tmp_path / "places")
    yield made
    made.close()
