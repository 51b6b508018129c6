"""Host configuration: what the repository must not decide (``tagboat.toml``)."""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from reconciler.model.base import Choice, Model
from reconciler.names import CommitId, Duration, Line, Name, SecretName


class Remote(Model):
    """The GitOps repository."""

    url: Line
    """Address or path of the remote."""
    branch: Line = "main"
    """The protected branch."""


class Trust(Model):
    """What the host trusts."""

    mode: Literal["signed", "forge", "author"] = "signed"
    """How sign-off is judged: by signed merges, or by the merge requests of `forge`. `author`: not
    at all, the names in commits are believed; for trials on one's own machine."""
    root: CommitId | None = None
    """The commit whose tree is admitted whole."""


class SecretSource(Choice):
    """Where a secret is; never the secret itself."""

    ONE_OF: ClassVar[tuple[str, ...]] = ("file", "env", "command")

    file: Line | None = None
    """A file that holds nothing else."""
    env: Line | None = None
    """An environment variable."""
    command: tuple[Line, ...] | None = Field(default=None, min_length=1, strict=False)
    """A program and its arguments; what it prints is the secret."""


class Secret(SecretSource):
    """A secret that files call by its name, and the one place that it is for."""

    url: Line
    """The address that it is sent to, and nothing else is, such as ``https://jira.example``."""


class Forge(Model):
    """The forge whose merge requests are the sign-off."""

    name: Name | None = None
    """Under which `logins` of the people file have it; its `type` if left out."""
    type: Literal["gitea", "gitlab", "github"]
    """Forgejo is ``gitea`` too."""
    url: Line
    """Its address, such as ``https://git.example``; only https, except to this machine."""
    repository: Line
    """Owner and name, such as ``acme/deploy``."""
    token: SecretSource
    """Of an account that may read the repository, its settings and its merge requests."""
    comments: bool = False
    """Whether the daemon says below each open merge request what merging it will do; the account
    may comment then."""

    @property
    def called(self) -> str:
        """The name that people's logins have it under."""
        return self.name or self.type


def _several(given: object) -> object:
    return (given,) if isinstance(given, str) else given


_Keys = Annotated[tuple[Line, ...], BeforeValidator(_several), Field(min_length=1, strict=False)]


class History(Model):
    """Who may write the history."""

    key: Line | None = None
    """File with this reconciler's private ssh key; needed by the daemon only."""
    reconcilers: dict[Name, _Keys]
    """Reconciler → public key; a list, if it has had others: records by each of them count."""


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
    free: int = Field(default=500, ge=0)
    """Megabytes that must be free, where the state and the places are, for anything to start."""


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


class Webhooks(Model):
    """Secrets of the webhooks that may say "look now"; one that isn't named isn't heard."""

    gitlab: SecretSource | None = None
    """The secret token of a webhook of GitLab."""
    github: SecretSource | None = None
    """The secret of a webhook of GitHub."""
    gitea: SecretSource | None = None
    """The secret of a webhook of Gitea or Forgejo."""


class Web(Model):
    """The daemon's HTTP side: health, figures, progress, webhooks. Off unless it is named."""

    listen: Line
    """``host:port`` of this machine's own address, such as ``127.0.0.1:8090``."""
    names: tuple[Line, ...] = Field(default=(), strict=False)
    """Names by which a reverse proxy asks for it, besides this machine's own."""
    webhooks: Webhooks = Webhooks()


class Host(Model):
    """The whole of ``tagboat.toml``. Relative paths start at the file's own folder."""

    name: Name
    """This reconciler, as in ``history.reconcilers``."""
    state: Line
    """Folder of the daemon's own state: clone, journals, logs, locks."""
    remote: Remote
    trust: Trust
    forge: Forge | None = None
    """Who is asked in mode ``forge``, and told what a change would do."""
    history: History
    repositories: dict[Name, AppRepository] = {}
    secrets: dict[SecretName, Secret] = {}
    """Secret, as files call it → where it is."""
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
    web: Web | None = None

    @model_validator(mode="after")
    def _asked_somewhere(self) -> Self:
        if self.trust.mode == "forge" and self.forge is None:
            raise PydanticCustomError("forge", "trust.mode is forge, expected a table [forge] too")
        return self
