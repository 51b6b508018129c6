"""Managed files of one commit or of the index, read from git objects and never from a work tree."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from reconciler.errors import TagboatError
from reconciler.folders import FOLDERS, managed
from reconciler.manifest.codes import integrity
from reconciler.repository.git import Git, GitError
from reconciler.repository.integrity import IntegrityError, integrity_of

if TYPE_CHECKING:
    from reconciler.manifest.snapshot import Blob

_ONE_BY_ONE = 3
_ARGUMENTS = 4000
"""Paths that a program can be given at once, with room to spare."""
_FIXED = frozenset({"app.yaml", "environment.yaml", "release.yaml"})

Entries = Mapping[str, tuple[str, str]]
"""Path → (mode, object id)."""


def entries(
    git: Git, commit: str, *, apps: Collection[str] | None = None
) -> dict[str, tuple[str, str]]:
    """Managed path → (mode, object id) at this commit.

    ``apps``: of all other apps there is the file of their own, and none of their releases.
    Raises `IntegrityError` when a folder isn't there to be read.
    """
    folders: Sequence[str] = FOLDERS
    if apps is not None:
        named = git.ask(["ls-tree", "-z", "--name-only", "--full-tree", commit, "--", "releases/"])
        files = [
            each if each.rpartition("/")[2] in apps else f"{each}/app.yaml"
            for each in named.text.split("\0")
            if each
        ]
        if len(files) < _ARGUMENTS:
            folders = [*(each for each in FOLDERS if each != "releases"), *files]
    finished = git.ask(["ls-tree", "-r", "-z", "--full-tree", commit, "--", *folders])
    if finished.returncode:
        said = finished.stderr.decode(errors="replace")
        if wrong := integrity_of(said, _unreadable(git, commit)):
            raise IntegrityError(wrong)
        raise GitError(f"git ls-tree: {finished.complaint}", finished=finished)
    pairs = (line.split("\t", 1) for line in finished.text.split("\0") if line)
    return {path: (head[:6], head.rpartition(" ")[2]) for head, path in pairs if managed(path)}


def _unreadable(git: Git, commit: str) -> str:
    """The managed folder that can't be read; the top of the repository if neither can."""
    bad = [
        each
        for each in FOLDERS
        if git.ask(["ls-tree", "-r", "--full-tree", commit, "--", each]).returncode
    ]
    return bad[0] if len(bad) == 1 else "."


def staged(git: Git) -> dict[str, tuple[str, str]]:
    """Managed path → (mode, object id) as the next commit would have it.

    Raises `TagboatError` while a merge has conflicts.
    """
    folders = [f":/{each}" for each in FOLDERS]
    found = git.tell(["ls-files", "--stage", "-z", "--full-name", "--", *folders])
    entries_: dict[str, tuple[str, str]] = {}
    for line in found.split("\0"):
        head, _, path = line.partition("\t")
        if not managed(path):
            continue
        mode, blob, stage = head.split()
        if stage != "0":
            raise TagboatError(
                f"{path} has a conflict that isn't resolved",
                hint=f"resolve it, then git add {path}",
            )
        entries_[path] = (mode, blob)
    return entries_


def folders_of(git: Git, commit: str) -> str:
    """The object ids of the managed folders at this commit; equal text means equal files."""
    return git.tell(["ls-tree", "-z", "--full-tree", commit, "--", *FOLDERS])


def has_files(git: Git, commit: str) -> bool:
    """Whether anything stands below ``releases/`` or ``environments/`` at this commit."""
    named = {line.partition("\t")[2] for line in folders_of(git, commit).split("\0")}
    return bool(named & {"releases", "environments"})


@dataclass(slots=True)
class GitContents:
    """The content of files by their object ids, brought from git when asked for."""

    git: Git
    _later: dict[tuple[int, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    _asked: Counter[tuple[int, str]] = field(default_factory=Counter)
    _known: dict[str, bytes] = field(default_factory=dict)

    def read(self, ids: Iterable[str]) -> dict[str, bytes]:
        """Id → content, all through one process; what isn't there is left out."""
        wanted = set(ids)
        missing = wanted - self._known.keys()
        found = _contents(self.git, sorted(missing))
        return {**found, **{each: self._known[each] for each in wanted - missing}}

    def fetch(self, ids: Iterable[str]) -> None:
        """Read at once what will be asked for piece by piece."""
        self._known.update(self.read(ids))

    def later(self, files: Iterable[tuple[str, str]]) -> None:
        """Say which files `text` may be asked for, as paths and ids."""
        for path, object_id in files:
            self._later[_sort(path)].add(object_id)

    def text(self, path: str, object_id: str) -> str:
        """The text of a file. The first few of a sort come one by one, then all of that sort.

        Raises `TagboatError` when it isn't there.
        """
        if object_id not in self._known:
            sort = _sort(path)
            self._asked[sort] += 1
            wanted = {object_id}
            if self._asked[sort] > _ONE_BY_ONE:
                wanted |= self._later[sort]
            self._known.update(self.read(wanted - self._known.keys()))
        if object_id not in self._known:
            raise TagboatError(f"object {object_id} is missing", hint=integrity.MISSING.fix)
        return self._known[object_id].decode()


def _sort(path: str) -> tuple[int, str]:
    """Releases are many, and whoever asks for three environments asks for all of them."""
    name = path.rpartition("/")[2]
    return path.count("/"), name if name in _FIXED else ""


def blobs(git: Git, wanted: Entries) -> "dict[str, Blob]":
    """The content of these entries: path → blob, all read through one process.

    Entries that aren't files (a submodule's commit) come with empty data; their mode tells. What
    isn't there comes without any.
    """
    from reconciler.manifest.snapshot import Blob

    ids = {each for mode, each in wanted.values() if mode.startswith("1") and mode != "160000"}
    data = _contents(git, sorted(ids))
    return {
        path: Blob(mode=mode, id=each, data=data.get(each) if each in ids else b"")
        for path, (mode, each) in wanted.items()
    }


def _contents(git: Git, ids: Iterable[str]) -> dict[str, bytes]:
    asked = "".join(f"{each}\n" for each in ids).encode()
    if not asked:
        return {}
    finished = git.ask(["cat-file", "--batch", "--buffer"], stdin=asked)
    if finished.returncode:
        raise TagboatError(f"git cat-file: {finished.complaint}")
    found: dict[str, bytes] = {}
    rest, position = finished.stdout, 0
    while position < len(rest):
        line = rest.index(b"\n", position)
        name, kind, *size = rest[position:line].decode().split()
        if kind == "missing" or not size:
            position = line + 1
            continue
        start, length = line + 1, int(size[0])
        found[name] = rest[start : start + length]
        position = start + length + 1
    return found
