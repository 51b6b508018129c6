"""Which model checks what stands at a path of a document."""

from typing import Any, get_args, get_origin

from reconciler.manifest.document import NodePath
from reconciler.model.base import Manifest, Model


def names_of(model: type[Model]) -> list[str]:
    """The names of a model's fields as files write them."""
    return [field.alias or name for name, field in model.model_fields.items()]


def model_at(model: type[Model], node: NodePath) -> type[Model]:
    """The model that a mapping at this path is checked by; a bare one for a map of named things."""
    annotation: Any = model
    for step in node:
        annotation = _inside(annotation, step)
    found = _models(annotation)
    return found[0] if found else Model


def _inside(annotation: Any, step: str | int) -> Any:
    if isinstance(annotation, type) and issubclass(annotation, Model):
        for name, field in annotation.model_fields.items():
            if step == (field.alias or name):
                return field.annotation
        return None
    match get_origin(annotation), get_args(annotation):
        case (origin, (first, *rest)) if origin is dict:
            return rest[0]
        case (origin, (first, *_)) if origin is tuple:
            return first
        case (_, branches):
            found = (_inside(each, step) for each in branches)
            return next((each for each in found if each is not None), None)


def _models(annotation: Any) -> list[type[Model]]:
    if isinstance(annotation, type) and issubclass(annotation, Model):
        return [annotation]
    if get_origin(annotation) in {dict, tuple}:
        return []
    return [model for each in get_args(annotation) for model in _models(each)]


def takes_away(kind: type[Manifest], node: NodePath) -> bool:
    """Whether null is meant here: a layer takes a named thing away that one below gives."""
    if not kind.LAYERED or not node:
        return False
    annotation: Any = kind
    for step in node[:-1]:
        annotation = _inside(annotation, step)
    if isinstance(annotation, type) and issubclass(annotation, Model):
        return annotation.NAMED and node[-1] in names_of(annotation)
    return get_origin(annotation) is dict and type(None) in get_args(get_args(annotation)[1])
