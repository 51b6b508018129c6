"""Backups on this host: whole, checksummed, readable by nobody else, and never published (X26)."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from reconciler.errors import StepFailedError
from reconciler.model.deployment import Backup
from reconciler.model.place import Place
from reconciler.ports import Failpoints
from reconciler.system.files import sync_folder, translated

_KEPT, _PARTIAL = ".backup", ".partial"


@dataclass(frozen=True, slots=True)
class BackupFolder:
    """One folder for each place; a file has its deployment's name."""

    folder: Path
    failpoints: Failpoints

    def begin(self, place: Place, deployment: str) -> Path:
        """Where a command is to write: a path at which nothing is, in a folder of mode 700.

        What a kill left of an earlier try is removed (F5).
        """
        with translated():
            home = self._home(place)
            home.mkdir(mode=0o700, parents=True, exist_ok=True)
            home.chmod(0o700)
            partial = home / f"{deployment}{_PARTIAL}"
            partial.unlink(missing_ok=True)
        return partial

    def keep(self, place: Place, deployment: str) -> Backup:
        """Make what was written a backup: synced, mode 600, and known by size and checksum.

        Raises `StepFailedError` when nothing was written, or nothing that can be kept (F50).
        """
        partial = self._home(place) / f"{deployment}{_PARTIAL}"
        if partial.is_symlink() or not partial.is_file():
            raise StepFailedError("no file was written to the path in TAGBOAT_BACKUP")
        with translated():
            partial.chmod(0o600)
            size, digest = _read(partial, sync=True)
            if size == 0:
                raise StepFailedError("the backup is empty")
            kept = partial.with_suffix(_KEPT)
            self.failpoints.reach("backup.keep.before")
            partial.replace(kept)
            sync_folder(kept.parent)
            self.failpoints.reach("backup.keep.after")
        return Backup(file=kept.name, sha256=digest, size=size)

    def find(self, place: Place, backup: Backup) -> Path:
        """The file of a backup, read once more and found to be what was written (F6).

        Raises `StepFailedError` when it is gone or differs.
        """
        path = self._home(place) / backup.file
        if not path.is_file():
            raise StepFailedError(f"the backup {backup.file} is gone")
        with translated():
            found = _read(path)
        if found != (backup.size, backup.sha256):
            raise StepFailedError(f"the backup {backup.file} is not what was written")
        return path

    def drop(self, place: Place, *, keep: int, spare: str) -> None:
        """Remove all but the newest ``keep`` backups, and what kills left; never ``spare``'s own.

        ``spare`` is the deployment under way.
        """
        home = self._home(place)
        if not home.is_dir():
            return
        with translated():
            files = sorted(home.glob(f"*{_KEPT}"), key=_number, reverse=True)
            gone = [*files[keep:], *home.glob(f"*{_PARTIAL}")]
            for each in gone:
                if each.stem != spare:
                    self.failpoints.reach("backup.drop.before")
                    each.unlink(missing_ok=True)
                    self.failpoints.reach("backup.drop.after")
            sync_folder(home)

    def _home(self, place: Place) -> Path:
        return self.folder / f"{place.environment}.{place.app}"


def _number(path: Path) -> int:
    """The sequence in a deployment's id: its order, whatever the clock said."""
    last = path.stem.rpartition(".")[2]
    return int(last) if last.isdecimal() else 0


def _read(path: Path, *, sync: bool = False) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        if sync:
            os.fsync(file.fileno())
        while piece := file.read(1 << 20):
            digest.update(piece)
            size += len(piece)
    return size, digest.hexdigest()
