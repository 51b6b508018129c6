"""A bench for each test."""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pipeline_bench import Bench

MEMORY = Path("/dev/shm")


@pytest.fixture
def make_bench() -> Iterator[Callable[..., Bench]]:
    made: list[Bench] = []
    # Syncing costs nothing there; a kill inside this process loses nothing anyway.
    folder = MEMORY if MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(dir=folder) as name:

        def make(**more: object) -> Bench:
            made.append(Bench(Path(name) / str(len(made)), **more))
            return made[-1]

        yield make
