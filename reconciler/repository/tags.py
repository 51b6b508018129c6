"""What an annotated tag says of itself: who made it, and by which key it is signed."""

import re
import tempfile
from pathlib import Path

from reconciler.errors import StepErroredError
from reconciler.repository.git import Git
from reconciler.repository.objects import read_objects
from reconciler.system.processes import run

_BEGIN = b"-----BEGIN SSH SIGNATURE-----"
_OTHER = b"-----BEGIN PGP SIGNATURE-----"
_GOOD = re.compile(rb'^Good "git" signature with \S+ key (SHA256:[A-Za-z0-9+/]{43})$')
_DEADLINE = 30.0


def facts_of(git: Git, tag: str) -> dict[str, str]:
    """``tagger``, ``signature`` (none, good, bad, other) and ``key`` of a tag object's id.

    The key is the fingerprint of the one that made a good ssh signature (``SHA256:…``), whoever's
    it is. Raises `StepErroredError` when the object isn't there or nobody could check it.
    """
    raw = read_objects(git, [tag]).get(tag)
    if raw is None:
        raise StepErroredError(f"the tag object {tag[:12]} is not there")
    found = {"tagger": _tagger(raw), "signature": "none"}
    payload, begin, rest = raw.partition(_BEGIN)
    if begin:
        found |= _checked(git, payload, begin + rest)
    elif _OTHER in raw:
        found["signature"] = "other"
    return {name: value for name, value in found.items() if value}


def _tagger(raw: bytes) -> str:
    head = raw.partition(b"\n\n")[0]
    for line in head.split(b"\n"):
        if line.startswith(b"tagger "):
            name = line.removeprefix(b"tagger ").partition(b" <")[0]
            text = name.decode(errors="replace")
            return "".join(each for each in text if each.isprintable())[:200]
    return ""


def _checked(git: Git, payload: bytes, signature: bytes) -> dict[str, str]:
    with tempfile.TemporaryDirectory(dir=git.home, prefix="tag-") as folder:
        file = Path(folder) / "signature"
        file.write_bytes(signature)
        finished = run(
            ["ssh-keygen", "-Y", "check-novalidate", "-n", "git", "-s", str(file)],
            timeout=_DEADLINE,
            stdin=payload,
            trusted=True,
        )
    if finished.timed_out:
        raise StepErroredError(f"ssh-keygen took longer than {_DEADLINE:g} s")
    match = _GOOD.fullmatch(finished.stdout.strip())
    if finished.returncode == 0 and match:
        return {"signature": "good", "key": match[1].decode()}
    return {"signature": "bad"}
