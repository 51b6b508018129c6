"""The tree of the user's checkout, read without touching it."""

import io
import tarfile
from pathlib import Path, PurePosixPath

from reconciler.errors import ConfigurationError, RefusedError
from reconciler.repository.git import Git, GitError

_LARGEST = 256 << 20


def head_of(repository: Path, home: Path) -> str:
    """The commit that is checked out; raises `ConfigurationError` outside a git checkout."""
    try:
        return Git(repository, home).tell(["rev-parse", "--verify", "HEAD^{commit}"])
    except GitError as error:
        raise ConfigurationError(
            f"{repository} is not a git checkout with a commit",
            hint="the example is made of a commit: clone the repository, or commit once",
        ) from error


def export(repository: Path, commit: str, *, into: Path, home: Path) -> None:
    """Write the commit's tree into an empty folder; also of shallow and detached checkouts.

    Raises `RefusedError` for anything but plain files and folders below ``into``.
    """
    archive = Git(repository, home).ask(["archive", "--format=tar", commit])
    if archive.returncode:
        raise ConfigurationError(f"git archive: {archive.complaint}")
    unpack(archive.stdout, into)


def unpack(archive: bytes, into: Path) -> None:
    """Unpack a tar archive, every member checked here: Python 3.11.2 has no filter for it."""
    with tarfile.open(fileobj=io.BytesIO(archive), mode="r:") as tar:
        for member in tar:
            path = into / _inside(member.name)
            if member.isdir():
                path.mkdir(parents=True, exist_ok=True)
            elif member.isreg() and member.size <= _LARGEST:
                content = tar.extractfile(member)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content.read() if content else b"")
                path.chmod(0o755 if member.mode & 0o100 else 0o644)
            else:
                raise RefusedError(f"{member.name} is neither a plain file nor a folder")


def _inside(name: str) -> PurePosixPath:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\0" in name:
        raise RefusedError(f"{name!r} leads out of the archive")
    if any(part.lower() == ".git" for part in path.parts):
        raise RefusedError(f"{name!r} would be part of a git directory")
    return path
