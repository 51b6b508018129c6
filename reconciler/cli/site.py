"""``tagboat site build`` and ``tagboat site serve``: processes of their own."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reconciler.cli.options import ConfigOption, FolderOption
from reconciler.cli.output import say
from reconciler.errors import ConfigurationError, TagboatError

if TYPE_CHECKING:
    from reconciler.daemon.view import View
    from reconciler.system.configuration import Configuration

site = typer.Typer(help="Build and serve the site.")

_POLL = 2.0
_REFRESH = 300.0


@site.command()
def build(
    watch: Annotated[
        bool, typer.Option("--watch", help="Build again whenever the history or the files change.")
    ] = False,
    docs: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER", help="Hand-written pages; site/ of the folder, if it is there."
        ),
    ] = None,
    config: ConfigOption = None,
    folder: FolderOption = Path(),
) -> None:
    """Build the site from the repository and its history.

    The old one stays until the new one is whole, and also when building fails.
    """
    from reconciler.daemon.wake import Wake, refs_of
    from reconciler.registry import open_reader
    from reconciler.system.clock import SystemClock
    from reconciler.system.configuration import find_configuration
    from reconciler.system.interrupts import interrupts

    configuration = find_configuration(config, start=folder)
    settings = configuration.host.site
    if settings is None:
        raise ConfigurationError(
            "this host builds no site", hint=f"add [site] folder to {configuration.source}"
        )
    pages = docs or folder / "site"
    mkdocs = pages.parent / "mkdocs.yml"
    into = configuration.path(settings.folder)
    view = open_reader(configuration)
    clock = SystemClock()
    built = float("-inf")
    remote = configuration.address(configuration.host.remote.url)
    with interrupts() as stopping, Wake(refs_of(remote)) as wake:
        while not stopping.is_set():
            try:
                changed = view.refresh()
                if changed or clock.monotonic() - built > _REFRESH:
                    _build(configuration, view, pages, mkdocs, into)
                    built = clock.monotonic()
                    say(f"built {into}")
            except TagboatError as error:
                if not watch:
                    raise
                say(f"site: {error.message}")
            if not watch:
                return
            wake.wait(_POLL)


@site.command()
def serve(
    port: Annotated[int, typer.Option(metavar="N", min=0, max=65535, help="Port.")] = 8000,
    host: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Address; loopback unless said.")
    ] = "127.0.0.1",
    config: ConfigOption = None,
    folder: FolderOption = Path(),
) -> None:
    """Serve the built site."""
    from reconciler.system.configuration import find_configuration
    from reconciler.system.site import serve_site

    configuration = find_configuration(config, start=folder)
    settings = configuration.host.site
    if settings is None:
        raise ConfigurationError(
            "this host has no site", hint=f"add [site] folder to {configuration.source}"
        )
    say(f"serving http://{host}:{port}/")
    serve_site(configuration.path(settings.folder), host=host, port=port)


def _build(
    configuration: "Configuration", view: "View", docs: Path, mkdocs: Path, into: Path
) -> None:
    from reconciler.manifest.layering import effective_environments
    from reconciler.planner.plan import make_plan
    from reconciler.publish import SiteInputs, pages
    from reconciler.system.clock import SystemClock
    from reconciler.system.site import build_site

    assert configuration.host.site is not None  # noqa: S101 - asked for by the caller
    title = configuration.host.site.title
    judged = view.judged()
    snapshot = judged.admitted
    inputs = SiteInputs(
        title=title,
        plan=make_plan(view.inputs(now=SystemClock().now())),
        records=tuple(view.records),
        releases=snapshot.releases,
        apps=snapshot.apps,
        environments=effective_environments(snapshot),
        people=snapshot.people,
        generated_at=SystemClock().now(),
    )
    build_site(
        pages(inputs),
        docs=docs if docs.is_dir() else None,
        config=mkdocs if mkdocs.is_file() else None,
        into=into,
        title=title,
    )
