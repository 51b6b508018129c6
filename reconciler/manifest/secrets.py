"""Texts that look like secrets, found and masked (B58)."""

import re
from collections.abc import Iterator
from typing import Any

from reconciler.visibility import visible

_TOKEN = re.compile(
    r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY"
    r"|\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"
    r"|\bgh[opsur]_[A-Za-z0-9]{30,}"
    r"|\bgithub_pat_[A-Za-z0-9_]{30,}"
    r"|\bgl(?:pat|ptt|rt|cbt|dt)-[A-Za-z0-9_-]{20,}"
    r"|\bxox[abeoprs]-[A-Za-z0-9-]{10,}"
    r"|\bAIza[0-9A-Za-z_-]{35}"
    r"|\b[sr]k_(?:live|test)_[A-Za-z0-9]{16,}"
    r"|\bnpm_[A-Za-z0-9]{36}"
    r"|\bpypi-[A-Za-z0-9_-]{50,}"
    r"|\bhvs\.[A-Za-z0-9_-]{20,}"
    r"|\bSG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}"
    # Bounded and without going back: a file full of beginnings would take minutes.
    r"|\beyJ[A-Za-z0-9_-]{8,500}+\.eyJ[A-Za-z0-9_-]{8,4000}+\.[A-Za-z0-9_-]{8,}"
    r"|\bhooks\.slack\.com/services/T[A-Za-z0-9_/]+"
    r"|\bdiscord(?:app)?\.com/api/webhooks/[0-9]+/[A-Za-z0-9_-]+"
    r"|(?<=://)[^\s/@:'\"]*:[^\s/@'\"]+(?=@)"
)
_BEFORE_LINES = ("ghp", "gho", "ghs", "ghu", "ghr", "github", "sk", "rk", "npm")
"""What tokens with an underline have before their first one."""
_OF_GITLAB = ("glpat-", "glptt-", "glrt-", "glcbt-", "gldt-")
_SECRET_NAME = re.compile(
    r"(?:^|[_-])(?:password|passwd|passphrase|secret|token|api_?key|private_?key|credentials?)$",
    re.IGNORECASE,
)
_SECRET_HEADERS = frozenset(
    {"authorization", "proxy-authorization", "cookie", "x-api-key", "private-token"}
)
_KEY = re.compile(
    r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY.*?(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY-----|\Z)",
    re.DOTALL,
)
_ASSIGNED = re.compile(
    r"((?:password|passwd|passphrase|secret|token|api_?key|private_?key|credentials?|authorization"
    r"|cookie)[\"']?[ \t]{0,3}[=:][ \t]{0,3}(?:(?:bearer|basic)[ \t]{1,3})?[\"']?)[^\s\"']+",
    re.IGNORECASE,
)
_LONGEST = 60


def _likely(text: str) -> bool:
    """Whether the text has some fixed part of a token; mostly not, and fifty times cheaper.

    A single character is found faster than two, so the rarest of each part is asked for first.
    """
    return (
        "@" in text
        or ("_" in text and any(each.endswith(_BEFORE_LINES) for each in text.split("_")))
        or ("J" in text and "eyJ" in text)
        or ("G" in text and "SG." in text)
        or ("x" in text and "xox" in text)
        or ("I" in text and any(each in text for each in ("AKIA", "ASIA", "AIza", "PRIVATE KEY")))
        or ("gl" in text and any(each in text for each in _OF_GITLAB))
        or "pypi-" in text
        or "hvs." in text
        or "discord" in text
        or "hooks.slack.com" in text
    )


def secrets_in(text: str) -> Iterator[int]:
    """Offsets into the text at which something begins that looks like a secret."""
    if _likely(text):
        for match in _TOKEN.finditer(text):
            yield match.start()


def masked(text: str) -> str:
    """The text with stars in place of everything that looks like a secret."""
    return _TOKEN.sub("***", text) if _likely(text) else text


def secret_named(name: str) -> bool:
    """Whether a variable or header of this name holds a secret: ``DB_PASSWORD``, ``Cookie``."""
    return bool(_SECRET_NAME.search(name)) or name.lower() in _SECRET_HEADERS


def redacted(text: str) -> str:
    """The text with everything that looks like a secret masked (X18)."""
    text = _KEY.sub("***", text)
    text = _ASSIGNED.sub(r"\1***", text)
    return _TOKEN.sub("***", text) if _likely(text) else text


def shown(value: Any, *, under: str = "") -> str:
    """The value as a message may show it: short, on one line, and masked if it may be a secret.

    ``under`` is the name of the field it stands under.
    """
    match value:
        case dict():
            return "a mapping"
        case list() | tuple():
            return "a list"
        case bool():
            return str(value).lower()
        case None:
            return "nothing"
        case str():
            pass
        case _:
            value = str(value)
    if _TOKEN.search(value) or secret_named(under):
        return "'***'"
    text = value if len(value) <= _LONGEST else value[: _LONGEST - 1] + "…"
    return f"'{visible(text)}'"
