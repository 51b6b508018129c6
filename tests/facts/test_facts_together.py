"""Whatever becomes of the processes that read beside this one, every file is read, and rightly."""

import subprocess
import sys

import pytest

COUNT = 900
BEGIN = f"""
import os, time
from reconciler.manifest.snapshot import parse
from reconciler.repository import together

files = [(f"releases/app{{number}}/app.yaml", str(number)) for number in range({COUNT})]
data = {{
    each: f"apiVersion: tagboat/v1\\nkind: App\\nname: app{{each}}\\nversions: {{{{scheme: semver}}}}\\n"
          f"components: [{{{{name: web}}}}]\\nowner: {{'nobody' if each == '7' else 'role/dev'}}\\n".encode()
    for _, each in files
}}
changes = [("name: app", "name: other"), ("App", "Release"), ("role/dev", "null"),
           ("role/dev", "yes"), ("v1", "v2"), ("name: web", "name: web, x: 1")]
for number, (old, new) in enumerate(changes, start=101):
    data[str(number)] = data[str(number)].replace(old.encode(), new.encode())
alone = {{(path, each): parse(path, data[each]) for path, each in files}}
lines = together._lines


def dies(some, data):
    yield from list(lines(some[:40], data))
    os.kill(os.getpid(), 9)


def raises(some, data):
    yield from lines(some[:40], data)
    raise RuntimeError


def hangs(some, data):
    yield from lines(some[:40], data)
    time.sleep(600)


def raves(some, data):
    for number, each in enumerate(lines(some, data)):
        yield (each, b"", b"no facts", b"\\xff\\xfe", b"{{}}")[number % 5]
"""


@pytest.mark.parametrize("companion", ["lines", "dies", "raises", "hangs", "raves"])
def test_what_is_read_together_is_what_is_read_alone(companion):
    # In a process of its own: companions are for processes without threads.
    code = f"""
together._lines = {companion}
known = {{}}
texts = together.read_together(files, data, known, processes=2)
assert known.keys() == alone.keys() == texts.keys()
for each in files:
    assert known[each].findings == alone[each].findings, each
    assert known[each].model == alone[each].model, each
assert sum(bool(each.findings) for each in alone.values()) == 7
try:
    os.waitpid(-1, os.WNOHANG)
except ChildProcessError:
    pass
else:
    raise AssertionError("a child was left")
"""
    done = subprocess.run([sys.executable, "-c", BEGIN + code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
