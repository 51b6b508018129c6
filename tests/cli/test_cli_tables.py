import os
import pty
import subprocess
import sys

_LINES = """
from reconciler.cli.output import tell
tell("    sign-off: " + "written by somebody " * 6)
tell("      → promote another release, which runs, and have that one merged: " + "tagboat x " * 9
     + "; or else try it again: tagboat retry staging/shop")
"""
_TABLE = """
from reconciler.cli.output import show
cells = ("✔", "sign-off", "written by ben " * 9, "let somebody else merge it " * 5, "ana")
show(("", "gate", "why", "what opens it", "who"), [cells], folding=("why", "what opens it"))
"""


def test_m8_lines_fold_between_words_and_a_command_stays_whole():
    said = on_terminal(_LINES).splitlines()
    assert said[0].startswith("    sign-off: written by")
    command = ("tagboat x " * 9).strip()
    assert [each.strip() for each in said if len(each) > 80] == [command]
    assert said[-1] == "        or else try it again: tagboat retry staging/shop"


def test_a_table_keeps_every_column_on_a_narrow_terminal():
    said = on_terminal(_TABLE)
    lines = said.splitlines()
    assert all(len(each) <= 80 for each in lines)
    assert [each for each in ("gate", "what opens it", "who") if each not in lines[0]] == []
    assert all(each in said for each in ("✔", "sign-off", "ana"))


def on_terminal(program):
    """What a program prints on a terminal of 80 columns."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "COLUMNS": "80", "TERM": "dumb"}
    subprocess.run([sys.executable, "-c", program], stdout=theirs, env=environment, check=True)
    os.close(theirs)
    said = b""
    try:
        while piece := os.read(ours, 4096):
            said += piece
    except OSError:  # Linux ends a terminal that nobody writes to any more in this way
        pass
    finally:
        os.close(ours)
    return said.decode()
