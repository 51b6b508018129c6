"""What a person's command knows of the remote: asked now, or what was known before."""

from pathlib import Path

from reconciler.cli.output import say
from reconciler.daemon.view import View
from reconciler.errors import UnreachableError


def known_view(config: Path | None, folder: Path) -> View:
    """The repository as the remote has it now; when it doesn't answer, as it was, saying so."""
    from reconciler.registry import open_reader
    from reconciler.system.configuration import find_configuration

    view = open_reader(find_configuration(config, start=folder))
    try:
        view.refresh()
    except UnreachableError as error:
        view.recall()
        say(f"{error.message}; this is what was known before")
    for alarm in view.alarms:
        say(f"alarm: {alarm}")
    return view
