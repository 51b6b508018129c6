"""Promotion: what shall run in one place."""

from typing import ClassVar, Literal

from pydantic import Field

from reconciler.model.base import Choice, Manifest, Model
from reconciler.model.schedule import Schedule
from reconciler.names import Branch, CommitId, Date, Instant, Line, Name, ReleasePattern, Version

Gate = Literal[
    "after",
    "tickets",
    "windows",
    "calendar",
    "freeze",
    "attended",
    "require/not-behind",
    "require/way-back",
    "require/pinned-artifacts",
    "require/annotated-tag",
    "require/signed-tag",
    "require/smoke-tests",
    "require/rollback-ready",
]
"""Gates that can be set aside; no others can."""


class Follow(Choice):
    """Whatever is newest at one source; gates are asked each time."""

    ONE_OF: ClassVar[tuple[str, ...]] = ("environment", "branch", "releases")

    environment: Name | None = None
    """The newest content that is verified there."""
    branch: Branch | None = None
    """The head of this branch."""
    releases: ReleasePattern | None = None
    """The newest release that matches."""
    mode: Literal["latest", "queue"] = "latest"
    """`queue`: none is skipped."""
    schedule: Schedule | None = None
    """When it is looked for; at once if left out."""


class Override(Model):
    """One gate set aside, once, for one release."""

    gate: Gate
    """Which gate."""
    release: Version
    """For which release."""
    reason: Line
    """Why."""
    evidence: Line = Field(examples=["https://ci.example/runs/8812"])
    """A link to what was looked at."""
    expires: Instant
    """Until then."""
    review_by: Date | None = None
    """When it is looked at again; overdue closes the place to further overrides."""


class Temporary(Choice):
    """Something else for a while; afterwards what stands above comes back by itself."""

    ONE_OF: ClassVar[tuple[str, ...]] = ("branch", "commit", "release")

    branch: Branch | None = None
    """The head of this branch."""
    commit: CommitId | None = None
    """This commit of the app."""
    release: Version | None = None
    """This release."""
    owner: Name
    """The person who answers for it."""
    expires: Instant
    """Until then."""
    reason: Line
    """Why."""


class Promotion(Choice, Manifest):
    """Committed intent: what of this app shall run in this environment."""

    ONE_OF: ClassVar[tuple[str, ...]] = ("release", "commit", "follow")

    kind: Literal["Promotion"]
    app: Name
    """The app, as in the path."""
    release: Version | None = None
    """This release."""
    commit: CommitId | None = None
    """This commit of the app, without a release."""
    follow: Follow | None = None
    """Whatever is newest at its source."""
    at: Instant | None = None
    """The booked slot: not before then."""
    needs: tuple[Name, ...] = Field(default=(), strict=False)
    """Apps of the same environment that come first."""
    override: Override | None = None
    """One gate set aside, once."""
    temporary: Temporary | None = None
    """Something else for a while."""

    @property
    def wanted(self) -> str:
        """What it asks for, for people: a version, a commit's first digits, or whom it follows."""
        if self.release is not None:
            return self.release
        if self.commit is not None:
            return self.commit[:12]
        match self.follow:
            case Follow(environment=str() as environment):
                return f"newest of {environment}"
            case Follow(branch=str() as branch):
                return f"newest of branch {branch}"
            case Follow(releases=str() as releases):
                return f"newest release of {releases}"
            case _:
                return ""
