"""The pages that list all deployments, all apps and all environments."""

from reconciler.model.place import Place
from reconciler.publish.cells import Overview
from reconciler.publish.escaping import code
from reconciler.publish.fragments import (
    app_title,
    deployments_table,
    environment_title,
    footer,
    mark,
    table,
)

SHOWN = 200
"""Deployments on the page that lists them; the CSV has all."""


def deployments_list(overview: Overview) -> str:
    """The text of ``deployments/index.md``."""
    parts = ["# Deployments"]
    if overview.attempts:
        shown = overview.attempts[:SHOWN]
        many = len(overview.attempts)
        parts.append(
            f"The last {len(shown)} of {many}; all of them as "
            "[CSV](../data/deployments.csv) and [JSON](../data/deployments.json)."
        )
        parts.append(deployments_table(overview, shown, up="../"))
    else:
        parts.append("Nothing has been deployed yet.")
    return "\n\n".join((*parts, footer(overview)))


def apps_list(overview: Overview) -> str:
    """The text of ``apps/index.md``."""
    rows = (
        (
            f"[{app_title(overview, app)}]({app}.md)",
            str(sum(1 for each, _ in overview.inputs.releases if each == app)),
            _marks(overview, [Place(each, app) for each in overview.environments], by_app=False),
        )
        for app in overview.apps
    )
    body = table(("App", "Releases", "Runs"), rows) if overview.apps else "No app is declared yet."
    return "\n\n".join(("# Apps", body, footer(overview)))


def environments_list(overview: Overview) -> str:
    """The text of ``environments/index.md``."""
    rows = (
        (
            f"[{environment_title(overview, name)}]({name}.md)",
            code(_tier(overview, name)),
            _marks(overview, [Place(name, each) for each in overview.apps], by_app=True),
        )
        for name in overview.environments
    )
    body = (
        table(("Environment", "Tier", "Runs"), rows)
        if overview.environments
        else "No environment is declared yet."
    )
    return "\n\n".join(("# Environments", body, footer(overview)))


def _tier(overview: Overview, name: str) -> str:
    environment = overview.inputs.environments.get(name)
    return environment.tier if environment and environment.tier else name


def _marks(overview: Overview, places: list[Place], *, by_app: bool) -> str:
    found = [(place, overview.cells[place]) for place in places if place in overview.cells]
    said = (
        mark(cell.status.colour, cell.status.symbol, cell.status.word)
        + f" {place.app if by_app else place.environment} "
        + (code(cell.running) if cell.running else "")
        for place, cell in found
    )
    return "<br>".join(each.strip() for each in said) or "—"
