"""Text: what a notice says, in one language, instead of the built-in one."""

from typing import Literal

from pydantic import Field

from reconciler.model.base import Manifest
from reconciler.model.notice import AppEvent, Event
from reconciler.names import Language, Line
from reconciler.names import Text as Prose


class Text(Manifest):
    """What a notice of one event says in one language."""

    kind: Literal["Text"]
    event: Event | AppEvent
    """The event, as in the path."""
    language: Language
    """The language, as in the path."""
    subject: Line = Field(examples=["{customer}: {version}"])
    """The heading. Placeholders."""
    body: Prose = Field(examples=["{greeting}.\n\nIt takes {estimate}.\n"])
    """What follows; a line whose placeholder is empty is left out. Placeholders."""
