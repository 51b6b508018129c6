"""Which files have to be looked at together, when only some of them have changed."""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping

from reconciler.manifest.paths import RESERVED

_COMMENT = re.compile(rb"^ *#.*$", re.MULTILINE)
_WORD = re.compile(rb"[A-Za-z0-9._+-]+")

Reader = Callable[[Collection[str]], Mapping[str, bytes]]
"""Paths → their content."""


def circle(paths: Collection[str], changed: Collection[str], *, read: Reader) -> frozenset[str]:
    """The files that every finding which a change brings can be found in and with.

    Apps, environments and everything that they share always belong to it: they are few. Of
    releases, with what hangs on them, and of promotions, which are many, it has those of an app
    that changed, the promotions in an environment that changed, and the releases that these
    promotions name. If an environment's own file changed, it has all promotions, since gates speak
    of classes of environments; if anything shared changed, it has all files.

    It stands on what rules may do: a finding about a release, an approval or a promotion depends
    on files of the same app, of the same environment, on files that it names, or on shared ones.
    """
    changes = _sorted_out(changed)
    if changes is None:
        return frozenset(paths)
    apps, environments, policies = changes
    kept: set[str] = set()
    promotions: dict[str, str] = {}
    leaves: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for path in paths:
        match path.split("/"):
            case ["releases", app, version, _, *rest]:
                if app in apps:
                    kept.add(path)
                elif rest and rest[0] in policies:
                    apps.add(app)  # somebody approved for an environment that changed
                leaves[app].append((version, path))
            case ["environments", environment, file] if _promotion(environment, file):
                app = file.removesuffix(".yaml")
                if policies or app in apps or environment in environments:
                    kept.add(path)
                    promotions[path] = app
            case _:
                kept.add(path)
    texts = read(promotions)
    for path, app in promotions.items():
        named = _named(texts.get(path, b""))
        kept.update(leaf for version, leaf in leaves[app] if named is None or version in named)
    kept.update(leaf for app in apps for _, leaf in leaves[app])
    return frozenset(kept)


def _sorted_out(changed: Collection[str]) -> tuple[set[str], set[str], set[str]] | None:
    """Apps, environments, and those of these whose own file changed; nothing for a shared one."""
    apps: set[str] = set()
    environments: set[str] = set()
    policies: set[str] = set()
    for path in changed:
        match path.split("/"):
            case ["releases", app, _, *_]:
                apps.add(app)
            case ["environments", environment, "environment.yaml"]:
                environments.add(environment)
                policies.add(environment)
            case ["environments", environment, file] if environment not in RESERVED:
                environments.add(environment)
                apps.add(file.removesuffix(".yaml"))
            case _:
                return None
    return apps, environments, policies


def _promotion(environment: str, file: str) -> bool:
    return environment not in RESERVED and file != "environment.yaml"


def _named(text: bytes) -> frozenset[str] | None:
    """The words that a promotion may name versions by; nothing if it may be any version."""
    text = _COMMENT.sub(b"", text)
    if b"follow" in text:
        return None
    return frozenset(each.decode() for each in _WORD.findall(text))
