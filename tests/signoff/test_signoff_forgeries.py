"""Every story of git, good or forged, once; ``make forgeries`` tells two hundred drawn histories."""

from pathlib import Path

import pytest
from signoff_forgeries import STORIES, STORIES_OF_ONE, Press


@pytest.fixture(scope="module")
def press(tmp_path_factory: pytest.TempPathFactory, keys: Path) -> Press:
    return Press(tmp_path_factory.mktemp("press"), keys)


@pytest.mark.parametrize("part", range(0, len(STORIES), STORIES_OF_ONE))
def test_X9_X12_X13_no_forged_content_starts_and_good_content_does(press: Press, part: int) -> None:
    # Neighbours are mostly of one sort; spread, good and forged ones meet in one history.
    spread = [STORIES[number * 7 % len(STORIES)] for number in range(len(STORIES))]
    told = press.tell(part, *spread[part : part + STORIES_OF_ONE])
    assert [(name, started) for name, _, started, _ in told] == [
        (name, good) for name, good, _, _ in told
    ], told
