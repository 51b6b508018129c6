"""The page of one environment: what runs there now, and its history."""

from itertools import islice

from reconciler.model.place import Place
from reconciler.model.records import PlacedRecord
from reconciler.publish.app_page import where
from reconciler.publish.attempts import records_without_attempt
from reconciler.publish.cells import Overview
from reconciler.publish.escaping import code, link, markdown
from reconciler.publish.fragments import (
    app_link,
    deployments_table,
    environment_title,
    footer,
    person,
    table,
)
from reconciler.publish.home import attention
from reconciler.publish.times import when

SHOWN = 100
"""Deployments, and other records, on an environment's page."""


def environment_page(overview: Overview, name: str) -> str:
    """The text of ``environments/<environment>.md``."""
    environment = overview.inputs.environments.get(name)
    parts = [f"# {environment_title(overview, name)}"]
    if environment:
        who = ", ".join(_who(overview, each) for each in environment.permissions.promote)
        tier = code(environment.tier or name)
        parts.append(f"Environment {code(name)}, tier {tier}. A merge by {who} is a sign-off here.")
        named = {key: each for key, each in environment.links.items() if each and "{" not in each}
        if named:
            parts.append(" · ".join(link(key, each) for key, each in sorted(named.items())))
    places = [Place(name, each) for each in overview.apps]
    parts += ["## What runs here", where(overview, places, by_app=True)]
    cells = [cell for place, cell in overview.cells.items() if place.environment == name]
    if any(each.needs_attention or each.pauses for each in cells):
        parts.append(attention(overview, tuple(cells), up="../"))
    attempts = [each for each in overview.attempts if each.place.environment == name]
    parts.append("## History")
    if attempts:
        parts.append(deployments_table(overview, attempts[:SHOWN], up="../"))
    else:
        parts.append("Nothing has been deployed here yet.")
    others = [
        each
        for each in reversed(records_without_attempt(overview.inputs.records))
        if each.environment == name
    ]
    if others:
        rows = (_other(overview, each) for each in islice(others, SHOWN))
        parts += ["### Besides", table(("When", "App", "What"), rows)]
    return "\n\n".join((*parts, footer(overview)))


def _who(overview: Overview, reference: str) -> str:
    """A reference to people and, in brackets, whom it leads to."""
    people = overview.inputs.people
    names = [person(people, each) for each in sorted(people.members(reference))] if people else []
    return f"{code(reference)} ({', '.join(names)})" if names else code(reference)


def _other(overview: Overview, record: PlacedRecord) -> tuple[str, str, str]:
    return (
        when(record.at, overview.inputs.generated_at),
        app_link(overview, record.app, up="../"),
        markdown(record.subject.partition(" ")[2]),
    )
