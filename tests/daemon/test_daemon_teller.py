"""What the daemon says once, and that it is over."""

import pytest

from reconciler.daemon.lines import Lines
from reconciler.daemon.teller import Teller


@pytest.fixture
def said():
    return []


@pytest.fixture
def teller(said, tmp_path):
    return Teller(Lines(said.append, tmp_path / "logs"))


def test_f25_a_trouble_is_said_once_and_once_more_when_it_is_over(teller, said):
    teller.over("remote")
    teller.tell("remote", "the remote is away")
    teller.tell("remote", "the remote is away")
    teller.over("remote")
    teller.over("remote")
    assert said == ["the remote is away", "over: the remote is away"]
    teller.tell("remote", "the remote is away")
    assert said[2:] == ["the remote is away"]


def test_what_is_no_trouble_ends_without_a_word(teller, said):
    for line in ("a page is up", "", "a page is up"):
        teller.tell("page", line)
    assert said == ["a page is up", "a page is up"]


def test_of_one_sort_what_does_not_stand_any_more_is_over(teller, said):
    teller.tell("trouble", "no room")
    teller.tell_each("alarm", {"main": "main went back", "history": "history is gone"})
    del said[:]
    teller.tell_each("alarm", {"history": "history was rewritten"})
    assert said == ["over: main went back", "history was rewritten"]
    teller.tell_each("alarm", {})
    assert said[2:] == ["over: history was rewritten"]
    teller.tell_each("alarm", {})
    assert len(said) == 3
