"""``tagboat get``: one thing of the repository, an environment with everything it inherits."""

import json
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from reconciler.cli.options import FolderOption
from reconciler.cli.output import say
from reconciler.errors import ExitCode, UsageError
from reconciler.visibility import visible

if TYPE_CHECKING:
    from reconciler.diagnostics import Diagnostic, Location, Report
    from reconciler.manifest.document import NodePath
    from reconciler.manifest.snapshot import Snapshot


_SHOWN = 10


class Kind(StrEnum):
    """What can be asked for."""

    APP = "app"
    RELEASE = "release"
    ENVIRONMENT = "environment"
    PROMOTION = "promotion"
    POLICY = "policy"
    CUSTOMER = "customer"
    CALENDAR = "calendar"
    FREEZE = "freeze"
    TEXT = "text"
    APPROVAL = "approval"
    QUARANTINE = "quarantine"
    PEOPLE = "people"
    CONNECTIONS = "connections"


class Written(StrEnum):
    """How it is printed."""

    YAML = "yaml"
    JSON = "json"


def get(
    kind: Annotated[str, typer.Argument(metavar="KIND", help="Such as environment or release.")],
    name: Annotated[
        str,
        typer.Argument(
            metavar="[NAME]",
            help="Its name, such as production, production/shop or shop/1.4.0; all if left out.",
        ),
    ] = "",
    app: Annotated[
        str, typer.Option("--app", help="An environment as it is for this app.", show_default=False)
    ] = "",
    origin: Annotated[
        bool, typer.Option("--origin", help="Say of each line where it is written.")
    ] = False,
    output: Annotated[Written, typer.Option("-o", "--output", help="How it is printed.")] = (
        Written.YAML
    ),
    folder: FolderOption = Path(),
) -> None:
    """Print a file; of an environment also what it inherits.

    Without a name, the names that there are. Ends with 1 when what decides has errors.
    """
    from reconciler.cli.knowledge import suggestion
    from reconciler.cli.tree import top_of, tree_of
    from reconciler.manifest.loading import load

    if kind not in list(Kind):
        raise UsageError(f"there is no kind {kind}", hint=suggestion(kind, Kind))
    asked = Kind(kind)
    snapshot, report = load("0" * 40, tree_of(top_of(folder)))
    names = _names(snapshot, asked)
    if not name and "" not in names:
        for each in sorted(names):
            print(visible(each))
        return
    path = _path(names, asked, name.replace("@", "/", 1))
    if asked is Kind.ENVIRONMENT:
        _print_environment(snapshot, report, name, app, origin=origin, output=output)
        return
    if app:
        raise UsageError("--app goes with an environment", hint="take it out")
    _stop_for(each for each in report.errors if each.location.path == path)
    document = snapshot.documents[path]
    _print(document.value, lambda node: document.locate(node, key=True), origin, output)


def _names(snapshot: "Snapshot", kind: Kind) -> dict[str, str]:
    """The names that there are of a kind, each with its file; an empty one where one is all."""
    from reconciler.manifest.paths import Home, home_of

    found: dict[str, str] = {}
    for path in snapshot.blobs:
        home = home_of(path)
        if isinstance(home, Home) and home.kind.__name__.lower() == kind.value:
            steps = [*([home.folder] if home.folder else []), *(each for _, each in home.names)]
            found[("." if kind is Kind.TEXT else "/").join(steps)] = path
    return found


def _path(names: Mapping[str, str], kind: Kind, name: str) -> str:
    from difflib import get_close_matches

    if name in names:
        return names[name]
    near = get_close_matches(name, sorted(names), 1, 0.5)
    listed = ", ".join(sorted(names)[:_SHOWN]) or "none"
    raise UsageError(
        f"there is no {kind} {name}",
        hint=f"did you mean {near[0]}?" if near else f"there are: {listed}",
    )


def _print_environment(
    snapshot: "Snapshot",
    report: "Report",
    name: str,
    app: str,
    *,
    origin: bool,
    output: Written,
) -> None:
    from reconciler.manifest.layering import policy_findings, resolve
    from reconciler.manifest.paths import app_path, environment_path, policy_path

    if app and app_path(app) not in snapshot.blobs:
        raise UsageError(f"there is no app {app}")
    resolved = resolve(snapshot, name, app or None)
    paths = {environment_path(name), *map(policy_path, resolved.policies)}
    if app:
        paths.add(app_path(app))
    found = {*report.errors, *resolved.findings, *policy_findings(snapshot)}
    _stop_for(each for each in sorted(found) if each.location.path in paths)
    _print(resolved.ordered, lambda node: resolved.locate(node, key=True), origin, output)


def _stop_for(findings: "Iterable[Diagnostic]") -> None:
    listed = list(findings)
    for each in listed:
        say(str(each))
    if listed:
        raise typer.Exit(int(ExitCode.NO))


def _print(
    value: Mapping[str, Any],
    locate: "Callable[[NodePath], Location]",
    origin: bool,
    output: Written,
) -> None:
    from reconciler.manifest.layering import nodes_of
    from reconciler.manifest.rendering import as_yaml

    def said(node: "NodePath") -> str:
        place = locate(node)
        return f"{place.path}:{place.line}"

    match output, origin:
        case Written.YAML, _:
            print(as_yaml(value, said if origin else None), end="")
        case Written.JSON, False:
            print(json.dumps(value, indent=2, ensure_ascii=False))
        case Written.JSON, True:
            places = [{"node": list(each), "origin": said(each)} for each in nodes_of(value)]
            print(json.dumps({"value": value, "origins": places}, indent=2, ensure_ascii=False))
