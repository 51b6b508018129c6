import pytest
from manifest_trees import CORPUS, tree_of

CASES = sorted((CORPUS / "changes").iterdir())


@pytest.mark.parametrize("folder", CASES, ids=lambda each: each.name)
def test_a_merge_request_is_told_what_it_may_not_change(clone, folder):
    before = {path: each.data for path, each in tree_of(folder / "base").items()}
    after = {path: each.data for path, each in tree_of(folder / "head").items()}
    start = clone.commit(before)
    clone.commit({**dict.fromkeys(before.keys() - after.keys()), **after})
    told = clone.call("validate", "--base", start)
    assert told.returncode == 1
    for line in (folder / "expected.txt").read_text().splitlines():
        assert line in told.stdout
    assert clone.call("validate").returncode == 0
