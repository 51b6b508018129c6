import pytest
from manifest_trees import CORPUS, tree_of

from reconciler.repository.inspection import differences, undone
from reconciler.repository.trees import entries

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


def test_the_files_of_the_base_are_those_that_git_lists_there(clone):
    dev = "environments/dev"
    states = [
        {f"{dev}/a.yaml": b"1", f"{dev}/b.yaml": b"1", "other/x.yaml": b"1"},
        {f"{dev}/a.yaml": b"2", f"{dev}/b.yaml": None, f"{dev}/b.yaml/c.yaml": b"1"},
        {f"{dev}/b.yaml/c.yaml": b"2", "releases/shop/app.yaml": b"1"},
        {f"{dev}/a.yaml": None, f"{dev}/b.yaml/c.yaml": None, "environments/x.txt": b"1"},
        {"environments/x.txt": None, "other/x.yaml": None, "releases/shop/app.yaml": b"2"},
    ]
    commits = [clone.commit(each) for each in states]
    for before in commits:
        for after in commits:
            former, _ = differences(clone.git, before, after)
            assert undone(entries(clone.git, after), former) == entries(clone.git, before)
