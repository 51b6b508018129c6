"""Values out of libyaml's events, with everything refused that the profile doesn't know."""

import re
from collections.abc import Callable, Mapping
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
    StreamEndEvent,
)

from reconciler.diagnostics import Diagnostic, Location
from reconciler.errors import ConfigurationError
from reconciler.manifest import scalar
from reconciler.manifest.codes import Code, reading
from reconciler.manifest.scalar import LONGEST, UNSURE
from reconciler.manifest.secrets import shown
from reconciler.manifest.syntax import finding_of

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
_COLON = re.compile(" *:")
_PAIR = "write the field as 'name: value'"


def parser_of(text: str) -> Any:
    """Libyaml's parser of a text.

    Raises `ConfigurationError` if libyaml is missing or isn't the version that was tried.
    """
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


def location_of(path: str, event: Any) -> Location:
    """Where an event starts."""
    mark = event.start_mark
    return Location(path, mark.line + 1, mark.column + 1)


class StoppedError(Exception):
    """Reading can't go on; the findings say why."""


class Builder:
    """One document's values; what is refused is gathered in ``findings``."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        self.findings: list[Diagnostic] = []
        self.null = False
        """Whether a null was read."""
        self._parser = parser_of(text)
        self._next: Callable[[], Any] = self._parser.get_event
        self._count = 0
        self._lines: list[str] | None = None

    def document(self) -> Mapping[str, Any]:
        """The root mapping; raises `StoppedError` when there is none."""
        try:
            return self._document()
        except yaml.YAMLError as error:
            self.findings.append(finding_of(self.path, error))
            raise StoppedError from None
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
            self._stop(reading.ROOT, location_of(self.path, root), f"found {shown(value)}")
        return value

    def _stop(self, code: Code, place: Location, said: str) -> NoReturn:
        self.findings.append(code.at(place, said))
        raise StoppedError

    def _refuse(self, code: Code, event: Event, said: str, *, hint: str = "") -> None:
        place = location_of(self.path, event)
        self.findings.append(code.at(place, said, hint=hint))
        if len(self.findings) == FLOOD:
            self._stop(reading.FLOOD, place, f"the file has {FLOOD} findings or more")

    def _node(self, event: Any, depth: int) -> Any:
        if type(event) is ScalarEvent:
            return self._scalar(event)
        self._count += 1
        if self._count > MOST:
            self._flood(event)
        if type(event) is AliasEvent:
            self._refuse(reading.ANCHOR, event, "found an alias")
            return None
        self._marked(event)
        if depth > DEEPEST:
            self._stop(
                reading.TOO_DEEP, location_of(self.path, event), f"more than {DEEPEST} levels"
            )
        if type(event) is MappingStartEvent:
            return self._mapping(event, depth)
        return self._sequence(depth)

    def _scalar(self, event: Any) -> Any:
        self._count += 1
        if self._count > MOST:
            self._flood(event)
        value: str = event.value
        start, end = event.start_mark, event.end_mark
        written = self.text[start.index : end.index]
        # Quotes, a fold, an anchor or a tag would stand there as well.
        if written == value:
            if value[:1] not in UNSURE and (len(value) > LONGEST or scalar.is_text(value)):
                return value
            return self._plain(event)
        if (
            event.style == '"'
            and written[1:-1] == value
            and "\\" not in value
            and start.line == end.line
            and event.anchor is None
            and event.tag is None
        ):
            # What nearly every quoted text is; `_styled` comes to the same.
            return value
        return self._styled(event)

    def _flood(self, event: Any) -> NoReturn:
        place = location_of(self.path, event)
        self._stop(reading.TOO_MANY, place, f"more than {MOST} values and names")

    def _marked(self, event: Any) -> bool:
        """Whether an event has an anchor or a tag; both are refused."""
        if event.anchor is not None:
            self._refuse(reading.ANCHOR, event, "found an anchor")
        if event.tag is not None:
            self._refuse(reading.TAG, event, f"found the tag {shown(event.tag)}")
        return event.anchor is not None or event.tag is not None

    def _mapping(self, opening: Any, depth: int) -> dict[str, Any]:
        text, following = self.text, self._next
        if opening.flow_style and text[opening.start_mark.index] != "{" and opening.tag is None:
            self._refuse(reading.FORM, opening, "found a pair inside a list")
        value: dict[str, Any] = {}
        while type(name := following()) is not MappingEndEvent:
            start, end = name.start_mark, name.end_mark
            key: str | None
            if (
                type(name) is ScalarEvent
                and text[start.index : end.index] == (key := name.value)
                and key[:1] not in UNSURE
                and (len(key) > LONGEST or scalar.is_text(key))
                and self._count < MOST
            ):
                # What nearly every name is; `_key` comes to the same.
                self._count += 1
            else:
                key = self._key(name, depth)
            if key in value:
                self._refuse(reading.DUPLICATE_KEY, name, f"found {shown(key)} again")
            event = following()
            if key is None:
                self._node(event, depth + 1)
                continue
            begins = event.start_mark.line
            beside = text[end.index : end.index + 1] == ":"
            if type(event) is ScalarEvent:
                if not beside or begins != end.line:
                    self._apart(name, event)
                value[key] = self._scalar(event)
            else:
                if not beside:
                    self._apart(name, event)
                value[key] = self._node(event, depth + 1)
        return value

    def _apart(self, name: Any, value: Any) -> None:
        """Refuse a name and a value that a reader doesn't see side by side."""
        end, start = name.end_mark.index, value.start_mark.index
        if not _COLON.match(self.text, end):
            self._refuse(reading.FORM, name, "found a field name without ':'", hint=_PAIR)
        elif type(value) is ScalarEvent and "#" in self.text[end:start]:
            # ruamel.yaml, which edits files for people, gives up on such a comment.
            said = "found a comment between a field name and its value"
            self._refuse(reading.FORM, value, said, hint="move the comment above the field")

    def _key(self, event: Any, depth: int) -> str | None:
        if type(event) is not ScalarEvent:
            found = shown(self._node(event, depth + 1))
            self._refuse(reading.KEY, event, f"found {found} as a field name")
            return None
        if event.value == "<<" and not event.style:
            self._count += 1
            self._refuse(reading.ANCHOR, event, "found a merge key")
            return None
        before = len(self.findings)
        key = self._node(event, depth + 1)
        if len(self.findings) > before:
            return None
        if event.style == "|":
            self._refuse(reading.FORM, event, "found block text as a field name")
        elif type(key) is not str or not key:
            self._refuse(reading.KEY, event, f"found {shown(key)} as a field name")
        else:
            return key
        return None

    def _sequence(self, depth: int) -> tuple[Any, ...]:
        following = self._next
        value: list[Any] = []
        while type(event := following()) is not SequenceEndEvent:
            value.append(
                self._scalar(event) if type(event) is ScalarEvent else self._node(event, depth + 1)
            )
        return tuple(value)

    def _plain(self, event: Any) -> Any:
        value: str = event.value
        try:
            found = scalar.plain(value)
        except scalar.TooLongError:
            self._refuse(reading.NUMBER, event, f"found a number of {len(value)} digits")
        except scalar.AmbiguousError:
            said, hint = scalar.ambiguous(value)
            self._refuse(reading.QUOTE, event, f"found {shown(value)}{said}", hint=hint)
        else:
            self.null = self.null or found is None
            return found
        return value

    def _styled(self, event: Any) -> str:
        """The text of a scalar that isn't plain, or isn't what stands there: that is refused."""
        value: str = event.value
        start, end = event.start_mark, event.end_mark
        style = event.style
        marked = (event.anchor is not None or event.tag is not None) and self._marked(event)
        written: str | None
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
        if written != value and not marked:
            self._refuse(reading.LITERAL, event, f"found {shown(value)}")
        return value
