"""Journals as files: what was appended is there, what was torn is not, nothing else is guessed."""

from pathlib import Path

import pytest

from reconciler.journal.jsonl import FileJournal, JournalError
from reconciler.journal.memory import MemoryJournal
from reconciler.ports import Journal
from reconciler.system.failpoints import NoFailpoints


@pytest.fixture(params=["file", "memory"])
def journal(request: pytest.FixtureRequest, tmp_path: Path) -> Journal:
    if request.param == "file":
        return FileJournal(tmp_path / "a.jsonl", NoFailpoints())
    return MemoryJournal()


def test_events_come_back_in_order(journal: Journal) -> None:
    for number in range(3):
        journal.append({"event": "e", "number": number, "text": "zeile\n| ü"})
    assert [each["number"] for each in journal.events()] == [0, 1, 2]


def test_a_journal_that_is_not_there_has_no_events(journal: Journal) -> None:
    assert journal.events() == []


def test_f18_a_torn_last_line_is_dropped_at_every_length(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    journal = FileJournal(path, NoFailpoints())
    journal.append({"event": "first"})
    whole = len(path.read_bytes())
    journal.append({"event": "second"})
    data = path.read_bytes()
    for length in range(whole, len(data)):
        path.write_bytes(data[:length])
        assert [each["event"] for each in journal.events()] == ["first"]
        journal.append({"event": "third"})
        assert [each["event"] for each in journal.events()] == ["first", "third"]


def test_f19_a_flipped_bit_inside_is_an_error_that_names_the_line(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    journal = FileJournal(path, NoFailpoints())
    for name in ("first", "second", "third"):
        journal.append({"event": name})
    data = path.read_bytes()
    path.write_bytes(data.replace(b"second", b"recond"))
    with pytest.raises(JournalError, match="line 2"):
        journal.events()


def test_f20_a_journal_that_cannot_be_written_raises_before_the_effect(tmp_path: Path) -> None:
    journal = FileJournal(tmp_path / "gone" / "a.jsonl", NoFailpoints())
    with pytest.raises(JournalError, match="can't be written"):
        journal.append({"event": "first"})
