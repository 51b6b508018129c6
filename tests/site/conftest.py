"""Chromium, a built site, and the server that shows it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

# The made-up history lives with the tests of the pages.
sys.path.insert(0, str(Path(__file__).parents[1] / "publish"))

_SERVE = """
import sys
from pathlib import Path
from reconciler.system.site import serve_site
serve_site(
    Path(sys.argv[1]), host="127.0.0.1", port=0, ready=lambda address: print(address, flush=True)
)
"""
_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@contextmanager
def served(folder: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """The site of a folder, served by a process of its own; its address and the process."""
    arguments = [sys.executable, "-c", _SERVE, str(folder)]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip().rstrip("/"), process
        finally:
            process.kill()


@pytest.fixture(scope="session")
def serving() -> Callable[[Path], Any]:
    return served


@pytest.fixture(scope="session")
def chromium() -> str:
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    found = os.environ.get("TAGBOAT_CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    if found is None:
        pytest.skip("NO CHROMIUM: the site was not looked at; install it or set TAGBOAT_CHROMIUM")
    return found


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=chromium, args=_ARGUMENTS)
        yield found
        found.close()
