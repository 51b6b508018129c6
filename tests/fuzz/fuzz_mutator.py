"""Cases: each is a function of the run's seed, its own number and the texts to start from."""

import re
from collections.abc import Callable, Sequence
from random import Random

_TEXT = """
    yes no on off y n true True TRUE false null Null ~ = << <<: 1 -1 +1 0 -0 00 007 0x1F 0b1 0o7 1_0
    1.0 1.10 1. .5 -.5 +.5 1e5 1.5e3 1E-5 12e4567 .inf -.INF .nan 12:30 1:2:3.5 -12:30 190:20:30
    2026-11-24 2026-1-2 2026-02-30 2026-11-24T22:00:00Z 2001-12-14t21:59:43.10-05:00 1.4.0 v1
    0.1 0.30000000000000004 123456789012345678 1234567890123456789 -_ _1 1__2 0o8 0b2 0xg 9f1c2e0b
    0b0101 1,000 --- ... - -- ? : , [] {} [ ] { } # #a a#b a:b ':a' a: '' "" ' " '' | > |- >- |+ |2
    |2- |-2 & &a * *a ! !a !!str !!int !<x> % %YAML @ ` \\ \\n \\x41 é \U0001f600
"""
WORDS = _TEXT.split()
PUNCTUATION = "\n\n   ::,,--??[]{}#&*!|>'\"%@`\\~=<.+_/0123456789eExXoTZtnyNaA"
STRANGE = (
    "\t\r\0\x07\x1b\x7f\x85\u00a0\u00ad\u061c\u1680\u2000\u2007\u200b\u200d\u200e\u2028\u2029\u202e"
    "\u202f\u205f\u2060\u2066\u3000\u3164\ufeff\ufffd\ufffe\uffff\U0001f600\U000e0001\U0010ffffé中"
)
BYTES = (
    b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\xc0\x80", b"\xf4\x90\x80\x80",
    b"\xff", b"\x80", b"\xc3", b"\r\n", b"\x00",
)  # fmt: skip
FLOODS = (
    b"[", b"{", b"- ", b"? ", b"a: ", b"- |\n  a\n", b"-eyJ", b"'", b'"', b"\\n", b"://a:", b"1_",
    b":1", b"\n", b" ", b"#", b"&a ", b"!", b"a: 1\n", b"\0", b"-----BEGIN A", b"2026-11-24 ",
)  # fmt: skip
"""What a file can be filled with to make a reader slow."""
HEADERS = ("|", "|-", "|+", "|", "|-", ">", ">-", "|2", "|1-", "| # c", "|  ", "|+ #", "|\n")
_TOKEN = re.compile(r"[^\s,\[\]{}]+")
_VALUE = re.compile(r"(?<=[:\-] )[^\n]+")
_BLANK = re.compile(r"[ ]+|\n")

Mutation = Callable[[Random, str, Sequence[bytes]], str]


def case(seed: int, number: int, seeds: Sequence[bytes]) -> bytes:
    """The bytes of one case."""
    rng = Random(f"{seed}/{number}")
    if rng.random() < 0.15:
        text = _tree(rng)
    else:
        text = rng.choice(seeds).decode(errors="replace")
        if rng.random() < 0.7:
            text = _fragment(rng, text)
    for _ in range(rng.choice((0, 1, 1, 1, 2, 2, 3, 4, 6))):
        text = rng.choices(MUTATIONS, WEIGHTS)[0](rng, text, seeds)
    data = text.encode(errors="replace")
    if rng.random() < 0.05:
        data = _bytes(rng, data)
    if rng.random() < 0.0003:
        data = _flood(rng, data)
    return data


def _fragment(rng: Random, text: str) -> str:
    lines = text.split("\n")
    start = rng.randrange(len(lines))
    some = lines[start : start + rng.randint(1, 10)]
    indent = min((len(each) - len(each.lstrip(" ")) for each in some if each.strip()), default=0)
    return "\n".join(each[indent:] for each in some) + rng.choice(("\n", "\n", "\n", "", "\n\n"))


def _bytes(rng: Random, data: bytes) -> bytes:
    at = rng.randint(0, len(data))
    match rng.randrange(5):
        case 0:
            return data[:at] + rng.choice(BYTES) + data[at:]
        case 1:
            return data[:at] + bytes([rng.randrange(256)]) + data[at + 1 :]
        case 2:
            return data[:at] + data[at + 1 :]
        case 3:
            return data.decode(errors="replace").encode(rng.choice(("utf-16", "utf-16-le", "cp1252", "utf-32")), "replace")  # fmt: skip
        case _:
            return rng.choice(BYTES) + data


def _flood(rng: Random, data: bytes) -> bytes:
    """A lot of the same, up to about the largest file that is read."""
    start = rng.randint(0, len(data))
    piece = data[start : start + rng.randint(1, 40)] or b"["
    if rng.random() < 0.5:
        piece = rng.choice(FLOODS)
    many = (256 * 1024 - len(data)) // len(piece)
    return data[:start] + piece * rng.choice((many, many // 2, many // 20)) + data[start:]


def _character(rng: Random, text: str, _: Sequence[bytes]) -> str:
    at = rng.randint(0, len(text))
    match rng.randrange(6):
        case 0:
            return text[:at] + text[at + 1 :]
        case 1:
            return text[:at] + rng.choice(PUNCTUATION) + text[at:]
        case 2:
            return text[:at] + rng.choice(PUNCTUATION) + text[at + 1 :]
        case 3:
            return text[:at] + text[at : at + 2][::-1] + text[at + 2 :]
        case 4:
            return text[:at] + text[at : at + 1].swapcase() + text[at + 1 :]
        case _:
            length = rng.randint(1, 8)
            return text[:at] + text[at : at + length] + text[at:]


def _strange(rng: Random, text: str, _: Sequence[bytes]) -> str:
    at = rng.randint(0, len(text))
    return text[:at] + rng.choice(STRANGE) + text[at + rng.randint(0, 1) :]


def _at_token(rng: Random, text: str) -> tuple[int, int]:
    found = [each.span() for each in rng.choice((_TOKEN, _TOKEN, _VALUE)).finditer(text)]
    return rng.choice(found) if found else (0, 0)


def _word(rng: Random, text: str, _: Sequence[bytes]) -> str:
    start, end = _at_token(rng, text)
    word = rng.choice(WORDS)
    match rng.randrange(5):
        case 0 | 1:
            new = word
        case 2:
            new = word + " " + text[start:end]
        case 3:
            new = text[start:end] + " " + word
        case _:
            new = text[start:end] + word
    return text[:start] + new + text[end:]


def _quotes(rng: Random, text: str, _: Sequence[bytes]) -> str:
    start, end = _at_token(rng, text)
    old = text[start:end]
    match rng.randrange(7):
        case 0:
            new = f"'{old}'"
        case 1:
            new = f'"{old}"'
        case 2:
            new = old.strip("'\"")
        case 3:
            new = "'" + old.strip("'\"").replace("'", "''") + "'"
        case 4:
            new = '"' + old.replace("\\", "\\\\").replace('"', '\\"') + '"'
        case 5:
            middle = rng.randint(0, len(old))
            escape = rng.choice(("\\n", "\\t", "\\\\", '\\"', "''", "\\x41", "\\ ", "\\\n", "\\/", "\\"))  # fmt: skip
            new = old[:middle] + escape + old[middle:]
        case _:
            new = old.replace('"', "'") if '"' in old else old.replace("'", '"')
    return text[:start] + new + text[end:]


def _number(rng: Random, text: str, _: Sequence[bytes]) -> str:
    start, end = _at_token(rng, text)
    new = "".join(rng.choice("0123456789012345678901234567.-_:eExobT+") for _ in range(rng.randint(1, 9)))  # fmt: skip
    return text[:start] + new + text[end:]


def _spaces(rng: Random, text: str, _: Sequence[bytes]) -> str:
    found = [each.span() for each in _BLANK.finditer(text)]
    start, end = rng.choice(found) if found else (0, 0)
    new = rng.choice(("", " ", "  ", "   ", "\n", "\n ", "\n  ", "\n    ", " \n", "\n\n", " # c\n", "\n# c\n", "\n  # c\n  ", "\n \n"))  # fmt: skip
    return text[:start] + new + text[end:]


def _lines(rng: Random, text: str, _: Sequence[bytes]) -> str:
    lines = text.split("\n")
    at = rng.randrange(len(lines))
    other = rng.randrange(len(lines))
    size = rng.randint(1, 4)
    match rng.randrange(8):
        case 0:
            del lines[at : at + size]
        case 1:
            lines[other:other] = lines[at : at + size]
        case 2:
            lines[at], lines[other] = lines[other], lines[at]
        case 3:
            lines[at : at + size] = [" " * rng.randint(1, 4) + each for each in lines[at : at + size]]  # fmt: skip
        case 4:
            fewer = rng.randint(1, 4)
            lines[at : at + size] = [
                each[min(fewer, len(each) - len(each.lstrip(" "))) :]
                for each in lines[at : at + size]
            ]
        case 5:
            lines[at : at + 2] = [" ".join(each.strip(" ") for each in lines[at : at + 2])]
        case 6:
            lines.insert(at, rng.choice(("", " ", "   ", "# c", "  # c", "---", "...", "- ", "-", "? a", ": b", "%YAML 1.1", "<<: {a: b}", "a: b", "  a: b", "    a")))  # fmt: skip
        case _:
            lines[at] += rng.choice((" ", "   ", " # c", "#c", ":", " :", ",", " |", " &a", " !!str"))  # fmt: skip
    return "\n".join(lines)


def _block(rng: Random, text: str, _: Sequence[bytes]) -> str:
    """A value becomes block text, or a block gets another header or other lines."""
    start, end = _at_token(rng, text)
    line = text[text.rfind("\n", 0, start) + 1 : start]
    indent = len(line) - len(line.lstrip(" "))
    inner = " " * (indent + rng.choice((0, 1, 2, 2, 2, 4)))
    body = [
        rng.choice(("", "", "", " ", "  ")) + rng.choice((text[start:end], rng.choice(WORDS), "# c", ""))
        for _ in range(rng.randint(0, 4))
    ]  # fmt: skip
    lines = [inner + each if each or rng.random() < 0.5 else each for each in body]
    return text[:start] + rng.choice(HEADERS) + "\n" + "\n".join(lines) + text[end:]


def _splice(rng: Random, text: str, seeds: Sequence[bytes]) -> str:
    other = _fragment(rng, rng.choice(seeds).decode(errors="replace")).split("\n")
    lines = text.split("\n")
    at = rng.randint(0, len(lines))
    indent = " " * rng.choice((0, 0, 2, 2, 4))
    return "\n".join((*lines[:at], *(indent + each if each else each for each in other), *lines[at:]))  # fmt: skip


def _whole(rng: Random, text: str, _: Sequence[bytes]) -> str:
    match rng.randrange(7):
        case 0:
            return rng.choice(("---\n", "--- ", "%YAML 1.2\n---\n", "# c\n", "\n", "  \n", "...\n")) + text  # fmt: skip
        case 1:
            return text + rng.choice(("...\n", "---\n", "---\na: b\n", "# c", "  # c", "  ", "\n\n", "\n  "))  # fmt: skip
        case 2:
            return text.rstrip("\n")
        case 3:
            return "a:\n" + "\n".join("  " + each for each in text.split("\n"))
        case 4:
            return "a:\n" + "\n".join(("- " if not at else "  ") + each for at, each in enumerate(text.split("\n")))  # fmt: skip
        case 5:
            return "a: {" + text.replace("\n", ", ") + "}\n"
        case _:
            return "a: [" + text.replace("\n", rng.choice((", ", ",\n  "))) + "]\n"


def _tree(rng: Random) -> str:
    """A made-up document, written in every way that there is."""
    size = rng.randint(1, 4)
    return "".join(f"{_key(rng)}: {_written(rng, 0, 0)}\n" for _ in range(size))


def _key(rng: Random) -> str:
    return rng.choice(("a", "b", "c", "d", "e", "f", "'g'", '"h"', "i j", "k-l", "é", rng.choice(WORDS)))  # fmt: skip


def _written(rng: Random, indent: int, depth: int) -> str:
    if depth > 3 or rng.random() < 0.45:
        return _scalar(rng, indent)
    inner = " " * (indent + 2)
    count = rng.randint(0, 3)
    match rng.randrange(4):
        case 0:
            some = (f"{_key(rng)}: {_written(rng, indent + 2, depth + 1)}" for _ in range(count))
            return "".join(f"\n{inner}{each}" for each in some)
        case 1:
            some = (_written(rng, indent + 2, depth + 1) for _ in range(count))
            return "".join(f"\n{inner}- {each}" for each in some)
        case 2:
            return "[" + ", ".join(_flow(rng, depth + 1) for _ in range(count)) + "]"
        case _:
            return "{" + ", ".join(f"{_key(rng)}: {_flow(rng, depth + 1)}" for _ in range(count)) + "}"  # fmt: skip


def _flow(rng: Random, depth: int) -> str:
    if depth > 3 or rng.random() < 0.7:
        return _scalar(rng, -1)
    count = rng.randint(0, 3)
    if rng.random() < 0.5:
        return "[" + ",".join(_flow(rng, depth + 1) for _ in range(count)) + "]"
    return "{" + ", ".join(f"{_key(rng)}: {_flow(rng, depth + 1)}" for _ in range(count)) + "}"


def _scalar(rng: Random, indent: int) -> str:
    word = rng.choice(WORDS) if rng.random() < 0.5 else _text(rng)
    match rng.randrange(8):
        case 0 | 1:
            return "'" + word.replace("'", "''") + "'"
        case 2 | 3:
            return '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'
        case 4 if indent >= 0:
            inner = " " * (indent + 2)
            body = (rng.choice((inner, inner, inner + " ", "")) + _text(rng) for _ in range(rng.randint(1, 3)))  # fmt: skip
            return rng.choice(HEADERS) + "\n" + "\n".join(body)
        case _:
            return word + rng.choice(("", "", "", " # c"))


def _text(rng: Random) -> str:
    return "".join(rng.choice("ab01  .:-#'\"\\,é{}[]!&*?|>%@=~<\u00a0") for _ in range(rng.randint(0, 9)))  # fmt: skip


MUTATIONS: tuple[Mutation, ...] = (
    _character, _strange, _word, _quotes, _number, _spaces, _lines, _block, _splice, _whole,
)  # fmt: skip
WEIGHTS = (6, 1, 6, 5, 3, 5, 5, 3, 2, 2)
