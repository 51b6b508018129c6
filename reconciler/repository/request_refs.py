"""Requests as refs: one commit each, made once, read by the reconciler, removed when answered.

The commit holds the empty tree. Its message is a sentence, a blank line, the statement in one line,
and the armoured ssh signature of exactly that line (namespace ``tagboat-request``). The ref's name
ends with the request's id, so a copy under another name, or by another key, is another request.
Who committed says nothing, and whoever overwrites the ref with something else only makes it junk.
"""

import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from reconciler.errors import ConfigurationError, TagboatError, UnreachableError
from reconciler.model.request import Received, Request
from reconciler.repository.git import Git
from reconciler.repository.objects import read_objects
from reconciler.repository.signing import sign
from reconciler.system.processes import run

PREFIX = "refs/heads/tagboat/requests/"
PATTERN = f"{PREFIX}*"
NAMESPACE = "tagboat-request"

_HERE = "refs/tagboat/requests/"
_MOST = 64 << 10
_LINES = 3
_DEADLINE = 30.0
_REMOTE = 60.0
_GOOD = re.compile(rb'Good "tagboat-request" signature with \S+ key (SHA256:[A-Za-z0-9+/]{43})\s*')
_WRONG = (b"Signature ", b"Couldn't verify", b"Couldn't parse", b"invalid format")


@dataclass(frozen=True, slots=True)
class Sealed:
    """A signed request: its id, and the message of the commit that carries it."""

    id: str
    message: str

    @property
    def ref(self) -> str:
        """Where it lies on the remote."""
        return f"{PREFIX}{self.id}"


def sign_request(request: Request, *, key: str) -> Sealed:
    """The request, signed with a person's key: what git's ``user.signingKey`` says.

    That is a file, or the key itself when an agent holds the private part. Raises
    `ConfigurationError` when it can't sign.
    """
    armour = sign(request.statement, key=key, namespace=NAMESPACE)
    signer = signer_of(request.statement, f"{armour}\n".encode())
    if not signer:
        raise ConfigurationError(
            f"what {key} signed can't be verified",
            hint="git config user.signingkey names the key; look whether ssh-keygen is whole",
        )
    subject = f"Request: {request.verb} {request.scope}"
    message = f"{subject}\n\n{request.statement.decode()}\n{armour}\n"
    return Sealed(request.id_for(signer), message)


def signer_of(statement: bytes, armour: bytes) -> str:
    """The fingerprint of the key that signed this statement; empty if none did.

    Raises `UnreachableError` when the verifier can't tell.
    """
    with tempfile.TemporaryDirectory(prefix="tagboat-") as folder:
        signature = Path(folder) / "signature"
        signature.write_bytes(armour)
        command = ["ssh-keygen", "-Y", "check-novalidate", "-n", NAMESPACE, "-s", str(signature)]
        finished = run(command, timeout=_DEADLINE, stdin=statement, trusted=True)
    if finished.returncode == 0 and (match := _GOOD.fullmatch(finished.stdout)):
        return match[1].decode()
    if finished.timed_out or not any(each in finished.stderr for each in _WRONG):
        raise UnreachableError(f"ssh-keygen can't tell who signed: {finished.complaint}")
    return ""


def bring_requests(git: Git, remote: str, refs: Mapping[str, str]) -> None:
    """Bring what these refs (name → commit) lead to, as far as the remote gives it.

    One that is malformed, or gone by now, keeps no other one away.
    """
    try:
        git.fetch(remote, f"+{PATTERN}:{_HERE}*", prune=True)
    except TagboatError:
        for ref in refs:
            try:
                git.fetch(remote, f"+{ref}:{_HERE}{ref.removeprefix(PREFIX)}")
            except TagboatError:
                continue


@dataclass(frozen=True, slots=True)
class Posted:
    """A request as it lies on the remote; whose signature it carries isn't known yet."""

    request: Request
    armour: bytes


def read_requests(git: Git, refs: Mapping[str, str]) -> dict[str, Posted | None]:
    """Ref → the request in it, nothing for junk.

    Those whose commit isn't here are left out: they are read another time, and keep no other one
    waiting.
    """
    sizes = git.ask(
        ["cat-file", "--batch-check=%(objectname) %(objecttype) %(objectsize)"],
        stdin="".join(f"{each}\n" for each in refs.values()).encode(),
    )
    told = (line.split(" ") for line in sizes.text.splitlines())
    fit = {each[0] for each in told if each[1:2] == ["commit"] and int(each[2]) <= _MOST}
    here = {each.split(" ")[0] for each in sizes.text.splitlines() if not each.endswith("missing")}
    raw = read_objects(git, fit)
    return {
        ref: _read(raw[commit]) if commit in raw else None
        for ref, commit in refs.items()
        if commit in here
    }


def _read(commit: bytes) -> Posted | None:
    message = commit.partition(b"\n\n")[2]
    parts = message.split(b"\n", _LINES)
    if len(parts) <= _LINES:
        return None
    _, _, statement, armour = parts
    try:
        request = Request.model_validate_json(statement, strict=False)
    except ValueError:
        return None
    return Posted(request, armour) if request.statement == statement else None


def received(posted: Posted, ref: str) -> Received | None:
    """The request with the key that signed it; nothing where none did, or under another's ref.

    Raises `UnreachableError` when the verifier can't tell.
    """
    found = Received(posted.request, signer_of(posted.request.statement, posted.armour))
    return found if found.key and ref == f"{PREFIX}{found.id}" else None


def remove_requests(git: Git, remote: str, refs: Mapping[str, str]) -> str:
    """Remove these refs (name → commit) of the remote; why not, if some of them stay.

    One that leads elsewhere by now stays, and isn't spoken of.
    """
    leases = [f"--force-with-lease={ref}:{commit}" for ref, commit in refs.items()]
    words = [f":{ref}" for ref in refs]
    try:
        finished = git.ask(
            ["push", "--porcelain", *leases, "--end-of-options", remote, *words], timeout=_REMOTE
        )
    except UnreachableError as error:
        return error.message
    if finished.returncode == 0:
        return ""
    refused = [
        line.rpartition("\t")[2]
        for line in finished.text.splitlines()
        if line.startswith("!\t") and "stale info" not in line
    ]
    return refused[0] if refused else ""
