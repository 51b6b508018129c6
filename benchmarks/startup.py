"""What a quick verb costs before it does anything: CPU against that of bare Python.

    .venv/bin/python benchmarks/startup.py [rounds]

Runs every command in turn, round after round, prints a table and writes
``build/bench/startup.json``. Seconds are CPU of the whole process. Bytecode is kept in a folder of
its own and warm, as it is where the command was installed.
"""

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

PROJECT = Path(__file__).parents[1]
ROUNDS = 15
BARE = "python -c pass"


def commands() -> dict[str, list[str]]:
    """Name → argv. The libraries alone show how much of it is ours."""
    python = sys.executable
    tagboat = str(Path(python).with_name("tagboat"))
    return {
        BARE: [python, "-c", "pass"],
        "import typer": [python, "-c", "import typer"],
        "import pydantic, yaml": [python, "-c", "from pydantic import BaseModel; import yaml"],
        "tagboat version": [tagboat, "version"],
        "tagboat --help": [tagboat, "--help"],
        "tagboat validate": [tagboat, "validate"],
    }


def cpu(argv: Sequence[str], environment: dict[str, str]) -> float:
    """CPU seconds of one run, user and system."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(argv, cwd=PROJECT, env=environment, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main(rounds: int) -> None:
    """Measure, print and write."""
    seconds: dict[str, list[float]] = {name: [] for name in commands()}
    with tempfile.TemporaryDirectory(prefix="tagboat-bench-") as folder:
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": folder}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        for argv in commands().values():
            cpu(argv, environment)
        for _ in range(rounds):
            for name, argv in commands().items():
                seconds[name].append(cpu(argv, environment))
    bare = statistics.median(seconds[BARE])
    told = {
        name: {
            "median_s": round(statistics.median(each), 4),
            "least_s": round(min(each), 4),
            "times_bare": round(statistics.median(each) / bare, 1),
        }
        for name, each in seconds.items()
    }
    print(f"{'command':<24}{'median ms':>10}{'least ms':>10}{'x bare':>8}")
    for name, each in told.items():
        median, least = each["median_s"] * 1000, each["least_s"] * 1000
        print(f"{name:<24}{median:>10.1f}{least:>10.1f}{each['times_bare']:>8.1f}")
    out = PROJECT / "build" / "bench" / "startup.json"
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps({"rounds": rounds, "commands": told}, indent=2) + "\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS)
