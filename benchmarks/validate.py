"""``tagboat validate`` against check-jsonschema on the same generated files, both cold.

    .venv/bin/python benchmarks/validate.py [files] [rounds]

Needs the extra ``bench``. check-jsonschema runs once a kind, as it takes one schema; ours also
checks what files say of one another. Prints a table and writes ``build/bench/validate.json``.
Seconds are CPU of the whole process and its children, start-up included.
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
FILES = 2000
ROUNDS = 3
ENVIRONMENTS = ("dev", "staging", "production")
APPS = 20


def generate(folder: Path, files: int) -> dict[str, list[Path]]:
    """A repository of about so many files that are all good; kind → its files."""
    key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI" + "A" * 43
    made: dict[str, list[Path]] = {}

    def write(kind: str, path: str, text: str) -> None:
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"apiVersion: tagboat/v1\nkind: {kind.title()}\n{text}")
        made.setdefault(kind, []).append(file)

    write(
        "people",
        "environments/people.yaml",
        f'people:\n  ana: {{name: Ana, keys: ["{key}"]}}\nroles: {{developer: [ana]}}\n',
    )
    for each in ENVIRONMENTS:
        write(
            "environment",
            f"environments/{each}/environment.yaml",
            f"name: {each}\ntarget: {{driver: memory}}\n"
            "permissions: {promote: [role/developer]}\n",
        )
    releases = (files - 1 - len(ENVIRONMENTS) - APPS * (1 + len(ENVIRONMENTS))) // APPS
    for app in (f"app{number}" for number in range(APPS)):
        write(
            "app",
            f"releases/{app}/app.yaml",
            f"name: {app}\nversions: {{scheme: semver}}\n"
            'components:\n  - {name: web, artifact: {tree: "."}}\n',
        )
        for number in range(releases):
            write("release", f"releases/{app}/1.{number}.0/release.yaml", release(app, number))
        for each in ENVIRONMENTS:
            path = f"environments/{each}/{app}.yaml"
            write("promotion", path, f'app: {app}\nrelease: "1.0.0"\n')
    return made


def release(app: str, number: int) -> str:
    """The text of one release, below its head."""
    digits = f"{number + 1:040x}"
    return f"""app: {app}
version: "1.{number}.0"
tag: "v1.{number}.0"
commit: "{digits}"
components:
  - name: web
    artifact:
      tree: "{digits}"
summary: The {number}th release of {app}
downtime: none
estimate: 1m
migration: none
"""


def cpu(commands: Sequence[Sequence[str]], folder: Path) -> float:
    """CPU seconds of all these commands, one after the other."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(folder / "bytecode")}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    for argv in commands:
        done = subprocess.run(
            argv, check=False, cwd=folder, env=environment, capture_output=True, text=True
        )
        if done.returncode:
            raise SystemExit(done.stdout[-2000:] + done.stderr[-2000:])
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main(files: int, rounds: int) -> None:
    """Measure, print and write."""
    tools = Path(sys.executable).parent
    with tempfile.TemporaryDirectory(prefix="tagboat-bench-") as scratch:
        folder = Path(scratch)
        made = generate(folder, files)
        count = sum(len(each) for each in made.values())
        theirs = [
            [
                str(tools / "check-jsonschema"),
                "--schemafile",
                str(PROJECT / "schema" / f"{kind}.schema.json"),
                *map(str, each),
            ]
            for kind, each in made.items()
        ]
        ours = [[str(tools / "tagboat"), "validate"]]
        # Bytecode of both is warm, as it is where they were installed.
        cpu([theirs[0], *ours], folder)
        seconds: dict[str, list[float]] = {"check-jsonschema": [], "tagboat validate": []}
        for _ in range(rounds):
            seconds["check-jsonschema"].append(cpu(theirs, folder))
            seconds["tagboat validate"].append(cpu(ours, folder))
    told = {name: round(statistics.median(each), 3) for name, each in seconds.items()}
    ratio = round(told["check-jsonschema"] / told["tagboat validate"], 1)
    for name, each in told.items():
        print(f"{name:<20}{each:>8.2f} s CPU for {count} files")
    print(f"{'ratio':<20}{ratio:>8.1f}")
    out = PROJECT / "build" / "bench" / "validate.json"
    out.parent.mkdir(parents=True, exist_ok=True)
    report = {"files": count, "rounds": rounds, "cpu_s": told, "ratio": ratio}
    out.write_text(json.dumps(report, indent=2) + "\n")


if __name__ == "__main__":
    given = [int(each) for each in sys.argv[1:]]
    main(*(*given, *(FILES, ROUNDS)[len(given) :]))
