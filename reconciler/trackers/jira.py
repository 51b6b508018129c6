"""Jira Cloud, by API version 3.

A board's column is taken to be the status of its name. A ticket that was moved to another project
is found by its old key too. Who may not see a ticket is told that it isn't there.
"""

import base64
from collections.abc import Mapping
from urllib.parse import quote

from reconciler.system.client import Client, Said


class _Status(Said):
    name: str


class _Fields(Said):
    status: _Status


class _Issue(Said):
    fields: _Fields


class _Myself(Said):
    active: bool = True


class Jira:
    """One site of Jira."""

    def __init__(self, client: Client) -> None:
        """``client`` asks below the site's address."""
        self._client = client

    def column_of(self, ticket: str) -> str | None:
        """The status that a ticket has; nothing if there is no such ticket."""
        path = f"/rest/api/3/issue/{quote(ticket, safe='')}"
        found = self._client.find(path, _Issue, fields="status")
        return found.fields.status.name if found else None

    def check(self) -> None:
        """Ask who we are."""
        self._client.get("/rest/api/3/myself", _Myself)


def authorization(secret: str) -> Mapping[str, str]:
    """The header for a secret: ``mail:token`` of an account, or a token that stands alone."""
    if ":" in secret:
        return {"Authorization": f"Basic {base64.b64encode(secret.encode()).decode()}"}
    return {"Authorization": f"Bearer {secret}"}
