"""The command ``tagboat``: one file per verb (L6). Data goes to stdout, talk to stderr."""

import contextlib
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from reconciler.errors import ExitCode, TagboatError

BUG = 70
"""Exit code of a bug, as BSD's ``sysexits.h`` has it."""


def command() -> NoReturn:
    """What the script ``tagboat`` runs: `main`, and out.

    Taking a large repository apart in memory, object by object, is a twentieth of checking it. So a
    check leaves without that; it has no threads, and nothing to do at its end.
    """
    code = main()
    if sys.argv[1:2] == ["validate"]:
        with contextlib.suppress(OSError):
            sys.stderr.flush()
        os._exit(code)
    sys.exit(code)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and give back its exit code; every failure says a sentence and a hint."""
    # What happens to be installed beside us must not decide what is valid.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "1")
    words = sys.argv[1:] if arguments is None else list(arguments)
    try:
        code = _answer(words)
        sys.stdout.flush()
    except TagboatError as error:
        _complain(error.message, error.hint)
        return int(error.exit_code)
    except KeyboardInterrupt:
        return int(ExitCode.INTERRUPTED)
    except BrokenPipeError:
        # The reader of our output has gone; its exit code is the one that counts.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return int(ExitCode.YES)
    except Exception:  # noqa: BLE001 - the top of the command: a bug leaves its traceback in a file
        return _own_up()
    return code


def _answer(words: list[str]) -> int:
    if words in (["version"], ["--version"]):
        # Scripts ask this often: answered without loading what parses arguments.
        from reconciler.cli.version import version

        version()
        return int(ExitCode.YES)
    if words[:1] == ["validate"]:
        from reconciler.cli.postponed import postpone

        postpone()
        from reconciler.cli.validation import plainly

        if asked := plainly(words):
            return int(asked.run())
    from reconciler.cli.application import run

    return run(words)


def _complain(message: str, hint: str) -> None:
    from reconciler.visibility import visible

    first, *more = message.splitlines() or [""]
    lines = [f"tagboat: {first}", *(f"  {line}" for line in more)]
    lines += [f"  hint: {hint}"] if hint else []
    for line in lines:
        print(visible(line), file=sys.stderr)


def _own_up() -> int:
    import tempfile
    import traceback

    with tempfile.NamedTemporaryFile(
        "w", prefix="tagboat-bug-", suffix=".txt", delete=False
    ) as file:
        traceback.print_exc(file=file)
    _complain(f"this is a bug; its traceback is in {file.name}", "")
    return BUG
