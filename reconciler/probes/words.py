"""Repeating what others said, so that no terminal, log or page is tricked by it (X22)."""

_LONGEST = 200


def shown(text: str) -> str:
    """The text as one line without control characters, cut at 200 characters."""
    line = " ".join(text.split())
    return "".join(each if each.isprintable() else "·" for each in line)[:_LONGEST]
