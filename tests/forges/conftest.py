import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from forge_world import ForgeWorld
from gitea_server import GiteaServer

TABLE = ("style", "parents", "opener", "author side", "approved the head", "merged by", "runs")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what each merge style came to at the real Gitea."""
    passed = terminalreporter.stats.get("passed", ())
    said = [value for each in passed for name, value in each.user_properties if name == "story"]
    if said:
        rows = [TABLE, *said]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        terminalreporter.section("merge styles at a real Gitea")
        for row in rows:
            cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
            terminalreporter.write_line(f"| {' | '.join(cells)} |")


@pytest.fixture(scope="session")
def gitea(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GiteaServer]:
    """A real Gitea, if TAGBOAT_TEST_GITEA names its program."""
    binary = os.environ.get("TAGBOAT_TEST_GITEA", "")
    if not binary:
        pytest.skip("NO GITEA: merge requests weren't tried for real; set TAGBOAT_TEST_GITEA")
    server = GiteaServer(Path(binary), tmp_path_factory.mktemp("gitea"))
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture
def make_world(
    gitea: GiteaServer, tmp_path: Path, request: pytest.FixtureRequest
) -> Callable[[], ForgeWorld]:
    """A repository of its own at the real Gitea."""
    name = "".join(c if c.isalnum() else "-" for c in request.node.name)[-60:].strip("-")
    return lambda: ForgeWorld(gitea, tmp_path / "world", name)
