"""Records as signed commits: making one, and telling who signed it."""

import base64
import binascii
import hashlib
import os
import re
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from reconciler.errors import ConfigurationError
from reconciler.model.records import Record
from reconciler.names import instant_of
from reconciler.repository.chain import message_of
from reconciler.repository.git import EMPTY_TREE, Git, GitError
from reconciler.system.processes import run

_AT_ONCE = 4
_CHECK = 20.0
_SIGNATURE = re.compile(rb"^gpgsig (.*(?:\n .*)*)\n", re.MULTILINE)


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
    """Who signed each commit; ``reconcilers`` is name → public key, ``scratch`` a folder of ours.

    The key that the signature names must be a listed one, and `ssh-keygen` must agree that it
    signed exactly this commit, for git. A few are checked at once.
    """
    if not commits:
        return {}
    scratch.mkdir(parents=True, exist_ok=True)
    owners = {" ".join(key.split()[:2]): name for name, key in reconcilers.items()}
    lines = "".join(f'{name} namespaces="git" {key}\n' for key, name in sorted(owners.items()))
    allowed = scratch / f"reconcilers-{hashlib.sha256(lines.encode()).hexdigest()[:16]}"
    _write_whole(allowed, lines.encode())
    bodies = _bodies(git, commits)

    def one(commit: str) -> Seal:
        return _check(bodies[commit], owners, allowed=allowed, beside=scratch / f"{commit}.sig")

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return dict(zip(commits, pool.map(one, commits), strict=True))


def _bodies(git: Git, commits: Sequence[str]) -> dict[str, bytes]:
    """Raw bytes of each commit object, by one process."""
    asked = "".join(f"{commit}\n" for commit in commits).encode()
    finished = git.ask(["cat-file", "--batch"], stdin=asked)
    rest, found = finished.stdout, {}
    for commit in commits:
        head, _, rest = rest.partition(b"\n")
        fields = head.split()
        if fields[1:2] != [b"commit"]:
            raise GitError(f"git cat-file: {commit} is not there", finished=finished)
        size = int(fields[2])
        found[commit], rest = rest[:size], rest[size + 1 :]
    return found


def _check(body: bytes, owners: Mapping[str, str], *, allowed: Path, beside: Path) -> Seal:
    head, _, _ = body.partition(b"\n\n")
    match = _SIGNATURE.search(head + b"\n")
    if match is None:
        return Seal(why="is not signed")
    armoured = match[1].replace(b"\n ", b"\n") + b"\n"
    payload = body[: match.start()] + body[match.end() :]
    owner = owners.get(_key_named(armoured))
    if owner is None:
        return Seal(why="is signed by a key of no listed reconciler")
    _write_whole(beside, armoured)
    arguments = ["-Y", "verify", "-n", "git", "-I", owner, "-f", str(allowed), "-s", str(beside)]
    try:
        finished = run(["ssh-keygen", *arguments], timeout=_CHECK, stdin=payload, trusted=True)
    except ConfigurationError as error:
        return Seal(why=error.message, doubt=True)
    finally:
        beside.unlink(missing_ok=True)
    if finished.timed_out or finished.returncode < 0:
        return Seal(why=f"ssh-keygen didn't answer: {finished.complaint}", doubt=True)
    if finished.returncode:
        return Seal(why="has a signature that isn't right")
    return Seal(reconciler=owner)


def _key_named(armoured: bytes) -> str:
    """The public key that a signature names, as key files write it; empty for nonsense.

    The format is OpenSSH's PROTOCOL.sshsig: magic, version, then strings; the key comes first.
    """
    lines = [line for line in armoured.split(b"\n") if line and not line.startswith(b"-----")]
    try:
        blob = base64.b64decode(b"".join(lines), validate=True)
    except binascii.Error:
        return ""
    magic, at = b"SSHSIG", 10
    if not blob.startswith(magic):
        return ""
    key = _string_at(blob, at)
    kind = _string_at(key, 0)
    return f"{kind.decode('ascii', 'replace')} {base64.b64encode(key).decode()}"


def _string_at(blob: bytes, at: int) -> bytes:
    size = int.from_bytes(blob[at : at + 4], "big")
    return blob[at + 4 : at + 4 + size]


def _write_whole(path: Path, content: bytes) -> None:
    """Put the file there in one move: several threads and processes may want the same one."""
    beside = path.with_name(f"{path.name}.{os.getpid()}.{threading.get_ident()}")
    beside.write_bytes(content)
    beside.replace(path)
