"""What a keeper does with its place: one order after another, and what becomes of processes."""

import math
import os
import socket
import sys
import time
from collections import deque
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from reconciler.drivers.keeper.generation import (
    Generation,
    Order,
    Process,
    open_listener,
    start,
)
from reconciler.drivers.keeper.identity import identity_of
from reconciler.drivers.keeper.killing import kill_family, kill_older
from reconciler.drivers.keeper.screen import Screen
from reconciler.drivers.keeper.wishes import Wishes

_INSIST = 0.2


class KeptPlace:
    """The generations of one place: the one that serves, one that comes, those that go.

    During maintenance a ``screen`` has the place's socket, and what serves is hidden behind it.

    `advance` moves everything that is due; `wait` says when it wants to be called next.
    """

    def __init__(
        self,
        folder: Path,
        mark: str,
        *,
        watch: Callable[[Process], None],
        say: Callable[[str], None],
    ) -> None:
        """``watch`` is told of a process whose output is to be read."""
        self._folder = folder
        self._wishes = Wishes(folder)
        self._mark = mark
        self._watch = watch
        self._say = say
        self._screen = Screen(folder, self._wishes, say)
        self._current: Generation | None = None
        self._incoming: Generation | None = None
        self._outgoing: list[Generation] = []
        self._fallback: Order | None = None
        self._failed: dict[str, str] = {}
        self._restarts = 0
        self._exits: deque[str] = deque(maxlen=10)
        self._ending = False

    @property
    def over(self) -> bool:
        """Whether it was told to end, and everything has ended."""
        return self._ending and not self._generations()

    def status(self) -> Order:
        """Where everything stands."""
        serving = self._current
        order = serving.order if serving else {}
        return {
            "key": order.get("key", ""),
            "version": order.get("version", ""),
            "next": self._incoming.order["key"] if self._incoming else "",
            "state": self._state(),
            "failed": self._failed.get("key", ""),
            "why": self._failed.get("why", ""),
            "restarts": self._restarts,
            "exits": list(self._exits),
            "old_ended": not self._outgoing,
            "maintenance": self._screen.up(self._outgoing),
            "page": self._screen.there and not self._public,
            "address": serving.address if serving and serving.private else "",
            "pids": [each.pid for each in serving.processes if each.pid] if serving else [],
            **asdict(identity_of(os.getpid())),
        }

    def _state(self) -> str:
        if self._ending:
            return "stopping"
        if self._incoming:
            return "switching" if self._current or self._outgoing else "starting"
        if self._current is None:
            return "failed" if self._failed else "stopped"
        return "running" if self._current.whole else "backing-off"

    # Orders

    def resume(self) -> None:
        """Begin with what was desired when the last keeper died."""
        shown, order = self._screen.resume(), self._wishes.desired()
        # What ran before maintenance stays down: its data may be under way.
        if order is not None and (not shown or order.get("private")):
            self._say(f"resuming {order['version']}")
            self._current = self._screen.behind(order)

    def switch(self, order: Order) -> None:
        """Begin to bring this order's processes in; nothing happens if they are in already.

        Raises `OSError` when the address is taken; then nothing has changed.
        """
        if self._ending:
            raise OSError("the keeper is ending")
        if self._incoming and self._incoming.asks(order):
            return
        self._call_off()
        self._failed = {}
        if self._current and self._current.asks(order):
            self._desire(order)
            return
        coming = self._screen.behind(order)
        if order["resume"] and self._current is None:
            # It has run before: started again and again, not given up at its first death.
            self._desire(order)
            self._current = coming
            return
        shared = self._current is None or (self._current.shares and coming.shares)
        if shared and not self._blocks(coming):
            coming.listener = coming.listener or self._listener(coming)
        self._desire(order)
        self._say(f"switching to {order['version']}")
        self._incoming = coming
        self._fallback = self._current.order if self._current else None
        if self._current and not shared:
            self._retire(self._current)
            self._current = None

    def end(self) -> None:
        """Stop everything; from now on no order is taken."""
        self._ending = True
        for each in (self._current, self._incoming, self._screen.page):
            if each:
                self._retire(each)
        self._current = self._incoming = self._screen.page = None

    def maintain(self, page: Order) -> None:
        """Begin to show a page instead of what serves, which ends once the page is there.

        Raises `OSError` when the address is taken; then nothing has changed.
        """
        if self._ending:
            raise OSError("the keeper is ending")
        if self._screen.asks(page):
            return
        if self._incoming:
            self._desire(self._fallback)
        self._call_off()
        screen = Generation.of(page, self._folder)
        if self._current is None or self._current.shares:
            screen.listener = self._listener(screen)
        before = self._screen.page
        self._screen.show(screen)
        if before:
            self._retire(before)
        elif self._current and not self._current.shares:
            self._retire(self._current)
            self._current = None

    def lift(self) -> None:
        """Begin to let visitors in again: the page ends once what is desired serves them."""
        page = self._screen.page
        if page is None or self._screen.lifting:
            return
        self._call_off()
        self._failed = {}
        order = self._wishes.desired()
        if order is None:
            self._drop_screen()
            return
        self._screen.lifting = True
        coming = Generation.of(order, self._folder)
        if coming.shares:
            coming.listener = self._listener(coming)
        else:
            self._retire(page)
        self._incoming = coming

    def clear(self) -> None:
        """Desire nothing, and end what serves; a page stays."""
        self._call_off()
        self._desire(None)
        if self._current:
            self._retire(self._current)
            self._current = None

    def _drop_screen(self) -> None:
        gone = self._screen.drop()
        if gone and gone not in self._outgoing:
            self._retire(gone)

    @property
    def _public(self) -> bool:
        """Whether visitors still reach what serves, beside a page that comes."""
        return self._current is not None and not self._current.private

    def retire(self) -> None:
        """Stop everything for good: no keeper after this one starts anything."""
        self._desire(None)
        self._wishes.show(None)
        self.end()

    def _desire(self, order: Order | None) -> None:
        """Write down what a keeper after this one starts again."""
        self._wishes.desire(order, private=self._screen.hides)

    def _call_off(self) -> None:
        if self._incoming:
            self._retire(self._incoming)
            self._incoming = None
            self._screen.lifting = False
            self._fall_back()

    def _fall_back(self) -> None:
        if self._fallback is not None and not self._current:
            self._current = self._screen.behind(self._fallback)
        self._fallback = None

    # What becomes of processes

    def advance(self) -> None:
        """Do everything that is due."""
        self._reap()
        for each in list(self._outgoing):
            self._see_out(each)
        page = self._screen.page
        if page and page not in self._outgoing:
            self._sustain(page)
        if self._current and self._public and not self._screen.lifting and self._screen.there:
            self._retire(self._current)
            self._current = None
        if self._incoming:
            self._bring_in(self._incoming)
        if self._current:
            self._sustain(self._current)

    def wait(self) -> float | None:
        """Seconds until something is due; nothing if only events count."""
        due = [each.kill_at for each in self._outgoing]
        if self._incoming and self._incoming.started:
            due.append(self._incoming.settles)
        for serving in (self._current, self._screen.page):
            if serving:
                due += [
                    max(each.again, serving.starts(each))
                    for each in serving.processes
                    if each.again is not None
                ]
        if self._screen.page and self._public:
            due.append(time.monotonic() + _INSIST)
        soonest = min(due, default=math.inf)
        return max(0.0, soonest - time.monotonic()) if soonest < math.inf else None

    def _generations(self) -> list[Generation]:
        held = (self._screen.page, self._current, self._incoming, *self._outgoing)
        return list(dict.fromkeys(each for each in held if each is not None))

    def _reap(self) -> None:
        known = {p.pid: p for each in self._generations() for p in each.processes if p.pid}
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            if pid in known:
                self._ended(known[pid], os.waitstatus_to_exitcode(status))

    def _ended(self, process: Process, code: int) -> None:
        if process.pipe >= 0:
            process.read()
        lived = time.monotonic() - process.began
        how = f"exit code {code}" if code >= 0 else f"signal {-code}"
        said = f": {process.tail[-1]}" if process.tail else ""
        process.end = f"{process.spec['name']} ended with {how} after {lived:.1f} s{said}"
        self._exits.append(process.end)
        self._say(process.end)
        pid, process.pid = process.pid, 0
        # What it forked away may hold the port, or answer in its name.
        kill_family(pid, process.run, reaped=True)

    def _see_out(self, old: Generation) -> None:
        if old.alive and time.monotonic() >= old.kill_at:
            for each in old.processes:
                if each.pid:
                    kill_family(each.pid, each.run, reaped=False)
            self._reap()
            old.kill_at = time.monotonic() + _INSIST
        if old.alive:
            old.dismiss()
            return
        self._outgoing.remove(old)
        held = [each.listener for each in self._generations()]
        if old.listener and old.listener not in held:
            old.listener.close()
        # What hid from its mark, its session and its parents is still older than all that stays.
        remaining = [p.start for each in self._generations() for p in each.processes if p.pid]
        kill_older(min(remaining, default=sys.maxsize))
        self._say(f"{old.order['version']} has ended")

    def _blocks(self, new: Generation) -> bool:
        """Whether something must end before this can start."""
        return any(not (each.shares and new.shares) for each in self._outgoing)

    def _bring_in(self, new: Generation) -> None:
        if not new.started:
            if self._blocks(new):
                return
            try:
                new.listener = new.listener or self._listener(new)
            except OSError as error:
                self._give_up(new, f"{new.order['listen']}: {error.strerror}")
                return
            new.started = True
        dead = [each for each in new.processes if each.began and not each.pid]
        if dead:
            self._give_up(new, dead[0].end)
            return
        for each in new.processes:
            if not each.began and time.monotonic() >= new.starts(each):
                self._start(each, new)
        if new.whole and time.monotonic() >= new.settles:
            old, self._current, self._incoming = self._current, new, None
            self._fallback = None
            self._say(f"{new.order['version']} runs")
            if old:
                self._retire(old)
            if self._screen.lifting:
                self._desire(new.order)
                self._drop_screen()

    def _give_up(self, new: Generation, why: str) -> None:
        self._say(f"gave {new.order['version']} up: {why}")
        self._failed = {"key": new.order["key"], "why": why}
        if self._screen.lifting and self._screen.page:
            if self._screen.page in self._outgoing:
                self._screen.renew()
        else:
            self._desire(self._fallback)
        self._call_off()

    def _sustain(self, serving: Generation) -> None:
        if not serving.started:
            if self._blocks(serving):
                return
            serving.started = True
            for each in serving.processes:
                each.again = time.monotonic()
        for each in serving.processes:
            if each.pid:
                continue
            if each.again is None:
                each.postpone(serving.order["back_off"])
            elif time.monotonic() >= max(each.again, serving.starts(each)):
                each.again = None
                self._start_again(each, serving)

    def _start_again(self, process: Process, serving: Generation) -> None:
        try:
            serving.listener = serving.listener or self._listener(serving)
        except OSError as error:
            self._say(f"{serving.order['listen']}: {error.strerror}")
            process.began = time.monotonic()
            process.postpone(serving.order["back_off"])
            return
        self._restarts += 1 if process.began else 0
        self._start(process, serving)

    def _start(self, process: Process, generation: Generation) -> None:
        start(process, self._mark, generation.listener)
        self._watch(process)
        self._say(f"started {process.spec['name']} {generation.order['version']} {process.pid}")

    def _retire(self, old: Generation) -> None:
        """Ask its processes to end; what is left after ``stop_after`` seconds is killed.

        One that another needs is asked once that one has ended.
        """
        old.kill_at = time.monotonic() + old.order["stop_after"]
        self._outgoing.append(old)
        for each in old.processes:
            each.again = None
        old.dismiss()

    def _listener(self, wanted: Generation) -> socket.socket | None:
        """The place's socket: the one that is open already, as long as the address is the same."""
        if not wanted.wants_socket:
            return None
        for each in self._generations():
            if each.listener and each.address == wanted.address:
                return each.listener
        return open_listener(wanted.address)
