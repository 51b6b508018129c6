"""Every wish and every bad input that the files must stand up to has a test that names it."""

import re
from collections import defaultdict
from pathlib import Path

TESTS = Path(__file__).parents[1]
REQUIRED = frozenset(
    {
        *(f"X{each}" for each in range(1, 6)),
        *(f"B{each}" for each in (*range(1, 45), 49, *range(51, 57), *range(58, 64))),
        *(f"B{each}" for each in (*range(90, 100), *range(112, 118), 121, 122)),
        *("M1", "M4", "M13", "M14", "M15", "M19", "D5", "D21", "S12", "T17", "P1", "P13"),
    }
)
SIGN_OFF = frozenset(
    {
        *(f"X{each}" for each in (*range(6, 15), 28)),
        *(f"B{each}" for each in (*range(64, 90), 114, *range(118, 123))),
        *("M5", "T8", "S8", "S9", "D6", "D16", "D19", "D24", "D28", "P2", "P18"),
    }
)
"""What sign-off must stand up to."""
FAULTS = frozenset(f"F{each}" for each in (*range(1, 39), *range(45, 57)))
"""What may go wrong with what is deployed on one machine."""
UNMET = {
    "F2": "no notices are sent yet",
    "F45": "no driver copies to another host",
    "F46": "no driver deploys to several hosts",
    "F47": "no driver opens a connection of its own to another host",
    "F53": "no notices are sent yet",
}
"""Faults that can't be met by what there is, and why; one that has a test may not stand here."""
_NAME = re.compile(r"^def (test_\w+)|\bid=\"([^\"]+)\"", re.MULTILINE)
_ID = re.compile(r"(?:^|[^A-Za-z0-9])([A-Za-z])0*([1-9][0-9]*)(?=$|[^A-Za-z0-9])")


def named() -> dict[str, set[str]]:
    """Id → names of tests and of cases of the corpus that have it in their name."""
    names = [each.name for each in (TESTS / "corpus").glob("*/*")]
    for file in TESTS.rglob("test_*.py"):
        names += ["".join(each) for each in _NAME.findall(file.read_text())]
    found: dict[str, set[str]] = defaultdict(set)
    for name in names:
        for sort, number in _ID.findall(name.replace("_", " ")):
            found[f"{sort.upper()}{number}"].add(name)
    return found


def test_every_required_id_stands_in_the_name_of_a_test():
    assert (REQUIRED | SIGN_OFF) - named().keys() == set()


def test_every_fault_has_a_test_or_a_reason_why_it_cannot_be_met():
    assert FAULTS - named().keys() == UNMET.keys()
