"""The deciding path: one function that accepts the bytes of a file, or says why not.

Events of libyaml's parser go into the constructor below; a loader would hide anchors, directives
and tags. A value counts only if it equals the text that it spans. A second walk finds positions
when there is something to say about them, and never accepts anything.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NoReturn

import yaml
from yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from reconciler.diagnostics import Diagnostic, Location
from reconciler.errors import ConfigurationError
from reconciler.manifest import scalar
from reconciler.manifest.characters import decode
from reconciler.manifest.codes import Code, reading
from reconciler.manifest.secrets import shown, visible

libyaml: Any
try:
    from yaml import _yaml as libyaml
except ImportError:  # pure Python would accept other files than libyaml does
    libyaml = None

DEEPEST = 32
"""Levels of nesting, at most."""
MOST = 20_000
"""Values and field names of a file, at most."""
FLOOD = 100
"""Findings of a file that are shown."""
TRIED = (0, 2, 5)
"""The version whose reading was compared with a referee."""

NodePath = tuple[str | int, ...]
"""Where a value stands: field names and list indexes from 0; ``()`` is the whole file."""


@dataclass(frozen=True, eq=False)
class Document:
    """The values of one accepted file; lists are tuples. Lines and columns count from 1."""

    path: str
    text: str
    value: Mapping[str, Any]

    @cached_property
    def _positions(self) -> Mapping[NodePath, tuple[Location, Location]]:
        return positions(self.path, self.text)

    def locate(self, node: NodePath = (), *, key: bool = False) -> Location:
        """Where a value stands, or its field name; for a missing one, where its parent stands.

        The place of a nested mapping is its field name, which is what a reader looks for.
        """
        found = self._positions
        while node and node not in found:
            node, key = node[:-1], True
        if not node:
            return Location(self.path, 1, 1)
        inside = isinstance(self.at(node), dict) and isinstance(node[-1], str)
        return found[node][0 if key or inside else 1]

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
    builder = _Builder(path, text)
    try:
        value = builder.document()
    except _StoppedError:
        return builder.findings
    return builder.findings or Document(path, text, value)


def positions(path: str, text: str) -> Mapping[NodePath, tuple[Location, Location]]:
    """Path of each value → places of its field name and of itself, for an accepted text.

    An item of a list has one place for both.
    """
    found: dict[NodePath, tuple[Location, Location]] = {}
    parser = _parser(text)

    def walk(event: Event, node: NodePath, key: Location | None) -> None:
        place = _location(path, event)
        if node:
            found[node] = (key or place, place)
        match event:
            case MappingStartEvent():
                while not isinstance(name := parser.get_event(), MappingEndEvent):
                    assert isinstance(name, ScalarEvent)  # noqa: S101 - narrowing
                    walk(parser.get_event(), (*node, name.value), _location(path, name))
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


def _parser(text: str) -> Any:
    if libyaml is None:
        raise ConfigurationError(
            "PyYAML was installed without libyaml",
            hint="install PyYAML's wheel, or libyaml-dev before building it",
        )
    found = libyaml.get_version()
    if found != TRIED:
        raise ConfigurationError(
            f"found libyaml {'.'.join(map(str, found))}, expected 0.2.5",
            hint="install the PyYAML of requirements/run.txt",
        )
    return libyaml.CParser(text)


def _location(path: str, event: Any) -> Location:
    mark = event.start_mark
    return Location(path, mark.line + 1, mark.column + 1)


class _StoppedError(Exception):
    """Reading can't go on; the findings say why."""


class _Builder:
    """Values out of events, with everything refused that the profile doesn't know."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        self.findings: list[Diagnostic] = []
        self._parser = _parser(text)
        self._count = 0
        self._lines: list[str] | None = None

    def document(self) -> Mapping[str, Any]:
        """The root mapping; raises `_StoppedError` when there is none."""
        try:
            return self._document()
        finally:
            self._parser.dispose()

    def _document(self) -> Mapping[str, Any]:
        self._next()
        start = self._next()
        if isinstance(start, StreamEndEvent):
            self._stop(reading.EMPTY, Location(self.path), "the file is empty")
        assert isinstance(start, DocumentStartEvent)  # noqa: S101 - narrowing
        if start.version or start.tags:
            self._refuse(reading.TAG, start, "found a directive")
        root = self._next()
        if isinstance(root, ScalarEvent) and not root.value and not root.style:
            self._stop(reading.EMPTY, Location(self.path), "the file is empty")
        value = self._node(root, 1)
        end = self._next()
        if isinstance(end, DocumentEndEvent) and end.explicit:
            self._refuse(reading.DOCUMENTS, end, "found '...'")
        after = self._next()
        if not isinstance(after, StreamEndEvent):
            self._refuse(reading.DOCUMENTS, after, "found a second document")
        if not isinstance(value, dict):
            self._stop(reading.ROOT, _location(self.path, root), f"found {shown(value)}")
        return value

    def _next(self) -> Event:
        try:
            event: Event = self._parser.get_event()
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            place = Location(self.path, mark.line + 1, mark.column + 1) if mark else None
            said = " ".join(each for each in (error.context, error.problem) if each)
            self._stop(reading.SYNTAX, place or Location(self.path), visible(said))
        except yaml.YAMLError:
            self._stop(reading.SYNTAX, Location(self.path), "the text can't be read")
        return event

    def _stop(self, code: Code, place: Location, said: str) -> NoReturn:
        self.findings.append(code.at(place, said))
        raise _StoppedError

    def _refuse(self, code: Code, event: Event, said: str) -> None:
        place = _location(self.path, event)
        self.findings.append(code.at(place, said))
        if len(self.findings) == FLOOD:
            self._stop(reading.FLOOD, place, f"the file has {FLOOD} findings or more")

    def _node(self, event: Any, depth: int) -> Any:
        self._count += 1
        if self._count > MOST:
            self._stop(
                reading.TOO_MANY, _location(self.path, event), f"more than {MOST} values and names"
            )
        if isinstance(event, AliasEvent):
            self._refuse(reading.ANCHOR, event, "found an alias")
            return None
        if event.anchor is not None:
            self._refuse(reading.ANCHOR, event, "found an anchor")
        if event.tag is not None:
            self._refuse(reading.TAG, event, f"found the tag {shown(event.tag)}")
        if isinstance(event, ScalarEvent):
            return self._scalar(event)
        if depth > DEEPEST:
            self._stop(reading.TOO_DEEP, _location(self.path, event), f"more than {DEEPEST} levels")
        if isinstance(event, MappingStartEvent):
            return self._mapping(event, depth)
        return self._sequence(depth)

    def _mapping(self, start: Any, depth: int) -> dict[str, Any]:
        if start.flow_style and self.text[start.start_mark.index] != "{" and start.tag is None:
            self._refuse(reading.FORM, start, "found a pair inside a list")
        value: dict[str, Any] = {}
        while not isinstance(event := self._next(), MappingEndEvent):
            key = self._key(event, depth)
            if key in value:
                self._refuse(reading.DUPLICATE_KEY, event, f"found {shown(key)} again")
            inside = self._node(self._next(), depth + 1)
            if key is not None:
                value[key] = inside
        return value

    def _key(self, event: Event, depth: int) -> str | None:
        before = len(self.findings)
        if isinstance(event, ScalarEvent) and event.value == "<<" and not event.style:
            self._count += 1
            self._refuse(reading.ANCHOR, event, "found a merge key")
            return None
        key = self._node(event, depth + 1)
        if len(self.findings) > before:
            return None
        if isinstance(event, ScalarEvent) and event.style in ("|", ">"):
            self._refuse(reading.FORM, event, "found block text as a field name")
        elif not isinstance(key, str) or not key:
            self._refuse(reading.KEY, event, f"found {shown(key)} as a field name")
        else:
            return key
        return None

    def _sequence(self, depth: int) -> tuple[Any, ...]:
        value: list[Any] = []
        while not isinstance(event := self._next(), SequenceEndEvent):
            value.append(self._node(event, depth + 1))
        return tuple(value)

    def _scalar(self, event: Any) -> Any:
        value: str = event.value
        start, end = event.start_mark, event.end_mark
        style = event.style
        if style == "|":
            if self._lines is None:
                self._lines = self.text.split("\n")
            written = scalar.block(self._lines, start.line, start.column)
        elif style == ">" or start.line != end.line:
            self._refuse(reading.FORM, event, "found text that is folded from several lines")
            return value
        else:
            written = self.text[start.index : end.index]
            if style:
                written = scalar.quoted(written)
        if event.anchor is not None or event.tag is not None:
            return value
        if written != value:
            self._refuse(reading.LITERAL, event, f"found {shown(value)}")
            return value
        if style:
            return value
        return self._plain(event, value)

    def _plain(self, event: ScalarEvent, value: str) -> Any:
        try:
            return scalar.plain(value)
        except scalar.TooLongError:
            self._refuse(reading.NUMBER, event, f"found a number of {len(value)} digits")
        except scalar.AmbiguousError:
            self._refuse(reading.QUOTE, event, f"found {shown(value)}")
        return value
