"""Promotion: what shall run in one place."""

from typing import ClassVar, Literal

from reconciler.model.base import Manifest
from reconciler.names import Name, Version


class Promotion(Manifest):
    """Committed intent: this release of this app in this environment."""

    NOT_YET: ClassVar[frozenset[str]] = frozenset(
        {"commit", "follow", "at", "needs", "override", "temporary"}
    )

    kind: Literal["Promotion"]
    app: Name
    """The app, as in the path."""
    release: Version
    """The release that shall run."""
