"""Places deploy at once, and people read what the daemon says line by line."""

import threading
from pathlib import Path

from reconciler.daemon.lines import Lines


class Terminal:
    """Takes a line and its end as two writes, as a stream does, and lets others in between."""

    def __init__(self, speakers: int) -> None:
        self.text = ""
        self._together = threading.Barrier(speakers)

    def __call__(self, line: str) -> None:
        self.text += line
        try:
            self._together.wait(0.05)
        except threading.BrokenBarrierError:
            self._together.reset()
        self.text += "\n"


def test_two_places_that_speak_at_once_get_a_line_each(tmp_path: Path) -> None:
    terminal = Terminal(2)
    lines = Lines(terminal, tmp_path)
    speakers = [threading.Thread(target=lines.tell, args=(each,)) for each in ("one", "two")]
    for each in speakers:
        each.start()
    for each in speakers:
        each.join()
    assert sorted(terminal.text.splitlines()) == ["one", "two"]
