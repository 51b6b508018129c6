"""Many who ask one remote at the same time share an answer, which is never older than they are."""

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from reconciler.errors import UnreachableError

Ask = Callable[[Sequence[str]], Mapping[str, str]]
"""Patterns of refs → ref and where it leads; raises when the remote doesn't say."""


@dataclass(slots=True)
class _Round:
    """One question that is put together, asked once, and answered to all."""

    patterns: set[str] = field(default_factory=set)
    refs: Mapping[str, str] = field(default_factory=dict)
    error: Exception | None = field(default_factory=lambda: UnreachableError("nobody answered"))
    over: bool = False


class Gathering:
    """One question to a remote at a time; those who come meanwhile are the next one, together.

    A question is asked after everybody who shares it came: an answer from before would let a tag
    that was moved since pass.
    """

    def __init__(self, ask: Ask) -> None:
        """``ask`` asks the remote; never more than once at a time."""
        self._ask = ask
        self._change = threading.Condition()
        self._busy = False
        self._next = _Round()

    def ask(self, patterns: Iterable[str]) -> Mapping[str, str]:
        """Where these lead now, perhaps with what others asked for; raises what asking raised."""
        with self._change:
            mine = self._next
            mine.patterns.update(patterns)
            while self._busy and not mine.over:
                self._change.wait()
            leads = not mine.over
            if leads:
                self._busy, self._next = True, _Round()
        if leads:
            self._lead(mine)
        if mine.error is not None:
            raise mine.error
        return mine.refs

    def _lead(self, mine: _Round) -> None:
        try:
            mine.refs = self._ask(sorted(mine.patterns))
            mine.error = None
        except Exception as error:  # noqa: BLE001 - it is everybody's answer
            mine.error = error
        finally:
            with self._change:
                self._busy, mine.over = False, True
                self._change.notify_all()
