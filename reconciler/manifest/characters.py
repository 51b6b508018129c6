"""Bytes → text, before any parser sees them: what a reviewer can't see is refused."""

import re
from collections.abc import Iterator

from reconciler.diagnostics import Diagnostic, Location
from reconciler.manifest.codes import reading
from reconciler.visibility import visible

LARGEST = 256 * 1024
"""Bytes of a file, at most."""

# Controls, line breaks that only some tools take for one, zero-width and direction-changing
# characters, and what isn't a character at all. libyaml would take a BOM away silently.
_REFUSED = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\uffff"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_CONFLICT = re.compile(r"^(?:<{7}|={7}|>{7}|\|{7})(?= |$)", re.MULTILINE)
_PLAIN = bytes(range(0x20, 0x7F)) + b"\n"
"""ASCII that can be seen, and the line feed."""
_NAMES = {"\t": "a tab", "\r": "a carriage return", "\ufeff": "a byte order mark", "\0": "a NUL"}
_LFS = b"version https://git-lfs.github.com/spec/"
_AT_MOST = 20


def decode(path: str, data: bytes) -> str | list[Diagnostic]:
    """The text of a file, or what is wrong with its bytes (B10, B11, B12, B13, B20, B25, B27)."""
    whole = Location(path)
    if len(data) > LARGEST:
        return [reading.TOO_LARGE.at(whole, f"file has {len(data)} bytes, at most {LARGEST}")]
    if data.startswith(_LFS):
        return [reading.LFS.at(whole, "the file is a Git LFS pointer")]
    if data.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")):
        return [reading.ENCODING.at(whole, "the file starts with a byte order mark")]
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        line, column = _place(data[: error.start].decode(errors="replace"))
        return [
            reading.ENCODING.at(
                Location(path, line, column), f"byte 0x{data[error.start]:02x} isn't UTF-8"
            )
        ]
    return text if _harmless(data) else list(_findings(path, text)) or text


def spelled_out(text: str) -> str:
    r"""One line of text without what files may not hold: such characters as ``\u200b``."""
    return _REFUSED.sub(lambda match: match[0].encode("unicode_escape").decode(), visible(text))


def _harmless(data: bytes) -> bool:
    """Whether nothing needs a closer look; for most files a tenth of its time."""
    return (
        not data.translate(None, _PLAIN)
        and b"<<<<<<<" not in data
        and b"=======" not in data
        and b">>>>>>>" not in data
        and b"|||||||" not in data
    )


def _findings(path: str, text: str) -> Iterator[Diagnostic]:
    found = list(_REFUSED.finditer(text))
    endings = sum(text.startswith("\r\n", each.start()) for each in found)
    told = 0
    for match in found:
        ending = text.startswith("\r\n", match.start())
        if ending and not endings:
            continue
        if told == _AT_MOST:
            return
        line, column = _place(text[: match.start()])
        name = _NAMES.get(match[0], "a character that isn't allowed")
        said = f"found {name}, U+{ord(match[0]):04X}"
        if ending:
            # A file that was written on Windows is one mistake, not one for each line.
            said += f", at the end of {endings} lines" if endings > 1 else ""
            endings = 0
        told += 1
        yield reading.CHARACTER.at(Location(path, line, column), said)
    if mark := _CONFLICT.search(text):
        line, column = _place(text[: mark.start()])
        yield reading.CONFLICT.at(Location(path, line, column), f"found '{mark[0]}'")


def _place(before: str) -> tuple[int, int]:
    return before.count("\n") + 1, len(before) - before.rfind("\n")
