"""Scalars: what the text of a value means, and whether that is what stands there.

Sources: YAML 1.1 types repository and YAML 1.2 core schema. Whatever one reader of either takes for
another type than text, and isn't written in the one canonical way, must be quoted.
"""

import re

_KEYWORDS = {"true": True, "false": False, "null": None}
_TRUTH = {
    **dict.fromkeys(("y", "yes", "on", "true"), "true"),
    **dict.fromkeys(("n", "no", "off", "false"), "false"),
}
_INTEGER = re.compile(r"0|-?[1-9][0-9]*")
_FRACTION = re.compile(r"-?(?:0|[1-9][0-9]*)\.[0-9]+")
_WORDS = frozenset({"~", "y", "n", "yes", "no", "on", "off", "true", "false", "null", "=", "<<"})
LONGEST = max(map(len, _WORDS))
"""Characters of a word that some reader takes for another type than text, at most."""
_AMBIGUOUS = re.compile(
    r"""
      [-+]? \. (?: inf | nan )
    | [-+]? 0 b [01_]+
    | [-+]? 0 o? [0-7_]+
    | [-+]? 0 x [0-9a-f_]+
    | [-+]? [0-9_]+ (?: \. [0-9_]* )? (?: e [-+]? [0-9]+ )?
    | [-+]? \. [0-9_]+ (?: e [-+]? [0-9]+ )?
    | [-+]? [0-9][0-9_]* (?: : [0-9_]+ )+ (?: \. [0-9_]* )?
    | [0-9]{4} - [0-9]{1,2} - [0-9]{1,2} (?: [Tt\ ] .* )?
    """,
    re.IGNORECASE | re.VERBOSE,
)
_NUMERIC = frozenset("0123456789+-._")
UNSURE = _NUMERIC | {""}
"""What a plain scalar begins with that may be a number, or nothing."""
_DIGITS = 18
_ESCAPE = re.compile(r"\\(.?)", re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t", '"': '"', "\\": "\\"}
_HEADERS = {"|": 1, "|-": 0, "|+": 2}


class AmbiguousError(ValueError):
    """A plain word that YAML readers take for different things."""


class TooLongError(ValueError):
    """A number of more than 18 digits."""


def is_text(text: str) -> bool:
    """Whether a plain scalar is surely text: no word of some reader, and nothing like a number."""
    return text[:1] not in UNSURE and (len(text) > LONGEST or text.lower() not in _WORDS)


def plain(text: str) -> str | int | float | bool | None:
    """What a plain scalar means; raises `AmbiguousError` or `TooLongError`."""
    if text in _KEYWORDS:
        return _KEYWORDS[text]
    if text[:1] in _NUMERIC:
        return _number(text)
    if not text:
        return None
    if text.lower() in _WORDS:
        raise AmbiguousError(text)
    return text


def ambiguous(text: str) -> tuple[str, str]:
    """What some readers take a plain word for that others take for text, and what to write."""
    truth = _TRUTH.get(text.lower())
    if truth:
        return f", which some readers take for {truth}", f"write {truth}; or quote the word"
    if text.lower() in _WORDS:
        return ", which some readers take for null", "write a value, or quote the word"
    if _FRACTION.fullmatch(text):
        return f", which as a number is {float(text)!r}", "quote it"
    return ", which some readers take for a number or a date", "quote it"


def _number(text: str) -> str | int | float:
    if _INTEGER.fullmatch(text):
        if len(text.lstrip("-")) > _DIGITS:
            raise TooLongError(text)
        return int(text)
    if _FRACTION.fullmatch(text):
        if len(text) > _DIGITS:
            raise TooLongError(text)
        value = float(text)
        if repr(value) == text and text != "-0.0":
            return value
    if _AMBIGUOUS.fullmatch(text):
        raise AmbiguousError(text)
    return text


def quoted(source: str) -> str | None:
    r"""The text inside quotes; nothing if an escape isn't one of ``\n \t \" \\``.

    ``source`` is the scalar with its quotes, on one line.
    """
    inner = source[1:-1]
    if source[0] == "'":
        return inner.replace("''", "'")
    if "\\" not in inner:
        return inner
    if any(match[1] not in _ESCAPES for match in _ESCAPE.finditer(inner)):
        return None
    return _ESCAPE.sub(lambda match: _ESCAPES[match[1]], inner)


def block(lines: list[str], line: int, column: int) -> str | None:
    """The text of the ``|`` block whose header is there; nothing if it isn't written plainly.

    ``line`` and ``column`` count from 0. An indentation sign, a comment after the header and a
    blank first line aren't plain: with them the indentation isn't what one sees.
    """
    header = lines[line][column:].rstrip(" ")
    if header not in _HEADERS or line + 1 == len(lines):
        return None
    first = lines[line + 1]
    indent = len(first) - len(first.lstrip(" "))
    if not first.strip(" ") or not indent:
        return None
    found: list[str] = []
    for number in range(line + 1, len(lines)):
        each = lines[number]
        if each[:indent].strip(" "):
            break
        found.append(each[indent:])
    else:
        if found[-1] == "":
            found.pop()  # what follows the file's last line feed is no line
    body = "\n".join(found).rstrip("\n")
    match _HEADERS[header]:
        case 0:
            return body
        case 1:
            return body + "\n"
        case _:
            return "\n".join(found) + "\n"
