"""Many files read at once, in several processes."""

from collections.abc import Iterable, Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from reconciler.manifest.facts import parsed_of, text_of, unjudged_text
from reconciler.manifest.snapshot import Parsed, parse
from reconciler.system.companion import Companion, companions

File = tuple[str, str]
"""Path and object id."""

_WORTHWHILE = 400
"""Files that take longer to read than another process takes to begin and to answer."""
_FIRST = 64
"""Files, out of all of them, that this process reads before it is copied."""
_A_FEW = 16
"""Files that this process reads before it looks what others have read."""


def read_together(
    files: Sequence[File],
    data: Mapping[str, bytes],
    known: MutableMapping[File, Parsed],
    *,
    processes: int,
) -> dict[File, str]:
    """Read many files into ``known`` in several processes; gives their facts as texts.

    ``data`` has the content of each, by its id. Others read from the front and this process from
    the back, until they meet, so nobody waits for whoever is slower. What others say is taken as a
    cache is, and judged by the models here: they say nothing of a file that is refused by these.
    Nothing where it isn't worth while; what is missing in the end wasn't read.
    """
    others = min(processes, len(files) // _WORTHWHILE) - 1
    reading = _Reading(data, known)
    if others < 1:
        return reading.texts
    # What is made at the first file of a kind, a copy has as well.
    for each in files[:: len(files) // _FIRST]:
        reading.read(each)
    left = [each for each in files if each not in known]
    shares = [left[number::others] for number in range(others)]
    with companions([partial(_lines, each, data) for each in shares]) as begun:
        answers = [(one, iter(share)) for one, share in zip(begun, shares, strict=False)]
        for number, each in enumerate(reversed(left)):
            if number % _A_FEW == 0:
                for one, share in answers:
                    reading.take(one, share)
            reading.read(each)
    return reading.texts


@dataclass(slots=True)
class _Reading:
    data: Mapping[str, bytes]
    known: MutableMapping[File, Parsed]
    texts: dict[File, str] = field(default_factory=dict)

    def read(self, file: File) -> None:
        """Read a file, unless somebody has."""
        if file not in self.known:
            path, each = file
            parsed = self.known[file] = parse(path, self.data[each])
            self.texts[file] = text_of(path, parsed) or ""

    def take(self, one: Companion, share: Iterator[File]) -> None:
        """Take what a companion has read of its share since the last time."""
        # The lines first: they end, and a file that was taken of the share can't be put back.
        for line, file in zip(one.arrived(), share, strict=False):
            path, each = file
            if not line or file in self.known:
                continue
            text = line.decode(errors="surrogateescape")
            parsed = parsed_of(path, text, self.data[each].decode)
            if parsed is not None:
                self.known[file], self.texts[file] = parsed, text


def _lines(files: Iterable[File], data: Mapping[str, bytes]) -> Iterator[bytes]:
    """A line for each file with its values, not judged yet; empty where there is more to say."""
    for path, each in files:
        yield (unjudged_text(path, data[each]) or "").encode()
