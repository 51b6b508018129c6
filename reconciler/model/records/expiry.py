"""Expiry: time is up in which a deployment could be rolled back on request (D18)."""

from typing import Literal

from reconciler.canonical import digest_of
from reconciler.model.records.base import PlacedBase


class Expiry(PlacedBase):
    """Written once for a deployment that nobody took back, dismissed or followed by another."""

    kind: Literal["Expiry"] = "Expiry"
    deployment: str
    until: str
    """The instant until which it could be asked for."""

    @staticmethod
    def id_of(deployment: str) -> str:
        """32 hex digits, the same whoever writes it."""
        return digest_of({"expiry": deployment}).removeprefix("sha256:")[:32]

    @property
    def subject(self) -> str:
        """The sentence people read."""
        place = f"{self.environment}/{self.app}"
        return f"{place} {self.deployment} can't be rolled back on request any more"
