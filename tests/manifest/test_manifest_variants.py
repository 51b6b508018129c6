"""Other promotions that the five processes allow, in place of those of their trees."""

import pytest
from manifest_trees import CORPUS, tree_of

from reconciler.manifest.loading import load
from reconciler.validator import validate

VARIANTS = sorted(CORPUS.glob("valid/process-*/variants/*"))


@pytest.mark.parametrize("folder", VARIANTS, ids=lambda each: each.name)
def test_a_variant_of_a_real_process_fits_with_the_rest(folder):
    snapshot, report = load("0" * 40, tree_of(folder.parents[1]) | tree_of(folder))
    assert (report + validate(snapshot)).findings == ()


def test_there_are_variants():
    assert len(VARIANTS) >= 3
