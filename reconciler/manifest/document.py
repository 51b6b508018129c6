"""The deciding path: one function that accepts the bytes of a file, or says why not.

Events of libyaml's parser go into `Builder`; a loader would hide anchors, directives
and tags. A value counts only if it equals the text that it spans. A second walk finds positions
when there is something to say about them, and never accepts anything.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from yaml.events import (
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from reconciler.diagnostics import Diagnostic, Location
from reconciler.manifest.builder import Builder, StoppedError, location_of, parser_of
from reconciler.manifest.characters import decode

NodePath = tuple[str | int, ...]
"""Where a value stands: field names and list indexes from 0; ``()`` is the whole file."""


@dataclass(frozen=True, eq=False)
class Document:
    """The values of one accepted file; lists are tuples. Lines and columns count from 1.

    ``source`` is the file's text, or how to get it when somebody asks where something stands.
    """

    path: str
    source: str | Callable[[], str] = field(repr=False)
    value: Mapping[str, Any]
    null: bool = field(default=True, repr=False)
    """Whether there may be a null among the values."""

    @cached_property
    def text(self) -> str:
        """The whole text of the file."""
        return self.source if isinstance(self.source, str) else self.source()

    @cached_property
    def _positions(self) -> Mapping[NodePath, tuple[Location, Location]]:
        return positions(self.path, self.text)

    def locate(self, node: NodePath = (), *, key: bool = False) -> Location:
        """Where a value stands, or its field name; for a missing one, where its parent stands.

        The place of a nested mapping is its field name, which is what a reader looks for.
        """
        found = self._positions
        written = _written(node)
        while node and node not in found:
            node, key = node[:-1], True
        if not node:
            return Location(self.path, 1, 1, written)
        inside = isinstance(self.at(node), dict) and isinstance(node[-1], str)
        place = found[node][0 if key or inside else 1]
        return Location(place.path, place.line, place.column, written)

    def at(self, node: NodePath) -> Any:
        """The value at a path; nothing if there is none."""
        value: Any = self.value
        for step in node:
            try:
                value = value[step]
            except (KeyError, IndexError, TypeError):
                return None
        return value

    def offset(self, index: int) -> Location:
        """The place of a character of the text, counted from 0."""
        before = self.text[:index]
        return Location(self.path, before.count("\n") + 1, len(before) - before.rfind("\n"))


def read_document(path: str, data: bytes) -> Document | list[Diagnostic]:
    """The document of a file, or everything that is wrong with how it is written.

    Raises `ConfigurationError` if libyaml is missing or isn't the version that was tried.
    """
    text = decode(path, data)
    if not isinstance(text, str):
        return text
    builder = Builder(path, text)
    try:
        value = builder.document()
    except StoppedError:
        return builder.findings
    return builder.findings or Document(path, text, value, null=builder.null)


def _written(node: NodePath) -> str:
    """A path as people write it: ``components[0].name``."""
    text = "".join(f"[{each}]" if isinstance(each, int) else f".{each}" for each in node)
    return text.removeprefix(".")


def positions(path: str, text: str) -> Mapping[NodePath, tuple[Location, Location]]:
    """Path of each value → places of its field name and of itself, for an accepted text.

    An item of a list has one place for both.
    """
    found: dict[NodePath, tuple[Location, Location]] = {}
    parser = parser_of(text)

    def walk(event: Event, node: NodePath, key: Location | None) -> None:
        place = location_of(path, event)
        if node:
            found[node] = (key or place, place)
        match event:
            case MappingStartEvent():
                while not isinstance(name := parser.get_event(), MappingEndEvent):
                    assert isinstance(name, ScalarEvent)  # noqa: S101 - narrowing
                    walk(parser.get_event(), (*node, name.value), location_of(path, name))
            case SequenceStartEvent():
                index = 0
                while not isinstance(item := parser.get_event(), SequenceEndEvent):
                    walk(item, (*node, index), None)
                    index += 1
            case _:
                pass

    parser.get_event()
    parser.get_event()
    walk(parser.get_event(), (), None)
    parser.dispose()
    return found
