"""Question: a fact from outside that a decision needs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from reconciler.model.app import App
from reconciler.model.connections import Tracker
from reconciler.model.content import Content
from reconciler.model.records.sighting import Sort


@dataclass(frozen=True, slots=True)
class Cutting:
    """What it takes to tell which release is to be cut: the app, what was, and the day it is.

    ``taken`` are the versions that are released, or cut and not yet there; ``day`` counts in
    calendar versions.
    """

    app: App
    taken: frozenset[str]
    day: date


@dataclass(frozen=True, slots=True)
class Tagging:
    """What it takes to tell which tag was pushed by hand and has no release yet.

    ``taken`` are the versions that are released, cut or proposed; ``before`` those of tags that
    were there when somebody first looked, nothing if nobody has; ``last`` the facts that were seen
    last, which stand as long as there is no other such tag.
    """

    app: App
    taken: frozenset[str]
    before: frozenset[str] | None
    last: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be looked at; equal ones are asked once.

    The answer becomes a sighting with the same ``sort`` and ``about``. ``source`` is whom to ask:
    an app's repository, a forge or a tracker. The rest says more to those who look: the content
    in question, for ``ancestry`` the one that may be contained in it, for ``branch`` and ``commit``
    its name, and the folder of each component, by the component's name, for ``train`` the branch
    and what cutting takes, for ``tags`` what tells new ones, for ``tickets`` the app whose they are
    and the content before, for ``ticket`` and ``tracker`` where it is. An answer from before
    ``since`` has to be given again, even if it is the same; ``again`` is in how many seconds it is
    asked again.
    """

    sort: Sort
    about: str
    source: str
    content: Content | None = field(default=None, compare=False)
    before: Content | None = field(default=None, compare=False)
    revision: str = field(default="", compare=False)
    folders: tuple[tuple[str, str], ...] = field(default=(), compare=False)
    cutting: Cutting | None = field(default=None, compare=False)
    tagging: Tagging | None = field(default=None, compare=False)
    app: App | None = field(default=None, compare=False)
    tracker: Tracker | None = field(default=None, compare=False)
    since: datetime | None = field(default=None, compare=False)
    again: float = field(default=60.0, compare=False)
    expected: tuple[tuple[str, str], ...] = field(default=(), compare=False)
    """The facts that hold as long as no sighting says otherwise: only others are written down."""
