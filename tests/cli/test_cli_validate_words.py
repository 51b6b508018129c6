"""The plain words of ``validate`` are understood without typer, and as typer understands them."""

import subprocess
import sys
from pathlib import Path

import pytest
import typer.main

from reconciler.cli.application import application
from reconciler.cli.validation import Validation, plainly

CORPUS = Path(__file__).parents[1] / "corpus" / "valid" / "one-app"
PLAIN = (
    "validate",
    "validate -C .",
    "validate --staged",
    "validate --commit HEAD",
    "validate --base origin/main -C .",
    "validate --format github --output-file junit=a.xml --output-file text=b",
)
OTHERS = (
    "validate --help",
    "validate -C nowhere",
    "validate -C a -C b",
    "validate --format nothing",
    "validate --base",
    "validate --base --staged",
    "validate --base=main",
    "validate -o json",
    "validate more",
    "plan",
)


def by_typer(words):
    """What the verb is called with."""
    verb = typer.main.get_command(application).commands[words[0]]
    with verb.make_context("validate", list(words[1:])) as context:
        given = context.params
    return Validation(**{**given, "files": tuple(given["files"] or ())})


@pytest.mark.parametrize("line", PLAIN)
def test_plain_words_mean_what_typer_takes_them_for(line):
    assert plainly(line.split()) == by_typer(line.split())


@pytest.mark.parametrize("line", OTHERS)
def test_whatever_else_is_said_is_left_to_typer(line):
    assert plainly(line.split()) is None


def test_checking_a_repository_again_loads_neither_typer_nor_pydantic(tmp_path):
    # From 3.12 on, dataclasses use `inspect`, which stands on it.
    more = ["dis"] if sys.version_info < (3, 12) else []
    code = (
        f"import sys; from reconciler.cli import main; main(sys.argv[1:]); more = {more}; "
        "print(*sorted({'typer', 'pydantic', 'yaml', 'rich', 'git', *more} & set(sys.modules)))"
    )
    argv = [sys.executable, "-c", code, "validate", "-C", str(CORPUS)]
    run = [
        subprocess.run(argv, env={"XDG_CACHE_HOME": str(tmp_path)}, capture_output=True, text=True)
        for _ in range(2)
    ]
    assert [each.stdout for each in run] == [" ".join([*more, "pydantic yaml\n"]), "\n"]
    assert [each.stderr for each in run] == ["5 files, 0 errors\n"] * 2


def test_what_was_postponed_is_there_once_it_is_used():
    code = (
        "import sys; from reconciler.cli.postponed import postpone; postpone()\n"
        "import inspect; from pathlib import Path; from importlib.metadata import version\n"
        "assert 'dis' not in sys.modules and 'ipaddress' not in sys.modules\n"
        "assert Path('/a b').as_uri() == 'file:///a%20b'\n"
        "assert str(inspect.signature(lambda one: one)) == '(one)' and version('pydantic')\n"
        "assert not hasattr(inspect, 'nothing') and 'dis' in sys.modules\n"
        "import urllib.parse, importlib.metadata\n"
        "assert urllib.parse.unquote('%20') == ' ' and importlib.metadata.version('pydantic')\n"
        "import inspect; assert inspect.__file__\n"
    )
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_command_ends_at_once_and_has_said_everything(tmp_path):
    broken = CORPUS.parents[1] / "invalid" / "B01-comments-only"
    command = [Path(sys.executable).with_name("tagboat"), "validate", "-C", str(broken)]
    for _ in range(2):  # without a cache, and with it
        done = subprocess.run(
            command, env={"XDG_CACHE_HOME": str(tmp_path)}, capture_output=True, text=True
        )
        assert done.returncode == 1
        assert done.stdout.startswith("environments/")
        assert done.stderr.endswith(", 1 error\n")
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as gone:
        gone.stdout.close()
        assert "Traceback" not in gone.stderr.read()
    assert gone.returncode in {0, 1}
