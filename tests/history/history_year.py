"""A year of deployments with their logs: how large it gets, and what a purge leaves.

    .venv/bin/python tests/history/history_year.py [--days N] [--apps N]

A third of the apps is promoted each day, to four environments: 348 apps are 300 deployments a day.
Decisions are the planner's own (`benchmarks/past.py`), and each deployment has a log of the length
that one with a dozen steps and a chatty migration has. Prints the sizes on the remote after
``git gc``; then purges one log, and makes every decision again. Ends with 1 when any comes out
otherwise, or when anything of the purged log is still to be had.
"""

import argparse
import gc
import itertools
import os
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

TOP = Path(__file__).parents[2]
sys.path.insert(0, str(TOP / "benchmarks"))

from past import Past  # noqa: E402

from reconciler.daemon.proving import Proving  # noqa: E402
from reconciler.daemon.view import View  # noqa: E402
from reconciler.model.records import End  # noqa: E402
from reconciler.model.records.deployments import StepLog  # noqa: E402
from reconciler.names import instant_of  # noqa: E402
from reconciler.registry import open_view  # noqa: E402
from reconciler.repository.git import Git  # noqa: E402
from reconciler.repository.seals import Author  # noqa: E402
from reconciler.repository.step_logs import (  # noqa: E402
    PREFIX,
    StepLogs,
)
from reconciler.system.editions import editions  # noqa: E402

STEPS = ("prepare", "maintenance-on", "backup", "migrate", "apply", "rollout", "smoke", "cleanup")
LOOKS = 2


class Printer:
    """Writes logs, and keeps each day's on the remote in one push."""

    def __init__(self) -> None:
        self.chance = random.Random(4)
        self.waiting: dict[str, dict[str, bytes]] = {}
        self.bytes = self.count = 0
        self.last: End | None = None

    def __call__(self, end: End) -> StepLog:
        month, data = end.ended[:7], self.text(end)
        self.waiting.setdefault(month, {})[end.log_path] = data
        self.bytes, self.count = self.bytes + len(data), self.count + 1
        return StepLog.of(data, month=month)

    def text(self, end: End) -> bytes:
        lines = []
        for step in STEPS:
            lines.append(f"{end.started} … {step}")
            for number in range(self.chance.randint(0, 12)):
                rows, took = self.chance.randint(1, 99_999), self.chance.randint(1, 9_999)
                lines.append(f"  {step} | part {number}: {rows} rows of {end.app} in {took} ms")
            lines.append(f"{end.ended} ✔ {step}")
        return "".join(f"{each}\n" for each in [*lines, f"{end.ended} {end.subject}"]).encode()

    def push(self, logs: StepLogs, by: Author) -> None:
        for month, files in self.waiting.items():
            logs.keep(month, files, by=by, at=instant_of(f"{month}-28T00:00:00.000Z"))
        self.waiting.clear()


def size_of(git: Git, *refs: str) -> int:
    return int(git.tell(["rev-list", "--disk-usage", "--objects", *refs]))


def live(past: Past, days: int, printer: Printer, logs: StepLogs, by: Author) -> None:
    """Go through the days, saying how far it is."""
    began = time.monotonic()
    for look, now in enumerate(itertools.islice(past.days(), days * LOOKS), 1):
        if look % LOOKS == 0:
            printer.push(logs, by)
            gc.freeze()  # all records stay for ever: looking through them again takes minutes
            print(
                f"\r{now:%Y-%m-%d}  {printer.count:,} deployments, {past.decisions:,} decisions,"
                f" {time.monotonic() - began:.0f} s ",
                end="",
                file=sys.stderr,
                flush=True,
            )
    print(file=sys.stderr)


def sizes(git: Git, past: Past, printer: Printer) -> None:
    git.tell(["gc", "--quiet", "--prune=now"], timeout=3_600)
    months = git.tell(["for-each-ref", "--format=%(refname)", PREFIX]).splitlines()
    rows = [
        ("files and merges", size_of(git, "refs/heads/main"), past.merges),
        ("history, records", size_of(git, "refs/heads/tagboat/history"), len(past.records)),
        *((each.rpartition("/")[2], size_of(git, each), 0) for each in months),
    ]
    print(f"\n{'on the remote, packed':28}{'MB':>9}{'each':>12}")
    for name, size, count in rows:
        print(f"{name:28}{size / 1e6:9.1f}{f'{size / count:,.0f} B' if count else '':>12}")
    print(f"{printer.count:,} logs were {printer.bytes / 1e6:,.1f} MB as text")


def purge(past: Past, logs: StepLogs, by: Author) -> bool:
    """Purge a log of the middle of the year; whether it is gone and its neighbours are not."""
    ends = [each for each in past.records if isinstance(each, End)]
    chosen, other = ends[len(ends) // 2], ends[len(ends) // 2 + 1]
    assert chosen.log
    assert other.log
    there = logs.read(chosen) is not None
    logs.purge(chosen.log.month, [chosen.log_path], "a drill", by=by, at=instant_of(chosen.ended))
    past.git.tell(["gc", "--quiet", "--prune=now"], timeout=3_600)
    reachable = chosen.log_path in past.git.tell(["rev-list", "--objects", "--all"])
    gone = logs.read(chosen) is None and not reachable
    print(f"\npurged the log of {chosen.deployment}: {'gone' if gone else 'STILL THERE'}")
    return there and gone and logs.read(other) is not None


def prove_all(view: View) -> Counter[str]:
    """How many decisions come out the same when they are made again, and how many otherwise."""
    began, found = time.monotonic(), Counter[str]()
    for each in Proving(view, editions()).proofs():
        found[each.agreement.value] += 1
        if found.total() % 1_000 == 0:
            print(
                f"\r{found.total():,} decisions again, {time.monotonic() - began:.0f} s ",
                end="",
                flush=True,
            )
    print()
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--apps", type=int, default=348)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tagboat-year-") as name:
        folder = Path(name)
        os.environ["XDG_CACHE_HOME"] = str(folder / "cache")
        printer = Printer()
        past = Past(folder / "past", given.apps, logged=printer)
        git = Git(folder / "daemon.git", folder / "home")
        Git(folder, folder / "home").tell(["init", "-q", "--bare", "daemon.git"])
        logs, by = StepLogs(git, str(past.bare)), Author("one", folder / "past" / "one")
        live(past, given.days, printer, logs, by)
        past.publish()
        print(f"{given.days} days, {printer.count:,} deployments, {past.decisions:,} decisions")
        sizes(past.git, past, printer)
        whole = purge(past, logs, by)
        view = open_view(past.configuration(), folder / "clone", writer=False)
        past.trust(view.git)
        view.refresh()
        # The proofs have the records that were read; a second copy of a year is gigabytes.
        past.records.clear()
        proofs = prove_all(view)
        print(f"decisions made again after it: {dict(proofs)}")
    return 0 if whole and set(proofs) == {"same"} else 1


if __name__ == "__main__":
    sys.exit(main())
