"""The README shows the commands that `make up` prints, and the exit codes that there are."""

import re
from pathlib import Path

import pytest

from reconciler.errors import ExitCode
from reconciler.tutorial.example import Example, ExamplePlace
from reconciler.tutorial.layout import FIRST_PORT, Layout
from reconciler.tutorial.tour import tour

REPOSITORY = Path(__file__).parents[2]
README = (REPOSITORY / "README.md").read_text()


def test_every_command_of_the_tour_stands_in_the_readme_as_it_is_printed(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.chdir(REPOSITORY)
    names = [(e, a) for e in ("dev", "staging", "production") for a in ("shop", "blog")]
    places = tuple(
        ExamplePlace(environment, app, FIRST_PORT + 1 + number)
        for number, (environment, app) in enumerate(names)
    )
    printed = tour(
        Layout(REPOSITORY / "build" / "up"), Example("0" * 40, FIRST_PORT, places), begun=False
    )
    commands = re.findall(r"^    ((?:git|curl|\S*tagboat) .*)$", printed, re.MULTILINE)
    assert len(commands) > 12
    missing = [
        each
        for each in commands
        if re.sub(r"^\S*tagboat ", ".venv/bin/tagboat ", each) not in README
    ]
    assert missing == []


def test_the_exit_codes_of_the_readme_are_those_of_the_command():
    rows = re.findall(r"^\| ([0-9, ]+) \|", README, re.MULTILINE)
    told = {int(each) for row in rows for each in row.split(",")}
    assert {int(each) for each in ExitCode} <= told
