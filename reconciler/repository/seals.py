"""Records as signed commits: making one, and telling who signed it."""

import hashlib
import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, assert_never

from reconciler.errors import ConfigurationError
from reconciler.model.records import Record
from reconciler.names import instant_of
from reconciler.repository.chain import message_of
from reconciler.repository.git import EMPTY_TREE, Git, GitError
from reconciler.repository.signatures import check_signatures
from reconciler.signoff.facts import Bad, Signature, Signed, Unknown, Unlisted, Unsigned

if TYPE_CHECKING:
    from reconciler.repository.sshsig import Signer

_COMMIT = 1


@dataclass(frozen=True, slots=True)
class Seal:
    """Who signed a record: a listed reconciler, or nobody and why; ``doubt`` if nobody can tell."""

    reconciler: str = ""
    why: str = ""
    doubt: bool = False


@dataclass(frozen=True, slots=True)
class Author:
    """A reconciler, and the file of its private key."""

    name: str
    key: Path


def seal(git: Git, records: Sequence[Record], *, parent: str | None, key: Path) -> list[str]:
    """The commits that hold these numbered records, each signed and after the one before it.

    No ref knows them yet. A commit bears the reconciler's name and the record's instant. Raises
    `ConfigurationError` when the key can't sign.

    With a plain Ed25519 key they are signed here and put into the clone at once: two processes for
    each would be what a thousand claims wait for. Any other key is `ssh-keygen`'s matter.
    """
    from reconciler.repository.sshsig import Signer

    signer = Signer.of(key)
    commits: list[str] = []
    if signer is None:
        for record in records:
            parent = commit_signed(
                git,
                EMPTY_TREE,
                message_of(record, record.subject),
                parent=parent,
                name=record.reconciler,
                at=instant_of(record.at),
                key=key,
            )
            commits.append(parent)
        return commits
    objects = []
    for record in records:
        data = _object(record, signer, parent=parent)
        parent = hashlib.sha1(b"commit %d\0" % len(data) + data, usedforsecurity=False).hexdigest()
        objects.append(data)
        commits.append(parent)
    if objects:
        git.tell(["unpack-objects", "-q"], stdin=_pack(objects))
    return commits


def _object(record: Record, signer: "Signer", *, parent: str | None) -> bytes:
    """A commit as git keeps it."""
    seconds = int(instant_of(record.at).timestamp())
    who = f"{record.reconciler} <{record.reconciler}@localhost> {seconds} +0000"
    lines = [f"tree {EMPTY_TREE}", *([f"parent {parent}"] if parent else [])]
    head = "\n".join([*lines, f"author {who}", f"committer {who}", ""])
    message = f"\n{message_of(record, record.subject)}"
    armour = signer.sign(f"{head}{message}".encode(), namespace="git")
    return f"{head}gpgsig {armour.replace(chr(10), f'{chr(10)} ')}\n{message}".encode()


def _pack(objects: Sequence[bytes]) -> bytes:
    """Commits in git's format for packs (gitformat-pack, version 2)."""
    parts = [struct.pack(">4sII", b"PACK", 2, len(objects))]
    for data in objects:
        size, byte = len(data) >> 4, _COMMIT << 4 | len(data) & 0xF
        head = bytearray()
        while size:
            head.append(byte | 0x80)
            size, byte = size >> 7, size & 0x7F
        parts += [bytes([*head, byte]), zlib.compress(data)]
    whole = b"".join(parts)
    return whole + hashlib.sha1(whole, usedforsecurity=False).digest()


def commit_signed(
    git: Git, tree: str, message: str, *, parent: str | None, name: str, at: datetime, key: Path
) -> str:
    """A new commit in a reconciler's name, signed by `ssh-keygen` for git; no ref knows it yet.

    Raises `ConfigurationError` when the key can't sign.
    """
    parents = ("-p", parent) if parent else ()
    return signed(git, ["commit-tree", "-S", *parents, tree], message, name=name, at=at, key=key)


def signed(
    git: Git, arguments: Sequence[str], message: str, *, name: str, at: datetime, key: Path
) -> str:
    """What git says when it makes an object that a reconciler signs, such as its id.

    Raises `ConfigurationError` when the key can't sign.
    """
    seconds = int(at.timestamp())
    who = {
        f"GIT_{role}_{what}": value
        for role in ("AUTHOR", "COMMITTER")
        for what, value in (
            ("NAME", name),
            ("EMAIL", f"{name}@localhost"),
            ("DATE", f"@{seconds} +0000"),
        )
    }
    finished = git.ask(
        ["-c", "gpg.format=ssh", "-c", f"user.signingKey={key}", *arguments],
        stdin=message.encode(),
        extra=who,
    )
    if finished.returncode:
        if b"key" not in finished.stderr and b"sign" not in finished.stderr:
            raise GitError(f"git {arguments[0]}: {finished.complaint}", finished=finished)
        raise ConfigurationError(
            f"the history's key {key} can't sign: {finished.complaint}",
            hint="make one with: ssh-keygen -t ed25519 -N '' -f FILE, and keep it at mode 0600",
        )
    return finished.text.strip()


def check_seals(
    git: Git, commits: Sequence[str], reconcilers: Mapping[str, tuple[str, ...]], *, scratch: Path
) -> dict[str, Seal]:
    """Who signed each commit; ``reconcilers`` is name → public keys, ``scratch`` our folder."""
    found = check_signatures(git, commits, reconcilers, scratch=scratch)
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
