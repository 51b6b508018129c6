"""Which files have to be looked at together, when only some of them have changed."""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from reconciler.manifest.paths import RESERVED

_COMMENT = re.compile(rb"^ *#.*$", re.MULTILINE)
_WORD = re.compile(rb"[A-Za-z0-9._+-]+")

Reader = Callable[[Collection[str]], Mapping[str, bytes]]
"""Paths → their content."""


@dataclass(frozen=True, slots=True)
class Circle:
    """The apps and environments that a change is about, and those whose own file it changes.

    Apps, environments and everything that they share always belong to it: they are few. Of
    releases, with what hangs on them, and of promotions, which are many, it has those of an app
    that changed, and the promotions in an environment that changed. If an environment's own file
    changed, it has all promotions, since gates speak of classes of environments, and the releases
    that these name; if anything shared changed, it has all files.

    It stands on what rules may do: a finding about a release, an approval or a promotion depends
    on files of the same app, of the same environment, on files that it names, or on shared ones.
    What a promotion names that didn't change, in an environment that didn't, is as it was.
    """

    apps: frozenset[str]
    environments: frozenset[str]
    policies: frozenset[str]
    """Environments whose own file changed; `widened` is then still to be asked for."""
    shared: bool = False
    """Whether something changed that all files depend on."""

    @property
    def narrow(self) -> bool:
        """Whether releases of other apps have nothing to do with it."""
        return not (self.shared or self.policies)

    def beyond(self, path: str) -> bool:
        """Whether nothing of what happened is about a file: it is as it was, there or not."""
        match path.split("/"):
            case ["releases", app, _, _, *_]:
                return not self.shared and app not in self.apps
            case ["environments", environment, file] if _promotion(environment, file):
                app = file.removesuffix(".yaml")
                return self.narrow and app not in self.apps and environment not in self.environments
            case _:
                return False

    def widened(self, paths: Iterable[str]) -> "Circle":
        """With the apps of which somebody approved a release for an environment that changed."""
        apps = set(self.apps)
        for path in paths if self.policies else ():
            match path.split("/"):
                case ["releases", app, _, _, environment, *_] if environment in self.policies:
                    apps.add(app)
        return replace(self, apps=frozenset(apps))

    def files(self, paths: Collection[str], *, read: Reader) -> frozenset[str]:
        """Those of all paths that every finding which the change brings is found in and with."""
        kept = {path for path in paths if not self.beyond(path)}
        if not self.policies or self.shared:
            return frozenset(kept)
        promotions: dict[str, str] = {}
        leaves: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for path in paths:
            match path.split("/"):
                case ["releases", app, version, _, *_]:
                    leaves[app].append((version, path))
                case ["environments", environment, file] if _promotion(environment, file):
                    promotions[path] = file.removesuffix(".yaml")
        texts = read(promotions)
        for path, app in promotions.items():
            named = _named(texts.get(path, b""))
            kept.update(leaf for version, leaf in leaves[app] if named is None or version in named)
        return frozenset(kept)


def circle(changed: Iterable[str]) -> Circle:
    """What a change of these paths is about."""
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
                return Circle(frozenset(), frozenset(), frozenset(), shared=True)
    return Circle(frozenset(apps), frozenset(environments), frozenset(policies))


def _promotion(environment: str, file: str) -> bool:
    return environment not in RESERVED and file != "environment.yaml"


def _named(text: bytes) -> frozenset[str] | None:
    """The words that a promotion may name versions by; nothing if it may be any version."""
    text = _COMMENT.sub(b"", text)
    if b"follow" in text:
        return None
    return frozenset(each.decode() for each in _WORD.findall(text))
