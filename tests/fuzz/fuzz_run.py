"""Long differential runs of the deciding path against its referee: ``make fuzz``.

    .venv/bin/python tests/fuzz/fuzz_run.py [--cases N] [--jobs N] [--seed N] [--out FOLDER]

Case N of seed S is always the same bytes for the same corpus, whatever the number of jobs. Failures
are kept, as found and made smaller, in FOLDER/counterexamples; FOLDER/summary.json has the figures.
Ends with 1 if there is any failure.
"""

import argparse
import json
import multiprocessing as mp
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from queue import Empty
from typing import Any
from zlib import crc32

from fuzz_mutator import case
from fuzz_oracle import Outcome, Sort, judge
from fuzz_seeds import seeds
from yaml import _yaml as libyaml

HUNG = 300
"""Seconds after which a job that says nothing is taken for hung; the referee may need many."""
EVERY = 100
KEPT = 20
"""Failures of one sort, in one job, that are written down."""


@dataclass
class Tally:
    """What some cases came to; tallies add up."""

    cases: int = 0
    sorts: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    slowest: tuple[float, int] = (0.0, -1)
    """CPU seconds and number of the slowest case."""
    reading: float = 0.0
    """CPU seconds of the deciding path."""
    digest: int = 0
    """Of all outcomes, whatever their order."""

    def count(self, number: int, outcome: Outcome) -> None:
        self.cases += 1
        self.sorts[outcome.sort.value] += 1
        self.codes.update(outcome.codes)
        self.slowest = max(self.slowest, (outcome.seconds, number))
        self.reading += outcome.seconds
        said = f"{number} {outcome.sort} {outcome.codes}"
        self.digest = (self.digest + crc32(said.encode())) % (1 << 64)

    def add(self, other: "Tally") -> None:
        self.cases += other.cases
        self.sorts += other.sorts
        self.codes += other.codes
        self.slowest = max(self.slowest, other.slowest)
        self.reading += other.reading
        self.digest = (self.digest + other.digest) % (1 << 64)

    @property
    def failures(self) -> int:
        return sum(self.sorts[each.value] for each in Sort if each.failed)


def work(seed: int, numbers: range, current: Any, done: Any, out: Path) -> None:
    """One job: judge these cases, say how far it is, and keep what fails."""
    texts = seeds()
    tally = Tally()
    kept: Counter[Sort] = Counter()
    for number in numbers:
        current.value = number
        data = case(seed, number, texts)
        outcome = judge(data)
        tally.count(number, outcome)
        if outcome.sort.failed and kept[outcome.sort] < KEPT:
            kept[outcome.sort] += 1
            keep(out, seed, number, data, outcome)
        if tally.cases == EVERY:
            done.put((numbers.start, tally))
            tally = Tally()
    done.put((numbers.start, tally))
    done.put((numbers.start, None))


def keep(out: Path, seed: int, number: int, data: bytes, outcome: Outcome) -> None:
    """Write a failure down: its bytes, the smaller ones that fail in the same way, and why."""
    folder = out / "counterexamples"
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{outcome.sort.name.lower()}-{seed}-{number}"
    (folder / f"{name}.yaml").write_bytes(data)
    small = smaller(data, lambda less: judge(less).sort is outcome.sort)
    (folder / f"{name}.small.yaml").write_bytes(small)
    said = f"{outcome.sort.value}\n{outcome.said}\n\nsmaller: {small!r}\n{judge(small).said}\n"
    (folder / f"{name}.txt").write_text(said)


def smaller(data: bytes, fails: Callable[[bytes], bool]) -> bytes:
    """Fewer bytes that fail in the same way; a few hundred tries at most."""
    tries = 300
    size = len(data) // 2
    while size and tries:
        start = 0
        while start < len(data) and tries:
            tries -= 1
            less = data[:start] + data[start + size :]
            if fails(less):
                data = less
            else:
                start += size
        size //= 2
    return data


class Jobs:
    """The processes of a run; one that hangs is ended, and its case is a failure."""

    def __init__(self, seed: int, count: int, jobs: int, out: Path) -> None:
        self.seed, self.out = seed, out
        self.context = mp.get_context("spawn")
        self.done = self.context.Queue()
        self.running: dict[int, tuple[Any, Any, range]] = {}
        self.heard: dict[int, float] = {}
        for job in range(jobs):
            self.start(range(job, count, jobs))

    def start(self, numbers: range) -> None:
        current = self.context.Value("q", -1)
        given = (self.seed, numbers, current, self.done, self.out)
        process = self.context.Process(target=work, args=given, daemon=True)
        process.start()
        self.running[numbers.start] = process, current, numbers
        self.heard[numbers.start] = time.monotonic()

    def tallies(self) -> Any:
        """Tallies as they come, until every job is done."""
        while self.running:
            try:
                job, tally = self.done.get(timeout=1)
            except Empty:
                yield from self.hung()
                continue
            self.heard[job] = time.monotonic()
            if tally is None:
                self.running.pop(job)[0].join()
            else:
                yield tally

    def hung(self) -> Any:
        for job, (process, current, numbers) in list(self.running.items()):
            silent = time.monotonic() - self.heard[job]
            if process.is_alive() and silent < HUNG:
                continue
            process.kill()
            process.join()
            del self.running[job]
            number = current.value
            tally = Tally()
            tally.count(number, Outcome(Sort.SLOW, silent))
            folder = self.out / "counterexamples"
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"hung-{self.seed}-{number}.yaml").write_bytes(
                case(self.seed, number, seeds())
            )
            yield tally
            if rest := range(number + numbers.step, numbers.stop, numbers.step):
                self.start(rest)


def run(seed: int, count: int, jobs: int, out: Path) -> Tally:
    """The tally of a whole run, which is also printed and written to ``summary.json``."""
    start = time.monotonic()
    total = Tally()
    said = start
    for tally in Jobs(seed, count, jobs, out).tallies():
        total.add(tally)
        if time.monotonic() - said >= 10:
            said = time.monotonic()
            print(progress(total, said - start), flush=True)
    seconds = time.monotonic() - start
    print(progress(total, seconds), end="\n\n")
    print(table(total))
    out.mkdir(parents=True, exist_ok=True)
    summary = {
        "cases": total.cases,
        "failures": total.failures,
        "sorts": {each.value: total.sorts[each.value] for each in Sort},
        "codes": dict(sorted(total.codes.items())),
        "slowest": {"seconds": round(total.slowest[0], 6), "case": total.slowest[1]},
        "reading": round(total.reading, 3),
        "seed": seed,
        "jobs": jobs,
        "seconds": round(seconds, 1),
        "digest": f"{total.digest:016x}",
        "corpus": {"texts": len(seeds()), "sha256": sha256(b"\0".join(seeds())).hexdigest()},
        "versions": {
            "python": sys.version.split()[0],
            "libyaml": libyaml.get_version_string(),
            "ruamel.yaml": version("ruamel.yaml"),
        },
    }
    (out / "summary.json").write_text(json.dumps(summary, indent=2) + "\n")
    print(f"written to {out / 'summary.json'}")
    return total


def progress(tally: Tally, seconds: float) -> str:
    sorts = tally.sorts
    return (
        f"{tally.cases:>9,} cases {tally.cases / max(seconds, 0.001):>6,.0f}/s"
        f"  accepted {sorts[Sort.ACCEPTED.value]:,}  differing {sorts[Sort.DIFFERS.value]:,}"
        f"  refused by referee {sorts[Sort.TOO_WIDE.value]:,}"
        f"  slowest {tally.slowest[0] * 1000:.0f} ms"
    )


def table(tally: Tally) -> str:
    rows = [(each.value, tally.sorts[each.value]) for each in Sort]
    rows += [(f"  with {code}", count) for code, count in sorted(tally.codes.items())]
    return "\n".join(f"{name:38}{count:>12,}" for name, count in rows)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path("build/fuzz"))
    given = parser.parse_args(arguments)
    return 1 if run(given.seed, given.cases, given.jobs, given.out).failures else 0


if __name__ == "__main__":
    sys.exit(main())
