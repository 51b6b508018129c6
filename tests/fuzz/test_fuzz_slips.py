"""A slip of the pen in one of the process trees is harmless, or refused with a hint that helps."""

import pytest
from fuzz_trees import COUNT, TREES, Tree, judged


@pytest.fixture(params=TREES, ids=lambda each: each.name)
def tree(request) -> Tree:
    return Tree(request.param)


def test_a_slip_is_harmless_or_refused_with_a_hint_that_names_the_fix(tree):
    found = judged(tree)
    print(*found, sep="\n")
    failed = [str(each) for each in found if not each.good]
    assert not failed, "\n".join(failed)
    assert len(found) == COUNT
    assert sum(bool(each.findings) for each in found) > COUNT // 3


def test_a_slip_in_a_value_that_may_be_anything_changes_that_value_alone(tree):
    for slip in tree.slips(opened=True):
        snapshot, found = tree.after(slip)
        if found:
            assert all(each.hint for each in found)
            continue
        old, new = (each.documents[slip.path].value for each in (tree.snapshot, snapshot))
        assert len(changed(old, new)) <= 1, (tree.lines(slip), changed(old, new))


def changed(old: object, new: object, node: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
    """Where two values differ; a name that is another one is one difference."""
    if isinstance(old, dict) and isinstance(new, dict) and old != new:
        if list(old) != list(new):
            return (
                [node]
                if sorted(map(repr, old.values())) == sorted(map(repr, new.values()))
                else [node, node]
            )
        return [place for name in old for place in changed(old[name], new[name], (*node, name))]
    if isinstance(old, tuple) and isinstance(new, tuple) and len(old) == len(new):
        pairs = enumerate(zip(old, new, strict=True))
        return [place for index, (a, b) in pairs for place in changed(a, b, (*node, index))]
    return [] if old == new else [node]
