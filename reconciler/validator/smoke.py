"""Smoke tests can be run."""

import re
from collections.abc import Iterator

from reconciler.diagnostics import Diagnostic
from reconciler.manifest.codes import policy, references
from reconciler.manifest.paths import app_path, environment_path
from reconciler.manifest.placeholders import words_of
from reconciler.manifest.secrets import secret_named, shown
from reconciler.manifest.snapshot import Snapshot
from reconciler.model.probe import Test
from reconciler.validator.written import WrittenTest, places, tests

_HEADER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")
_JSON_PATH = re.compile(r"\$(?:\.[A-Za-z0-9_-]+|\[(?:[0-9]{1,6}|'[^'\]]*'|\"[^\"\]]*\")\])*")


def smoke(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """What a test asks can be asked.

    Header names are letters, digits and dashes, and headers that carry secrets aren't written here.
    A test whose address starts with ``/`` needs a ``url`` at every place that runs it.
    """
    for each in tests(snapshot):
        yield from _http(snapshot, each)
    for environment, app in places(snapshot):
        if environment.url or _misspelt(snapshot, environment.name):
            continue
        for name, test in environment.pipeline.smoke.items():
            if test is not None and _needs_url(test):
                yield references.NO_ADDRESS.at(
                    snapshot.locate(environment_path(environment.name), ("apps", app.name)),
                    f"{environment.name}/{app.name}: test {shown(name)} starts at 'url', and there"
                    " is none",
                )


def _misspelt(snapshot: Snapshot, environment: str) -> bool:
    """Whether settings there are for an app that isn't: they may be the ones that are missing."""
    found = snapshot.environments.get(environment)
    return found is not None and any(
        app not in snapshot.apps and not snapshot.has(app_path(app)) for app in found.apps
    )


def _http(snapshot: Snapshot, each: WrittenTest) -> Iterator[Diagnostic]:
    if each.test.http is None:
        return
    node = (*each.node, "http")
    for name in each.test.http.headers:
        place = snapshot.locate(each.path, (*node, "headers", name), key=True)
        if not _HEADER.fullmatch(name):
            yield policy.HEADER.at(place, f"found {shown(name)}")
        elif secret_named(name):
            yield policy.SECRET.at(place, f"header {shown(name)} carries a secret: '***'")
    for json_path in each.test.http.json_:
        if not _JSON_PATH.fullmatch(json_path):
            place = snapshot.locate(each.path, (*node, "json", json_path), key=True)
            yield policy.JSON_PATH.at(place, f"found {shown(json_path)}")


def _needs_url(test: Test) -> bool:
    if test.http is None:
        return False
    return test.http.url.startswith("/") or "url" in words_of(test.http.url)
