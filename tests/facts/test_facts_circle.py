import pytest
from facts_changes import changes
from manifest_trees import CORPUS, tree_of

from reconciler.diagnostics import Diagnostic, Location, Report
from reconciler.findings.difference import new_since
from reconciler.folders import managed
from reconciler.manifest.loading import advance, report_of
from reconciler.manifest.snapshot import Snapshot
from reconciler.validator import validate
from reconciler.validator.circle import circle

FOLDERS = sorted((CORPUS / "valid").iterdir())


def brought(before, after, known, *, beyond=lambda path: False):
    """What the command says of a change, when it looks at these files."""
    nothing = Snapshot("", beyond=beyond)
    was, now = (advance(nothing, "0" * 40, each, known) for each in (before, after))
    old, new = report_of(was), report_of(now)
    return new_since(old + validate(was), new + validate(now, base=was))


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda each: each.name)
def test_the_circle_of_a_change_shows_every_finding_that_it_brings(folder):
    before = {path: each for path, each in tree_of(folder).items() if managed(path)}
    known = {}
    seen = smaller = 0
    for name, changed in changes(folder, before):
        after = {path: each for path, each in changed.items() if each is not None}
        paths = {
            each
            for each in {*before, *after}
            if before.get(each) is None or before.get(each) != after.get(each)
        }
        sides = (before, after)

        def read(asked, sides=sides):
            return {
                path: b"\n".join(side[path].data for side in sides if path in side)
                for path in asked
            }

        around = circle(paths).widened({**before, **after})
        kept = around.files({**before, **after}, read=read)
        assert paths <= kept
        whole = brought(before, after, known)
        near = [{path: each for path, each in side.items() if path in kept} for side in sides]
        part = brought(*near, known, beyond=around.beyond)
        assert [str(each) for each in part.findings] == [str(each) for each in whole.findings], name
        seen += bool(whole)
        smaller += len(kept) < len({**before, **after})
    assert seen


def test_a_circle_is_small_where_many_files_have_nothing_to_do_with_the_change():
    paths = {
        "environments/people.yaml",
        *(f"releases/{app}/app.yaml" for app in ("shop", "blog", "wiki")),
        *(f"environments/{each}/environment.yaml" for each in ("dev", "live")),
        *(
            f"environments/{each}/{app}.yaml"
            for each in ("dev", "live")
            for app in ("shop", "blog")
        ),
        *(
            f"releases/{app}/1.{n}.0/release.yaml"
            for app in ("shop", "blog", "wiki")
            for n in range(9)
        ),
    }
    around = circle({"environments/dev/shop.yaml"})
    found = around.files(paths, read=lambda asked: dict.fromkeys(asked, b""))
    left = paths - found
    assert around.narrow
    assert "environments/dev/blog.yaml" in found
    assert "releases/blog/1.3.0/release.yaml" in left
    assert "environments/live/blog.yaml" in left
    assert "releases/wiki/1.3.0/release.yaml" in left
    assert {each for each in paths if "/shop" in each} <= found


def test_what_promotions_name_is_looked_at_when_the_environment_itself_changed():
    versions = {f"releases/blog/1.{n}.0/release.yaml" for n in range(9)}
    paths = {"environments/dev/environment.yaml", "environments/live/blog.yaml", *versions}
    around = circle({"environments/dev/environment.yaml"}).widened(paths)
    texts = dict.fromkeys(paths, b'release: "1.3.0"\n')
    found = around.files(paths, read=lambda asked: {each: texts[each] for each in asked})
    assert not around.narrow
    assert found & versions == {"releases/blog/1.3.0/release.yaml"}


def test_a_finding_on_another_line_is_not_new_and_a_second_one_is():
    def report(*lines):
        return Report.of(Diagnostic(Location("a", each, 1), "TB101", "x") for each in lines)

    assert not new_since(report(3), report(30))
    assert len(new_since(report(3), report(3, 4)).findings) == 1
    assert not new_since(report(3, 4), report(4))
