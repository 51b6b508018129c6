"""Host configuration: what the repository must not decide (``tagboat.toml``)."""

from typing import Literal

from pydantic import Field

from reconciler.model.base import Model
from reconciler.names import CommitId, Duration, Line, Name


class Remote(Model):
    """The GitOps repository."""

    url: Line
    """Address or path of the remote."""
    branch: Line = "main"
    """The protected branch."""


class Trust(Model):
    """What the host trusts."""

    mode: Literal["signed"] = "signed"
    """How sign-off is judged."""
    root: CommitId | None = None
    """The commit whose tree is admitted whole."""


class History(Model):
    """Who may write the history."""

    key: Line | None = None
    """File with this reconciler's private ssh key; needed by the daemon only."""
    reconcilers: dict[Name, Line]
    """Reconciler → public key."""


class AppRepository(Model):
    """Where an app's commits and artifacts come from."""

    url: Line
    """Address or path of its git repository."""
    artifacts: Line | None = None
    """Folder or ``https://`` address that tarballs are below."""


class LocalDriver(Model):
    """The driver ``local``."""

    folder: Line
    """Every place's ``root`` is inside this folder."""
    stop_after: Duration = "10s"
    """How long an old process may take to end before it is killed."""


class Drivers(Model):
    """Enabled drivers; one that isn't named can't be used."""

    local: LocalDriver | None = None
    memory: bool = False


class Limits(Model):
    """How much may happen by itself."""

    places: int = Field(default=20, ge=1)
    """Places that one merge may change; more wait until somebody confirms it."""


class SiteSettings(Model):
    """The site that is built on this host."""

    folder: Line
    """Where the built site is swapped in."""
    title: Line = "Tagboat"


class Metrics(Model):
    """Where figures are asked for."""

    url: Line
    """Address of a server that speaks the HTTP API of Prometheus, such as
    ``http://127.0.0.1:9090``."""


class Host(Model):
    """The whole of ``tagboat.toml``. Relative paths start at the file's own folder."""

    name: Name
    """This reconciler, as in ``history.reconcilers``."""
    state: Line
    """Folder of the daemon's own state: clone, journals, logs, locks."""
    remote: Remote
    trust: Trust
    history: History
    repositories: dict[Name, AppRepository] = {}
    drivers: Drivers = Field(default_factory=Drivers)
    egress: tuple[Line, ...] = Field(default=(), strict=False)
    """``host:port`` that probes may ask; nothing else is asked."""
    programs: tuple[Line, ...] = Field(default=(), strict=False)
    """Programs that commands may run besides those of the release."""
    metrics: Metrics | None = None
    """Figures for tests of the sort ``metric``."""
    poll: Duration = "10s"
    """How often refs are asked for; events only make it sooner."""
    limits: Limits = Limits()
    site: SiteSettings | None = None
