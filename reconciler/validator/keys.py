"""Keys lead to one person."""

import re
from collections.abc import Iterator

from reconciler.diagnostics import Diagnostic
from reconciler.manifest.codes import policy
from reconciler.manifest.paths import PEOPLE
from reconciler.manifest.secrets import shown
from reconciler.manifest.snapshot import Snapshot

_KEY = re.compile(
    r"(?:ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(?:256|384|521)"
    r"|sk-ssh-ed25519@openssh\.com|sk-ecdsa-sha2-nistp256@openssh\.com)"
    r" +[A-Za-z0-9+/]{16,1600}={0,3}(?: .*)?"
)


def keys(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """A key is a public ssh key and belongs to one person.

    ssh takes the first of two persons with one key, so it is an error for both of them.
    """
    if snapshot.people is None:
        return
    owners: dict[str, set[str]] = {}
    for person, entry in snapshot.people.people.items():
        for key in entry.keys:
            owners.setdefault(_bare(key), set()).add(person)
    for person, entry in snapshot.people.people.items():
        for index, key in enumerate(entry.keys):
            place = snapshot.locate(PEOPLE, ("people", person, "keys", index))
            if not _KEY.fullmatch(key):
                yield policy.KEY_FORM.at(place, f"keys[{index}]: found {shown(key)}")
            others = sorted(owners[_bare(key)] - {person})
            if others:
                yield policy.SHARED_KEY.at(place, f"this key is {person}'s and {others[0]}'s")


def _bare(key: str) -> str:
    return " ".join(key.split()[:2])
