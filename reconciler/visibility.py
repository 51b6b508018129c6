"""Text from elsewhere, so that no terminal, log or line of ours is tricked by it (L0, X22)."""

_GLIMPSE = 200


def visible(text: str, *, keep: str = "") -> str:
    r"""The text with every character that isn't plainly seen spelled out, such as ``\x1b``.

    These are the control, formatting, private and unassigned characters, line ends, and every
    space but the common one. Characters of ``keep`` stay as they are.
    """
    if text.isprintable():
        return text
    return "".join(
        each if each.isprintable() or each in keep else each.encode("unicode_escape").decode()
        for each in text
    )


def glimpse(text: str) -> str:
    """The text as one visible line, cut at 200 characters."""
    return visible(" ".join(text.split()))[:_GLIMPSE]
