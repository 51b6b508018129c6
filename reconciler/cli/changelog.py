"""``tagboat changelog``: what changed in an app, at any time and between any two releases."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reconciler.cli.options import ConfigOption, FolderOption
from reconciler.cli.output import say, show
from reconciler.errors import UsageError

if TYPE_CHECKING:
    from reconciler.changelog import Change, Changes
    from reconciler.manifest.snapshot import Snapshot
    from reconciler.model.app import App
    from reconciler.publish.changelog import Changelog, Point
    from reconciler.repository.cutting import AppSource
    from reconciler.system.configuration import Configuration


class Form(StrEnum):
    """How a changelog is printed."""

    TABLE = "table"
    MARKDOWN = "markdown"
    JSON = "json"


def changelog(
    app: Annotated[str, typer.Argument(metavar="APP", help="Of which app.")],
    since: Annotated[
        str, typer.Option("--since", metavar="TAG", help="From this tag of the app on.")
    ] = "",
    start: Annotated[
        str, typer.Option("--from", metavar="VERSION", help="From this release on.")
    ] = "",
    end: Annotated[
        str, typer.Option("--to", metavar="VERSION", help="Up to this release; the newest.")
    ] = "",
    where: Annotated[
        str, typer.Option("--in", metavar="ENV", help="From what runs there to what it asks for.")
    ] = "",
    source: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="A clone of the app.", exists=True, file_okay=False),
    ] = None,
    form: Annotated[Form, typer.Option("-o", "--output", help="How it is printed.")] = Form.TABLE,
    config: ConfigOption = None,
    folder: FolderOption = Path(),
) -> None:
    """Tell what changed in an app, from its own commits.

    Without options: from the release before the newest one to the newest.
    """
    import json

    from reconciler.cli.app_source import app_source, optional_configuration
    from reconciler.cli.knowledge import suggestion
    from reconciler.publish.changelog import Changelog, changelog_json, changelog_markdown

    if sum(map(bool, (since, start, where))) > 1:
        raise UsageError("--since, --from and --in exclude one another", hint="give one of them")
    configuration = optional_configuration(config, folder, needed=bool(where))
    snapshot, running = _known(configuration, folder, where, app)
    if app not in snapshot.apps:
        raise UsageError(f"there is no app {app}", hint=suggestion(app, sorted(snapshot.apps)))
    known = snapshot.apps[app]
    theirs = app_source(known, source=source, configuration=configuration)
    until = _end(snapshot, known, end, where)
    first = _since_tag(theirs, since) if since else running
    if start or not (since or where):
        first = _start(snapshot, known, start, until.label)
    changes = _changes(theirs, known, first, until)
    found = Changelog(app, known.title or app, first, until, changes)
    match form:
        case Form.MARKDOWN:
            print(changelog_markdown(found), end="")
        case Form.JSON:
            print(json.dumps(changelog_json(found), indent=2, ensure_ascii=True))
        case Form.TABLE:
            _tell(found)


def _known(
    configuration: "Configuration | None", folder: Path, where: str, app: str
) -> "tuple[Snapshot, Point | None]":
    """The files, and what runs in the place that is asked for; nothing may run there."""
    if configuration is None:
        from reconciler.cli.tree import snapshot_of, top_of

        return snapshot_of(top_of(folder)), None
    from reconciler.cli.knowledge import chosen_places, known
    from reconciler.model.place import Place
    from reconciler.publish.changelog import Point

    seen = known(configuration.source, folder)
    snapshot = seen.view.judged().shown
    if not where or app not in snapshot.apps:
        return snapshot, None
    place = Place(where, app)
    chosen_places(seen.places(), str(place))
    content = seen.view.ledger.at(place).running
    return snapshot, Point(content.version, content.commit) if content else None


def _end(snapshot: "Snapshot", app: "App", version: str, where: str) -> "Point":
    from reconciler.versions import newest_first

    promotion = snapshot.promotions.get((where, app.name))
    if not version and promotion and promotion.release:
        version = promotion.release
    versions = _versions(snapshot, app)
    if not (version or versions):
        raise UsageError(f"there is no release of {app.name}", hint="tagboat new release")
    return _point(snapshot, app, version or newest_first(app.versions, versions)[0])


def _start(snapshot: "Snapshot", app: "App", version: str, until: str) -> "Point | None":
    from reconciler.versions import newest_first, rank

    if version:
        return _point(snapshot, app, version)
    below = rank(app.versions, until)
    for each in newest_first(app.versions, _versions(snapshot, app)):
        if rank(app.versions, each) < below:
            return _point(snapshot, app, each)
    return None


def _versions(snapshot: "Snapshot", app: "App") -> list[str]:
    return list(snapshot.versions.get(app.name, ()))


def _point(snapshot: "Snapshot", app: "App", version: str) -> "Point":
    from reconciler.cli.knowledge import suggestion
    from reconciler.publish.changelog import Point

    release = snapshot.releases.get((app.name, version))
    if release is None:
        hint = suggestion(version, sorted(_versions(snapshot, app)))
        raise UsageError(f"there is no release of {app.name} {version}", hint=hint)
    return Point(version, release.commit)


def _since_tag(theirs: "AppSource | None", tag: str) -> "Point":
    from reconciler.publish.changelog import Point

    if theirs is None:
        return Point(tag, "")
    return Point(tag, theirs.commit(f"refs/tags/{tag}", f"tag {tag}"))


def _changes(
    theirs: "AppSource | None", app: "App", since: "Point | None", until: "Point"
) -> "Changes | None":
    from reconciler.changelog import changes_of
    from reconciler.repository.commits import read_span

    if theirs is None:
        say(f"this machine doesn't know the repository of {app.name}: name its clone with --source")
        return None
    head = theirs.commit(until.commit, f"commit {until.commit[:12]}")
    base = theirs.commit(since.commit, f"commit {since.commit[:12]}") if since else None
    return changes_of(app, read_span(theirs.git, head, base))


def _tell(found: "Changelog") -> None:
    if found.changes is None:
        return
    if not found.changes:
        say("nothing changed")
        return
    changes = found.changes
    rest = (each for each in changes.entries if not each.breaking)
    rows = [
        *(_row("Breaking", each) for each in changes.breaking),
        *(_row(each.heading.value, each) for each in rest),
        *(_row("Gone", each) for each in changes.gone),
    ]
    show(("kind", "tickets", "authors", "commit", "change"), rows)


def _row(kind: str, change: "Change") -> tuple[str, ...]:
    text = f"{change.scope}: {change.text}" if change.scope else change.text
    authors = ", ".join(each.name for each in change.authors)
    tickets = " ".join(change.tickets)
    return kind, tickets or "-", authors, change.commits[0][:10], text
