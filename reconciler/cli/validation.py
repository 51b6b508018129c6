"""What ``tagboat validate`` was asked for, and doing it.

Hooks and editors run this at every commit and every key, so its plain words are understood here:
loading what understands all the others costs as much as checking a small repository.
"""

import gc
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reconciler.cli.formats import FindingsFormat, Format
from reconciler.cli.output import say
from reconciler.errors import ConfigurationError, ExitCode, UsageError
from reconciler.visibility import visible

if TYPE_CHECKING:
    from reconciler.cli.checking import Checked

_VALUES = {
    "-C": "folder",
    "--commit": "commit",
    "--base": "base",
    "--format": "form",
    "--output-file": "files",
}


@dataclass(frozen=True)
class Validation:
    """The options of the verb."""

    folder: Path = field(default_factory=Path)
    commit: str = ""
    staged: bool = False
    base: str = ""
    form: FindingsFormat = FindingsFormat.TEXT
    files: tuple[str, ...] = ()
    output: Format = Format.TABLE

    def run(self) -> ExitCode:
        """Check, and print what was found; `ExitCode.NO` when something is wrong."""
        # Nearly everything stays to the end: looking for cycles would be a quarter of the time, at
        # the end once more.
        gc.disable()
        code = self._run()
        gc.freeze()
        return code

    def _run(self) -> ExitCode:
        from reconciler.findings import writer

        if self.staged and self.commit:
            raise UsageError("--staged and --commit exclude each other", hint="leave one out")
        wanted = [_file(each) for each in self.files]
        checked = self._check()
        for name, path in wanted:
            _write(path, writer(name)(checked.report, source=checked.source))
        if self.output is Format.TABLE:
            _print(writer(self.form.value)(checked.report, source=checked.source))
        else:
            _print_data(checked, self.output)
        errors = len(checked.report.errors)
        warnings = len(checked.report.findings) - errors
        said = [_counted(checked.files, "file"), _counted(errors, "error")]
        say(", ".join([*said, *([_counted(warnings, "warning")] if warnings else [])]))
        return ExitCode.NO if errors else ExitCode.YES

    def _check(self) -> "Checked":
        if not (self.base or self.staged or self.commit):
            from reconciler.cli.checking import check_folder

            return check_folder(self.folder)
        from reconciler.cli import checking_git

        if self.base:
            revision = "" if self.staged else self.commit or "HEAD"
            return checking_git.check_since(self.folder, self.base, revision=revision)
        if self.staged:
            return checking_git.check_staged(self.folder)
        return checking_git.check_commit(self.folder, self.commit)


def plainly(words: Sequence[str]) -> Validation | None:
    """The validation that plain words ask for, as typer would understand them.

    Nothing for all other words, and for what has to be complained about.
    """
    if words[:1] != ["validate"] or "_TAGBOAT_COMPLETE" in os.environ:
        return None
    rest = list(words[1:])
    found: dict[str, Any] = {}
    files: list[str] = []
    while rest:
        word = rest.pop(0)
        if word == "--staged":
            found["staged"] = True
            continue
        name = _VALUES.get(word)
        if name is None or not rest or rest[0][:1] in {"", "-"}:
            return None
        value = rest.pop(0)
        if name == "files":
            files.append(value)
        elif name in found:
            return None
        else:
            found[name] = value
    if "form" in found and found["form"] not in list(FindingsFormat):
        return None
    if "folder" in found and not _a_folder(Path(found["folder"])):
        return None
    return Validation(
        folder=Path(found.pop("folder", "")),
        form=FindingsFormat(found.pop("form", "text")),
        files=tuple(files),
        **found,
    )


def _a_folder(folder: Path) -> bool:
    try:
        return folder.is_dir() and os.access(folder, os.R_OK)
    except (OSError, ValueError):
        return False


def _print(text: str) -> None:
    for line in text.splitlines():
        print(visible(line))


def _print_data(checked: "Checked", output: Format) -> None:
    from reconciler.cli.output import emit
    from reconciler.findings.json import data_of

    emit([data_of(each) for each in checked.report.findings], output, table=_nothing)


def _nothing() -> None:
    """Print nothing: the table is what `--format` says."""


def _file(text: str) -> tuple[str, Path]:
    name, separator, path = text.partition("=")
    if name not in list(FindingsFormat) or not separator or not path:
        names = ", ".join(FindingsFormat)
        raise UsageError(f"--output-file {text}: expected FORMAT=PATH", hint=f"formats: {names}")
    return name, Path(path)


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(f"{path} can't be written: {error.strerror}") from error


def _counted(number: int, what: str) -> str:
    return f"{number} {what if number == 1 else what + 's'}"
