"""Placeholders are words that will be filled in."""

from collections.abc import Iterator

from reconciler.diagnostics import Diagnostic
from reconciler.manifest.codes import fields, references
from reconciler.manifest.document import NodePath
from reconciler.manifest.paths import app_path
from reconciler.manifest.placeholders import NOT_YET, WORDS, words_of
from reconciler.manifest.snapshot import Snapshot
from reconciler.validator.near import near
from reconciler.validator.written import addresses, targets, tests

_PLACE = frozenset({"app", "environment"})
_VERSION = frozenset({"app", "version"})
_CUT = frozenset({"app", "version", "tag", "commit"})


def placeholders(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """A ``{word}`` is one that is filled in at this field (B102, B103).

    Where a place is depends on app and environment only, never on the version that runs there.
    Any other brace stands for itself, and so does a word in a field that takes no placeholders.
    """
    for path, node, text, known in _texts(snapshot):
        for word in words_of(text):
            place = snapshot.locate(path, node)
            if word in NOT_YET:
                yield fields.NOT_YET_VALUE.at(
                    place, f"placeholder '{{{word}}}' is not supported yet"
                )
            elif word not in known:
                said = "isn't filled in here" if word in WORDS else "is unknown"
                yield references.PLACEHOLDER.at(
                    place,
                    f"placeholder '{{{word}}}' {said}, expected one of: {', '.join(sorted(known))}",
                    hint=near(word, known),
                )


def _texts(snapshot: Snapshot) -> Iterator[tuple[str, NodePath, str, frozenset[str]]]:
    for path, node, text in addresses(snapshot):
        yield path, node, text, _PLACE
    for target in targets(snapshot):
        for name in ("root", "listen"):
            text = getattr(target.target, name) or ""
            yield target.path, (*target.node, name), text, _PLACE
    yield from _of_apps(snapshot)
    for each in tests(snapshot):
        if each.test.http:
            node = (*each.node, "http")
            yield each.path, (*node, "url"), each.test.http.url, WORDS
            for json_path, text in each.test.http.json_.items():
                yield each.path, (*node, "json", json_path), text, WORDS


def _of_apps(snapshot: Snapshot) -> Iterator[tuple[str, NodePath, str, frozenset[str]]]:
    for name, app in snapshot.apps.items():
        path = app_path(name)
        yield path, ("versions", "tag"), app.versions.tag, _VERSION
        for index, component in enumerate(app.components):
            for sort, text in component.artifact.items():
                yield path, ("components", index, "artifact", sort), text, _CUT
