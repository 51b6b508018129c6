"""Values as the text of a managed file, each line with a comment if wanted (pure).

What is written is read again as the same value by `read_document`.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from reconciler.manifest.document import NodePath
from reconciler.manifest.scalar import AmbiguousError, TooLongError, plain

_PLAIN = re.compile(r"[A-Za-z/_.][A-Za-z0-9/_.-]*(?: [A-Za-z0-9/_.][A-Za-z0-9/_.-]*)*")
_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t"})
_FARTHEST = 60

Comment = Callable[[NodePath], str]
"""What is said behind the line of a value."""


def as_yaml(value: Mapping[str, Any], comment: Comment | None = None) -> str:
    """The text of a mapping; with ``comment``, one behind each line, in a column of their own."""
    lines = list(_map(value, (), ""))
    if comment is None:
        return "".join(f"{text}\n" for text, _ in lines)
    width = min(max((len(text) for text, _ in lines), default=0), _FARTHEST)
    return "".join(f"{text:<{width}}  # {comment(node)}\n" for text, node in lines)


def _map(value: Mapping[str, Any], node: NodePath, indent: str) -> Iterator[tuple[str, NodePath]]:
    for name, each in value.items():
        yield from _entry(f"{indent}{_text(name)}:", each, (*node, name), indent + "  ")


def _entry(head: str, value: Any, node: NodePath, indent: str) -> Iterator[tuple[str, NodePath]]:
    match value:
        case dict() if value:
            yield head, node
            yield from _map(value, node, indent)
        case tuple() if not all(_flat(each) for each in value):
            yield head, node
            for index, each in enumerate(value):
                yield from _item(each, (*node, index), indent)
        case _:
            yield f"{head} {_one(value)}", node


def _item(value: Any, node: NodePath, indent: str) -> Iterator[tuple[str, NodePath]]:
    if not isinstance(value, dict) or not value:
        yield f"{indent}- {_one(value)}", node
        return
    for index, (text, inner) in enumerate(_map(value, node, indent + "  ")):
        yield (f"{indent}- {text.lstrip()}" if index == 0 else text), inner


def _flat(value: Any) -> bool:
    return not isinstance(value, dict | tuple)


def _one(value: Any) -> str:
    """A value on one line."""
    match value:
        case bool():
            return "true" if value else "false"
        case None:
            return "null"
        case str():
            return _text(value)
        case dict():
            return (
                f"{{{', '.join(f'{_text(name)}: {_one(each)}' for name, each in value.items())}}}"
            )
        case tuple():
            return f"[{', '.join(_one(each) for each in value)}]"
        case _:
            return str(value)


def _text(value: str) -> str:
    if _PLAIN.fullmatch(value):
        try:
            if plain(value) == value:
                return value
        except (AmbiguousError, TooLongError):
            pass
    return f'"{value.translate(_ESCAPES)}"'
