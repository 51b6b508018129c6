"""The page of maintenance of one place: whether it is up, and what is hidden behind it."""

import time
from collections.abc import Callable, Iterable
from pathlib import Path

from reconciler.drivers.keeper.generation import Generation, Order
from reconciler.drivers.keeper.wishes import Wishes

PAGE = "maintenance"
"""The key of the order for a page; those of contents are digests."""


class Screen:
    """The page that has the place's socket during maintenance; no page is none.

    It is written down before it goes up, so that a keeper after this one puts it up again.
    ``lifting`` says that what is desired comes to the place's socket, and that the page then goes.
    """

    def __init__(self, folder: Path, wishes: Wishes, say: Callable[[str], None]) -> None:
        """Nothing is shown."""
        self._folder = folder
        self._wishes = wishes
        self._say = say
        self.page: Generation | None = None
        self.lifting = False

    def resume(self) -> bool:
        """Show what was shown when the last keeper died; whether that was a page."""
        order = self._wishes.page()
        if order is not None:
            self._say("resuming maintenance")
            self.page = Generation.of(order, self._folder)
        return order is not None

    def show(self, page: Generation) -> None:
        """Write the page down; it takes the place of one before it."""
        self._wishes.show(page.order)
        self._say("maintenance begins")
        self.page = page

    def renew(self) -> None:
        """Begin the same page again, as what was to come instead has failed."""
        if self.page is not None:
            self.page = Generation.of(self.page.order, self._folder)

    def drop(self) -> Generation | None:
        """End maintenance; what showed the page, to be retired."""
        gone, self.page, self.lifting = self.page, None, False
        self._wishes.show(None)
        self._say("maintenance has ended")
        return gone

    def asks(self, page: Order) -> bool:
        """Whether this very page is shown already."""
        return self.page is not None and self.page.asks(page)

    def up(self, leaving: Iterable[Generation]) -> bool:
        """Whether there is a page, or one among those that are leaving still answers somebody."""
        return self.page is not None or any(each.order["key"] == PAGE for each in leaving)

    @property
    def hides(self) -> bool:
        """Whether what comes is reached by this host alone."""
        return self.page is not None and not self.lifting

    @property
    def there(self) -> bool:
        """Whether visitors see it: its processes have lived long enough."""
        return self.page is not None and all(
            each.pid and time.monotonic() - each.began >= self.page.order["settle"]
            for each in self.page.processes
        )

    def behind(self, order: Order) -> Generation:
        """What the order asks for: hidden during maintenance."""
        if self.hides:
            return Generation.hidden(order, self._folder)
        return Generation.of(order, self._folder)
