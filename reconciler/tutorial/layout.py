"""Where everything of the running example is, below one folder."""

import re
from dataclasses import dataclass
from pathlib import Path

APPS = ("shop", "blog")
ENVIRONMENTS = ("dev", "staging", "production")
PERSONS = ("engineer", "approver")
RECONCILER = "up"
FIRST_PORT = 8100
"""Of the site. The places answer on the ports that the environment files say, counted from here."""

_ADDRESS = re.compile(r"127\.0\.0\.1:(?P<port>[0-9]{2,5})")


@dataclass(frozen=True, slots=True)
class Layout:
    """Paths of the example; ``folder`` is absolute."""

    folder: Path

    @property
    def mark(self) -> Path:
        """Says that the folder is ours and may be removed; made before anything else."""
        return self.folder / ".tagboat-up"

    @property
    def configuration(self) -> Path:
        """Host configuration; written last, so its presence says that all is prepared."""
        return self.folder / "tagboat.toml"

    @property
    def lock(self) -> Path:
        """Held by the ``up`` that runs; beside the folder, which may be removed."""
        return self.folder.with_name(f"{self.folder.name}.lock")

    @property
    def owner(self) -> Path:
        """Process id of the ``up`` that holds the lock."""
        return self.folder.with_name(f"{self.folder.name}.pid")

    @property
    def remote(self) -> Path:
        """The GitOps repository."""
        return self.folder / "remote.git"

    @property
    def keys(self) -> Path:
        """Private and public ssh keys."""
        return self.folder / "keys"

    @property
    def home(self) -> Path:
        """Home folder of the git that prepares."""
        return self.folder / "home"

    @property
    def places(self) -> Path:
        """What the driver `local` looks after."""
        return self.folder / "places"

    @property
    def state(self) -> Path:
        """The daemon's own folder."""
        return self.folder / "state"

    def app(self, name: str) -> Path:
        """An app's source repository."""
        return self.folder / "apps" / f"{name}.git"

    def clone(self, person: str) -> Path:
        """A person's clone of the GitOps repository."""
        return self.folder / person

    @property
    def site(self) -> Path:
        """Where the built site is swapped in."""
        return self.folder / "site"

    @property
    def logs(self) -> Path:
        """What child processes that aren't shown have said."""
        return self.folder / "logs"


def moved(text: str, *, port_base: int) -> str:
    """The text with every ``127.0.0.1:port`` counted from another first port."""
    return _ADDRESS.sub(
        lambda found: f"127.0.0.1:{int(found['port']) - FIRST_PORT + port_base}", text
    )


def ports_in(text: str) -> tuple[int, ...]:
    """The ports of every ``127.0.0.1:port`` in the text, each once, sorted."""
    return tuple(sorted({int(found["port"]) for found in _ADDRESS.finditer(text)}))
