"""What MkDocs is told: our own settings, and from a repository its navigation only (X20)."""

import html
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from reconciler.errors import ConfigurationError

DEFAULTS = Path(__file__).parent / "site_defaults"
"""What every site has: settings, style, and a page about itself."""

WELCOME = "welcome.md"
"""Where a repository's own ``index.md`` goes, since the home page is generated."""

_TAKEN = frozenset({"site_name", "site_description", "nav"})
_FOR_PLAIN_MKDOCS = frozenset({"INHERIT", "docs_dir", "site_dir", "exclude_docs", "strict"})
_GENERATED = (
    {"What runs where": "index.md"},
    {"Deployments": "deployments/index.md"},
    {"Apps": "apps/index.md"},
    {"Environments": "environments/index.md"},
)
_ADDRESS = re.compile(r"https?://[^\s<>\"'`]+")
_DEEPEST = 8


def settings_text(
    config: Path | None, *, docs: frozenset[str], docs_dir: Path, site_dir: Path, title: str
) -> str:
    """The whole ``mkdocs.yml`` of one build, as JSON, which is YAML.

    ``docs`` are the hand-written pages below ``docs_dir``, used where the configuration has no
    navigation. Raises `ConfigurationError` for a configuration that could make the build run code
    or read files from elsewhere.
    """
    settings = _read(DEFAULTS / "mkdocs.yml")
    given = _read(config) if config else {}
    surplus = sorted(given.keys() - _TAKEN - _FOR_PLAIN_MKDOCS)
    if surplus:
        raise ConfigurationError(
            f"{config} sets {', '.join(surplus)}, which a site doesn't take from a repository",
            hint=f"leave only {', '.join(sorted(_TAKEN | _FOR_PLAIN_MKDOCS))} in it",
        )
    nav = given.get("nav")
    about = list(_entries(nav, 0)) if isinstance(nav, list) else _pages(docs)
    description = given.get("site_description")
    settings |= {
        # Material's templates don't escape these.
        "site_name": html.escape(title),
        "site_description": html.escape(description) if isinstance(description, str) else "",
        "docs_dir": str(docs_dir),
        "site_dir": str(site_dir),
        "extra_css": ["assets/tagboat.css"],
        "extra_javascript": ["assets/tagboat.js"],
        "nav": [*_GENERATED, {"About": about}] if about else [*_GENERATED],
    }
    return json.dumps(settings, indent=1)


def _read(path: Path) -> dict[str, Any]:
    try:
        found = yaml.safe_load(path.read_text())
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        said = str(error).replace("\n", " ")
        raise ConfigurationError(f"{path} can't be read: {said}", hint="mend the file") from error
    except OSError as error:
        raise ConfigurationError(f"{path} can't be read: {error.strerror}") from error
    if not isinstance(found, dict):
        raise ConfigurationError(f"{path} is not a map of settings", hint="mend the file")
    return {str(key): each for key, each in found.items()}


def _entries(nav: list[Any], depth: int) -> Iterator[Any]:
    for each in nav:
        match each:
            case str():
                yield _page(each)
            case dict() if len(each) == 1 and depth < _DEEPEST:
                ((label, target),) = each.items()
                inner = (
                    list(_entries(target, depth + 1)) if isinstance(target, list) else _page(target)
                )
                yield {html.escape(str(label)): inner}
            case _:
                raise ConfigurationError(f"navigation has an odd entry: {str(each)[:80]!r}")


def _page(target: object) -> str:
    text = str(target)
    if _ADDRESS.fullmatch(text):
        return text
    if not text.endswith(".md") or text.startswith("/") or ".." in text.split("/"):
        raise ConfigurationError(
            f"navigation leads to {text[:80]!r}", hint="name a page below the docs folder"
        )
    return WELCOME if text == "index.md" else text


def _pages(docs: frozenset[str]) -> list[str]:
    return sorted(docs, key=lambda each: (each != WELCOME, each))
