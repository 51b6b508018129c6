"""The command ``tagboat``: one file per verb (L6). Data goes to stdout, talk to stderr."""

import os
import sys
import tempfile
import traceback
from pathlib import Path

from reconciler.errors import ExitCode, TagboatError


def main() -> None:
    """Run the command; every failure ends with its exit code, a sentence and a hint."""
    from reconciler.cli.application import application

    try:
        application(prog_name="tagboat")
    except TagboatError as error:
        print(f"tagboat: {error.message}", file=sys.stderr)
        if error.hint:
            print(f"  hint: {error.hint}", file=sys.stderr)
        sys.exit(int(error.exit_code))
    except KeyboardInterrupt:
        sys.exit(int(ExitCode.INTERRUPTED))
    except BrokenPipeError:
        # The reader of our output has gone; its exit code is the one that counts.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(int(ExitCode.YES))
    except Exception:  # noqa: BLE001 - the top of the command: a bug leaves its traceback in a file
        with tempfile.NamedTemporaryFile(
            "w", prefix="tagboat-bug-", suffix=".txt", delete=False
        ) as file:
            traceback.print_exc(file=file)
        print(f"tagboat: this is a bug; its traceback is in {Path(file.name)}", file=sys.stderr)
        sys.exit(70)
