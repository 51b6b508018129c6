"""What libyaml says about text that is no YAML, and what to do about it.

Source: the messages of libyaml 0.2.5's ``scanner.c`` and ``parser.c``. They name what the parser
was looking for; people need to know what to write.
"""

from collections.abc import Mapping
from types import MappingProxyType

import yaml

from reconciler.diagnostics import Diagnostic, Location
from reconciler.manifest.codes import reading
from reconciler.visibility import visible

_CLOSE = "close the quote that opens here"
_QUOTE = "quote the value"
_PAIR = "write it as 'name: value', with a space after the colon"

_OPENED: Mapping[str, str] = MappingProxyType(
    {
        "could not find expected ':'": _PAIR,
        "found unexpected end of stream": _CLOSE,
        "found unexpected document indicator": _CLOSE,
    }
)
"""Problems that are best told where the thing begins that went wrong."""

_FOUND: Mapping[str, str] = MappingProxyType(
    {
        "did not find expected key": "indent the line as the fields above it, and write it as"
        " 'name: value'; a text with quotes inside is quoted as a whole",
        "did not find expected '-' indicator": "indent the line as the entries above it, and start"
        " it with '- '",
        "did not find expected ',' or '}'": "put ',' between two fields, or close the '{{' of"
        " {where} with '}}'",
        "did not find expected ',' or ']'": "put ',' between two entries, or close the '[' of"
        " {where} with ']'",
        "did not find expected node content": "write a value here, or quote the one that stands"
        " here",
        "mapping values are not allowed in this context": "write each field on a line of its own,"
        " indented as the one above, or quote the value that has ': ' in it",
        "block sequence entries are not allowed in this context": "write each entry on a line of"
        " its own, or quote the value that starts with '-'",
        "mapping keys are not allowed in this context": "write the field as 'name: value', or quote"
        " the value that starts with '?'",
        "did not find expected <document start>": "start every field of the file at the beginning"
        " of its line",
        "did not find expected comment or line break": "write nothing after '|' on its line",
        "found character that cannot start any token": _QUOTE,
        "did not find expected alphabetic or numeric character": _QUOTE,
        "found unexpected ':'": "write a space after the colon, or quote the value",
        "found unknown escape character": "write \\\\ for a backslash, or use single quotes",
    }
)
"""Problems that are told where they were found."""


def finding_of(path: str, error: yaml.YAMLError) -> Diagnostic:
    """The finding for a text that libyaml gave up on, with what to write instead."""
    if not isinstance(error, yaml.MarkedYAMLError):
        return reading.SYNTAX.at(Location(path), "the text can't be read")
    problem = error.problem or ""
    opened, found = error.context_mark, error.problem_mark
    hint = _OPENED.get(problem, "") if opened else ""
    mark = opened if hint else found or opened
    if not hint:
        where = f"line {opened.line + 1}" if opened else "the line above"
        hint = _FOUND.get(problem, "").format(where=where)
    place = Location(path, mark.line + 1, mark.column + 1) if mark else Location(path)
    said = " ".join(each for each in (error.context, problem) if each)
    return reading.SYNTAX.at(place, visible(said), hint=hint)
