"""Python's search for cycles, paused while there can't be any."""

import contextlib
import gc
from collections.abc import Iterator


@contextlib.contextmanager
def paused_collector(*, lasting: bool = False) -> Iterator[None]:
    """Nobody looks for cycles while trees are read: that takes several times as long as reading.

    With ``lasting`` all that is alive then is exempted from later searches; it is still freed by
    its count.
    """
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if lasting:
            gc.freeze()
        if running:
            gc.enable()
