"""Running git apart from the user's own configuration, with deadlines and typed errors."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from reconciler.errors import ConfigurationError, TagboatError, UnreachableError
from reconciler.repository.integrity import IntegrityError, integrity_of
from reconciler.system.processes import Finished, run

EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"

_LOCAL = 60.0
_REMOTE = 120.0
_LIMIT = 1 << 30
"""Bytes that git may say at once."""

# Reasons: reliability notes X2, X3. `safe.directory` only counts in a global file.
_CONFIGURATION = """\
[safe]
	directory = *
[core]
	hooksPath = /dev/null
	fsmonitor = false
	symlinks = false
	fsync = committed,loose-object,reference
	quotePath = false
[protocol]
	allow = never
[protocol "file"]
	allow = always
[protocol "ssh"]
	allow = always
[protocol "https"]
	allow = always
[protocol "http"]
	allow = always
[transfer]
	fsckObjects = true
	bundleURI = false
[fetch]
	recurseSubmodules = false
	writeCommitGraph = false
[submodule]
	recurse = false
[gc]
	auto = 0
	autoDetach = false
[maintenance]
	auto = false
[merge]
	renames = false
[gpg]
	format = ssh
[log]
	showSignature = false
[init]
	defaultBranch = main
[advice]
	detachedHead = false
[user]
	name = tagboat
	email = tagboat@localhost
"""


class GitError(TagboatError):
    """Git said no; ``finished`` has its words."""

    def __init__(self, message: str, *, finished: Finished) -> None:
        """Keep git's own answer for those who must tell one no from another."""
        super().__init__(message)
        self.finished = finished


def isolate(home: Path) -> dict[str, str]:
    """The environment in which git reads no configuration but ours; writes it below ``home``.

    The folder is made if it isn't there. An ssh agent and the user's ssh settings stay usable.
    """
    home.mkdir(parents=True, exist_ok=True)
    settings = home / "gitconfig"
    if not settings.exists() or settings.read_text() != _CONFIGURATION:
        beside = home / f"gitconfig.{os.getpid()}"
        beside.write_text(_CONFIGURATION)
        beside.replace(settings)
    kept = ("PATH", "SSH_AUTH_SOCK", "TMPDIR", "GIT_TRACE")
    return {
        **{name: os.environ[name] for name in kept if name in os.environ},
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home),
        "GIT_CONFIG_GLOBAL": str(settings),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "LC_ALL": "C",
        "TZ": "UTC",
    }


@dataclass(frozen=True, slots=True)
class Git:
    """Git in one repository: ``folder`` is its git directory or work tree, ``home`` ours alone."""

    folder: Path
    home: Path
    environment: Mapping[str, str] = field(default_factory=dict)

    def ask(
        self,
        arguments: Sequence[str],
        *,
        stdin: bytes = b"",
        timeout: float = _LOCAL,
        extra: Mapping[str, str] | None = None,
        limit: int = _LIMIT,
    ) -> Finished:
        """Run ``git`` and give back how it ended, whatever that was.

        Raises `UnreachableError` when it took longer than ``timeout`` seconds, and `GitError` when
        it said more than ``limit`` bytes: what is cut off would be taken for the whole.
        """
        environment = {**isolate(self.home), **self.environment, **(extra or {})}
        finished = run(
            ["git", "-C", str(self.folder), *arguments],
            timeout=timeout,
            env=environment,
            stdin=stdin,
            limit=limit + 1,
            trusted=True,
        )
        if finished.timed_out:
            raise UnreachableError(f"git {arguments[0]} took longer than {timeout:g} s")
        if len(finished.stdout) > limit:
            raise GitError(f"git {arguments[0]} said more than {limit} bytes", finished=finished)
        return finished

    def tell(
        self,
        arguments: Sequence[str],
        *,
        stdin: bytes = b"",
        timeout: float = _LOCAL,
        extra: Mapping[str, str] | None = None,
    ) -> str:
        """Run ``git`` and give back what it said, without the last newline.

        Raises `GitError` when it ends with anything but 0.
        """
        finished = self.ask(arguments, stdin=stdin, timeout=timeout, extra=extra)
        if finished.returncode:
            raise GitError(f"git {arguments[0]}: {finished.complaint}", finished=finished)
        return finished.text.removesuffix("\n")

    def resolve(self, revision: str) -> str | None:
        """The 40 hex digits of a commit, or nothing if there is no such commit."""
        arguments = [
            "rev-parse",
            "--quiet",
            "--verify",
            "--end-of-options",
            f"{revision}^{{commit}}",
        ]
        finished = self.ask(arguments)
        return finished.text.strip() if finished.returncode == 0 else None

    def contains(self, commit: str, *, within: str) -> bool:
        """Whether ``commit`` is ``within`` or one of its ancestors."""
        finished = self.ask(["merge-base", "--is-ancestor", commit, within])
        if finished.returncode > 1:
            raise GitError(f"git merge-base: {finished.complaint}", finished=finished)
        return finished.returncode == 0

    def remote_refs(self, url: str, *patterns: str) -> dict[str, str]:
        """Full ref name → commit on the remote, for refs that match; asks, fetches nothing.

        Raises `UnreachableError` when the remote doesn't answer.
        """
        finished = self.ask(["ls-remote", "--quiet", "--", url, *patterns], timeout=_REMOTE)
        if finished.returncode:
            raise UnreachableError(f"the remote doesn't answer: {finished.complaint}")
        pairs = (line.split("\t", 1) for line in finished.text.splitlines())
        return {name: commit for commit, name in pairs}

    def fetch(self, url: str, *refspecs: str, prune: bool = False) -> None:
        """Bring refs of the remote here; a refspec without ``+`` refuses a rewound branch.

        To ``prune`` is to forget those that are gone there.

        Raises `UnreachableError` when the remote doesn't answer, `IntegrityError` when what it
        sends isn't whole or is malformed, and `GitError` when git refuses.
        """
        # Quiet, git says nothing of a rejected ref but its exit code.
        finished = self.ask(
            [
                "fetch",
                "--no-progress",
                "--no-tags",
                "--no-write-fetch-head",
                *(["--prune"] if prune else []),
                "--end-of-options",
                url,
                *refspecs,
            ],
            timeout=_REMOTE,
        )
        said = finished.stderr.decode(errors="replace")
        # A shallow remote's refs are left out with a warning, and git calls that a success.
        if wrong := integrity_of(said, refspecs[0].lstrip("+").partition(":")[0]):
            raise IntegrityError(wrong)
        if finished.returncode == 0:
            return
        if "non-fast-forward" in said or "[rejected]" in said:
            raise GitError(f"git fetch: {finished.complaint}", finished=finished)
        raise UnreachableError(f"the remote doesn't answer: {finished.complaint}")


def bare(clone: Path, home: Path) -> Git:
    """Git in the bare repository at ``clone``, made empty if it isn't there."""
    if not (clone / "HEAD").exists():
        clone.parent.mkdir(parents=True, exist_ok=True)
        Git(clone.parent, home).tell(["init", "--quiet", "--bare", str(clone)])
    return Git(clone, home)


def require_tools(home: Path) -> None:
    """Check that git ≥ 2.38 and ssh-keygen are there; raises `ConfigurationError` otherwise."""
    said = Git(home.parent, home).tell(["--version"]) if home.parent.exists() else ""
    numbers = said.removeprefix("git version ").split(".")
    if said and tuple(int(each) for each in numbers[:2] if each.isdigit()) < (2, 38):
        raise ConfigurationError(f"{said} is too old", hint="install git 2.38 or newer")
    run(["ssh-keygen", "-?"], timeout=10)
