import pytest
from manifest_trees import CORPUS, tree_of

from reconciler.manifest.snapshot import Blob


@pytest.fixture
def small() -> dict[str, Blob]:
    return tree_of(CORPUS / "valid" / "one-app")
