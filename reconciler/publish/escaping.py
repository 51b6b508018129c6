"""Text from files and records, made inert for the place it is put in (X19, X20, B38).

Entities are used instead of backslashes: every Markdown dialect and every HTML parser takes them
the same way, and no extension can join them to something that means more.
"""

import json
import re
import shlex
from typing import Any
from urllib.parse import urlsplit

from reconciler.visibility import visible

_JOINERS = "\u200c\u200d"
_SPACES = "\u00a0\u1680\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
_KEPT = _JOINERS + _SPACES
"""Scripts and emoji need zero-width joiners, and typesetting its spaces."""
_SPECIAL = frozenset("&<>\"'`*_[]{}|\\~^#!$=")
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/+:@-]*")
_NUMBERED = re.compile(r"([0-9]+)([.)])")
_REFUSED_IN_URL = re.compile(r"[\s<>\"'`\\{}|^]")
_CALLS = re.compile(
    r"(?:@|%|&#(?:33|35|36|38|126);|\bG[HL]-)(?=[\w&])|(?=://)|(?<=www)(?=\.)", re.IGNORECASE
)
_STARTS = re.compile(r"\A(?P<number>[0-9]*)(?P<sign>[-+:.)])")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_LONGEST_URL = 2000


def readable(text: str) -> str:
    """The text with unseen characters spelled out, but those that people write with."""
    return visible(text, keep=_KEPT)


def markdown(text: str) -> str:
    """One line of text for a paragraph or a table cell; line breaks become spaces.

    Not for the start of a line, where other characters mean something: see `paragraphs`.
    """
    return _entities(readable(re.sub(r"[ \t\r\n]+", " ", text)))


def unlinked(text: str) -> str:
    """The same for a page that a forge shows too: it calls nobody and links to nothing.

    Forges look for people, tickets and addresses in the text that is left of Markdown, so entities
    alone don't help; an unseen joiner stands between what they look for.
    """
    return _CALLS.sub(lambda match: f"{match[0]}&#8288;", markdown(text).strip())


def at_start(escaped: str) -> str:
    """Escaped text for the start of a line or of an entry: it begins no list."""
    return _STARTS.sub(lambda match: f"{match['number']}&#{ord(match['sign'])};", escaped)


def paragraphs(text: str) -> str:
    """Text of several lines as a Markdown quotation, shown literally, its line breaks kept."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").expandtabs(4).split("\n")
    return "\n".join(f"> {_line(each)}<br>" if each.strip() else ">" for each in lines)


def code(text: str) -> str:
    """An identifier in code style if it is made of harmless characters, else plain text."""
    return f"`{text}`" if _PLAIN.fullmatch(text) else unlinked(text)


def command(*words: str) -> str:
    """A command line in code style if it is made of harmless characters, else plain text."""
    harmless = all(_PLAIN.fullmatch(each.removeprefix("--")) for each in words)
    line = shlex.join(words)
    return f"`{line}`" if harmless else unlinked(line)


def attribute(text: str) -> str:
    """Text for a double-quoted HTML attribute, or for text between tags outside Markdown."""
    return _entities(readable(text))


def link(text: str, url: str) -> str:
    """A link, or only the text when the address isn't a plain ``http`` or ``https`` one."""
    safe = web_address(url)
    return f"[{markdown(text)}](<{safe}>)" if safe else markdown(text)


def web_address(url: str) -> str:
    """The address if a page may link to it, else nothing."""
    if len(url) > _LONGEST_URL or url != readable(url) or _REFUSED_IN_URL.search(url):
        return ""
    try:
        parts = urlsplit(url)
        bad = parts.scheme not in {"http", "https"} or not parts.hostname or "@" in parts.netloc
    except ValueError:
        return ""
    if bad or set("[]()") & set(parts.netloc):
        return ""
    for each in "[]()":
        url = url.replace(each, f"%{ord(each):02X}")
    return url


def spreadsheet(text: str) -> str:
    """Text for a CSV cell that no spreadsheet takes for a formula."""
    shown = readable(text)
    return f"'{shown}" if shown.startswith(_FORMULA) else shown


def json_text(value: Any) -> str:
    """JSON in ASCII, so that nothing unseen is in it; keys sorted."""
    return json.dumps(value, indent=1, sort_keys=True, ensure_ascii=True) + "\n"


def _entities(text: str) -> str:
    return "".join(f"&#{ord(each)};" if each in _SPECIAL else each for each in text)


def _line(text: str) -> str:
    body = text.strip(" ")
    indent = "&nbsp;" * (len(text) - len(text.lstrip(" ")))
    number = _NUMBERED.match(body)
    if number:
        rest = body[number.end() :]
        return f"{indent}{number[1]}&#{ord(number[2])};{_entities(readable(rest))}"
    if body and not body[0].isalnum() and ord(body[0]) < 0x80:
        first = readable(body[0])
        head = f"&#{ord(body[0])};" if first == body[0] else _entities(first)
        return f"{indent}{head}{_entities(readable(body[1:]))}"
    return f"{indent}{_entities(readable(body))}"
