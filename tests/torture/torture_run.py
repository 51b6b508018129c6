"""``make torture``: kill -9 of the real daemon in every step, and the laws after each.

Prints kills per step, recovery p50 and p99, and violations; ends with 1 if there is any.
"""

import argparse
import json
import os
import random
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

from torture_attempt import STEPS, Figures, Torturer
from torture_laws import Visitor
from torture_world import build


def work(folder: Path, *, kills: int, each: int, seed: int) -> Torturer:
    """Torture one installation until it has had all its kills; tells of itself on stdout."""
    world = build(folder)
    with Visitor(world.port) as visitor:
        torturer = Torturer(world, visitor, random.Random(seed))
        try:
            torturer.begin()
            figures = torturer.figures
            while not torturer.laws.broken:
                wanting = Counter({step: each - figures.kills[step] for step in STEPS})
                if max(wanting.values()) <= 0 and figures.kills.total() >= kills:
                    break
                torturer.attempt(*torturer.choose(wanting))
                tell(torturer, folder)
        finally:
            world.end()
    tell(torturer, folder)
    return torturer


def tell(torturer: Torturer, folder: Path) -> None:
    figures = torturer.figures
    line = {
        "kills": figures.kills,
        "outcomes": figures.outcomes,
        "attempts": figures.attempts,
        "resumed": figures.resumed,
        "recovered": figures.recovered,
        "broken": torturer.laws.broken,
        "checks": torturer.laws.checks,
        "asked": torturer.visitor.asked,
        "folder": str(folder),
    }
    print(json.dumps(line), flush=True)


def quantile(values: list[float], part: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))] if ordered else 0.0


def campaign(*, kills: int, seed: int, jobs: int) -> int:
    folder = Path(tempfile.mkdtemp(prefix="tagboat-torture-"))
    least = -(-20 // jobs)
    told: dict[int, dict] = {}
    processes = []
    began = time.monotonic()
    for number in range(jobs):
        words = ["--worker", str(folder / str(number)), "--kills", str(-(-kills // jobs))]
        words += ["--each", str(least), "--seed", str(seed * 1000 + number)]
        process = subprocess.Popen(
            [sys.executable, __file__, *words], stdout=subprocess.PIPE, text=True
        )
        processes.append(process)

        def listen(number: int = number, process: subprocess.Popen = process) -> None:
            for line in process.stdout:
                for law in json.loads(line)["broken"]:
                    print(f"! {law} ({folder / str(number)})", flush=True)
                told[number] = json.loads(line)
                now = Counter()
                for each in told.values():
                    now.update(each["kills"])
                least_ = min(now[step] for step in STEPS)
                wrong = sum(len(each["broken"]) for each in told.values())
                print(
                    f"{time.monotonic() - began:6.0f} s  {now.total():4d} kills, "
                    f"at least {least_:2d} in each step, {wrong} violations",
                    flush=True,
                )

        threading.Thread(target=listen).start()
    for each in processes:
        each.wait()
    while threading.active_count() > 1:
        time.sleep(0.05)
    return report(list(told.values()), folder, [each.returncode for each in processes], began)


def report(told: list[dict], folder: Path, codes: list[int], began: float) -> int:
    total = Figures()
    for each in told:
        total.kills.update(each["kills"])
        total.outcomes.update(each["outcomes"])
        total.resumed += each["resumed"]
        total.recovered += each["recovered"]
        total.attempts += each["attempts"]
    broken = [law for each in told for law in each["broken"]]
    print("\nkills  step")
    for step in (*STEPS, *sorted(set(total.kills) - set(STEPS))):
        print(f"{total.kills[step]:5d}  {step}")
    print(f"{total.kills.total():5d}  in all, in {total.attempts} attempts")
    print("attempts ended: " + ", ".join(f"{n} {name}" for name, n in total.outcomes.items()))
    for name, values in (("first write", total.resumed), ("end", total.recovered)):
        p50 = statistics.median(values) if values else 0.0
        print(
            f"recovery, start of the daemon to {name}: "
            f"p50 {p50:.2f} s, p99 {quantile(values, 0.99):.2f} s ({len(values)})"
        )
    print(f"visitors asked {sum(each['asked'] for each in told)} times")
    print(
        f"laws were checked {sum(each['checks'] for each in told)} times, in {time.monotonic() - began:.0f} s"
    )
    print(f"{len(broken)} violations")
    for law in broken:
        print(f"  {law}")
    if broken or any(codes):
        print(f"left to be looked at: {folder}; ended with {codes}")
        return 1
    shutil.rmtree(folder)
    return 0


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 2)
    parser.add_argument("--each", type=int, default=20)
    parser.add_argument("--worker", type=Path)
    asked = parser.parse_args()
    if asked.worker is None:
        return campaign(kills=asked.kills, seed=asked.seed, jobs=asked.jobs)
    # What still runs has to be ended, whoever stops it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    work(asked.worker, kills=asked.kills, each=asked.each, seed=asked.seed)
    return 0


if __name__ == "__main__":
    sys.exit(main())
