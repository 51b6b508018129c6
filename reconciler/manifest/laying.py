"""Values laid over each other, each still knowing the file it came from (pure).

Maps are merged by key, anything else is replaced, null takes a named thing away. A map that chooses
its sort is replaced whole when the sort changes, since the fields of one sort mean nothing to
another.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, get_args, get_origin

from reconciler.manifest.document import NodePath
from reconciler.model.base import Model
from reconciler.model.target import Target


@dataclass(frozen=True, slots=True)
class Leaf:
    """A value that comes from one file whole, whatever is inside it."""

    value: Any
    path: str
    node: NodePath


@dataclass(frozen=True, slots=True)
class Branch:
    """A map to which several files may have given; ``path`` and ``node``: the last that did."""

    parts: Mapping[str, "Leaf | Branch"]
    path: str
    node: NodePath


Piece = Leaf | Branch


@dataclass(frozen=True, slots=True)
class Shape:
    """What a value is checked by: its model, the shapes of its fields, or that of each value."""

    model: type[Model] | None = None
    fields: Mapping[str, "Shape"] = field(default_factory=lambda: MappingProxyType({}))
    each: "Shape | None" = None

    def inside(self, name: str) -> "Shape":
        """The shape of what stands below a name."""
        return self.fields.get(name) or self.each or NOTHING


NOTHING = Shape()


def shape_of(annotation: Any) -> Shape:
    """The shape of a model, or of a field's annotation; lists have none, they are replaced."""
    if isinstance(annotation, type) and issubclass(annotation, Model):
        named = annotation.model_fields.items()
        inner = {each.alias or name: shape_of(each.annotation) for name, each in named}
        return Shape(annotation, inner)
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is dict:
        return Shape(each=shape_of(arguments[1]))
    if origin is tuple:
        return NOTHING
    found = (shape_of(each) for each in arguments)
    return next((each for each in found if each is not NOTHING), NOTHING)


def lay(lower: Piece | None, upper: Piece, shape: Shape) -> Piece:
    """The lower piece with everything that the upper one says."""
    below = parts_of(lower)
    above = None if below is None else parts_of(upper)
    if below is None or above is None or _other_sort(shape.model, below, above):
        return upper
    parts = dict(below)
    for name, piece in above.items():
        if is_null(piece):
            parts.pop(name, None)
        else:
            parts[name] = lay(parts.get(name), piece, shape.inside(name))
    return Branch(parts, upper.path, upper.node)


def parts_of(piece: Piece | None) -> Mapping[str, Piece] | None:
    """The pieces of a map by name; nothing if it isn't one."""
    if isinstance(piece, Branch):
        return piece.parts
    if piece is None or not isinstance(piece.value, dict):
        return None
    return {
        name: Leaf(value, piece.path, (*piece.node, name)) for name, value in piece.value.items()
    }


def plain(piece: Piece) -> Any:
    """The value, without what null took away."""
    if isinstance(piece, Branch):
        return {name: plain(each) for name, each in piece.parts.items() if not is_null(each)}
    return _pruned(piece.value)


def source_of(piece: Piece, node: NodePath) -> tuple[str, NodePath]:
    """The file that a value came from and where it stands there; a missing one's parent's."""
    for index, step in enumerate(node):
        if isinstance(piece, Leaf):
            return piece.path, (*piece.node, *node[index:])
        inner = piece.parts.get(str(step))
        if inner is None:
            break
        piece = inner
    return piece.path, piece.node


def in_order(value: Any, shape: Shape) -> Any:
    """The value with the fields of each model in the model's order."""
    if type(value) is not dict:
        return value
    names = [*(each for each in shape.fields if each in value), *value]
    return {name: in_order(value[name], shape.inside(name)) for name in dict.fromkeys(names)}


def _pruned(value: Any) -> Any:
    if type(value) is dict:
        return {name: _pruned(each) for name, each in value.items() if each is not None}
    return value


def is_null(piece: Piece) -> bool:
    """Whether it takes away what lies below it."""
    return isinstance(piece, Leaf) and piece.value is None


def _other_sort(
    model: type[Model] | None, below: Mapping[str, Piece], above: Mapping[str, Piece]
) -> bool:
    if model is None:
        return False
    for group in (model.ONE_OF, model.AT_MOST_ONE):
        before, after = (
            {each for each in group if each in parts and not is_null(parts[each])}
            for parts in (below, above)
        )
        if before and after and before != after:
            return True
    if model is Target and "driver" in below and "driver" in above:
        return bool(plain(below["driver"]) != plain(above["driver"]))
    return False
