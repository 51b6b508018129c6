"""Pairs of kills around claims and ends: a few of those that `make crashes` tries."""

from daemon_crashes import Aim, Field, aims_of, kills


def test_f16_a_second_kill_in_what_comes_after_the_first_changes_nothing(make_world):
    field = Field(make_world("dev", version=""))
    names = field.attempt()
    assert len(aims_of(names)) >= 15
    pairs = [each for each in kills(names) if len(each) == 2]
    for aims in pairs[3::40]:
        field.attempt(*aims)
    field.attempt(Aim("journal.finished.before", 1, torn=True), Aim("history.end.after", 1))
    assert field.broken == ()
    assert field.attempts > 6


def test_the_laws_are_seen_to_be_broken_when_they_are(make_world):
    field = Field(make_world("dev", version=""))
    field.attempt()
    field.check("9.9.9", ())
    field.attempts += 1
    field.check("1.0.0", ())
    assert [each.partition(" after")[0] for each in field.broken] == [
        "I9: another version",
        "I2: not one start",
    ]
