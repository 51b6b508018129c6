"""Text from files and records, made inert for the place it is put in (X19, X20, B38).

Entities are used instead of backslashes: every Markdown dialect and every HTML parser takes them
the same way, and no extension can join them to something that means more.
"""

import json
import re
import unicodedata
from typing import Any
from urllib.parse import urlsplit

_JOINERS = "\u200c\u200d"
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
_SPECIAL = frozenset("&<>\"'`*_[]{}|\\~^#!$=")
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/+:@-]*")
_NUMBERED = re.compile(r"([0-9]+)([.)])")
_REFUSED_IN_URL = re.compile(r"[\s<>\"'`\\{}|^]")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_LONGEST_URL = 2000


def visible(text: str, *, keep: str = "") -> str:
    r"""The text with control, bidi and other unseen characters spelled out as ``\u202e``.

    Zero-width joiners stay, since scripts and emoji need them; so do the characters of ``keep``.
    """
    return "".join(each if each in keep else _shown(each) for each in text)


def _shown(character: str) -> str:
    if unicodedata.category(character) not in _HIDDEN or character in _JOINERS:
        return character
    number = ord(character)
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def markdown(text: str) -> str:
    """One line of text for a paragraph or a table cell; line breaks become spaces.

    Not for the start of a line, where other characters mean something: see `paragraphs`.
    """
    return _entities(visible(re.sub(r"[ \t\r\n]+", " ", text)))


def paragraphs(text: str) -> str:
    """Text of several lines as a Markdown quotation, shown literally, its line breaks kept."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").expandtabs(4).split("\n")
    return "\n".join(f"> {_line(each)}<br>" if each.strip() else ">" for each in lines)


def code(text: str) -> str:
    """An identifier in code style if it is made of harmless characters, else plain text."""
    return f"`{text}`" if _PLAIN.fullmatch(text) else markdown(text)


def attribute(text: str) -> str:
    """Text for a double-quoted HTML attribute, or for text between tags outside Markdown."""
    return _entities(visible(text))


def link(text: str, url: str) -> str:
    """A link, or only the text when the address isn't a plain ``http`` or ``https`` one."""
    safe = web_address(url)
    return f"[{markdown(text)}](<{safe}>)" if safe else markdown(text)


def web_address(url: str) -> str:
    """The address if a page may link to it, else nothing."""
    if len(url) > _LONGEST_URL or url != visible(url) or _REFUSED_IN_URL.search(url):
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
    shown = visible(text)
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
        return f"{indent}{number[1]}&#{ord(number[2])};{_entities(visible(rest))}"
    if body and not body[0].isalnum() and ord(body[0]) < 0x80:
        first = visible(body[0])
        head = f"&#{ord(body[0])};" if first == body[0] else _entities(first)
        return f"{indent}{head}{_entities(visible(body[1:]))}"
    return f"{indent}{_entities(visible(body))}"
