"""Plans, timetables and previews: the same bytes everywhere, and no look at the world."""

import json
import os
import subprocess
import sys
from pathlib import Path

from planner_purity import PLANNED, SOME, STARTS

HERE = Path(__file__).parent
WORLDS = [
    ("0", {"PYTHONHASHSEED": "0", "TZ": "UTC", "LC_ALL": "C"}),
    ("5", {"PYTHONHASHSEED": "1", "TZ": "Asia/Tokyo", "LC_ALL": "C.UTF-8"}),
    ("9", {"PYTHONHASHSEED": "77", "TZ": "America/New_York", "LC_ALL": "tr_TR.UTF-8"}),
]


def begun(folder, order, **surroundings):
    """A process that plans everything, in a folder of its own."""
    folder.mkdir()
    return subprocess.Popen(
        [sys.executable, str(HERE / "planner_purity.py"), order],
        # The files are UTF-8, whatever a locale that isn't there makes of them.
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(HERE),
            "PYTHONUTF8": "1",
            **surroundings,
        },
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_i10_plans_are_the_same_everywhere_and_look_at_nothing(tmp_path):
    running = [
        begun(tmp_path / str(number), order, **surroundings)
        for number, (order, surroundings) in enumerate(WORLDS)
    ]
    ended = [each.communicate() for each in running]
    for each, (_, said) in zip(running, ended, strict=True):
        assert each.returncode == 0, said
    answers = [out.splitlines() for out, _ in ended]
    first = answers[0]
    assert len(first) == len(PLANNED) + 2 * len(SOME) + 2 * len(STARTS)
    for other in answers[1:]:
        for one, same in zip(first, other, strict=True):
            assert one == same, json.loads(one)[0]
    told = dict(map(json.loads, first))
    assert all(len(told[f"timetable {name}"]) > 1 for name in STARTS)


ATTEMPTS = {
    "open('/etc/hostname')": "open",
    "socket.socket()": "socket",
    "import wave": "import",
    "time.time()": "time.time",
    "datetime.now()": "now",
    "os.environ['HOME']": "os.environ",
    "os.listdir('.')": "os.listdir",
    "os.urandom(1)": "urandom",
}


def test_a_look_at_the_world_is_noticed(tmp_path):
    """One process forks for each attempt, since importing costs more than all of them."""
    script = (
        "import os, socket, sys, time; from datetime import datetime\n"
        "import planner_purity\n"
        "for attempt in sys.argv[1:]:\n"
        "    if not os.fork():\n"
        "        planner_purity.forbid(); exec(attempt); os._exit(0)\n"
        "    print(os.waitstatus_to_exitcode(os.wait()[1]), flush=True)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *ATTEMPTS],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(HERE), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["3"] * len(ATTEMPTS)
    reached = [each for each in done.stderr.splitlines() if each.startswith("planning reached")]
    for line, named in zip(reached, ATTEMPTS.values(), strict=True):
        assert named in line
