"""Question: a fact from outside that a decision needs."""

from dataclasses import dataclass, field

from reconciler.model.content import Content
from reconciler.model.records.sighting import Sort


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be looked at; equal ones are asked once.

    The answer becomes a sighting with the same ``sort`` and ``about``. ``source`` is whom to ask:
    an app's repository, or for tickets the app. The rest says more to those who look: the content
    in question, for ``ancestry`` the one that may be contained in it, for ``branch`` and ``commit``
    its name, and the folder of each component, by the component's name.
    """

    sort: Sort
    about: str
    source: str
    content: Content | None = field(default=None, compare=False)
    before: Content | None = field(default=None, compare=False)
    revision: str = field(default="", compare=False)
    folders: tuple[tuple[str, str], ...] = field(default=(), compare=False)
