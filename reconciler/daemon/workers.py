"""One worker thread for each place that is deploying; a slow place never delays another."""

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from reconciler.daemon.equipment import Equipment, ParkedError
from reconciler.daemon.executor import Executor
from reconciler.deployer.fold import fold
from reconciler.errors import TagboatError
from reconciler.journal.jsonl import FileJournal, JournalFullError
from reconciler.model.place import Place
from reconciler.model.records import End
from reconciler.system.processes import kill_programs

_MERCY = 10.0
_LOOK = 0.2


@dataclass(frozen=True, slots=True)
class Carried:
    """What a worker leaves behind: the end to be pushed, or why there is none."""

    place: Place
    deployment: str
    journal: FileJournal
    end: End | None
    fault: str = ""
    again: bool = False
    """Whether the fault may pass by itself."""


class Workers:
    """Starts workers, and gives back what they have finished. Only the deciding thread calls it."""

    def __init__(self, equipment: Equipment, wake: Callable[[], None]) -> None:
        """``wake`` is called from a worker when it has finished."""
        self._equipment = equipment
        self._wake = wake
        self._stopping = threading.Event()
        self._done: queue.SimpleQueue[Carried] = queue.SimpleQueue()
        self._active: dict[Place, tuple[str, threading.Thread]] = {}

    @property
    def places(self) -> frozenset[Place]:
        """The places at work."""
        return frozenset(self._active)

    def start(self, journal: FileJournal) -> None:
        """Carry on the claimed deployment of this journal; nothing happens if it is at work."""
        state = fold(journal.events())
        assert state is not None  # noqa: S101 - only claimed journals come here
        place = Place(state.claim.environment, state.claim.app)
        if place in self._active:
            return
        name = state.claim.deployment
        work = threading.Thread(
            target=self._carry, args=(place, name, journal), name=name, daemon=True
        )
        self._active[place] = (name, work)
        work.start()

    def finished(self) -> list[Carried]:
        """Everything finished since the last call."""
        carried = []
        while not self._done.empty():
            each = self._done.get()
            _, thread = self._active.pop(each.place)
            thread.join()
            carried.append(each)
        return carried

    def park(self, *, within: float, mercy: float = _MERCY) -> None:
        """Ask all to stop at the next safe point, and wait this many seconds for them in all.

        Programs that still run after ``mercy`` seconds are killed: what they would have said is
        asked again when their deployments go on (F17).
        """
        self._stopping.set()
        clock = self._equipment.clock
        begun = clock.monotonic()
        threads = [thread for _, thread in self._active.values()]
        while threads and clock.monotonic() < begun + within:
            if clock.monotonic() >= begun + mercy:
                kill_programs()
            threads[0].join(_LOOK)
            threads = [each for each in threads if each.is_alive()]

    def _carry(self, place: Place, name: str, journal: FileJournal) -> None:
        try:
            end = Executor(self._equipment, journal, self._stopping).carry()
            carried = Carried(place, name, journal, end)
        except ParkedError:
            carried = Carried(place, name, journal, None)
        except (JournalFullError, OSError) as error:
            fault = TagboatError.of(error).message
            carried = Carried(place, name, journal, None, fault=fault, again=True)
        except TagboatError as error:
            carried = Carried(place, name, journal, None, fault=error.message)
        except Exception as error:  # noqa: BLE001 - a fault of ours stops this place, not the rest
            carried = Carried(place, name, journal, None, fault=f"{type(error).__name__}: {error}")
        self._done.put(carried)
        self._wake()


class Journals:
    """The journals of this host, by the id of the claim's record."""

    def __init__(self, folder: Path, equipment: Equipment) -> None:
        """Make the folder if it isn't there."""
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._failpoints = equipment.failpoints

    def of(self, place: Place, record: str) -> FileJournal:
        """The journal of one claim, there or not."""
        path = self._folder / f"{place.environment}.{place.app}.{record}.jsonl"
        return FileJournal(path, self._failpoints)

    def all(self) -> list[tuple[Place, FileJournal]]:
        """Every journal that is there, with its place, in the order of names."""
        found = []
        for path in sorted(self._folder.glob("*.jsonl")):
            environment, app, *_ = path.name.split(".")
            found.append((Place(environment, app), FileJournal(path, self._failpoints)))
        return found
