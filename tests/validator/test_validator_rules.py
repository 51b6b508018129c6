import importlib
import pkgutil
import sys
from pathlib import Path

import pytest

import reconciler.validator
from reconciler.manifest.loading import load
from reconciler.manifest.snapshot import Blob, Snapshot
from reconciler.validator import CHANGES, RULES, validate

SMALL = Path(__file__).parent.parent / "corpus" / "valid" / "one-app"
SUPPORT = {"near", "written", "effective", "circles", "circle", "rules", "review"}


def tree() -> dict[str, Blob]:
    return {
        each.relative_to(SMALL).as_posix(): Blob("100644", f"{index:040x}", each.read_bytes())
        for index, each in enumerate(sorted(SMALL.rglob("*.yaml")))
    }


@pytest.mark.parametrize("rule", [*RULES, *CHANGES], ids=lambda each: each.__name__)
def test_a_rule_says_in_its_manual_what_it_asks(rule):
    assert rule.__doc__
    assert rule.__doc__.splitlines()[0].endswith(".")
    assert sys.modules[rule.__module__].__doc__


def test_every_rule_has_a_file_of_its_own_and_every_file_a_rule():
    modules = {each.name for each in pkgutil.iter_modules(reconciler.validator.__path__)}
    owners = [rule.__module__.rpartition(".")[2] for rule in (*RULES, *CHANGES)]
    assert sorted(owners) == sorted(modules - SUPPORT)


def test_rules_do_not_import_one_another():
    for rule in (*RULES, *CHANGES):
        source = Path(importlib.import_module(rule.__module__).__file__).read_text()
        imported = [
            line.split()[1].rpartition(".")[2]
            for line in source.splitlines()
            if line.startswith("from reconciler.validator.")
        ]
        assert set(imported) <= SUPPORT, rule.__module__


def test_an_empty_snapshot_has_no_findings():
    assert validate(Snapshot("0" * 40)).findings == ()


@pytest.mark.parametrize("path", sorted(tree()))
def test_rules_are_silent_about_a_file_that_is_broken_by_itself(path):
    files = tree()
    files[path] = Blob("100644", "f" * 40, b"a: no\n")
    snapshot, report = load("0" * 40, files)
    assert report.paths() == {path}
    found = [each for each in validate(snapshot).findings if path in (each.location.path, "")]
    assert found == []
    assert validate(snapshot).findings == ()


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_rules_never_raise_whatever_files_are_missing(count):
    files = tree()
    for path in sorted(files)[:count]:
        del files[path]
    snapshot, report = load("0" * 40, files)
    assert not report
    validate(snapshot)


def test_findings_are_sorted_by_place_and_said_once():
    files = tree()
    path = "environments/people.yaml"
    files[path] = Blob(
        "100644", "f" * 40, files[path].data + b"  b: [role/x, role/x]\n  a: [role/y]\n"
    )
    findings = validate(load("0" * 40, files)[0]).findings
    assert list(findings) == sorted(set(findings))
    assert len(findings) == 3
