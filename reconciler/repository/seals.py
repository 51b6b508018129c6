"""Records as signed commits: making one, and telling who signed it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import assert_never

from reconciler.errors import ConfigurationError
from reconciler.model.records import Record
from reconciler.names import instant_of
from reconciler.repository.chain import message_of
from reconciler.repository.git import EMPTY_TREE, Git, GitError
from reconciler.repository.signatures import check_signatures
from reconciler.signoff.facts import Bad, Signature, Signed, Unknown, Unlisted, Unsigned


@dataclass(frozen=True, slots=True)
class Seal:
    """Who signed a record: a listed reconciler, or nobody and why; ``doubt`` if nobody can tell."""

    reconciler: str = ""
    why: str = ""
    doubt: bool = False


def seal(git: Git, record: Record, *, parent: str | None, key: Path) -> str:
    """The commit that holds this numbered record after its parent, signed; no ref knows it yet.

    The commit bears the reconciler's name and the record's instant. Raises `ConfigurationError`
    when the key can't sign. Git signs at about a third more than `ssh-keygen` alone costs, so
    nothing is won by building the object here.
    """
    seconds = int(instant_of(record.at).timestamp())
    who = {
        f"GIT_{role}_{what}": value
        for role in ("AUTHOR", "COMMITTER")
        for what, value in (
            ("NAME", record.reconciler),
            ("EMAIL", f"{record.reconciler}@localhost"),
            ("DATE", f"@{seconds} +0000"),
        )
    }
    finished = git.ask(
        [
            *("-c", "gpg.format=ssh", "-c", f"user.signingKey={key}"),
            *("commit-tree", "-S", *(("-p", parent) if parent else ()), EMPTY_TREE),
        ],
        stdin=message_of(record, record.subject).encode(),
        extra=who,
    )
    if finished.returncode:
        if b"key" not in finished.stderr and b"sign" not in finished.stderr:
            raise GitError(f"git commit-tree: {finished.complaint}", finished=finished)
        raise ConfigurationError(
            f"the history's key {key} can't sign: {finished.complaint}",
            hint="make one with: ssh-keygen -t ed25519 -N '' -f FILE, and keep it at mode 0600",
        )
    return finished.text.strip()


def check_seals(
    git: Git, commits: Sequence[str], reconcilers: Mapping[str, str], *, scratch: Path
) -> dict[str, Seal]:
    """Who signed each commit; ``reconcilers`` is name → public key, ``scratch`` our folder."""
    allowed = {name: (key,) for name, key in reconcilers.items()}
    found = check_signatures(git, commits, allowed, scratch=scratch)
    return {commit: _seal_of(signature) for commit, signature in found.items()}


def _seal_of(signature: Signature) -> Seal:
    match signature:
        case Signed():
            return Seal(reconciler=signature.by)
        case Unsigned():
            return Seal(why="is not signed")
        case Unlisted():
            return Seal(why="is signed by a key of no listed reconciler")
        case Bad():
            return Seal(why="has a signature that isn't right")
        case Unknown():
            return Seal(why=signature.why, doubt=True)
        case _:
            assert_never(signature)
