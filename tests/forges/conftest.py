import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from forge_world import ForgeWorld
from gitea_server import GiteaServer


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
