"""What a decision rests on: each gate's answer, and who signed off."""

from typing import Literal

from pydantic import SerializerFunctionWrapHandler, model_serializer

from reconciler.model.base import Model
from reconciler.model.records.base import without_empty
from reconciler.names import CommitId


class Aside(Model):
    """A gate that was set aside: by whom, and what is owed for it. Instants are RFC 3339 in UTC."""

    by: str
    """Who merged the override; empty for the trust root."""
    version: str
    """For which release."""
    until: str
    reason: str
    evidence: str
    review_by: str = ""
    """The day by which it is looked at again; empty if nobody has to."""
    said: str
    """What the gate itself said."""


class Reason(Model):
    """One gate's answer, as it was when the decision was taken.

    Instants are RFC 3339 in UTC, empty where there is none.
    """

    gate: str
    state: Literal["open", "closed", "unknown"]
    why: str
    remedy: str = ""
    """The file edit or command that would open it."""
    who: tuple[str, ...] = ()
    """References of those who can: ``role/qa``, ``person/ana``, ``initiator``."""
    since: str = ""
    """Since when it is so."""
    opens: str = ""
    """When it next opens by itself; empty if it doesn't, or nobody can tell."""
    aside: Aside | None = None
    """Given where the gate isn't open by itself, and is set aside."""


class SignOff(Model):
    """Who brought the promotion in, and on whose word."""

    commit: CommitId
    """The merge that admitted it, or the trust root; where an approval stood for the merge, the
    commit at which both were there, also after somebody else has signed the same off."""
    merged_by: str = ""
    """Person id, whose approval stood for the merge if there is one; empty for the trust root."""
    approval: str = ""
    """The path of the approval that stood for the merge; empty where there was one."""
    authors: tuple[str, ...] = ()
    """Person ids of the author side."""

    @model_serializer(mode="wrap")
    def _without_what_is_not_there(
        self, handler: SerializerFunctionWrapHandler
    ) -> dict[str, object]:
        """Records and digests from before approvals were named stay as they are."""
        return without_empty(handler(self), "approval")
