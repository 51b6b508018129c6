"""What the daemon says: one line an event, on stderr and in the log of the deployment."""

import contextlib
import os
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from reconciler.deployer.fold import Deployment
from reconciler.deployer.progress import asking
from reconciler.manifest.secrets import redacted
from reconciler.model.deployment import Result
from reconciler.visibility import visible

_LINES = 2_000
"""Lines of one program's output that are kept."""
_MOST = 4 << 20
"""Bytes that a deployment's log may have."""
_MARKS = {Result.PASSED: "✔", Result.FAILED: "✖", Result.ERRORED: "?"}


class Lines:
    """Turns events into lines. ``say`` prints one line; ``folder`` takes a log per deployment."""

    def __init__(self, say: Callable[[str], None], folder: Path) -> None:
        """Make the folder if it isn't there."""
        folder.mkdir(parents=True, exist_ok=True)
        self._say = say
        self._folder = folder
        self._width = 0
        self._one = threading.Lock()

    def __call__(self, deployment: Deployment, event: Mapping[str, Any]) -> None:
        """Take note of an event of a deployment; a full disk loses lines and nothing else."""
        line = line_of(deployment, event)
        if event["event"] == "finished":
            self._speak(line)
        elif event["event"] in {"step-ended", "resumed"}:
            claim = deployment.claim
            head = f"{claim.environment}/{claim.app} {deployment.assignment.content.version}"
            # Places deploy at once: their steps stand below one another.
            self._width = max(self._width, len(head))
            self._speak(f"{head:<{self._width}}  {line}")
        self.log(deployment.claim.deployment, f"{event['at']} {line}")

    def output(self, deployment: str, step: str, text: str) -> None:
        """Add what a program of a step has said to the deployment's log, secrets masked."""
        lines = redacted(text).splitlines()
        if len(lines) > _LINES:
            lines = [*lines[:_LINES], f"… and {len(lines) - _LINES} lines more"]
        self._write(deployment, [f"  {step} | {each}" for each in lines])

    def log(self, deployment: str, line: str) -> None:
        """Add a line to a deployment's log."""
        self._write(deployment, [redacted(line)])

    def text(self, deployment: str) -> bytes:
        """The log of a deployment as it is now; empty without one."""
        try:
            return (self._folder / f"{deployment}.log").read_bytes()
        except OSError:
            return b""

    def _write(self, deployment: str, lines: list[str]) -> None:
        """All in one write: what a kill leaves has no half line but perhaps the last."""
        path = self._folder / f"{deployment}.log"
        text = "".join(f"{visible(each)}\n" for each in lines).encode()
        with contextlib.suppress(OSError):
            handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o640)
            try:
                room = max(0, _MOST - os.fstat(handle).st_size)
                if text and room:
                    os.write(handle, text[:room])
            finally:
                os.close(handle)

    def tell(self, line: str) -> None:
        """Say something that belongs to no deployment."""
        self._speak(line)

    def _speak(self, line: str) -> None:
        # Places speak from threads of their own, and a line and its end are two writes.
        # Nobody may be there to hear it any more, or the disk behind it full.
        with self._one, contextlib.suppress(OSError):
            self._say(line)


def line_of(deployment: Deployment, event: Mapping[str, Any]) -> str:
    """The words for one event of a journal."""
    match event["event"]:
        case "step-started":
            asked = f"  {asking(step)}" if (step := deployment.step) and asking(step) else ""
            return f"… {event['step']}{asked}"
        case "step-ended":
            mark = _MARKS[Result(event["result"])]
            detail = f"  {event['detail']}" if event["detail"] else ""
            return f"{mark} {event['step']}{detail}"
        case "resumed":
            return f"… goes on with {deployment.step.name}" if deployment.step else "… goes on"
        case "aborted":
            return f"✖ {event['why']}"
        case "finished":
            end = deployment.end
            return f"{end.subject} ({end.why})" if end and end.why else end.subject if end else ""
        case other:
            return str(other)
