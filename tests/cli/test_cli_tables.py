import os
import pty
import subprocess
import sys

_TABLE = """
from reconciler.cli.output import show
cells = ("✔", "sign-off", "written by ben " * 9, "let somebody else merge it " * 5, "ana")
show(("", "gate", "why", "what opens it", "who"), [cells], folding=("why", "what opens it"))
"""


def test_a_table_keeps_every_column_on_a_narrow_terminal():
    ours, theirs = pty.openpty()
    environment = {**os.environ, "COLUMNS": "80", "TERM": "dumb"}
    subprocess.run([sys.executable, "-c", _TABLE], stdout=theirs, env=environment, check=True)
    os.close(theirs)
    said = b""
    try:
        while piece := os.read(ours, 4096):
            said += piece
    except OSError:  # Linux ends a terminal that nobody writes to any more in this way
        pass
    finally:
        os.close(ours)
    lines = said.decode().splitlines()
    assert all(len(each) <= 80 for each in lines)
    assert [each for each in ("gate", "what opens it", "who") if each not in lines[0]] == []
    assert all(each in said.decode() for each in ("✔", "sign-off", "ana"))
