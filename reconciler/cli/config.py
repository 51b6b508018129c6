"""``tagboat config view``: the host's configuration as it counts, and where each value is from."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from reconciler.cli.formats import Format
from reconciler.cli.options import ConfigOption, FolderOption, FormatOption
from reconciler.cli.output import emit, say, show

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

config = typer.Typer(help="Look at this host's configuration.")

_MASK = "***"


@config.command()
def view(
    show_origin: Annotated[
        bool, typer.Option("--show-origin", help="Also where each value is from.")
    ] = False,
    output: FormatOption = Format.TABLE,
    config: ConfigOption = None,
    folder: FolderOption = Path(),
) -> None:
    """Print the host's configuration with its defaults.

    What looks like a secret is masked.
    """
    from reconciler.system.configuration import find_file, read_configuration
    from reconciler.system.origins import lines_of

    found = find_file(config, start=folder)
    host = read_configuration(found.path).host.model_dump(mode="json")
    lines = lines_of(found.path.read_text(encoding="utf-8")) if show_origin else {}
    rows = [(".".join(path), value, lines.get(path)) for path, value in _settings(host)]
    say(f"{found.path.absolute()}, named by {found.named_by}")
    data: Any = _masked(host)
    if show_origin:
        data = {
            "file": str(found.path.absolute()),
            "named_by": found.named_by,
            "settings": [
                {"setting": name, "value": value, "line": line} for name, value, line in rows
            ],
        }

    def table() -> None:
        if not show_origin:
            show(("setting", "value"), [(name, _text(value)) for name, value, _ in rows])
            return
        name = found.path.name
        show(
            ("setting", "from", "value"),
            [
                (setting, f"{name}:{line}" if line else "default", _text(value))
                for setting, value, line in rows
            ],
        )

    emit(data, output, table=table)


@config.command()
def example() -> None:
    """Print a file with every setting, to start from.

    Cut out what isn't needed, and write it to a file outside of any work tree.
    """
    from reconciler.system.configuration import EXAMPLE

    print(EXAMPLE.read_text(encoding="utf-8"), end="")


def _settings(value: "Mapping[str, Any]", at: tuple[str, ...] = ()) -> "Iterator[Any]":
    """Path and masked value of each setting; a table that nothing is in is a value."""
    for key, each in value.items():
        if isinstance(each, dict) and each:
            yield from _settings(each, (*at, key))
        else:
            yield (*at, key), _masked(each, key)


def _masked(value: Any, name: str = "") -> Any:
    from reconciler.manifest.secrets import secret_named, secrets_in

    match value:
        case str():
            secret = secret_named(name) or any(True for _ in secrets_in(value))
            return _MASK if secret else value
        case dict():
            return {key: _masked(each, key) for key, each in value.items()}
        case list():
            return [_masked(each, name) for each in value]
        case _:
            return value


def _text(value: Any) -> str:
    import json

    match value:
        case None:
            return "-"
        case str():
            return value
        case _:
            return json.dumps(value, ensure_ascii=False)
