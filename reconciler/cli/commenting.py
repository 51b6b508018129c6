"""The comments that ``tagboat reconcile`` keeps below merge requests, beside the daemon."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from reconciler.cli.output import say

if TYPE_CHECKING:
    from reconciler.system.configuration import Configuration

_SELDOM = 30.0
"""Seconds between two looks at least."""


@contextmanager
def commenting(configuration: "Configuration") -> Iterator[None]:
    """Comments are kept while this is entered, if the host wishes that."""
    forge = configuration.host.forge
    if forge is None or not forge.comments:
        yield
        return
    stop = threading.Event()
    # It only tells; where the forge hangs, nothing waits for it.
    thread = threading.Thread(target=_run, args=(configuration, stop), name="comments", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()


def _run(configuration: "Configuration", stop: threading.Event) -> None:
    from reconciler.cli.knowledge import Known
    from reconciler.cli.preview import comment_text
    from reconciler.daemon.commenting import Commenting
    from reconciler.forges.opening import open_forge
    from reconciler.names import seconds_of
    from reconciler.registry import open_reader
    from reconciler.system.clock import SystemClock

    seen, clock = Known(open_reader(configuration)), SystemClock()

    def write(base: str, head: str) -> str:
        folder = seen.view.git.folder
        return comment_text(seen, folder, base=base, head=head, now=clock.now(), backtest=False)

    comments = Commenting(seen.view, open_forge(configuration), write, say)
    while True:
        comments.look()
        if stop.wait(max(_SELDOM, seconds_of(configuration.host.poll))):
            return
