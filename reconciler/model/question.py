"""Question: a fact from outside that a decision needs."""

from dataclasses import dataclass, field

from reconciler.model.content import Content
from reconciler.model.records.sighting import Sort


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be looked at; equal ones are asked once.

    The answer becomes a sighting with the same ``sort`` and ``about``. ``source`` is whom to ask:
    an app's repository, or for tickets the app. ``content`` and ``before`` say more to those who
    look: the content in question, and for ``ancestry`` the one that may be contained in it.
    """

    sort: Sort
    about: str
    source: str
    content: Content | None = field(default=None, compare=False)
    before: Content | None = field(default=None, compare=False)
