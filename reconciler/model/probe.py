"""Tests that prove what answers, as they are written in files."""

from typing import ClassVar

from pydantic import Field

from reconciler.model.base import Model
from reconciler.names import Duration, Line, Reference


class HttpTest(Model):
    """One GET and what its answer must be."""

    url: Line
    """Absolute, or starting with ``/`` at the place's ``url``. Placeholders are filled in."""
    status: int = Field(default=200, ge=100, le=599)
    """The status code expected."""
    contains: Line | None = None
    """Text that the body must contain."""
    json_: dict[str, Line] = Field(default={}, alias="json")
    """JSON path such as ``$.version`` → the value expected there."""
    headers: dict[str, Line] = {}
    """Headers to send."""


class CommandTest(Model):
    """One command that must exit with 0."""

    run: tuple[Line, ...] = Field(min_length=1, strict=False)
    """Arguments, never a shell line; ``./`` is inside the release."""


class Test(Model):
    """Exactly one of ``http`` and ``command``, and how long it may take."""

    NOT_YET: ClassVar[frozenset[str]] = frozenset({"tcp", "metric", "manual"})
    __test__: ClassVar[bool] = False

    http: HttpTest | None = None
    """Ask an address."""
    command: CommandTest | None = None
    """Run a program."""
    timeout: Duration = "1m"
    """Deadline of the whole test, all tries together."""
    retries: int = Field(default=0, ge=0, le=100)
    """How often to try again before the test has failed."""
    owner: Reference | None = None
    """Whom to ask when it fails."""
    help: Line | None = None
    """A link that is shown when it fails."""
