"""Tags of versions, as an app writes them."""

import re

from reconciler.manifest.placeholders import fill
from reconciler.model.app import App

_HOLE = "{version}"
_VERSION = r"(?P<version>[A-Za-z0-9][A-Za-z0-9._+-]{0,62})"


def tag_of(app: App, version: str) -> str:
    """The tag that the app gives this version."""
    return fill(app.versions.tag, {"version": version, "app": app.name})


def version_of(app: App, tag: str) -> str | None:
    """The version that a tag of the app stands for; nothing for a tag of something else."""
    first, hole, rest = fill(app.versions.tag, {"app": app.name}).partition(_HOLE)
    if not hole:
        return None
    again = re.escape(rest).replace(re.escape(_HOLE), "(?P=version)")
    match = re.fullmatch(f"{re.escape(first)}{_VERSION}{again}", tag)
    return match["version"] if match else None
