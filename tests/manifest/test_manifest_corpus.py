import os
import re
from pathlib import Path

import pytest
from manifest_trees import CORPUS, tree_of

from reconciler.diagnostics import Report
from reconciler.manifest.loading import load
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
    folders = [*INVALID, *(CORPUS / "changes").iterdir()]
    named = {int(match[1]) for folder in folders if (match := re.match(r"B(\d+)-", folder.name))}
    # Lengths and modes: test_manifest_snapshot and tests/planner/test_plan_corpus.
    # B44: tests/drivers/test_artifacts, where the bytes are there to be compared.
    elsewhere = {10, 22, 23, 44}
    wanted = {*range(1, 45), 49, *range(51, 57), *range(58, 66), 66, 69, 77, *range(89, 98), 99}
    wanted |= {101, 102, 103, 104, *range(105, 112), 122}
    assert wanted - named - elsewhere == set()
