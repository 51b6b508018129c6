"""What the deciding path says about a case, and whether the referee agrees.

The referee is ruamel.yaml's round-trip reader, pure Python, YAML 1.2. It is asked only about what
we accept, because it takes milliseconds. Values are equal if they are of the same one of the types
text, whole number, fraction, truth and nothing, and the same there; lists if they have equal values
in the same order; mappings if they have equal names, all of them text, in the same order, with
equal values. A date, say, equals nothing that we have.
"""

from dataclasses import dataclass
from enum import StrEnum
from time import process_time
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarbool import ScalarBoolean
from ruamel.yaml.scalarfloat import ScalarFloat
from ruamel.yaml.scalarint import ScalarInt

from reconciler.diagnostics import Diagnostic
from reconciler.manifest.codes import CODES
from reconciler.manifest.document import Document, read_document

SLOWEST = 1.0
"""Seconds of CPU that reading a case may take."""


class Sort(StrEnum):
    """How a case came out; the last five are failures."""

    ACCEPTED = "accepted, equal"
    REFUSED = "refused by us"
    DIFFERS = "value differs"
    TOO_WIDE = "refused by the referee"
    RAISED = "raised"
    UNTYPED = "finding without code, place or hint"
    SLOW = "slower than 1 s"

    @property
    def failed(self) -> bool:
        return self not in {Sort.ACCEPTED, Sort.REFUSED}


@dataclass(frozen=True)
class Outcome:
    sort: Sort
    seconds: float
    said: str = ""
    codes: tuple[str, ...] = ()


def judge(data: bytes) -> Outcome:
    """The outcome of one case."""
    start = process_time()
    try:
        found = read_document("a.yaml", data)
    except Exception as error:  # noqa: BLE001 - any of them is what is looked for
        return Outcome(Sort.RAISED, process_time() - start, repr(error))
    seconds = process_time() - start
    if seconds > SLOWEST:
        return Outcome(Sort.SLOW, seconds, f"{seconds:.3f} s")
    if isinstance(found, Document):
        return _against_referee(found, seconds)
    codes = tuple(sorted({each.code for each in found}))
    odd = [each for each in found if not _typed(each)]
    if odd or not found:
        return Outcome(Sort.UNTYPED, seconds, repr(odd[:3]), codes)
    return Outcome(Sort.REFUSED, seconds, "", codes)


def _typed(finding: Diagnostic) -> bool:
    return bool(
        isinstance(finding, Diagnostic)
        and finding.code in CODES
        and finding.message
        and finding.hint
        and finding.location.path == "a.yaml"
        and str(finding).isprintable()
    )


def _against_referee(document: Document, seconds: float) -> Outcome:
    try:
        other = referee(document.text)
    except Exception as error:  # noqa: BLE001 - the referee refuses in many ways
        said = f"ours {document.value!r}\nreferee {error!r}"
        return Outcome(Sort.TOO_WIDE, seconds, said)
    if not equal(document.value, other) or not _found_again(document):
        return Outcome(Sort.DIFFERS, seconds, f"ours {document.value!r}\nreferee {other!r}")
    return Outcome(Sort.ACCEPTED, seconds)


def _found_again(document: Document) -> bool:
    """Whether the walk that finds places sees the same document."""
    line_count = document.text.count("\n") + 1
    nodes: list[tuple[tuple[str | int, ...], Any]] = [((), document.value)]
    while nodes:
        node, value = nodes.pop()
        inside: Any = ()
        if isinstance(value, dict):
            inside = value.items()
        elif isinstance(value, tuple):
            inside = enumerate(value)
        for step, each in inside:
            place = document.locate((*node, step))
            if not 1 <= place.line <= line_count or document.at((*node, step)) is not each:
                return False
            nodes.append(((*node, step), each))
    return True


def referee(text: str) -> object:
    """The value that the referee reads, without its wrappers; raises what it raises."""
    return unwrapped(YAML(typ="rt", pure=True).load(text))


def unwrapped(value: object) -> object:
    match value:
        case CommentedMap():
            return {unwrapped(key): unwrapped(each) for key, each in value.items()}
        case CommentedSeq():
            return tuple(unwrapped(each) for each in value)
        case ScalarBoolean():
            return bool(value)
        case ScalarInt():
            return int(value)
        case ScalarFloat():
            return float(value)
        case str():
            return str(value)
        case _:
            return value


def equal(ours: object, other: object) -> bool:
    if type(ours) is not type(other):
        return False
    match ours, other:
        case dict(), dict():
            return list(ours) == list(other) and all(
                type(key) is str and equal(each, other[key]) for key, each in ours.items()
            )
        case tuple(), tuple():
            return len(ours) == len(other) and all(map(equal, ours, other))
        case ((str() | int() | float() | bool() | None), _):
            return ours == other
        case _:
            return False
