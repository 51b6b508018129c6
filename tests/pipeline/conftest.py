"""A bench for each test."""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pipeline_bench import Bench

MEMORY = Path("/dev/shm")


@pytest.fixture
def folder() -> Iterator[Path]:
    """An empty folder, in memory where there is such a place."""
    # Syncing costs nothing there; a kill inside this process loses nothing anyway.
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as name:
        yield Path(name)


@pytest.fixture
def make_bench(folder: Path) -> Callable[..., Bench]:
    made: list[Bench] = []

    def make(**more: object) -> Bench:
        made.append(Bench(folder / str(len(made)), **more))
        return made[-1]

    return make
