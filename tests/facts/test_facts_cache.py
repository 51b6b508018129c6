import os
import sqlite3
import stat
from collections.abc import Mapping

import pytest
from manifest_trees import CORPUS, blob, tree_of

from reconciler.manifest.facts import parsed_of, text_of
from reconciler.manifest.loading import load
from reconciler.manifest.snapshot import Blob
from reconciler.repository.reading import load_entries
from reconciler.system.editions import edition
from reconciler.system.facts import FactStore
from reconciler.validator import validate

FOLDERS = sorted(each for sort in ("valid", "invalid") for each in (CORPUS / sort).iterdir())
EDITION = "a" * 64


class Trees:
    """Contents that count what is read."""

    def __init__(self, tree: Mapping[str, Blob]) -> None:
        self.data = {each.id: each.data for each in tree.values()}
        self.entries = {path: (each.mode, each.id) for path, each in tree.items()}
        self.count = 0

    def read(self, ids):
        found = {each: self.data[each] for each in ids}
        self.count += len(found)
        return found

    def later(self, ids):
        pass

    def text(self, path, object_id):
        return self.data[object_id].decode()

    def load(self, store, known=None, processes=1):
        return load_entries(
            "0" * 40,
            self.entries,
            contents=self,
            known={} if known is None else known,
            store=store,
            processes=processes,
        )


def everything(snapshot, report):
    """All that can be seen of a snapshot, with the findings of the rules, nodes included."""
    findings = (*report.findings, *validate(snapshot).findings)
    parts = {
        name: repr(getattr(snapshot, name))
        for name in snapshot.__dataclass_fields__
        if name not in {"documents", "broken"}
    }
    documents = {
        path: (each.value, each.text, each.locate()) for path, each in snapshot.documents.items()
    }
    return parts, sorted(snapshot.broken), documents, [repr(each) for each in findings]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda each: each.name)
def test_cold_and_warm_give_the_same_snapshot_and_findings(folder, tmp_path):
    trees = Trees(tree_of(folder))
    store = FactStore(tmp_path, EDITION)
    plain = everything(*load("0" * 40, tree_of(folder)))
    cold = everything(*trees.load(store))
    assert trees.count
    trees.count = 0
    warm = everything(*trees.load(store))
    assert trees.count == 0, "a file was read again"
    assert plain == cold == warm


def test_many_files_read_in_several_processes_say_the_same(tmp_path):
    whole = {}
    for number, folder in enumerate(FOLDERS):
        for path, each in tree_of(folder).items():
            whole[path.replace("/", f"/c{number}-", 1)] = each
    assert len(whole) > 800, "too few to be worth a second process"
    trees, known = Trees(whole), {}
    one = everything(*trees.load(None))
    store = FactStore(tmp_path, EDITION)
    assert everything(*trees.load(store, known, processes=2)) == one
    if len(os.sched_getaffinity(0)) > 1:  # nobody waits for a companion that gets no turn
        sources = [each.document.source for each in known.values() if each.document]
        assert not all(isinstance(each, str) for each in sources), "the companion said nothing"
    assert everything(*trees.load(store)) == one


@pytest.fixture
def trees():
    return Trees(tree_of(CORPUS / "valid" / "two-apps-two-environments"))


def test_only_what_changed_is_read_again(trees, tmp_path):
    store = FactStore(tmp_path, EDITION)
    trees.load(store)
    path = next(iter(trees.entries))
    new = blob(trees.data[trees.entries[path][1]] + b"# more\n")
    trees.data[new.id] = new.data
    trees.entries[path] = (new.mode, new.id)
    trees.count = 0
    trees.load(store)
    assert trees.count == 1


def test_the_cache_is_nobody_elses(trees, tmp_path):
    store = FactStore(tmp_path, EDITION)
    trees.load(store)
    assert stat.S_IMODE(store.file.stat().st_mode) == 0o600
    store.file.chmod(0o644)
    trees.count = 0
    trees.load(store)
    assert trees.count, "a file that others may have written was believed"
    assert stat.S_IMODE(store.file.stat().st_mode) == 0o600


def test_a_link_in_place_of_the_cache_is_not_followed(trees, tmp_path):
    store = FactStore(tmp_path / "mine", EDITION)
    trees.load(store)
    elsewhere = store.file.rename(tmp_path / "elsewhere")
    store.file.symlink_to(elsewhere)
    trees.count = 0
    trees.load(store)
    assert trees.count
    assert not store.file.is_symlink()


def test_other_code_finds_nothing_and_leaves_no_old_file(trees, tmp_path):
    old, new = FactStore(tmp_path, EDITION), FactStore(tmp_path, "b" * 64)
    trees.load(old)
    trees.count = 0
    trees.load(new)
    assert trees.count
    assert not old.file.exists()
    new.file.rename(old.file)
    trees.count = 0
    trees.load(old)
    assert trees.count, "rows of another edition were believed"


@pytest.mark.parametrize("change", ["text", "key", "seal", "null"])
def test_a_row_that_is_not_whole_is_not_there(trees, tmp_path, change):
    store = FactStore(tmp_path, EDITION)
    plain = everything(*trees.load(store))
    with sqlite3.connect(store.file) as database:
        statement = {
            "text": "UPDATE facts SET text = replace(text, '1.0.0', '6.6.6')",
            "key": "UPDATE facts SET key = (SELECT max(key) FROM facts) || 'x' WHERE rowid = 1",
            "seal": "UPDATE facts SET seal = x'00'",
            "null": "UPDATE facts SET text = NULL, seal = NULL",
        }[change]
        database.execute(statement)
    database.close()
    trees.count = 0
    assert everything(*trees.load(store)) == plain
    assert trees.count


def test_a_cache_that_is_broken_anywhere_costs_time_only(trees, tmp_path):
    store = FactStore(tmp_path, EDITION)
    plain = everything(*trees.load(store))
    whole = store.file.read_bytes()
    for start in range(0, len(whole), 997):
        broken = whole[:start] + bytes(each ^ 0x55 for each in whole[start : start + 40])
        store.file.write_bytes(broken + whole[start + 40 :])
        store.file.chmod(0o600)
        assert everything(*trees.load(store)) == plain
    for data in (b"", b"no database at all", whole[: len(whole) // 2]):
        store.file.write_bytes(data)
        store.file.chmod(0o600)
        assert everything(*trees.load(store)) == plain


def test_a_folder_that_cannot_be_written_costs_time_only(trees, tmp_path):
    (tmp_path / "file").write_text("")
    store = FactStore(tmp_path / "file", EDITION)
    assert everything(*trees.load(store)) == everything(*trees.load(None))


def test_a_text_that_says_what_no_file_could_is_refused(trees):
    known = {}
    trees.load(None, known)
    for (path, _), parsed in known.items():
        text = text_of(path, parsed)
        assert text is not None
        assert parsed_of(path, text, str) is not None
        for bad in ("", "[]", "{}", '{"good":true}', text.replace("tagboat/v1", "v2"), text[:-9]):
            again = parsed_of(path, bad, str)
            assert again is None or (again.model is None and again.findings), bad
        elsewhere = parsed_of("releases/README.md", text, str)
        assert elsewhere is None


def test_the_edition_names_the_code_that_decides():
    assert edition() == edition()
    assert len(edition()) == 64
