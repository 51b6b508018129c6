"""Permissions: verb → who may."""

from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field

from reconciler.model.base import Model
from reconciler.names import Reference

_ADMIN = ("role/admin",)
_INITIATOR = ("initiator", "role/admin")

# Null in a file takes away what a layer below gives, so the default holds again.
Admins = Annotated[
    tuple[Reference, ...],
    BeforeValidator(lambda value: _ADMIN if value is None else value),
    Field(strict=False),
]
Initiators = Annotated[
    tuple[Reference, ...],
    BeforeValidator(lambda value: _INITIATOR if value is None else value),
    Field(strict=False),
]


class Permissions(Model):
    """Verb → who may. Null gives a verb its default back."""

    NAMED: ClassVar[bool] = True

    promote: Admins = _ADMIN
    """Whose merge is a sign-off here."""
    override: Admins = _ADMIN
    """Who may set a gate aside, once."""
    abort: Initiators = _INITIATOR
    """Who may stop a deployment."""
    retry: Initiators = _INITIATOR
    """Who may try again."""
    rollback: Admins = _ADMIN
    """Who may go back to what ran before; `initiator` always may, within its window."""
    dismiss: Initiators = _INITIATOR
    """Who may put a failure aside."""
    confirm: Initiators = _INITIATOR
    """Who may answer for a start that waits for somebody."""
    pause: Admins = _ADMIN
    """Who may stop new starts."""
    resume: tuple[Reference, ...] | None = Field(default=None, strict=False)
    """Who may allow them again; as `pause` if left out."""
    verify: Admins = _ADMIN
    """Who may run the long tests again."""
    maintenance: Admins = _ADMIN
    """Who may turn maintenance on and off."""

    def who(self, verb: str) -> tuple[Reference, ...]:
        """Who may, as references; raises `AttributeError` for a verb that isn't one."""
        found: Any = self.pause if verb == "resume" and self.resume is None else getattr(self, verb)
        return tuple(found)
