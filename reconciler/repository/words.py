"""What approvals say and who signed them: facts for the judge."""

from collections.abc import Mapping
from pathlib import Path

from reconciler.manifest.document import Document, read_document
from reconciler.manifest.mapping import to_model
from reconciler.model.approval import Approval
from reconciler.repository.signatures import SignedText, check_words
from reconciler.signoff.facts import Unsigned, Word


def approval_of(path: str, data: bytes) -> Approval | None:
    """The approval in a file; nothing if there is none that can be read."""
    document = read_document(path, data)
    if not isinstance(document, Document):
        return None
    model = to_model(document, Approval)
    return model if isinstance(model, Approval) else None


def words_of(
    files: Mapping[str, tuple[str, bytes]], keys: frozenset[str], *, scratch: Path
) -> dict[str, Word]:
    """Object id → what it says; ``files``: object id → a path where it is, and its content.

    What can't be read as an approval is left out. Signatures by other keys are unlisted.
    """
    read = {each: approval_of(*file) for each, file in files.items()}
    approvals = {each: found for each, found in read.items() if found is not None}
    signed = {
        each: SignedText(found.statement, found.signature.strip().encode())
        for each, found in approvals.items()
        if found.signature
    }
    signatures = check_words(signed, keys, scratch=scratch)
    return {
        each: Word(
            found.by,
            found.recorded_by or "",
            found.decision == "rejected",
            signatures.get(each, Unsigned()),
            found.environment,
            found.app,
            found.version,
            found.digest if found.decision == "approved" else "",
        )
        for each, found in approvals.items()
    }
