"""The page of one app: where it runs, and its releases."""

from reconciler.model.app import Versions
from reconciler.model.place import Place
from reconciler.model.release import Release
from reconciler.publish.cells import Cell, Overview
from reconciler.publish.escaping import code, link, markdown, paragraphs
from reconciler.publish.fragments import (
    app_link,
    app_title,
    deployments_table,
    environment_link,
    footer,
    running,
    status,
    table,
)
from reconciler.publish.home import attention
from reconciler.publish.times import when
from reconciler.versions import newest_first

SHOWN = 20
"""Deployments on an app's page."""


def app_page(overview: Overview, name: str) -> str:
    """The text of ``apps/<app>.md``."""
    app = overview.inputs.apps.get(name)
    parts = [f"# {app_title(overview, name)}"]
    if app and app.owner:
        parts.append(f"App {code(name)}, owned by {code(app.owner)}.")
    places = [Place(each, name) for each in overview.environments]
    parts += ["## Where it runs", where(overview, places, by_app=False)]
    cells = [cell for place, cell in overview.cells.items() if place.app == name]
    if any(each.needs_attention for each in cells):
        parts.append(attention(overview, tuple(cells), up="../"))
    parts += ["## Releases", *_releases(overview, name)]
    attempts = [each for each in overview.attempts if each.place.app == name]
    if attempts:
        parts += ["## Last deployments", deployments_table(overview, attempts[:SHOWN], up="../")]
    return "\n\n".join((*parts, footer(overview)))


def where(overview: Overview, places: list[Place], *, by_app: bool) -> str:
    """A table of places with what they do, each named by its app or by its environment."""
    rows = [
        (
            status(cell),
            app_link(overview, place.app, up="../")
            if by_app
            else environment_link(overview, place.environment, up="../"),
            running(cell),
            when(cell.since, overview.inputs.generated_at) if cell.since else "—",
            _latest(cell),
        )
        for place in places
        if (cell := overview.cells.get(place))
    ]
    if not rows:
        return "Nowhere yet." if not by_app else "Nothing yet."
    named = "App" if by_app else "Environment"
    return table(("Status", named, "Version", "Since", "Last deployment"), rows)


def _latest(cell: Cell) -> str:
    if cell.latest is None:
        return "—"
    said = f"{cell.latest.symbol} {cell.latest.version} {cell.latest.word}"
    return f"[{markdown(said)}](../deployments/{cell.latest.name}.md)"


def _releases(overview: Overview, name: str) -> list[str]:
    found = {
        version: each for (app, version), each in overview.inputs.releases.items() if app == name
    }
    if not found:
        return ["No release has been admitted yet."]
    app = overview.inputs.apps.get(name)
    versions = app.versions if app else Versions(scheme="opaque")
    return [_release(overview, found[each]) for each in newest_first(versions, found)]


def _release(overview: Overview, release: Release) -> str:
    places = ", ".join(
        environment_link(overview, place.environment, up="../")
        for place in (Place(each, release.app) for each in overview.environments)
        if (cell := overview.cells.get(place)) and cell.running == release.version
    )
    facts = [f"tag {code(release.tag)}", f"commit {code(release.commit[:12])}"]
    if release.tickets:
        facts.append("tickets " + ", ".join(link(each, each) for each in release.tickets))
    facts.append(f"downtime {code(release.downtime)}")
    facts.append(f"migration {code(release.migration)}")
    if release.way_back:
        facts.append(f"way back: {link(release.way_back, release.way_back)}")
    parts = [
        f"### {markdown(release.version)}",
        f"**{markdown(release.summary)}**",
        f"Runs in {places}." if places else "Runs nowhere now.",
        "<small>" + " · ".join(facts) + "</small>",
    ]
    if release.notes:
        parts.append(paragraphs(release.notes))
    return "\n\n".join(parts)
