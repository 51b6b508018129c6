"""The site as files and as a server: assembled, built by MkDocs beside, swapped in, served."""

import fcntl
import importlib.util
import os
import re
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from reconciler.errors import ConfigurationError, TagboatError
from reconciler.system.processes import Finished, run
from reconciler.system.site_server import serve_site, site_app
from reconciler.system.site_settings import DEFAULTS, WELCOME, settings_text

__all__ = ["build_site", "serve_site", "site_app"]

CURRENT = "current"
MARKDOWN = "markdown"

_KEPT = 2
_BUILD_SECONDS = 900
_COPIED = frozenset({".md", ".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg", ".csv", ".json"})
_LARGEST = 8 << 20
_SHOWN_LINES = 5


def build_site(
    pages: Mapping[str, str], *, docs: Path | None, config: Path | None, into: Path, title: str
) -> Path:
    """The folder of the built site, ``<into>/current``, replaced in one step.

    ``pages`` are the generated ones, path → text; ``docs`` is a folder of hand-written Markdown,
    ``config`` a ``mkdocs.yml`` that may name its pages in order; without them there is only a page
    about the site. ``<into>/markdown`` leads to the same pages before MkDocs. Raises `TagboatError`
    with the reason when anything fails; what was there before is then still there (F55).
    """
    if importlib.util.find_spec("mkdocs") is None or importlib.util.find_spec("material") is None:
        raise ConfigurationError("MkDocs is not there", hint="pip install 'tagboat[site]'")
    try:
        into.mkdir(parents=True, exist_ok=True)
        with _alone(into):
            return _build(pages, docs, config, into=into.absolute(), title=title)
    except OSError as error:
        raise TagboatError(f"the site can't be written: {error}") from error


@contextmanager
def _alone(into: Path) -> Iterator[None]:
    with (into / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _build(
    pages: Mapping[str, str], docs: Path | None, config: Path | None, *, into: Path, title: str
) -> Path:
    building = into / "building"
    if building.exists():
        shutil.rmtree(building)
    markdown, built = building / MARKDOWN, building / "site"
    written = _assemble(pages, docs, markdown)
    text = settings_text(config, docs=written, docs_dir=markdown, site_dir=built, title=title)
    (building / "mkdocs.yml").write_text(text)
    _run_mkdocs(building)
    for each in (building / "mkdocs.yml", markdown / "assets"):
        shutil.rmtree(each) if each.is_dir() else each.unlink()
    version = into / "versions" / str(_newest(into) + 1)
    version.parent.mkdir(exist_ok=True)
    building.rename(version)
    _lead(into / CURRENT, version / "site")
    _lead(into / MARKDOWN, version / MARKDOWN)
    for number in _versions(into)[:-_KEPT]:
        shutil.rmtree(into / "versions" / str(number))
    return into / CURRENT


def _assemble(pages: Mapping[str, str], docs: Path | None, folder: Path) -> frozenset[str]:
    """Write all sources; the hand-written Markdown pages that were taken, by path."""
    source = docs or DEFAULTS
    taken = set()
    for path in sorted(source.rglob("*")):
        name = path.relative_to(source).as_posix()
        if not _wanted(path, source):
            continue
        name = WELCOME if name == "index.md" else name
        if name in pages:
            continue
        _write(folder / name, path.read_bytes())
        if name.endswith(".md"):
            taken.add(name)
    for name, text in pages.items():
        parts = PurePosixPath(name)
        if parts.is_absolute() or ".." in parts.parts:
            raise TagboatError(f"a page can't be written to {name!r}")
        _write(folder / parts, text.encode())
    for path in (DEFAULTS / "assets").iterdir():
        _write(folder / "assets" / path.name, path.read_bytes())
    return frozenset(taken)


def _wanted(path: Path, source: Path) -> bool:
    # A link could lead out of the folder (X20).
    if not path.resolve().is_relative_to(source.resolve()) or not path.is_file():
        return False
    hidden = any(part.startswith(".") for part in path.relative_to(source).parts)
    return not hidden and path.suffix in _COPIED and path.stat().st_size <= _LARGEST


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def _run_mkdocs(building: Path) -> None:
    """Run MkDocs apart from this process's environment, so that no secret is in its reach."""
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "LANG": "C.UTF-8",
        "HOME": str(building),
        "NO_MKDOCS_2_WARNING": "1",
        "DISABLE_MKDOCS_2_WARNING": "true",
    }
    arguments = [sys.executable, "-I", "-m", "mkdocs", "build", "--strict", "-f", "mkdocs.yml"]
    finished = run(arguments, timeout=_BUILD_SECONDS, env=environment, cwd=building)
    if finished.timed_out:
        raise TagboatError(f"MkDocs took longer than {_BUILD_SECONDS} seconds")
    if finished.returncode != 0:
        raise TagboatError(f"MkDocs refused: {_complaint(finished)}", hint="mend the page it names")


def _complaint(finished: Finished) -> str:
    lines = finished.stderr.decode(errors="replace").splitlines()
    found = [each for each in lines if re.match(r"(WARNING|ERROR|Error)", each)]
    shown = [re.sub(r"\s+", " ", each).strip() for each in found[:_SHOWN_LINES]]
    return "; ".join(shown) or finished.complaint


def _versions(into: Path) -> list[int]:
    return sorted(int(each.name) for each in (into / "versions").iterdir() if each.name.isdigit())


def _newest(into: Path) -> int:
    return max(_versions(into), default=0) if (into / "versions").is_dir() else 0


def _lead(link: Path, target: Path) -> None:
    beside = link.with_name(f".{link.name}.new")
    beside.unlink(missing_ok=True)
    beside.symlink_to(target.relative_to(link.parent))
    beside.replace(link)
