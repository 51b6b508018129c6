"""The folder of one place of the driver ``local``: what is where, and how it changes durably.

``contents/<16 hex>/<component>/`` prepared contents, each with its ``content.json`` ·
``current`` link to one of them · ``fence`` highest claim obeyed · ``keeper/`` the keeper's own ·
``home/`` for the processes · ``place`` whose folder this is · ``lock`` held while it changes.
"""

import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from filelock import FileLock, Timeout
from pydantic import ValidationError

from reconciler.canonical import canonical_json
from reconciler.drivers.local_seal import changed, write_seal
from reconciler.errors import StaleFenceError, StepErroredError
from reconciler.model.content import Content, PlaceTarget
from reconciler.ports import Failpoints
from reconciler.system.files import sync_folder, write_durably

_LOCK_SECONDS = 60.0
_DESCRIPTION = "content.json"
_AGAIN = "prepared-again"
_LEFT = ".old-"
"""Begins the name of a changed folder that what runs may still be in."""
_GONE = ".gone-"
"""Begins the name of a folder that nothing runs from."""


@dataclass(frozen=True, slots=True)
class PlaceFolder:
    """One place's folder; nothing is made before `claim`."""

    root: Path
    name: str
    failpoints: Failpoints

    @property
    def keeper(self) -> Path:
        """What the keeper works in."""
        return self.root / "keeper"

    @property
    def home(self) -> Path:
        """What the processes have as HOME."""
        return self.root / "home"

    def content(self, digest: str) -> Path:
        """Where prepared content is, or will be."""
        return self.root / "contents" / digest.removeprefix("sha256:")[:16]

    @contextmanager
    def claim(self, fence: int) -> Iterator[None]:
        """Hold the place while it changes, having obeyed this claim (X23).

        The comparison and the change that follows are one, also between daemons of this machine.
        Raises `StaleFenceError` when a newer claim was obeyed; nothing has then happened.
        """
        with self.hold():
            self._obey(fence)
            yield

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Hold the place without a claim, for what changes neither content nor fence."""
        self.root.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(self.root / "lock", timeout=_LOCK_SECONDS):
                self._own()
                yield
        except Timeout as error:
            raise StepErroredError(f"somebody else changes {self.name}") from error

    def fence(self) -> int:
        """The highest claim obeyed, 0 for none; raises `StepErroredError` for a broken file."""
        try:
            return int((self.root / "fence").read_text())
        except FileNotFoundError:
            return 0
        except (OSError, ValueError) as error:
            raise StepErroredError(
                f"the fence of {self.name} can't be read",
                hint=f"look at {self.root / 'fence'}: it holds the highest claim obeyed",
            ) from error

    def current(self) -> Content | None:
        """The content that was last switched to; nothing if there is none."""
        link = self.root / "current"
        if not link.is_symlink():
            return None
        found = self._describe(self.root / link.readlink())
        if found is None:
            raise StepErroredError(f"{link} leads to content that can't be read")
        return found

    def stray(self) -> str:
        """What ``current`` leads to, in words, if nobody prepared that; else empty."""
        link = self.root / "current"
        if not link.is_symlink() and link.exists():
            return "current isn't a link any more"
        if not link.is_symlink() or self._describe(self.root / link.readlink()) is not None:
            return ""
        return f"current leads to {link.readlink()}, which nobody prepared"

    def altered(self, content: Content) -> str:
        """What was changed by hand in prepared content, in words; empty for nothing.

        Files that were added say nothing: programs leave some beside their own.
        """
        folder = self.content(content.digest)
        left = any(folder.parent.glob(f"{_LEFT}*"))
        return changed(folder) or ("it still runs from files that were changed" if left else "")

    def prepared(self, content: Content) -> bool:
        """Whether exactly this content is prepared; programs may have rewritten files of theirs."""
        found = self._describe(self.content(content.digest))
        return found is not None and found.digest == content.digest

    def ready(self, content: Content) -> bool:
        """Whether exactly this content is prepared, and nobody has changed it since."""
        return self.prepared(content) and not changed(self.content(content.digest))

    def prepared_again(self, content: Content) -> str:
        """Tells apart content that was prepared anew since somebody had changed it."""
        path = self.content(content.digest) / _AGAIN
        return path.read_text() if path.exists() else ""

    @contextmanager
    def preparing(self) -> Iterator[Path]:
        """A new folder beside the contents, gone afterwards unless `keep` was called for it."""
        contents = self.root / "contents"
        contents.mkdir(parents=True, exist_ok=True)
        folder = contents / f".new-{uuid.uuid4().hex}"
        folder.mkdir(mode=0o755)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def keep(self, prepared: Path, content: Content) -> None:
        """Make a prepared folder the content's own, whole or not at all."""
        text = canonical_json(content.model_dump(mode="json"))
        (prepared / _DESCRIPTION).write_text(text)
        write_seal(prepared)
        place = self.content(content.digest)
        if changed(place):
            (prepared / _AGAIN).write_text(uuid.uuid4().hex)
        _sync_tree(prepared)
        self.failpoints.reach("driver-local.prepare.before")
        if place.exists():
            # What runs from it goes on, and nothing takes it away before `release`.
            before = _LEFT if self._leads_to(place) else _GONE
            place.rename(place.with_name(f"{before}{uuid.uuid4().hex}"))
        prepared.rename(place)
        sync_folder(place.parent)
        self.failpoints.reach("driver-local.prepare.after")

    def release(self) -> None:
        """What runs was told to run from the prepared folder: `drop` may take away what it left."""
        for each in (self.root / "contents").glob(f"{_LEFT}*"):
            each.rename(each.with_name(each.name.replace(_LEFT, _GONE, 1)))

    def switch(self, content: Content | None) -> None:
        """Point ``current`` at prepared content, or at nothing, in one step (D11)."""
        link = self.root / "current"
        self.failpoints.reach("driver-local.switch.before")
        if content is None:
            link.unlink(missing_ok=True)
        else:
            aim = Path("contents") / self.content(content.digest).name
            if not (link.is_symlink() and link.readlink() == aim):
                beside = self.root / f".current-{uuid.uuid4().hex}"
                beside.symlink_to(aim)
                beside.replace(link)
        sync_folder(self.root)
        self.failpoints.reach("driver-local.switch.after")

    def drop(self, keep: frozenset[str]) -> None:
        """Remove contents whose digest is neither kept nor current, and what a crash left."""
        contents = self.root / "contents"
        if not contents.is_dir():
            return
        kept = {self.content(digest).name for digest in keep}
        with suppress(OSError):
            kept.add((self.root / "current").readlink().name)
        for each in sorted(contents.iterdir()):
            if each.name not in kept and not each.name.startswith(_LEFT):
                _remove(each)
        for each in self.root.glob(".current-*"):
            each.unlink(missing_ok=True)
        sync_folder(contents)

    def _obey(self, fence: int) -> None:
        known = self.fence()
        if fence < known:
            raise StaleFenceError(
                f"{self.name} has obeyed claim {known}, this one is {fence}",
                hint="another reconciler has taken the place over; look at its history",
            )
        if fence > known:
            self.failpoints.reach("driver-local.fence.before")
            write_durably(self.root / "fence", f"{fence}\n".encode())
            self.failpoints.reach("driver-local.fence.after")

    def _own(self) -> None:
        path = self.root / "place"
        if not path.exists():
            write_durably(path, f"{self.name}\n".encode())
        owner = path.read_text().strip()
        if owner != self.name:
            raise StepErroredError(
                f"the folder of {self.name} belongs to {owner}",
                hint="give each place its own target.root, such as {environment}/{app}",
            )

    def _leads_to(self, folder: Path) -> bool:
        link = self.root / "current"
        return link.is_symlink() and link.readlink().name == folder.name

    def _describe(self, folder: Path) -> Content | None:
        try:
            return Content.model_validate_json((folder / _DESCRIPTION).read_bytes(), strict=False)
        except (OSError, ValidationError):
            return None


def place_folder(folder: Path, target: PlaceTarget, failpoints: Failpoints) -> PlaceFolder:
    """The place's folder; raises `StepErroredError` for a root that leaves the driver's folder."""
    wanted = target.root or f"{target.environment}/{target.app}"
    parts = PurePosixPath(wanted).parts
    outside = wanted.startswith("/") or not parts or ".." in parts or "\0" in wanted
    base = folder.resolve()
    root = base.joinpath(*parts) if not outside else base
    if outside or base not in root.resolve().parents:
        raise StepErroredError(
            f"the root {wanted!r} is not inside the driver's folder",
            hint="write a relative path without .. into target.root",
        )
    return PlaceFolder(root.resolve(), f"{target.environment}/{target.app}", failpoints)


def _remove(folder: Path) -> None:
    """Take a content away; first out of its name, so that half of it is never taken for all."""
    gone = folder.with_name(f"{_GONE}{uuid.uuid4().hex}")
    folder.rename(gone)
    if gone.is_dir():
        shutil.rmtree(gone, ignore_errors=True)
    else:
        gone.unlink()


def _sync_tree(folder: Path) -> None:
    for parent, _, files in os.walk(folder):
        for name in files:
            path = Path(parent) / name
            if not path.is_symlink():
                handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
                os.fsync(handle)
                os.close(handle)
        sync_folder(Path(parent))
