"""What git itself says is wrong with a repository, as findings (B115, B116, B117)."""

import re

from reconciler.diagnostics import Diagnostic, Location
from reconciler.errors import RefusedError
from reconciler.manifest.codes import integrity
from reconciler.visibility import glimpse

_MALFORMED = re.compile(
    r"^(?:remote: )?error: object (?P<id>[0-9a-f]{40,64}): (?P<why>.+)$", re.MULTILINE
)
# The side that sends stops when it can't read what it promised; a shallow one only warns.
_MISSING = (
    *("repository corruption", "did not send all necessary objects", "missing necessary objects"),
    *("shallow roots are not allowed", "shallow update not allowed"),
    *("Could not read ", "unable to read ", "bad tree object", "did not receive expected object"),
)


class IntegrityError(RefusedError):
    """Git holds something that can't count; ``finding`` says what and where."""

    def __init__(self, finding: Diagnostic) -> None:
        """Say it as an error too, with its code."""
        super().__init__(f"{finding.code} {finding.message}", hint=finding.hint)
        self.finding = finding


def integrity_of(said: str, where: str) -> Diagnostic | None:
    """What git's words on standard error tell of its objects, if they tell anything.

    ``where`` is the ref or the path that it spoke of. The words are those of the C locale.
    """
    if found := _MALFORMED.search(said):
        message = f"object {found['id'][:12]}: {glimpse(found['why'])}"
        return integrity.MALFORMED.at(Location(where), message)
    lines = [line.removeprefix("remote: ").strip() for line in said.splitlines()]
    if any(each in said for each in _MISSING):
        first = re.sub(r"^(fatal|error|warning): ", "", lines[0])
        return integrity.MISSING.at(Location(where), glimpse(first))
    return None


def malformed_object(said: str) -> str:
    """The id of the object that git's check refuses, or nothing."""
    found = _MALFORMED.search(said)
    return found["id"] if found else ""
