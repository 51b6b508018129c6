"""One push of the history under a lease, and what the remote's answer means."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from reconciler.errors import UnreachableError
from reconciler.repository.git import Git

_NO_OPTIONS = b"does not support push options"
_OUR_WORD = ("[rejected]", "[remote rejected]")


class Answer(StrEnum):
    """What is known after a push."""

    TAKEN = "taken"
    """The remote has it."""
    REFUSED = "refused"
    """The remote, or the lease, said no: it has not moved to what was pushed."""
    UNKNOWN = "unknown"
    """The answer was lost: the remote may have it."""


@dataclass(frozen=True, slots=True)
class Pushed:
    """The answer, and the remote's words when it isn't a plain yes."""

    answer: Answer
    why: str = ""


def push_leased(
    git: Git,
    url: str,
    *,
    ref: str,
    commit: str,
    expected: str | None,
    timeout: float,
    options: Sequence[str] = (),
) -> Pushed:
    """Move ``ref`` of the remote to ``commit`` if it is still at ``expected`` (or not there).

    The lease refuses a branch that was rewound or deleted, which a plain push would overwrite. A
    lost race is told in two texts, by this side (stale info) or by the remote (its lock, its old
    value); both are lines that begin with ``!``. ``[remote failure]`` is such a line too, but means
    that no report came, so nothing is known. ``options`` are wishes to the remote, which it need
    not understand.
    """
    arguments = ["push", "--porcelain", f"--force-with-lease={ref}:{expected or ''}"]
    arguments += [f"--push-option={each}" for each in options]
    try:
        finished = git.ask(
            [*arguments, "--end-of-options", url, f"{commit}:{ref}"], timeout=timeout
        )
    except UnreachableError as error:
        return Pushed(Answer.UNKNOWN, error.message)
    if finished.returncode == 0:
        return Pushed(Answer.TAKEN)
    if options and _NO_OPTIONS in finished.stderr:
        return push_leased(git, url, ref=ref, commit=commit, expected=expected, timeout=timeout)
    lines = [line for line in finished.text.splitlines() if line.startswith("!\t")]
    said = lines[0].rpartition("\t")[2] if lines else finished.complaint
    if said.startswith(_OUR_WORD):
        return Pushed(Answer.REFUSED, said)
    return Pushed(Answer.UNKNOWN, said)


def push_proposal(
    git: Git, url: str, *, branch: str, commit: str, target: str, title: str, timeout: float
) -> Pushed:
    """Make a branch that isn't there; a forge that takes wishes opens a merge request of it."""
    wishes = ("create", f"target={target}", f"title={title}")
    return push_leased(
        git,
        url,
        ref=f"refs/heads/{branch}",
        commit=commit,
        expected=None,
        timeout=timeout,
        options=[f"merge_request.{each}" for each in wishes],
    )
