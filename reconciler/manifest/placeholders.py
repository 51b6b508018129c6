"""Placeholders: ``{word}``, filled in and never evaluated."""

import re
from collections.abc import Iterator, Mapping

WORDS = frozenset({"app", "environment", "customer", "version", "tag", "commit", "url"})
"""Words of a place and of what comes there."""

OF_TEXTS = frozenset(
    {
        "greeting",
        "tickets",
        "components",
        "restarts",
        "downtime",
        "estimate",
        "changes",
        "outcome",
        "reason",
        "support",
        "links",
    }
)
"""Words of texts besides."""

_WORD = re.compile(r"\{([a-z]+)\}")


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with each ``{word}`` of ``values`` replaced, once.

    A value's own braces stay as they are. A word without a value, and any other brace, stands for
    itself: the validator has refused unknown words where placeholders are allowed.
    """
    return _WORD.sub(lambda match: values.get(match[1], match[0]), text)


def words_of(text: str) -> Iterator[str]:
    """The words in braces, in order."""
    for match in _WORD.finditer(text):
        yield match[1]
