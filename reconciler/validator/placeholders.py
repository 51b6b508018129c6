"""Placeholders are words that will be filled in."""

from collections.abc import Iterator

from reconciler.diagnostics import Diagnostic
from reconciler.manifest.codes import links, references
from reconciler.manifest.document import NodePath
from reconciler.manifest.paths import app_path, text_path
from reconciler.manifest.placeholders import OF_TEXTS, WORDS, words_of
from reconciler.manifest.snapshot import Snapshot
from reconciler.validator.effective import deployed
from reconciler.validator.near import near
from reconciler.validator.written import addresses, targets, tests

_PLACE = frozenset({"app", "environment", "customer"})
_VERSION = frozenset({"app", "version"})
_CUT = frozenset({"app", "version", "tag", "commit"})
_OF_TARGETS = (
    *("root", "listen", "hosts", "restart", "cluster", "namespace", "path"),
    *("application", "kustomization", "helm_release"),
)


def placeholders(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """A ``{word}`` is one that is filled in at this field (B102, B103).

    Where a place is depends on app, environment and customer only, never on the version that runs
    there; ``{customer}`` needs one. Texts have more words. Any other brace stands for itself, and
    so does a word in a field that takes no placeholders.
    """
    for path, node, text, known in _texts(snapshot):
        for word in words_of(text):
            if word not in known:
                said = "isn't filled in here" if word in WORDS | OF_TEXTS else "is unknown"
                yield references.PLACEHOLDER.at(
                    snapshot.locate(path, node),
                    f"placeholder '{{{word}}}' {said}, expected one of: {', '.join(sorted(known))}",
                    hint=near(word, known),
                )
    for each in deployed(snapshot):
        if each.value.customer is None:
            written = [("url", each.value.url or "")]
            found = each.resolved.value.get("target", {})
            written += [("target", text) for text in _strings(found)]
            for name, text in written:
                if "customer" in words_of(text):
                    said = "'{customer}' has no value, the place has no customer"
                    yield each.finding(links.EMPTY_WORD, said, name)


def _texts(snapshot: Snapshot) -> Iterator[tuple[str, NodePath, str, frozenset[str]]]:
    for path, node, text in addresses(snapshot):
        yield path, node, text, _PLACE
    for target in targets(snapshot):
        for name in _OF_TARGETS:
            for text in _strings(getattr(target.target, name)):
                yield target.path, (*target.node, name), text, _PLACE
    yield from _of_apps(snapshot)
    yield from _of_tests(snapshot)
    for (event, language), message in snapshot.texts.items():
        for name in ("subject", "body"):
            text = getattr(message, name)
            yield text_path(event, language), (name,), text, WORDS | OF_TEXTS


def _of_tests(snapshot: Snapshot) -> Iterator[tuple[str, NodePath, str, frozenset[str]]]:
    for each in tests(snapshot):
        if each.test.http:
            node = (*each.node, "http")
            yield each.path, (*node, "url"), each.test.http.url, WORDS
            for json_path, text in each.test.http.json_.items():
                yield each.path, (*node, "json", json_path), text, WORDS
        if each.test.tcp:
            yield each.path, (*each.node, "tcp", "address"), each.test.tcp.address, _PLACE
        if each.test.metric:
            yield each.path, (*each.node, "metric", "query"), each.test.metric.query, WORDS


def _of_apps(snapshot: Snapshot) -> Iterator[tuple[str, NodePath, str, frozenset[str]]]:
    for name, app in snapshot.apps.items():
        path = app_path(name)
        yield path, ("versions", "tag"), app.versions.tag, _VERSION
        for index, component in enumerate(app.components):
            for sort, text in component.artifact.items():
                yield path, ("components", index, "artifact", sort), text, _CUT


def _strings(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case tuple() | list():
            for each in value:
                yield from _strings(each)
        case dict():
            for each in value.values():
                yield from _strings(each)
        case _:
            pass
