"""Document → frozen model of its kind, or findings at the lines that caused them."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from difflib import get_close_matches
from itertools import chain, islice
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from reconciler.diagnostics import Diagnostic
from reconciler.manifest.builder import FLOOD
from reconciler.manifest.codes import fields, policy
from reconciler.manifest.document import Document, NodePath
from reconciler.manifest.models import model_at, names_of, takes_away
from reconciler.manifest.secrets import shown
from reconciler.model.base import Manifest, Model, choices
from reconciler.visibility import visible

FORMAT = "tagboat/v1"
_FEW = 12
"""Fields that a hint can name."""

_M = TypeVar("_M", bound=Manifest)

_EXPECTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "tuple_type": "a list",
}
_STARTS = (
    "Value error, ",
    "expected ",
    "Input should be ",
    "Input should ",
    "Tuple should ",
    "Dictionary should ",
    "String should ",
    "have ",
)
_QUOTED = re.compile(r"'([^']*)'")


def to_model(document: Document, kind: type[_M]) -> _M | list[Diagnostic]:
    """The value of a document as a model of its kind, or every finding about its fields."""
    head = list(_head(document, kind.__name__))
    if head:
        return head
    empty: list[Diagnostic] = []
    if document.null:
        nulls = [each for each in _nulls(document.value, ()) if not takes_away(kind, each)]
        empty = [_empty(document, node) for node in nulls]
    try:
        model = kind.model_validate(document.value)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False)
        said = chain(empty, _findings(document, kind, found), _choices(document, kind))
        return list(islice(said, FLOOD))
    return empty or model


def _head(document: Document, kind: str) -> Iterator[Diagnostic]:
    """An unknown format or another kind: nothing else of the file can be judged (B28)."""
    version, found = document.value.get("apiVersion"), document.value.get("kind")
    if version != FORMAT:
        said = f"found {shown(version)}" if version is not None else "the field is missing"
        yield fields.API_VERSION.at(
            document.locate(("apiVersion",)), f"apiVersion: {said}, expected '{FORMAT}'"
        )
    elif found != kind:
        said = f"found {shown(found)}" if found is not None else "the field is missing"
        yield fields.KIND.at(
            document.locate(("kind",)),
            f"kind: {said}, expected '{kind}'",
            hint=f"write 'kind: {kind}', or move the file",
        )


def _nulls(value: Any, node: NodePath) -> Iterator[NodePath]:
    match value:
        case None:
            yield node
        case dict():
            for name, each in value.items():
                yield from _nulls(each, (*node, name))
        case tuple():
            for index, each in enumerate(value):
                yield from _nulls(each, (*node, index))
        case _:
            pass


def _empty(document: Document, node: NodePath) -> Diagnostic:
    place = document.locate(node, key=True)
    return fields.EMPTY_VALUE.at(place, f"{_name(node)}: found no value")


def _choices(document: Document, kind: type[Model]) -> Iterator[Diagnostic]:
    """Fields that choose a sort, or need one another, in the whole file."""
    for node, value in _mappings(document.value, ()):
        model = model_at(kind, node)
        given = {name for name, each in value.items() if each is not None}
        meant = _meant(value, model)
        for name, expected in choices(model, given):
            if not meant.isdisjoint(expected):
                continue  # its name is misspelt, which is said there
            place = document.locate((*node, name) if name else node, key=bool(name))
            if name:
                wanted = " and ".join(f"'{each}'" for each in expected)
                yield fields.MISSING.at(
                    place,
                    f"{_name((*node, name))}: needs {wanted} beside it",
                    hint=f"add '{expected[0]}:', or take '{name}' out",
                )
                continue
            here = [each for each in expected if each in given]
            found = " and ".join(f"'{each}'" for each in here) or "none of them"
            wanted = ", ".join(f"'{each}'" for each in expected)
            label = f"{_name(node)}: " if node else ""
            yield fields.EXACTLY_ONE.at(
                place,
                f"{label}found {found}, expected one of {wanted}",
                hint=f"keep one of {found}" if here else f"add one of {wanted}",
            )


def _mappings(value: Any, node: NodePath) -> Iterator[tuple[NodePath, Mapping[str, Any]]]:
    match value:
        case dict():
            yield node, value
            for name, each in value.items():
                yield from _mappings(each, (*node, name))
        case tuple():
            for index, each in enumerate(value):
                yield from _mappings(each, (*node, index))
        case _:
            pass


def _findings(
    document: Document, kind: type[Model], errors: list[ErrorDetails]
) -> Iterator[Diagnostic]:
    """One finding for each value that was refused; branches of a union are said together."""
    grouped: dict[tuple[NodePath, bool], list[ErrorDetails]] = defaultdict(list)
    nodes = {_node(document.value, error)[0] for error in errors}
    for error in errors:
        if error["type"] != "choice":  # said with all the others of the file
            grouped[_node(document.value, error)].append(error)
    text = [node for (node, _), some in grouped.items() if "string_type" in _types(some)]
    left = _if_quoted(document, kind, text)
    for (node, is_key), found in grouped.items():
        error = found[0]
        if error["type"] == "extra_forbidden":
            yield _extra(document, model_at(kind, node[:-1]), node)
        elif error["type"] == "missing":
            beside = document.at(node[:-1])
            if isinstance(beside, dict) and node[-1] in _meant(beside, model_at(kind, node[:-1])):
                continue  # its name is misspelt, which is said there
            yield fields.MISSING.at(
                document.locate(node[:-1]),
                f"{_name(node)}: the field is missing",
                hint=f"add '{node[-1]}:'",
            )
        elif is_key:
            wanted = _wanted(found)
            said = f"name {shown(node[-1])}{_strange(str(node[-1]))}, expected {wanted}"
            hint = _instead(node[-1], wanted)
            yield fields.VALUE.at(document.locate(node, key=True), said, hint=hint)
        elif document.at(node) is not None and not _inner(node, error, nodes):
            yield _refused(document, node, left.get(node, found))


def _types(found: list[ErrorDetails]) -> set[str]:
    return {each["type"] for each in found}


def _inner(node: NodePath, error: ErrorDetails, nodes: Iterable[NodePath]) -> bool:
    """Whether a list is too short only because its entries were refused."""
    return error["type"] == "too_short" and any(
        len(other) > len(node) and other[: len(node)] == node for other in nodes
    )


def _refused(document: Document, node: NodePath, found: list[ErrorDetails]) -> Diagnostic:
    value = document.at(node)
    under = next((each for each in reversed(node) if isinstance(each, str)), "")
    wanted = _wanted(found)
    said = f"{_name(node)}: found {shown(value, under=under)}"
    said += f"{_strange(value) if isinstance(value, str) else ''}, expected {wanted}"
    place = document.locate(node)
    if any(error["type"] == "version_moves" for error in found):
        return policy.MOVING.at(place, said)
    if all(error["type"] in _EXPECTED for error in found):
        hint = f"write {wanted}"
        if "text" in wanted and isinstance(value, int | float):
            hint = "quote it"
        elif isinstance(value, str) and "number" in wanted and value.isdigit():
            hint = "write the number without quotes"
        return fields.TYPE.at(place, said, hint=hint)
    return fields.VALUE.at(place, said, hint=_instead(value, wanted))


def _instead(value: Any, wanted: str) -> str:
    """What to write: the choice that is nearest, else the form or all choices."""
    choices = _QUOTED.findall(wanted)
    near = _near(value, choices) if isinstance(value, str) else ""
    if near:
        return f"did you mean '{near}'?"
    if choices and not _QUOTED.sub("", wanted).replace(" or ", "").strip(", "):
        return f"write one of {', '.join(choices)}"
    that = "a value " if wanted.startswith(("greater", "less")) else ""
    return f"write {that}{wanted.partition(', not ')[0]}"


def _if_quoted(
    document: Document, kind: type[Model], nodes: Collection[NodePath]
) -> Mapping[NodePath, list[ErrorDetails]]:
    """What would still be wrong with numbers if they were text: an epoch is no instant (B111)."""
    numbers = {each for each in nodes if type(document.at(each)) in (int, float)}
    left: dict[NodePath, list[ErrorDetails]] = {}
    if not numbers:
        return left
    try:
        kind.model_validate(_quoted(document.value, (), numbers))
    except ValidationError as error:
        for each in error.errors(include_url=False, include_context=False):
            node, is_key = _node(document.value, each)
            if node in numbers and not is_key:
                left.setdefault(node, []).append(each)
    return left


def _quoted(value: Any, node: NodePath, numbers: Collection[NodePath]) -> Any:
    """The value with the numbers at these nodes as text."""
    if node in numbers:
        return str(value)
    if isinstance(value, dict):
        return {name: _quoted(each, (*node, name), numbers) for name, each in value.items()}
    if isinstance(value, tuple):
        return tuple(_quoted(each, (*node, index), numbers) for index, each in enumerate(value))
    return value


def _extra(document: Document, model: type[Model], node: NodePath) -> Diagnostic:
    name = str(node[-1])
    place = document.locate(node, key=True)
    known = names_of(model)
    near = _near(name, known)
    said = f"unknown field {shown(name)}{_strange(name)}"
    hint = f"did you mean '{near}'?" if near else ""
    beside = document.at(node[:-1]) or {}
    left = [each for each in known if each not in beside]
    if not near and 0 < len(left) <= _FEW:
        hint = f"write one of {', '.join(left)}, or take the field out"
    return fields.UNKNOWN.at(place, said, hint=hint)


def _meant(value: Mapping[str, Any], model: type[Model]) -> set[str]:
    """The fields that unknown names beside them look like."""
    known = names_of(model)
    return {_near(each, known) for each in value if each not in known} - {"", *value}


def _node(value: Mapping[str, Any], error: ErrorDetails) -> tuple[NodePath, bool]:
    """Where the error is in the document, and whether it is about a name.

    pydantic also names the branches of unions on its way; they aren't in the document.
    """
    node: list[str | int] = []
    at: Any = value
    for step in error["loc"]:
        inside = (isinstance(at, dict) and step in at) or (
            isinstance(at, tuple) and isinstance(step, int)
        )
        if inside:
            node.append(step)
            at = at[step]
    if error["type"] == "missing":
        node.append(error["loc"][-1])
    return tuple(node), error["loc"][-1:] == ("[key]",)


def _wanted(found: list[ErrorDetails]) -> str:
    said: list[str] = []
    for error in found:
        text = _EXPECTED.get(error["type"]) or error["msg"].replace(" after validation", "")
        for start in _STARTS:
            text = text.removeprefix(start)
        if text not in said:
            said.append(text)
    if "a number" in said:
        said = [each for each in said if each != "a whole number"]
    return " or ".join(said)


def _strange(text: str) -> str:
    """The code points of letters that look like others (B15)."""
    points = [f"U+{ord(each):04X}" for each in text if not each.isascii()]
    return f" with {', '.join(points[:3])}" if points else ""


def _name(node: NodePath) -> str:
    text = ""
    for step in node:
        text += f"[{step}]" if isinstance(step, int) else f".{step}"
    return visible(text[1:])


def _near(name: str, known: list[str]) -> str:
    by_text = {each.lower(): each for each in reversed(known)}
    found = get_close_matches(name.lower(), by_text, n=1, cutoff=0.6)
    return by_text[found[0]] if found else ""
