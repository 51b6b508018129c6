"""Sight: what somebody who looked has to say."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Facts:
    """What was seen, as a sighting holds it; no fact at all means that it isn't there."""

    facts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Unseen:
    """Nobody could tell, and why: no sighting comes of it."""

    why: str


Sight = Facts | Unseen
