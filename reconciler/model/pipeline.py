"""Pipeline: what happens at each place of the fixed order of a deployment.

``prepare → maintenance on → backup → migrate → apply → rollout → settle → smoke →
maintenance off → cleanup``, then ``tests`` and the time of ``on_request``.
"""

from typing import Literal

from pydantic import Field

from reconciler.model.base import Model
from reconciler.model.probe import Test
from reconciler.names import Branch, Command, Duration, Line, Name


class Step(Model):
    """A command, and what undoes and proves it. A layer may leave ``run`` to another."""

    run: Command | None = None
    """What is done."""
    undo: Command | None = None
    """What takes it back."""
    restore: Command | None = None
    """Of a backup: what puts it back."""
    check: Test | None = None
    """What proves it."""
    timeout: Duration = "10m"
    """Deadline of the whole step, all tries together."""
    retries: int = Field(default=0, ge=0, le=100)
    """How often to try again when nobody could tell how it ended; never after a failure."""
    help: Line | None = None
    """A link that is shown when it fails."""


class Maintenance(Model):
    """Whether visitors see a page of maintenance meanwhile."""

    when: Literal["never", "downtime", "always"] = "never"
    """`downtime`: when the release has some."""
    run: Command | None = None
    """What turns it on, where the driver can't."""
    undo: Command | None = None
    """What turns it off."""


class Advance(Model):
    """What moves in the app's repository after success."""

    branch: Branch
    """Fast-forwarded to what runs here."""


class Rollback(Model):
    """What a failure does."""

    after: tuple[Literal["apply", "rollout", "smoke"], ...] = Field(
        default=("apply", "rollout", "smoke"), strict=False
    )
    """Which failures go back by themselves; `[]`: none, an operator is called."""
    restore: Literal["breaking", "always", "never"] = "breaking"
    """When the backup is put back; `breaking`: when the release's migration is."""
    on_request: Duration | None = None
    """So long it may be rolled back without approval."""
    keep: int = Field(default=5, ge=1, le=100)
    """How many previous contents are kept ready."""


class Pipeline(Model):
    """How an app is deployed, proven and undone."""

    prepare: dict[Name, Step | None] = {}
    """Before anything is touched."""
    maintenance: Maintenance = Field(default_factory=Maintenance)
    """A page of maintenance meanwhile."""
    backup: Step | None = None
    """Before; its file is checksummed, recorded and kept. Its `restore` puts it back."""
    migrate: Step | None = None
    """Of data, once per deployment; `undo` when this content leaves without a descendant."""
    settle: Duration | None = None
    """So long it must stay up, once it is up, before it is tested; left out: not at all."""
    smoke: dict[Name, Test | None] = {}
    """Tests right after the switch; a failure goes back."""
    tests: dict[Name, Test | None] = {}
    """Long ones, afterwards; after a failure the content isn't verified here."""
    cleanup: dict[Name, Step | None] = {}
    """Run whatever happened; `check` proves it."""
    advance: Advance | None = None
    """A branch that follows what runs here."""
    rollback: Rollback = Field(default_factory=Rollback)
    """What a failure does."""
