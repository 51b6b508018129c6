"""Every driver, in a world of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from conformance_world import LocalWorld, MemoryWorld


@pytest.fixture(params=[MemoryWorld, LocalWorld], ids=["memory", "local"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[MemoryWorld | LocalWorld]:
    made = request.param(tmp_path / "places")
    yield made
    made.close()
