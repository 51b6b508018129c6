"""A kill at each point around claims and ends, and every ordered pair, with real git (F1, F15, F16).

These are the points of the thread that decides; those of the pipeline are in `pipeline_crashes`.
``make crashes`` runs both.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from daemon_states import Kill, Killed, killed_threads, look_until_rest

OURS = ("history.", "journal.claim", "journal.finished", "journal.remove", "request.")
VERSIONS = ("1.0.0", "1.1.0", "1.2.0")


class Edge(Kill):
    """Kills at the n-th visit of a point; writes down what is reached of ours."""

    def __init__(self, name: str = "", visit: int = 1) -> None:
        super().__init__(name)
        self.left = visit
        self.names: list[str] = []

    def reach(self, name: str) -> None:
        if name.startswith(OURS):
            self.names.append(name)
        if name == self.name:
            self.left -= 1
            if self.left:
                return
        elif not self.dead:
            return
        super().reach(name)


@dataclass(frozen=True)
class Aim:
    """A point, at its n-th visit, and whether the journal's line that follows is left torn."""

    name: str
    visit: int
    torn: bool = False


def aims_of(names: list[str]) -> list[Aim]:
    """Each point that was reached; before a write to the journal also with half of its line."""
    found = []
    for number, name in enumerate(names):
        visit = names[: number + 1].count(name)
        found.append(Aim(name, visit))
        if name.startswith("journal.") and name.endswith(".before") and "remove" not in name:
            found.append(Aim(name, visit, torn=True))
    return found


@dataclass
class Field:
    """A world in which one attempt after the other is killed, and comes to its one end."""

    world: object
    attempts: int = 0
    broken: tuple[str, ...] = ()

    def live(self, aim: Aim | None = None) -> list[str]:
        """One life of the daemon; the points that it reached."""
        edge = Edge(aim.name, aim.visit) if aim else Edge()
        daemon = self.world.daemon("one", failpoints=edge)
        with killed_threads():
            with suppress(Killed):
                daemon.claims.recover()
            look_until_rest(daemon, edge)
        self.tear(aim)
        return edge.names

    def tear(self, aim: Aim | None) -> None:
        """What a kill in the midst of a write to the journal leaves behind."""
        for each in self.journals() if aim and aim.torn else ():
            with each.open("ab") as file:
                file.write(b'0123456789abcdef {"event":"step-st')

    def journals(self) -> list[Path]:
        return list((self.world.folder / "state-one" / "journal").glob("*.jsonl"))

    def attempt(self, *aims: Aim) -> list[str]:
        """A promotion whose daemon dies at each of these, and then lives; what that one reached."""
        version = VERSIONS[self.attempts % len(VERSIONS)]
        self.world.promote(version, "dev")
        self.attempts += 1
        for aim in aims:
            self.live(aim)
        names = self.live()
        self.check(version, aims)
        return names

    def check(self, version: str, aims: tuple[Aim, ...]) -> None:
        said = self.world.git.tell(["log", "--reverse", "--format=%b%x00", "tagboat/history"])
        records = [json.loads(each) for each in said.split("\0") if each.strip()]
        claims = [each["deployment"] for each in records if each["kind"] == "Claim"]
        ends = [each for each in records if each["kind"] == "End"]
        found = {
            "I2: not one start": len(claims) != self.attempts,
            "I2: not one end each": claims != [each["deployment"] for each in ends],
            "I2: a gap": [each["sequence"] for each in records] != [*range(1, len(records) + 1)],
            "I2: twice": len({each["id"] for each in records}) != len(records),
            "I9: no success": any(each["outcome"] != "succeeded" for each in ends),
            "I9: another version": self.world.running("dev") != version,
            "I12: a journal is left": bool(self.journals()),
        }
        self.broken += tuple(f"{law} after {aims}" for law, holds in found.items() if holds)


def kills(names: list[str], *, every: int = 1) -> Iterator[tuple[Aim, ...]]:
    """Each point, then each ``every``-th ordered pair of them."""
    singles = aims_of(names)
    pairs = [(one, other) for one in singles for other in singles]
    yield from ((each,) for each in singles)
    yield from pairs[::every]


def main() -> int:
    from conftest import build_world
    from daemon_states import make_keys

    parser = argparse.ArgumentParser()
    parser.add_argument("--every", type=int, default=1)
    asked = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        (Path(name) / "keys").mkdir()
        (Path(name) / "world").mkdir()
        keys = make_keys(Path(name) / "keys")
        field = Field(build_world(Path(name) / "world", keys, "dev", version=""))
        names = field.attempt()
        todo = list(kills(names, every=asked.every))
        for number, aims in enumerate(todo, 1):
            before = len(field.broken)
            field.attempt(*aims)
            for law in field.broken[before:]:
                print(f"! {law}", flush=True)
            if number % 25 == 0:
                print(
                    f"# {number}/{len(todo)} in {time.monotonic() - began:.0f} s", file=sys.stderr
                )
        pairs = sum(len(each) == 2 for each in todo)
        print(
            f"{len(set(names))} points around claims and ends, {len(todo)} runs ({pairs} pairs), "
            f"{len(field.broken)} violations in {time.monotonic() - began:.0f} s"
        )
    return 1 if field.broken else 0


if __name__ == "__main__":
    sys.exit(main())
