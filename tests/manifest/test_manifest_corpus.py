import os
import re
from pathlib import Path

import pytest
from manifest_trees import CORPUS, tree_of

from reconciler.diagnostics import Report
from reconciler.manifest.snapshot import load
from reconciler.validator import validate

VALID = sorted((CORPUS / "valid").iterdir())
INVALID = sorted((CORPUS / "invalid").iterdir())


def report_of(folder: Path) -> Report:
    snapshot, report = load("0" * 40, tree_of(folder))
    return report + validate(snapshot)


@pytest.mark.parametrize("folder", VALID, ids=lambda each: each.name)
def test_a_good_repository_has_no_findings(folder):
    assert report_of(folder).findings == ()


@pytest.mark.parametrize("folder", INVALID, ids=lambda each: each.name)
def test_a_bad_repository_has_exactly_the_expected_findings(folder):
    found = "".join(f"{each}\n" for each in report_of(folder).findings)
    expected = folder / "expected.txt"
    if os.environ.get("TAGBOAT_UPDATE_CORPUS"):
        expected.write_text(found)
    assert found
    assert found == expected.read_text()


def test_every_bad_input_that_a_file_can_show_has_a_case():
    named = {int(match[1]) for folder in INVALID if (match := re.match(r"B(\d+)-", folder.name))}
    elsewhere = {10, 12, 13, 22, 23, 25}  # bytes and modes: test_manifest_document and _snapshot
    wanted = {*range(1, 7), *range(9, 19), *range(20, 38), 39, 43, 54, *range(58, 63), 64, 66, 90}
    assert wanted | {92, 102} <= named | elsewhere
