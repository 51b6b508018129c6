"""What a file says, as text that can be kept and read again instead of the file (pure).

The text holds the values of the file and never a model: whatever is read again goes through the
models as a file would, so a kept text can say nothing that a file couldn't.
"""

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_core import from_json, to_json

from reconciler.diagnostics import Diagnostic, Location
from reconciler.folders import is_calendar_file
from reconciler.manifest.document import Document, read_document
from reconciler.manifest.paths import home_of
from reconciler.manifest.secrets import secrets_in
from reconciler.manifest.snapshot import Parsed

_PART = 3


def text_of(path: str, parsed: Parsed) -> str | None:
    """One line of JSON for what was read from a file; nothing if it can't be kept."""
    places = [*(each.location for each in parsed.findings), *parsed.secrets]
    if any(place.path != path for place in places):
        return None
    return _text(parsed, good=parsed.model is not None)


def _text(parsed: Parsed, *, good: bool) -> str:
    facts: dict[str, Any] = {}
    if parsed.text:
        facts["text"] = parsed.text
    if parsed.document is not None:
        facts["value"] = parsed.document.value
    if good:
        facts["good"] = True
    if parsed.findings:
        facts["findings"] = [_written(each) for each in parsed.findings]
    if parsed.secrets:
        facts["secrets"] = [[each.line, each.column] for each in parsed.secrets]
    return to_json(facts).decode()


def unjudged_text(path: str, data: bytes) -> str | None:
    """What `text_of` would give if nothing is wrong with what the file says; `parsed_of` judges it.

    Nothing where the way it is written, or where it is, is to be told of, or its nulls are.
    """
    home = home_of(path)
    if is_calendar_file(path) or isinstance(home, Diagnostic):
        return None
    document = read_document(path, data)
    if not isinstance(document, Document) or document.null:
        return None
    secrets = [document.offset(each) for each in secrets_in(document.text)]
    parsed = Parsed(home, document, None, (), tuple(secrets))
    return _text(parsed, good=True)


def parsed_of(path: str, text: str, source: Callable[[], str]) -> Parsed | None:
    """What was read from a file earlier; nothing if the text isn't one of `text_of`.

    ``source`` gives the file's own text if somebody asks where something stands.
    """
    try:
        return _parsed(path, from_json(text), source)
    except (ValueError, KeyError, TypeError, AttributeError, ValidationError, RecursionError):
        return None


def _parsed(path: str, facts: Mapping[str, Any], source: Callable[[], str]) -> Parsed | None:
    findings = tuple(_finding(path, each) for each in facts.get("findings", ()))
    if is_calendar_file(path):
        text = facts.get("text", "")
        sound = isinstance(text, str) and bool(text) is not bool(findings)
        return Parsed(None, None, None, findings, text=text) if sound else None
    home = home_of(path)
    if isinstance(home, Diagnostic):
        return Parsed(None, None, None, (home,)) if findings == (home,) else None
    document, model = None, None
    if "value" in facts:
        value = _frozen(facts["value"])
        document = Document(path, source, value)
        if facts.get("good"):
            model = home.kind.model_validate(value)
            if any(value.get(name) != said for name, said in home.names):
                return None
    if model is None and not findings:
        return None
    secrets = tuple(Location(path, *each) for each in facts.get("secrets", ()))
    return Parsed(home, document, model, findings, secrets)


def _written(finding: Diagnostic) -> list[str | int]:
    place = finding.location
    said = [finding.code, finding.message, finding.hint, finding.severity]
    return [place.line, place.column, place.node, *said]


def _finding(path: str, facts: list[Any]) -> Diagnostic:
    place, (code, message, hint, severity) = facts[:_PART], facts[_PART:]
    return Diagnostic(Location(path, *place), code, message, hint, severity)


def _frozen(value: Any) -> Any:
    """The value with tuples for lists, as the deciding path makes them."""
    if type(value) is dict:
        for name, each in value.items():
            if type(each) is dict or type(each) is list:
                value[name] = _frozen(each)
        return value
    if type(value) is list:
        return tuple([_frozen(each) for each in value])
    return value
