"""What the running example is made of, as it was prepared: read back when it is started again."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import yaml

from reconciler.errors import ConfigurationError
from reconciler.tutorial.layout import Layout, moved

_LAST_PORT = 65_535
_FIRST_UNPRIVILEGED = 1024


@dataclass(frozen=True, slots=True)
class ExamplePlace:
    """One app in one environment, and the port that it answers on."""

    environment: str
    app: str
    port: int

    def __str__(self) -> str:
        """``production/shop``."""
        return f"{self.environment}/{self.app}"


@dataclass(frozen=True, slots=True)
class Example:
    """The commit it was made of, its first port (the site's), and its places in order of port."""

    commit: str
    port_base: int
    places: tuple[ExamplePlace, ...]

    @property
    def ports(self) -> tuple[int, ...]:
        """Every port that the example listens on."""
        return (self.port_base, *(place.port for place in self.places))

    def place(self, environment: str, app: str) -> ExamplePlace:
        """The place by its names."""
        wanted = f"{environment}/{app}"
        return next(each for each in self.places if str(each) == wanted)


def example_of(tree: Path, commit: str, *, port_base: int) -> Example:
    """The example that a tree describes, moved to another first port.

    Raises `ConfigurationError` when a port would be outside 1024–65535.
    """
    places = tuple(
        sorted(
            (place for file in environment_files(tree) for place in _places(file, port_base)),
            key=lambda place: place.port,
        )
    )
    made = Example(commit, port_base, places)
    if not places:
        raise ConfigurationError("the commit holds no environment with a listening address")
    if min(made.ports) < _FIRST_UNPRIVILEGED or max(made.ports) > _LAST_PORT:
        raise ConfigurationError(
            f"ports {min(made.ports)} to {max(made.ports)} can't be used",
            hint=f"choose a PORT_BASE from {_FIRST_UNPRIVILEGED} to 65000",
        )
    return made


def environment_files(tree: Path) -> tuple[Path, ...]:
    """Every environment's file in a tree, sorted."""
    return tuple(sorted(tree.glob("environments/*/environment.yaml")))


def write_example(layout: Layout, example: Example) -> None:
    """Keep the example's facts in its folder."""
    (layout.folder / "up.json").write_text(json.dumps(asdict(example), indent=2) + "\n")


def read_example(layout: Layout) -> Example:
    """The facts that `write_example` kept; raises `ConfigurationError` when they can't be read."""
    path = layout.folder / "up.json"
    try:
        told = json.loads(path.read_text())
        places = tuple(ExamplePlace(**each) for each in told["places"])
        return Example(told["commit"], told["port_base"], places)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ConfigurationError(
            f"{path} can't be read", hint="start afresh: make clean"
        ) from error


def _places(file: Path, port_base: int) -> list[ExamplePlace]:
    told = yaml.safe_load(moved(file.read_text(), port_base=port_base))
    return [
        ExamplePlace(told["name"], app, int(listen.rpartition(":")[2]))
        for app, here in sorted(_apps(told).items())
        if (listen := (here.get("target") or {}).get("listen"))
    ]


def _apps(environment: Mapping[str, object]) -> dict[str, dict[str, dict[str, str]]]:
    apps = environment.get("apps")
    return apps if isinstance(apps, dict) else {}
