"""What to try next: commands that work as printed, from the folder the person is in."""

import os
import shlex
import sys
from pathlib import Path

from reconciler.tutorial.example import Example
from reconciler.tutorial.layout import Layout

GOOD = ("shop", "1.1.0", "production")
OWN = ("blog", "2026.43.1", "production")
BAD = ("shop", "1.3.0", "staging")
TRAIN = "train"


def command_path() -> Path:
    """The ``tagboat`` that was installed together with this Python."""
    return Path(sys.executable).with_name("tagboat")


def tagboat(layout: Layout, verb: str) -> str:
    """One verb of the command, in the engineer's clone."""
    return f"{_said(command_path())} {verb} -C {_said(layout.clone('engineer'))}"


def promote(layout: Layout, app: str, version: str, environment: str) -> str:
    """The engineer asks for a release."""
    return tagboat(layout, f"promote {app}@{version} --to {environment}")


def merge(layout: Layout, person: str, branch: str) -> str:
    """A person merges a promotion's branch and pushes: one line."""
    git = f"git -C {_said(layout.clone(person))}"
    return (
        f"{git} pull -q --ff-only && "
        f"{git} merge -q --no-ff -S --no-edit origin/{branch} && "
        f"{git} push -q origin main"
    )


def revert(layout: Layout, person: str) -> str:
    """A person takes the merge he has just pushed back."""
    git = f"git -C {_said(layout.clone(person))}"
    return f"{git} revert -m 1 --no-edit HEAD && {git} push -q origin main"


def branch_of(app: str, version: str, environment: str) -> str:
    """The branch that ``tagboat promote`` makes when there is none of that name yet."""
    return f"tagboat/promote/{environment}/{app}/{version}"


def tour(layout: Layout, example: Example, *, begun: bool) -> str:
    """Where to look, and what to try; only where to look once the tour was ``begun``."""
    places = "\n".join(
        f"    {place!s:<16} http://127.0.0.1:{place.port}/" for place in example.places
    )
    return f"""\

Two apps run in three environments. Look at them, and at the site:

    {"the site":<16} http://127.0.0.1:{example.port_base}/
{places}

{_later(layout) if begun else _first(layout, example)}
Ctrl-C stops everything; `make up` goes on where it was; `make clean` forgets it.
"""


def _first(layout: Layout, example: Example) -> str:
    status, history = tagboat(layout, "status --wait 60"), tagboat(layout, "history")
    good, own, bad = branch_of(*GOOD), branch_of(*OWN), branch_of(*BAD)
    shop = example.place(GOOD[2], GOOD[0]).port
    staging, dev = example.place(BAD[2], BAD[0]).port, example.place("dev", "blog").port
    return f"""\
Now try, in another terminal and in this folder ({_said(Path.cwd(), whole=True)}):

1. The engineer promotes a release to production, the approver merges it, and it arrives.

    {promote(layout, *GOOD)}
    {merge(layout, "approver", good)}
    {status}
    curl -s http://127.0.0.1:{shop}/version

2. The engineer merges his own promotion. It is held: nobody signs off his own change.

    {promote(layout, *OWN)}
    {merge(layout, "engineer", own)}
    {status}

   The way out: take the merge back, promote again, and let the approver merge.

    {revert(layout, "engineer")}
    {promote(layout, *OWN)}
    {merge(layout, "approver", own + "-2")}

3. A release whose smoke test fails goes back by itself, and is held until its file changes.

    {promote(layout, *BAD)}
    {merge(layout, "approver", bad)}
    {status}
    curl -s http://127.0.0.1:{staging}/version

4. Everything that happened.

    {history}
    git -C {_said(layout.remote)} log --format=%s tagboat/history

5. A train: in two minutes blog's next release is cut, and dev takes it. Nobody promotes anything.

    {train(layout)}
    {merge(layout, "approver", TRAIN)}
    {tagboat(layout, "simulate")}
    sleep 130
    curl -s http://127.0.0.1:{dev}/version
"""


def train(layout: Layout) -> str:
    """The engineer gives blog a train that leaves soon, and has dev follow: some lines of shell."""
    clone = _said(layout.clone("engineer"))
    git = f"git -C {clone}"
    schedule = '{days: [mon, tue, wed, thu, fri, sat, sun], time: "%s"}'
    soon = "$(date -u -d '2 minutes' +%H:%M)"
    written = f'{git} commit -q -a -m "Start a train"'
    follows = 's/^release: .*/follow: {releases: "*"}/'
    return "\n    ".join(
        (
            f"{git} fetch -q && {git} switch -q --no-track -c {TRAIN} origin/main",
            f"printf 'train: {{schedule: {schedule}}}\\n' {soon} >> {clone}/releases/blog/app.yaml",
            f"sed -i '{follows}' {clone}/environments/dev/blog.yaml",
            f"{written} && {git} push -q origin {TRAIN} && {git} switch -q main",
        )
    )


def _later(layout: Layout) -> str:
    return f"""\
The tour was begun before. What runs where, and everything that happened:

    {tagboat(layout, "status")}
    {tagboat(layout, "history")}

The tour's commands are in README.md; they start from a fresh example: `make clean up`.
"""


def _said(path: Path, *, whole: bool = False) -> str:
    near = os.path.relpath(path)
    return shlex.quote(str(path) if whole or near.startswith("..") else near)
