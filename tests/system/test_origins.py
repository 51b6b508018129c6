"""Each setting of a TOML file is told with the line on which its statement begins."""

import tomllib

import pytest

from reconciler.system.origins import lines_of

TEXT = '''\
name = "x"

# a comment with [brackets] and key = "value"
egress = [
  "a:1",  # one
  "b:2",
]
[remote]
url = "u"
note = """
[not.a.table]
fake = 1
"""
[drivers]
local = {folder = "x", stop_after = "1s"}
[repositories."a.b"]
url = "v"
'''


def test_every_way_of_writing_a_setting_has_its_line():
    assert lines_of(TEXT) == {
        ("name",): 1,
        ("egress",): 4,
        ("remote", "url"): 9,
        ("remote", "note"): 10,
        ("drivers", "local", "folder"): 15,
        ("drivers", "local", "stop_after"): 15,
        ("repositories", "a.b", "url"): 17,
    }


@pytest.mark.parametrize("text", ["", "# nothing\n", "\n\n"])
def test_nothing_has_no_lines(text):
    assert lines_of(text) == {}


@pytest.mark.parametrize("text", ["a = [", "a = 1\na = 2\n", "a = 1\nb\n"])
def test_what_is_no_toml_is_an_error(text):
    with pytest.raises(tomllib.TOMLDecodeError):
        lines_of(text)
