"""Plans everything there is to plan, in a process that notices any look at the world.

``python planner_purity.py ORDER`` prints one line of JSON for each plan, timetable and preview:
scenarios of ``scenarios/`` and the processes of the corpus. ``ORDER`` is the seed of the order
in which files are given, 0 for sorted. What libraries load once is loaded by planning all of it
before; then the same is planned from new inputs, and whatever reaches for a file, a socket, a
process, an environment variable, chance or a clock ends the run, with its name.
"""

import json
import os
import random
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import FrameType
from typing import Any

from conftest import Scene
from scenario import SCENARIOS, Scenario
from test_simulation import inputs as process_inputs

from reconciler.model.plan import Plan
from reconciler.planner.inputs import Inputs
from reconciler.planner.plan import make_plan
from reconciler.planner.preview import Change, Merger, previews
from reconciler.planner.rendering import as_text
from reconciler.planner.simulation import simulate
from reconciler.publish.comment import comment_json, comment_markdown
from reconciler.publish.plan_table import as_markdown
from reconciler.signoff.facts import Entry

PROMOTION = "environments/production/shop.yaml"
STARTS = {
    "process-trains": datetime(2026, 11, 24, 12, tzinfo=UTC),
    "process-branches": datetime(2026, 11, 21, tzinfo=UTC),
    "process-agency": datetime(2026, 11, 23, tzinfo=UTC),
    "process-customers": datetime(2026, 11, 23, tzinfo=UTC),
}
PLANNED = sorted(
    {
        *(each for each in SCENARIOS if "-x-" not in each.stem),
        *[each for each in SCENARIOS if "-x-" in each.stem][::4],
    }
)
"""Every scenario of one gate, and some of two: under the watch it takes its time."""
SOME = PLANNED[::2]
"""What looks further than a plan does so for these."""
Job = tuple[str, Callable[[], Any]]


def ordered(order: int) -> Callable[[Any], list[Any]]:
    """Puts paths into one of many orders."""

    def arrange(paths: Any) -> list[Any]:
        found = sorted(paths)
        if order:
            random.Random(order).shuffle(found)
        return found

    return arrange


def jobs(arrange: Callable[[Any], list[Any]]) -> list[Job]:
    """What there is to do, from inputs that nobody has planned yet."""
    found: list[Job] = []
    for path in PLANNED:
        scene = Scenario(path, Scene()).scene
        scene.files = {each: scene.files[each] for each in arrange(scene.files)}
        inputs = scene.inputs()
        found.append((f"plan {path.stem}", lambda known=inputs: said(make_plan(known))))
        if path in SOME:
            found.append((f"timetable {path.stem}", lambda known=inputs: timetable(known)))
            found.append((f"preview {path.stem}", preview(scene, inputs)))
    for name, start in STARTS.items():
        known = process_inputs(name, start=start, order=arrange)
        found.append((f"plan {name}", lambda known=known: said(make_plan(known))))
        found.append((f"timetable {name}", lambda known=known: timetable(known, days=4)))
    return found


def said(plan: Plan) -> list[Any]:
    return [plan.digest, plan.as_json(), as_text(plan), as_markdown(plan)]


def timetable(known: Inputs, *, days: int = 1) -> list[Any]:
    until = known.now + timedelta(days=days)
    return [each.as_json() for each in simulate(known, until=until)]


def preview(scene: Scene, before: Inputs) -> Callable[[], Any]:
    """What merging another release into production does."""
    files = {**scene.files, PROMOTION: scene.files[PROMOTION] + "# another look\n"}
    changed = replace(scene, files=files)
    after = changed.inputs()
    entry = after.judgement.admitted[PROMOTION]
    wrote = {PROMOTION: frozenset({"ben"})}
    change = Change("4" * 40, {PROMOTION: Entry("100644", entry.id)}, wrote)
    mergers = [Merger("ana", frozenset(wrote), after)]

    def run() -> list[Any]:
        seen = previews(before, mergers, change)
        return [comment_json(seen), comment_markdown(seen, {})]

    return run


FORBIDDEN = (
    *("open", "import", "os.", "socket.", "subprocess.", "shutil.", "tempfile.", "glob."),
    *("pathlib.", "urllib.", "ctypes.", "sqlite3.", "ftplib.", "http.", "smtplib.", "fcntl."),
)
CLOCKS = frozenset({"now", "utcnow", "today"})
OF_TIME = frozenset(
    {"time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns"}
    | {"process_time", "localtime", "gmtime", "sleep", "tzset"}
)


def forbid() -> None:
    """From here on the world is out of reach."""

    looked_up = type(os.environ).__getitem__.__code__

    def audit(event: str, arguments: tuple[Any, ...]) -> None:
        if any(event == each or (each[-1] == "." and event.startswith(each)) for each in FORBIDDEN):
            leave(f"{event} {arguments}")

    def profile(frame: FrameType, event: str, what: Any) -> None:
        if event == "c_call":
            name, owner = what.__name__, getattr(what, "__self__", None)
            module = getattr(what, "__module__", "") or getattr(owner, "__name__", "")
            clock = (module == "time" and name in OF_TIME) or (
                name in CLOCKS and owner in (datetime, date)
            )
            if clock or (name, module) == ("urandom", "posix"):
                leave(f"{module}.{name}")
        elif event == "call" and frame.f_code is looked_up:
            leave(f"os.environ[{frame.f_locals['key']!r}]")

    sys.addaudithook(audit)
    sys.setprofile(profile)


def leave(what: str) -> None:
    """End at once: an exception might be caught."""
    sys.setprofile(None)
    frame, lines = sys._getframe(2), []
    while frame and len(lines) < 12:
        lines.append(f"  {frame.f_code.co_filename}:{frame.f_lineno}")
        frame = frame.f_back
    sys.stderr.write("\n".join((f"planning reached for {what}", *lines, "")))
    sys.stderr.flush()
    os._exit(3)


def main(order: int) -> None:
    """Print what is planned."""
    arrange = ordered(order)
    for _, job in jobs(arrange):
        job()
    fresh = jobs(arrange)
    answers = []
    forbid()
    for name, job in fresh:
        answers.append((name, job()))
    sys.setprofile(None)
    for name, answer in answers:
        sys.stdout.write(json.dumps([name, answer]) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]))
