"""Whose signature a commit carries: git's own format, checked key by key.

What is plainly good is found so in this process (`sshsig`), and ssh-keygen is asked about the rest.

`%G?` isn't asked, because it says "bad" for a missing verifier and for a foreign namespace alike,
and judges validity by the date that the commit gives itself. A signature names its key; so the key
is looked up first, and ssh-keygen is asked about exactly one principal.
"""

import base64
import binascii
import contextlib
import re
import struct
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from reconciler.errors import ConfigurationError
from reconciler.repository.git import Git
from reconciler.repository.objects import read_objects
from reconciler.signoff.facts import Bad, Signature, Signed, Unknown, Unlisted, Unsigned
from reconciler.system.processes import run

_OF_COMMITS = "git"
OF_WORDS = "tagboat-approval"
"""The namespace of signatures of approvals: a commit's signature is none."""
_DEADLINE = 30.0
_AT_ONCE = 4
_KEY = re.compile(r"(?P<sort>[a-z0-9@.-]{1,64}) (?P<key>[A-Za-z0-9+/]{16,8192}={0,2})")
_KEY_IN_TEXT = re.compile(
    r"(?P<sort>ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(?:256|384|521)|sk-ssh-ed25519@openssh\.com"
    r"|sk-ecdsa-sha2-nistp256@openssh\.com) +(?P<key>[A-Za-z0-9+/]{16,8192}={0,2})"
)
# The principal of a check that asks for the key alone; no reconciler can be called so.
_ANYBODY = "any@body"
_PRINCIPAL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,126}")
_BEGIN = b"-----BEGIN SSH SIGNATURE-----"
_END = b"-----END SSH SIGNATURE-----"
_HEADER = b"gpgsig"


@dataclass(frozen=True, slots=True)
class SignedText:
    """A commit taken apart: what was signed, and the armoured signature; empty if there is none."""

    payload: bytes
    signature: bytes


def check_signatures(
    git: Git, commits: Sequence[str], allowed: Mapping[str, Sequence[str]], *, scratch: Path
) -> dict[str, Signature]:
    """Commit → whose signature it carries, for every commit asked for.

    ``allowed``: principal (a person's id, a reconciler's name) → public keys. ``scratch`` is a
    folder for short-lived files; it is made if it isn't there. A commit that isn't there, a
    verifier that is missing, too slow or says something unforeseen gives `Unknown`, never `Bad`. A
    key that two principals share belongs to neither.
    """
    raw = read_objects(git, commits)
    return check_texts(raw, commits, allowed, scratch=scratch)


def check_texts(
    raw: Mapping[str, bytes],
    commits: Sequence[str],
    allowed: Mapping[str, Sequence[str]],
    *,
    scratch: Path,
) -> dict[str, Signature]:
    """The same for commits whose content is at hand: id → the object's bytes."""
    return _checked(raw, commits, _owners(allowed), scratch=scratch)


def check_keys(
    raw: Mapping[str, bytes], commits: Sequence[str], keys: Iterable[str], *, scratch: Path
) -> dict[str, Signature]:
    """Commit → by which of these keys it is signed, sort and key as in a ``.pub`` file.

    Whose the keys are isn't asked. A signature by any other key is `Unlisted`, and not checked.
    """
    return _checked(raw, commits, _by_key(keys), scratch=scratch)


def check_words(
    texts: Mapping[str, SignedText], keys: Iterable[str], *, scratch: Path
) -> dict[str, Signature]:
    """Id → by which of these keys somebody's word is signed (namespace ``tagboat-approval``)."""
    return _verified(texts, _by_key(keys), namespace=OF_WORDS, scratch=scratch)


def keys_in(text: bytes) -> frozenset[str]:
    """Whatever looks like a public ssh key in a file, as sort and key."""
    found = _KEY_IN_TEXT.finditer(text.decode(errors="replace"))
    return frozenset(f"{each['sort']} {each['key']}" for each in found)


def _checked(
    raw: Mapping[str, bytes],
    commits: Sequence[str],
    owners: Mapping[bytes, tuple[str, str]],
    *,
    scratch: Path,
) -> dict[str, Signature]:
    texts = {each: take_apart(raw[each]) for each in commits if each in raw}
    found: dict[str, Signature] = {
        each: Unknown("the commit isn't there") for each in commits if each not in raw
    }
    return found | _verified(texts, owners, namespace=_OF_COMMITS, scratch=scratch)


def _verified(
    texts: Mapping[str, SignedText],
    owners: Mapping[bytes, tuple[str, str]],
    *,
    namespace: str,
    scratch: Path,
) -> dict[str, Signature]:
    found: dict[str, Signature] = {}
    asked: dict[str, tuple[str, str, SignedText]] = {}
    for each, text in texts.items():
        match _first_look(text, owners, namespace=namespace):
            case (str() as principal, str() as key) if _is_good(text, key, namespace=namespace):
                found[each] = Signed(_named(principal, key))
            case (str() as principal, str() as key):
                asked[each] = (principal, key, text)
            case verdict:
                found[each] = verdict
    if asked:
        scratch.mkdir(parents=True, exist_ok=True)
        with (
            tempfile.TemporaryDirectory(dir=scratch, prefix="verify-") as folder,
            ThreadPoolExecutor(_AT_ONCE) as pool,
        ):
            verify = partial(_verify, Path(folder), namespace=namespace)
            found.update(zip(asked, pool.map(verify, asked.items()), strict=True))
    return found


def _is_good(text: SignedText, key: str, *, namespace: str) -> bool:
    # It takes a moment to load, and who asks nothing about signatures does without it.
    from reconciler.repository.sshsig import is_good

    wire = base64.b64decode(key.partition(" ")[2])
    return is_good(text.signature, text.payload, key=wire, namespace=namespace)


def _named(principal: str, key: str) -> str:
    """Whom a verdict names: the key itself where it was asked for alone."""
    return key if principal == _ANYBODY else principal


def _by_key(keys: Iterable[str]) -> dict[bytes, tuple[str, str]]:
    """Key in its wire form → what to ask the verifier about, whosever it is."""
    owners: dict[bytes, tuple[str, str]] = {}
    for line in keys:
        match = _KEY.fullmatch(line)
        if match:
            with contextlib.suppress(binascii.Error):
                wire = base64.b64decode(match["key"], validate=True)
                owners[wire] = (_ANYBODY, f"{match['sort']} {match['key']}")
    return owners


def take_apart(commit: bytes) -> SignedText:
    """The signature of a raw commit object, and everything else as it was signed.

    A commit with more than one signature header isn't what anybody signed: the further ones stay
    in the payload, so checking it fails.
    """
    head, separator, message = commit.partition(b"\n\n")
    kept: list[bytes] = []
    signature: list[bytes] = []
    inside = False
    for line in head.split(b"\n"):
        if line.startswith(_HEADER + b" ") and not signature:
            signature.append(line.removeprefix(_HEADER + b" "))
            inside = True
        elif inside and line.startswith(b" "):
            signature.append(line[1:])
        else:
            inside = False
            kept.append(line)
    return SignedText(b"\n".join(kept) + separator + message, b"\n".join(signature))


def _owners(allowed: Mapping[str, Sequence[str]]) -> dict[bytes, tuple[str, str]]:
    """Key in its wire form → (principal, the key's line); keys of two principals are left out."""
    owners: dict[bytes, tuple[str, str]] = {}
    shared: set[bytes] = set()
    for principal, keys in allowed.items():
        for line in keys:
            match = _KEY.fullmatch(" ".join(line.split()[:2]))
            if not match or not _PRINCIPAL.fullmatch(principal):
                continue
            try:
                wire = base64.b64decode(match["key"], validate=True)
            except binascii.Error:
                continue
            if owners.get(wire, (principal, ""))[0] != principal:
                shared.add(wire)
            owners[wire] = (principal, f"{match['sort']} {match['key']}")
    return {wire: owner for wire, owner in owners.items() if wire not in shared}


def _first_look(
    text: SignedText, owners: Mapping[bytes, tuple[str, str]], *, namespace: str
) -> Signature | tuple[str, str]:
    """What is known without the verifier, or the principal and key to ask it about."""
    if not text.signature:
        return Unsigned()
    if not text.signature.startswith(_BEGIN):
        return Unlisted()
    try:
        key, stated = _read(text.signature)
    except (ValueError, struct.error):
        return Bad()
    if key not in owners:
        return Unlisted()
    if stated != namespace.encode():
        principal, line = owners[key]
        return Bad(_named(principal, line))
    return owners[key]


def key_of(armoured: bytes) -> bytes:
    """The key that a signature names, in its wire form; raises `ValueError` for no signature."""
    return _read(armoured)[0]


def _read(armoured: bytes) -> tuple[bytes, bytes]:
    """Key and namespace that an ssh signature states (OpenSSH's PROTOCOL.sshsig)."""
    body = armoured.strip().removeprefix(_BEGIN)
    if not body.endswith(_END):
        raise ValueError("no end of the signature")
    blob = base64.b64decode(b"".join(body.removesuffix(_END).split()), validate=True)
    if blob[:6] != b"SSHSIG" or struct.unpack(">I", blob[6:10]) != (1,):
        raise ValueError("not an ssh signature")
    key, rest = _string(blob[10:])
    namespace, _ = _string(rest)
    return key, namespace


def _string(blob: bytes) -> tuple[bytes, bytes]:
    (length,) = struct.unpack(">I", blob[:4])
    if len(blob) < 4 + length:
        raise ValueError("cut off")
    return blob[4 : 4 + length], blob[4 + length :]


def _verify(
    folder: Path, asked: tuple[str, tuple[str, str, SignedText]], *, namespace: str
) -> Signature:
    # Each commit has files of its own; the folder goes when all are done.
    commit, (principal, key, text) = asked
    signers, signature = folder / f"{commit}.allowed", folder / f"{commit}.sig"
    try:
        signers.write_text(f'{principal} namespaces="{namespace}" {key}\n')
        signature.write_bytes(text.signature + b"\n")
        finished = run(
            [
                "ssh-keygen",
                "-Y",
                "verify",
                "-f",
                str(signers),
                "-I",
                principal,
                "-n",
                namespace,
                "-s",
                str(signature),
            ],
            timeout=_DEADLINE,
            stdin=text.payload,
            trusted=True,
        )
    except ConfigurationError as error:
        return Unknown(error.message)
    except OSError as error:
        return Unknown(f"the verifier could not be run: {error.strerror}")
    if finished.timed_out:
        return Unknown(f"ssh-keygen took longer than {_DEADLINE:g} s")
    by = _named(principal, key)
    if finished.returncode == 0 and finished.stdout.startswith(b"Good "):
        return Signed(by)
    # ssh-keygen ends with 255 for everything; only these words mean that it has checked.
    if b"Signature verification failed" in finished.stderr:
        return Bad(by)
    return Unknown(f"ssh-keygen: {finished.complaint}")
