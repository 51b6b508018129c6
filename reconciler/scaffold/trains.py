"""What a train cuts: the same file as ``release cut``, from what the history says was seen (T1)."""

import json
from collections.abc import Mapping

from reconciler.canonical import canonical_json
from reconciler.errors import UsageError
from reconciler.manifest.snapshot import parse
from reconciler.model.app import App
from reconciler.scaffold.cut import Sighted, cut
from reconciler.scaffold.files import NewFile

Artifacts = Mapping[str, Mapping[str, str]]
_ARTIFACT = "artifact "


def train_facts(seen: Sighted, version: str, artifacts: Artifacts) -> dict[str, str]:
    """The facts of a sighting from which the version can be cut."""
    found = {f"{_ARTIFACT}{name}": canonical_json(dict(each)) for name, each in artifacts.items()}
    return {**seen.as_facts(), "version": version, **found}


def cut_from(app: App, facts: Mapping[str, str]) -> NewFile:
    """The release's file; raises `UsageError` where none comes of it, as the app has changed."""
    artifacts = {
        name.removeprefix(_ARTIFACT): json.loads(each)
        for name, each in facts.items()
        if name.startswith(_ARTIFACT)
    }
    return cut(app, Sighted.of_facts(facts), facts["version"], artifacts)


def app_in(text: bytes, path: str) -> App | None:
    """The app that a file at an app's path says; nothing if it can't be read."""
    app = parse(path, text).model
    return app if isinstance(app, App) else None


def recut(app: App, path: str, facts: Mapping[str, str]) -> bytes | None:
    """The bytes that cutting gives at a release's path, by this file of the app.

    Nothing where none can be cut by it, or it would lie elsewhere.
    """
    try:
        file = cut_from(app, facts)
    except (UsageError, ValueError, KeyError):
        return None
    return file.text.encode() if file.path == path else None
