"""A new release: what the app's own file says about it, and what only its content can say."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from reconciler.errors import UsageError
from reconciler.manifest.paths import release_path
from reconciler.model.app import App
from reconciler.scaffold.files import NewFile, new_file
from reconciler.scaffold.wording import quoted, word
from reconciler.versions import tag_of

_COMMIT = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True, slots=True)
class Facts:
    """What is true of a release's content."""

    commit: str
    """Of the app's repository."""
    artifacts: Mapping[str, Mapping[str, str]]
    """Component → its artifact, as the file has it."""


def release(
    app: App,
    version: str,
    facts: Facts,
    *,
    summary: str,
    tickets: tuple[str, ...] = (),
    notes: str = "",
    hotfix: bool = False,
) -> NewFile:
    """A release of these components, in the app's order, with the app's own defaults.

    Raises `UsageError` for a component without an artifact, and for a commit that isn't one.
    """
    if not _COMMIT.fullmatch(facts.commit):
        raise UsageError(
            f"{facts.commit or 'nothing'} is no commit, expected 40 hex digits",
            hint="name it with --commit, or the app's clone with --source",
        )
    names = [each.name for each in app.components]
    missing = next((each for each in names if each not in facts.artifacts), None)
    if missing:
        raise UsageError(
            f"nothing says what {missing} consists of",
            hint=f"--artifact {missing}=FILE, a pinned image, or the id of a tree",
        )
    strange = next((each for each in facts.artifacts if each not in names), None)
    if strange:
        raise UsageError(
            f"{app.name} has no component {strange}", hint=f"there are: {', '.join(names)}"
        )
    defaults = app.defaults
    return new_file(
        release_path(app.name, version),
        "Release",
        f"app: {word(app.name)}",
        f"version: {quoted(version)}",
        f"tag: {quoted(tag_of(app, version))}",
        f"commit: {quoted(facts.commit)}",
        "components:",
        *(
            f"  - {{name: {word(each)}, artifact: {_flow(facts.artifacts[each])}}}"
            for each in names
        ),
        f"summary: {quoted(summary)}",
        _block("notes", notes) if notes else "",
        f"tickets: {_texts(tickets)}" if tickets else "",
        f"downtime: {defaults.downtime or 'none'}",
        f"estimate: {defaults.estimate or '10m'}",
        "hotfix: true" if hotfix else "",
        f"migration: {defaults.migration or 'none'}",
        "way_back: Promote the release before it",
    )


def artifact(app: App, component: str, value: str) -> dict[str, str]:
    """The artifact that a word means: a pinned image or chart, or the id of a tree."""
    if _COMMIT.fullmatch(value):
        return {"tree": value}
    if "@sha256:" in value:
        sorts = next((each.artifact for each in app.components if each.name == component), {})
        return {"chart" if "chart" in sorts else "image": value}
    raise UsageError(
        f"{value} is neither a file, nor a pinned image, nor the id of a tree",
        hint="a pinned image looks like registry.example/web@sha256:…",
    )


def _flow(fields: Mapping[str, str]) -> str:
    return "{" + ", ".join(f"{key}: {quoted(each)}" for key, each in fields.items()) + "}"


def _texts(texts: tuple[str, ...]) -> str:
    return f"[{', '.join(quoted(each) for each in texts)}]"


def _block(field: str, text: str) -> str:
    """Text of several lines; none of them begins with a space, so YAML sees how deep it is."""
    lines = (f"  {each}".rstrip() for each in text.strip().split("\n"))
    return "\n".join([f"{field}: |", *lines])
