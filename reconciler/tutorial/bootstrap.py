"""The example's persons: their keys, their clones, and the commit that brings them in."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from reconciler.errors import ConfigurationError
from reconciler.repository.git import Git
from reconciler.system.processes import run
from reconciler.tutorial.edits import edit
from reconciler.tutorial.example import environment_files
from reconciler.tutorial.layout import PERSONS, Layout, moved

_NAMES = {
    "engineer": ("Erin Example", "erin@example.com"),
    "approver": ("Avery Example", "avery@example.com"),
}


def make_keys(layout: Layout, owners: Iterable[str]) -> dict[str, str]:
    """Make an ed25519 key without passphrase for each owner; owner → public key."""
    layout.keys.mkdir(mode=0o700)
    return {owner: _make_key(layout.keys / owner, owner) for owner in owners}


def make_clone(layout: Layout, person: str, public: Mapping[str, str]) -> Git:
    """A person's clone, with all settings in its own configuration, stronger than a global one."""
    clone = layout.clone(person)
    git = Git(layout.folder, layout.home)
    git.tell(["clone", "--quiet", "--no-hardlinks", str(layout.remote), str(clone)])
    signers = layout.keys / "allowed_signers"
    signers.write_text("".join(f"{_NAMES[each][1]} {public[each]}\n" for each in PERSONS))
    name, mail = _NAMES[person]
    settings = {
        "user.name": name,
        "user.email": mail,
        "user.signingkey": str(layout.keys / person),
        "gpg.format": "ssh",
        "gpg.ssh.program": "ssh-keygen",
        "gpg.ssh.allowedSignersFile": str(signers),
        "commit.gpgsign": "true",
        "push.gpgSign": "false",
        "merge.verifySignatures": "false",
        "core.autocrlf": "false",
        "core.hooksPath": "/dev/null",
        "tagboat.config": str(layout.configuration),
    }
    inside = Git(clone, layout.home)
    for key, value in settings.items():
        inside.tell(["config", "--local", key, value])
    return inside


def bootstrap(layout: Layout, public: Mapping[str, str], *, port_base: int) -> str:
    """Commit the persons' public keys, signed by the approver, and push it; returns the commit.

    Moves the environments' ports too. This commit becomes the trust root.
    """
    clone = layout.clone("approver")
    _add_keys(clone / "environments" / "people.yaml", public)
    for path in environment_files(clone):
        path.write_text(moved(path.read_text(), port_base=port_base))
    git = Git(clone, layout.home)
    message = "Bring in the engineer and the approver\n\nHost configuration trusts this commit.\n"
    git.tell(["commit", "--quiet", "--all", "-S", "-F", "-"], stdin=message.encode())
    git.tell(["push", "--quiet", "origin", "main"])
    return git.tell(["rev-parse", "HEAD"])


def _make_key(path: Path, owner: str) -> str:
    finished = run(
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", owner, "-f", str(path)],
        timeout=30,
        trusted=True,
    )
    if finished.returncode:
        raise ConfigurationError(f"ssh-keygen: {finished.complaint}")
    return path.with_suffix(".pub").read_text().strip()


def _add_keys(path: Path, public: Mapping[str, str]) -> None:
    def add(people: Any) -> None:
        for person in PERSONS:
            people["people"][person]["keys"] = [public[person]]

    edit(path, add)
