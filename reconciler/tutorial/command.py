"""The command line of the worked example."""

import argparse
import contextlib
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from reconciler.errors import ConfigurationError, ExitCode, TagboatError
from reconciler.tutorial.checkout import head_of
from reconciler.tutorial.ending import end
from reconciler.tutorial.example import Example, read_example
from reconciler.tutorial.layout import FIRST_PORT, Layout
from reconciler.tutorial.ports import app_on, require_free
from reconciler.tutorial.preparation import prepare, prepared, remove, require_ssh_keygen
from reconciler.tutorial.sources import (
    apps_of,
    build,
    bundle,
    history_of,
    release_ids,
    write_ids,
)
from reconciler.tutorial.supervision import held, supervise
from reconciler.tutorial.tour import command_path


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb; returns its exit code. A failure is said in one sentence, with its way out."""
    given = _parser().parse_args(arguments)
    try:
        match given.verb:
            case "up":
                return _up(given)
            case "down":
                return _down(given)
            case _:
                return _bundles(given.repository.resolve())
    except TagboatError as error:
        print(f"error: {error.message}", file=sys.stderr)
        if error.hint:
            print(f"hint: {error.hint}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m reconciler.tutorial",
        description="Run the worked example of this repository on one machine.",
    )
    verbs = parser.add_subparsers(dest="verb", required=True)
    up = verbs.add_parser("up", help="prepare what isn't prepared, and run it in the foreground")
    down = verbs.add_parser("down", help="stop whatever still runs of it")
    bundles = verbs.add_parser("bundles", help="make the apps' histories and release ids anew")
    for verb in (up, down, bundles):
        verb.add_argument("--repository", type=Path, default=Path(), help="this project's checkout")
    for verb in (up, down):
        verb.add_argument("--folder", type=Path, help="where it lives (build/up)")
    up.add_argument("--port-base", type=int, help=f"first port, the site's ({FIRST_PORT})")
    up.add_argument("--prepare-only", action="store_true", help="make the folder, run nothing")
    up.add_argument("--tagboat", type=Path, default=command_path(), help="the command to run")
    down.add_argument("--remove", action="store_true", help="remove the folder as well")
    return parser


def _layout(given: argparse.Namespace) -> Layout:
    return Layout((given.folder or given.repository / "build" / "up").resolve())


def _up(given: argparse.Namespace) -> int:
    layout = _layout(given)
    with held(layout):
        example = _ready(layout, given)
        if given.prepare_only:
            return 0
        if not given.tagboat.exists():
            raise ConfigurationError(f"{given.tagboat} is not there", hint="install it: make up")
        repository, tagboat = given.repository.resolve(), given.tagboat.absolute()
        return supervise(layout, example, repository=repository, tagboat=tagboat, say=_say)


def _ready(layout: Layout, given: argparse.Namespace) -> Example:
    if not prepared(layout):
        require_ssh_keygen()
        _say(f"preparing {layout.folder}")
        base = FIRST_PORT if given.port_base is None else given.port_base
        return prepare(layout, given.repository.resolve(), port_base=base, say=_say)
    example = read_example(layout)
    if given.port_base not in {None, example.port_base}:
        raise ConfigurationError(
            f"{layout.folder} was prepared for ports from {example.port_base} on",
            hint=f"leave PORT_BASE out, or start afresh: make clean up PORT_BASE={given.port_base}",
        )
    # After a kill -9 the places go on running: their own ports are theirs.
    own = {place.port for place in example.places if app_on(place.port) == place.app}
    require_free(
        (port for port in example.ports if port not in own),
        hint="end that program, or start afresh on others: make clean up PORT_BASE=9100",
    )
    _say(f"going on in {layout.folder}")
    if head_of(given.repository.resolve(), layout.home) != example.commit:
        _say("it was made of another commit than is checked out: make clean up starts from that")
    return example


def _down(given: argparse.Namespace) -> int:
    layout = _layout(given)
    stopped, places = end(layout)
    _say(_ended(stopped=stopped, places=places))
    if given.remove and remove(layout):
        _say(f"removed {layout.folder}")
    return 0


def _ended(*, stopped: bool, places: int) -> str:
    if stopped:
        return "stopped the example"
    return f"stopped what was left: places: {places}" if places else "nothing of it was running"


def _bundles(repository: Path) -> int:
    tutorial = repository / "site" / "tutorial"
    with tempfile.TemporaryDirectory(prefix="tagboat-bundles-") as scratch:
        for app in apps_of(tutorial):
            git = build(tutorial, app, into=Path(scratch) / app, home=Path(scratch) / "home")
            bundle(git, tutorial / f"{app}.bundle")
            for each in filter(lambda one: one.tag, history_of(tutorial, app)):
                path = repository / "releases" / app / each.version / "release.yaml"
                commit, tree = release_ids(git, each.tag)
                write_ids(path, commit=commit, tree=tree)
                _say(f"{app} {each.version} is {commit[:12]}")
    return 0


def _say(text: str) -> None:
    # A terminal that was closed must not keep us from stopping what we started.
    with contextlib.suppress(OSError):
        print(text, flush=True)
