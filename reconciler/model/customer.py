"""Customer: whom environments belong to."""

from typing import Literal

from pydantic import Field

from reconciler.model.base import Manifest
from reconciler.names import Language, Line, Name, Reference


class Customer(Manifest):
    """Somebody whose environments these are."""

    kind: Literal["Customer"]
    name: Name
    """The customer, as in the path."""
    title: Line | None = None
    """How people call them; the name if left out."""
    language: Language | None = None
    """Of notices; a person's own goes first."""
    calendar: Name | None = None
    """Days on which nothing starts in their environments."""
    partner: Line | None = None
    """Who else operates for them, in words."""
    contacts: dict[Name, tuple[Reference, ...]] = Field(
        default={}, examples=[{"managers": ["person/noor"], "helpdesk": ["mail/it@acme.example"]}]
    )
    """Groups of people; notices say `customer/managers`."""
