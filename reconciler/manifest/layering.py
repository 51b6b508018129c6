"""Environments as they are in force: what lies over what, and where each line came from (pure).

The order of format v1: the app's ``pipeline``, the policy with its parents first, the environment,
``apps.<app>``. `laying` has the law of laying one over another.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from typing import Any

from pydantic import ValidationError

from reconciler.diagnostics import Diagnostic, Location
from reconciler.manifest.codes import fields, layers
from reconciler.manifest.document import Document, NodePath
from reconciler.manifest.laying import (
    Branch,
    Leaf,
    Piece,
    in_order,
    is_null,
    lay,
    plain,
    shape_of,
    source_of,
)
from reconciler.manifest.paths import app_path, environment_path, policy_path
from reconciler.manifest.secrets import shown
from reconciler.manifest.snapshot import Snapshot
from reconciler.model.environment import Environment

LEVELS = 4
"""Policies that may lie over each other."""

LAID = ("apps", "policies", "environments")
"""The parts of a snapshot that lie over each other."""

_ANY = "*"
"""No app is called that."""
_HEAD = frozenset({"apiVersion", "kind", "name", "extends"})
_FIRST = ("apiVersion", "kind", "name", "extends", "customer")
_OF_APPS = ("url", "target", "pipeline", "windows")
_SHAPE = shape_of(Environment)


@dataclass(frozen=True, eq=False)
class Resolved:
    """One environment with everything it inherits; for an app, with what differs for it.

    ``environment`` is missing where a file that it needs is, or is broken, and ``findings`` say
    what is wrong with the layers themselves. With an app, its ``url``, ``target``, ``pipeline`` and
    ``windows`` are those of the app here, and ``apps`` holds the app's ``config`` and ``secrets``
    alone. ``policies``: whose fields these are, the environment's own parent first, as far as they
    can be followed.
    """

    files: Mapping[str, Document]
    """Path → the file, of those that it is made of and that could be read."""
    environment: Environment | None
    policies: tuple[str, ...] = ()
    findings: tuple[Diagnostic, ...] = ()
    piece: Piece | None = None
    whole: "Resolved | None" = None
    """For an app, the environment by itself, of which it shares most."""

    @cached_property
    def value(self) -> Mapping[str, Any]:
        """The fields as a file would write them; empty without an environment."""
        if not isinstance(self.piece, Branch):
            return {}
        known, values = self._known
        found: dict[str, Any] = {}
        for name, each in self.piece.parts.items():
            if name in values and each is known[name]:
                found[name] = values[name]
            elif not is_null(each):
                found[name] = plain(each)
        return found

    @property
    def _known(self) -> tuple[Mapping[str, Piece], Mapping[str, Any]]:
        """The environment's own pieces and their values: they are worked out once for all apps."""
        whole = self.whole
        if whole is None or not isinstance(whole.piece, Branch):
            return {}, {}
        return whole.piece.parts, whole.value

    def locate(self, node: NodePath = (), *, key: bool = False) -> Location:
        """Where a value of the environment was written; for a missing one, where its parent was."""
        if self.piece is None:
            return Location("")
        path, inner = self.source(node)
        return self.written(path, inner, key=key)

    def written(self, path: str, node: NodePath = (), *, key: bool = False) -> Location:
        """Where a value stands in one of the files."""
        document = self.files.get(path)
        return document.locate(node, key=key) if document else Location(path)

    def source(self, node: NodePath) -> tuple[str, NodePath]:
        """The file that a value was written in, and where it stands there."""
        return source_of(self.piece, node) if self.piece else ("", ())

    @cached_property
    def origin(self) -> Mapping[NodePath, Location]:
        """Path of each value → where it was written; maps and lists themselves too."""
        return {node: self.locate(node) for node in nodes_of(self.value)}

    @cached_property
    def ordered(self) -> Mapping[str, Any]:
        """The value with its fields in the order of the format: what people are shown."""
        found = in_order(self.value, _SHAPE)
        return {name: found[name] for name in (*_FIRST, *found) if name in found}


def resolve(snapshot: Snapshot, environment: str, app: str | None = None) -> Resolved:
    """An environment as it is in force, by itself or for one app; made once for each snapshot.

    Without ``app`` no app's pipeline is in it, and ``apps`` stays as it is written.
    """
    key = ("environment", environment, app or "")
    return snapshot.derive(LAID, key, lambda: _shared(snapshot, environment, app or ""))


def effective_environments(snapshot: Snapshot) -> Mapping[str, Environment]:
    """Every environment with what it inherits, by name; those that can't be had are left out."""
    found = ((name, resolve(snapshot, name).environment) for name in snapshot.environments)
    return {name: each for name, each in found if each is not None}


def chain_of(snapshot: Snapshot, policy: str | None) -> tuple[str, ...]:
    """A policy and its parents, it first; ends before one that was named already."""
    names: list[str] = []
    while policy is not None and policy not in names:
        names.append(policy)
        found = snapshot.policies.get(policy)
        policy = found.extends if found else None
    return tuple(names)


def policy_findings(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """What is wrong with how policies extend each other, each said once."""
    for name, policy in snapshot.policies.items():
        path = policy_path(name)
        chain = chain_of(snapshot, name)
        last = snapshot.policies.get(chain[-1])
        if policy.extends is not None:
            yield from _unknown(snapshot, path, policy.extends)
        place = snapshot.locate(path, ("extends",))
        if last is not None and last.extends == name:
            if name == min(chain):
                said = " → ".join((*chain, name))
                yield layers.CYCLE.at(place, f"extends: found the circle {said}")
        elif len(chain) > LEVELS:
            said = " → ".join(chain)
            yield layers.LEVELS.at(
                place, f"extends: found {len(chain)} levels, {said}; expected at most {LEVELS}"
            )


def _unknown(snapshot: Snapshot, path: str, policy: str) -> Iterator[Diagnostic]:
    if not snapshot.has(policy_path(policy)):
        near = get_close_matches(policy, sorted(snapshot.policies), n=1, cutoff=0.6)
        yield layers.POLICY.at(
            snapshot.locate(path, ("extends",)),
            f"policy {shown(policy)} has no {policy_path(policy)}",
            hint=f"did you mean '{near[0]}'?" if near else "",
        )


def _shared(snapshot: Snapshot, name: str, app: str) -> Resolved:
    """The environment for an app; one for all apps of which nothing is said, for they are many."""
    written = snapshot.environments.get(name)
    if app in ("", _ANY) or written is None:
        return _resolve(snapshot, name, app)
    known = snapshot.apps.get(app)
    own = known is not None and "pipeline" in known.model_fields_set
    if own or app in written.apps:
        return _resolve(snapshot, name, app)
    return resolve(snapshot, name, _ANY if written.apps else None)


def _resolve(snapshot: Snapshot, name: str, app: str) -> Resolved:
    written = snapshot.environments.get(name)
    if written is None:
        return Resolved({}, None)
    path = environment_path(name)
    chain = chain_of(snapshot, written.extends)
    paths = (path, *(policy_path(each) for each in chain), *([app_path(app)] if app else ()))
    files = {each: found for each in paths if (found := snapshot.document(each)) is not None}
    findings = tuple(_unknown(snapshot, path, written.extends)) if written.extends else ()
    ground = _ground(snapshot, written.extends, app)
    if ground is None:
        return Resolved(files, None, chain, findings)
    raw = files[path].value
    whole = resolve(snapshot, name) if app else None
    if whole is None or not isinstance(whole.piece, Branch):
        piece = lay(ground, Leaf(raw, path, ()), _SHAPE)
    else:
        piece = _for_app(_with_pipeline(whole.piece, ground, raw), raw, path, app)
    resolved = Resolved(files, None, chain, findings, piece, whole)
    try:
        environment = Environment.model_validate(resolved.value)
    except ValidationError as error:
        # Each layer is right by itself and sorts are kept apart, so no file is known to lead here.
        findings = tuple(
            fields.VALUE.at(resolved.locate(tuple(each["loc"])), f"layers of {name}: {each['msg']}")
            for each in error.errors(include_url=False, include_context=False, include_input=False)
        )
        return Resolved(files, None, chain, findings, piece, whole)
    return Resolved(files, environment, chain, findings, piece, whole)


def _with_pipeline(whole: Branch, ground: Piece, raw: Mapping[str, Any]) -> Branch:
    """The environment's piece on an app's pipeline, which is all that an app lays below it.

    What is said of other apps isn't laid: with a thousand of them that took seconds.
    """
    assert isinstance(ground, Branch)  # noqa: S101 - narrowing
    names = [each for each in ("pipeline",) if each in ground.parts]
    below = Branch({each: ground.parts[each] for each in names}, ground.path, ground.node)
    own = {"pipeline": raw["pipeline"]} if "pipeline" in raw else {}
    laid = lay(below, Leaf(own, whole.path, ()), _SHAPE)
    assert isinstance(laid, Branch)  # noqa: S101 - narrowing
    rest = {name: each for name, each in whole.parts.items() if name not in {"pipeline", "apps"}}
    return Branch({**laid.parts, **rest}, whole.path, whole.node)


def _for_app(piece: Piece, raw: Mapping[str, Any], path: str, app: str) -> Piece:
    """The environment's piece with ``apps.<app>`` laid over it."""
    assert isinstance(piece, Branch)  # noqa: S101 - narrowing
    here: Mapping[str, Any] = raw.get("apps", {}).get(app, {})
    node = ("apps", app)
    over = {each: Leaf(here[each], path, (*node, each)) for each in _OF_APPS if each in here}
    laid = lay(piece, Branch(over, path, node), _SHAPE)
    assert isinstance(laid, Branch)  # noqa: S101 - narrowing
    parts = {name: each for name, each in laid.parts.items() if name != "apps"}
    rest = {name: Leaf(here[name], path, (*node, name)) for name in here if name not in over}
    if rest:
        parts["apps"] = Branch({app: Branch(rest, path, node)}, path, ("apps",))
    return Branch(parts, path, ())


def _ground(snapshot: Snapshot, policy: str | None, app: str) -> Piece | None:
    """What an environment lies on: the app's pipeline and the policies, the last parent first.

    Made from the bottom up for each app, since what null takes away from the app's pipeline must be
    gone before the next layer gives it anew. Nothing if a policy can't be had.
    """
    key = ("ground", policy, app)
    return snapshot.derive(LAID, key, lambda: _made_ground(snapshot, policy, app))


def _made_ground(snapshot: Snapshot, policy: str | None, app: str) -> Piece | None:
    if policy is None:
        path = app_path(app)
        written = _values(snapshot, path) if app in snapshot.apps else {}
        if "pipeline" not in written:
            return Branch({}, "", ())
        pipeline = written["pipeline"]
        return Branch({"pipeline": Leaf(pipeline, path, ("pipeline",))}, path, ())
    chain = chain_of(snapshot, policy)
    found = snapshot.policies.get(policy)
    last = snapshot.policies.get(chain[-1])
    if found is None or last is None or last.extends is not None or len(chain) > LEVELS:
        return None
    below = _ground(snapshot, found.extends, app)
    if below is None:
        return None
    path = policy_path(policy)
    own = {
        name: Leaf(each, path, (name,))
        for name, each in _values(snapshot, path).items()
        if name not in _HEAD
    }
    return lay(below, Branch(own, path, ()), _SHAPE)


def _values(snapshot: Snapshot, path: str) -> Mapping[str, Any]:
    """What a good file says."""
    document = snapshot.document(path)
    assert document is not None  # noqa: S101 - it has a model
    return document.value


def nodes_of(value: Any, node: NodePath = ()) -> Iterator[NodePath]:
    """The path of every value inside a value, maps and lists too."""
    if node:
        yield node
    match value:
        case dict():
            for name, each in value.items():
                yield from nodes_of(each, (*node, name))
        case tuple():
            for index, each in enumerate(value):
                yield from nodes_of(each, (*node, index))
        case _:
            pass
