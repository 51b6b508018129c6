"""Unreleased: a commit of an app that shall run somewhere without a release (S13)."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Unreleased:
    """One commit, and the folder that each component is there.

    ``trees``: component → tree id; a component without one can't be had from a commit. Downtime is
    none, and gates that need a release are closed to it.
    """

    commit: str
    trees: Mapping[str, str]
    branch: str = ""

    @property
    def version(self) -> str:
        """What stands for the version: the commit's first digits."""
        return self.commit[:12]

    @property
    def shown(self) -> str:
        """What people read."""
        return f"{self.branch}@{self.version}" if self.branch else self.version
