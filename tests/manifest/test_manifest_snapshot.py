import pytest
from manifest_trees import blob

from reconciler.folders import managed
from reconciler.manifest.loading import load
from reconciler.manifest.snapshot import Blob

COMMIT = "0" * 40
PROMOTION = "environments/dev/shop.yaml"


def codes(tree: dict[str, Blob]) -> list[tuple[str, str]]:
    _, report = load(COMMIT, tree)
    return [(each.location.path, each.code) for each in report.findings]


def test_a_snapshot_holds_every_kind_of_file_by_its_names(small):
    snapshot, report = load(COMMIT, small)
    assert not report
    assert snapshot.commit == COMMIT
    assert snapshot.apps["shop"].title == "Shop"
    assert snapshot.releases["shop", "1.0.0"].summary == "The first shop"
    assert snapshot.environments["dev"].permissions.promote == ("role/developer",)
    assert snapshot.promotions["dev", "shop"].release == "1.0.0"
    assert snapshot.people
    assert snapshot.people.members("role/developer") == {"ana", "ben"}
    assert snapshot.blobs == {path: each.id for path, each in small.items()}
    assert snapshot.broken == frozenset()


def test_a_broken_file_is_nowhere_but_in_broken(small):
    small[PROMOTION] = blob(b"release: no")
    snapshot, report = load(COMMIT, small)
    assert report.paths() == snapshot.broken == {PROMOTION}
    assert snapshot.promotions == {}
    assert "shop" in snapshot.apps


@pytest.mark.parametrize(
    ("mode", "code"),
    [
        pytest.param("120000", "TB401", id="B22-symlink"),
        pytest.param("160000", "TB402", id="B23-submodule"),
        pytest.param("100755", "TB403", id="executable"),
        pytest.param("100664", "TB403", id="unusual"),
    ],
)
def test_x1_only_plain_files_count(small, mode, code):
    small[PROMOTION] = blob(small[PROMOTION].data, mode)
    assert codes(small) == [(PROMOTION, code)]
    snapshot, _ = load(COMMIT, small)
    assert snapshot.promotions == {}


@pytest.mark.parametrize("path", ["environments", "releases", "environments/dev"])
def test_b22_a_link_in_place_of_a_folder_is_refused(path):
    assert codes({path: blob(b"../elsewhere", "120000")}) == [(path, "TB401")]


def test_paths_outside_the_managed_folders_are_left_aside(small):
    assert not managed("src/main.py")
    assert not managed("environments-old/dev/shop.yaml")
    assert managed("environments/dev/shop.yaml")
    assert managed("releases")
    assert managed("calendars/acme.ics")
    assert not managed("calendars/acme.py")
    assert not managed("docs/acme.ics")
    assert codes({**small, "src/main.py": blob(b"\0", "100755")}) == []


@pytest.mark.parametrize(
    "path",
    [
        "environments/dev/shop.yaml.bak",
        "environments/dev/.shop.yaml",
        "environments/../people.yaml",
        "environments//people.yaml",
        "environments/dev/sh\nop.yaml",
        "releases/shop/latest/release.yaml",
        "releases/-x/app.yaml",
        "releases/shop/1.0.0/1.0.0/release.yaml",
    ],
)
def test_b24_no_file_is_silently_ignored(path):
    _, report = load(COMMIT, {path: blob(b"a: b")})
    assert [each.code for each in report.findings] == ["TB202"]
    assert all(str(each).isprintable() for each in report.findings)


def test_only_changed_files_are_parsed_again(small):
    cache = {}
    first, _ = load(COMMIT, small, cache)
    kept = dict(cache)
    assert len(kept) == len(small)
    small[PROMOTION] = blob(small[PROMOTION].data + b"# changed\n")
    second, report = load("1" * 40, small, cache)
    assert not report
    assert len(cache) == len(small) + 1
    assert second.apps["shop"] is first.apps["shop"]
    assert second.documents[PROMOTION] is not first.documents[PROMOTION]


def test_the_same_bytes_at_another_path_are_judged_again(small):
    cache = {}
    load(COMMIT, small, cache)
    small["environments/dev/blog.yaml"] = small[PROMOTION]
    _, report = load(COMMIT, small, cache)
    assert [each.code for each in report.findings] == ["TB201"]


def test_a_file_with_many_bad_fields_is_capped():
    fields = "".join(f"  p{each}: 1\n" for each in range(5000))
    text = f"apiVersion: tagboat/v1\nkind: People\npeople:\n{fields}"
    assert len(codes({"environments/people.yaml": blob(text)})) == 100


def test_b51_notes_over_the_limit_are_refused(small):
    path = "releases/shop/1.0.0/release.yaml"
    small[path] = blob(small[path].data + b"notes: " + b"x" * 65_537 + b"\n")
    assert codes(small) == [(path, "TB104")]


def test_p3_a_calendar_file_is_text_that_ends_its_lines_as_it_likes():
    path = "calendars/acme.ics"
    snapshot, report = load(COMMIT, {path: blob(b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n")})
    assert report.findings == ()
    assert snapshot.files == {path: "BEGIN:VCALENDAR\nEND:VCALENDAR\n"}


@pytest.mark.parametrize(
    ("data", "code"),
    [(b"", "TB017"), (b"\xff\xfe", "TB002"), (b"A" * 300_000, "TB004"), (b"a\x00b", "TB003")],
)
def test_p3_a_calendar_file_that_is_no_small_text_is_in_nobodys_hands(data, code):
    snapshot, report = load(COMMIT, {"calendars/acme.ics": blob(data)})
    assert {each.code for each in report.findings} == {code}
    assert snapshot.files == {}
