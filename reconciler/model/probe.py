"""Tests that prove what answers, as they are written in files."""

from typing import ClassVar

from pydantic import Field

from reconciler.model.base import Choice, Model
from reconciler.names import Command, Duration, Line, Reference


class HttpTest(Model):
    """One GET and what its answer must be."""

    url: Line = Field(examples=["/", "https://{app}.example/version"])
    """Absolute, or starting with ``/`` at the place's ``url``. Placeholders are filled in."""
    status: int = Field(default=200, ge=100, le=599)
    """The status code expected."""
    contains: Line | None = None
    """Text that the body must contain."""
    json_: dict[str, Line] = Field(default={}, alias="json", examples=[{"$.version": "{version}"}])
    """JSON path such as ``$.version`` → the value expected there. Placeholders."""
    headers: dict[str, Line] = {}
    """Headers to send."""


class TcpTest(Model):
    """An address that must take a connection."""

    address: Line = Field(examples=["{environment}-1.internal.example:5432"])
    """``host:port``. Placeholders."""


class CommandTest(Model):
    """One command that must exit with 0."""

    run: Command
    """Arguments, never a shell line; ``./`` is inside the release."""


class MetricTest(Choice):
    """A figure that must stay on one side of a limit."""

    ONE_OF: ClassVar[tuple[str, ...]] = ("above", "below")

    query: Line = Field(examples=["max(node_load5{customer='{customer}'})"])
    """The query, in the language of the host's metrics. Placeholders."""
    above: int | float | None = None
    """The figure must be greater."""
    below: int | float | None = None
    """The figure must be smaller."""
    for_: Duration | None = Field(default=None, alias="for")
    """It must be so for this long; once if left out."""


class ManualTest(Model):
    """A question that a person answers with ``tagboat confirm``."""

    by: tuple[Reference, ...] = Field(min_length=1, strict=False)
    """Who may answer."""
    ask: Line = Field(examples=["Do the changes work?"])
    """The question."""


class Test(Choice):
    """A test of one sort, and how long it may take; a layer may leave the sort to another."""

    AT_MOST_ONE: ClassVar[tuple[str, ...]] = ("http", "tcp", "command", "metric", "manual")
    __test__: ClassVar[bool] = False

    http: HttpTest | None = None
    """Ask an address."""
    tcp: TcpTest | None = None
    """Connect to an address."""
    command: CommandTest | None = None
    """Run a program."""
    metric: MetricTest | None = None
    """Compare a figure."""
    manual: ManualTest | None = None
    """Ask a person."""
    timeout: Duration = "1m"
    """Deadline of the whole test, all tries together."""
    retries: int = Field(default=0, ge=0, le=100)
    """How often to try again before the test has failed."""
    owner: Reference | None = None
    """Told when it fails."""
    help: Line | None = None
    """A link that is shown when it fails."""

    @property
    def sort(self) -> str:
        """The sort that it is of; empty if this layer doesn't say."""
        return next((each for each in self.AT_MOST_ONE if getattr(self, each) is not None), "")
