"""Lengths of time in words."""

_UNITS = (("d", 86_400), ("h", 3600), ("m", 60), ("s", 1))


def in_words(seconds: float) -> str:
    """The two largest units, rounded down: ``2d 4h``, ``40h`` is ``1d 16h``, ``0s`` for nothing."""
    left = int(seconds)
    parts: list[str] = []
    for name, size in _UNITS:
        count, left = divmod(left, size)
        if count or parts:
            parts.append(f"{count}{name}" if count else "")
        if len(parts) == 2:
            break
    return " ".join(each for each in parts if each) or "0s"
