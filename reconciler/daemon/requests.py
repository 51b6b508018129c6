"""The desk where requests are answered: each exactly once, in the history, then its ref goes."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import groupby

from reconciler.daemon.view import View
from reconciler.deployer.ledger import Ledger
from reconciler.errors import UnreachableError
from reconciler.model.records import Answer, body_of, numbered, record_of
from reconciler.model.request import Received, Request
from reconciler.names import instant_of
from reconciler.planner.inputs import Inputs
from reconciler.planner.requests import judged_answer
from reconciler.ports import Failpoints
from reconciler.repository.history import Lost
from reconciler.repository.request_refs import (
    Posted,
    bring_requests,
    read_requests,
    received,
    remove_requests,
)
from reconciler.system.spool import Spool

_AT_ONCE = 50
"""Requests answered in one look; the rest waits for the next, so that a flood stops nothing."""
_AGAIN = 10
"""Requests that one look tries once more, of those that it couldn't tell of before."""
_LOOKED_AT = 1000
"""Requests among which a look finds the oldest."""
_TRIES = 20


@dataclass(slots=True)
class Desk:
    """Reads requests, judges and answers them. Only the deciding thread calls it.

    An answer's record has the request's id: of several daemons, and after a kill anywhere, one
    answer counts. It is judged on the tip that it is pushed onto.
    """

    view: View
    spool: Spool
    failpoints: Failpoints
    reconciler: str
    tell: Callable[[str], None]
    _read: dict[tuple[str, str], Posted | None] = field(default_factory=dict)
    _untold: dict[tuple[str, str], int] = field(default_factory=dict)
    """Refs of which it couldn't be told who asks, or what: how often they were tried in vain. Those
    tried less often come first."""
    _gone: dict[str, str] = field(default_factory=dict)
    """Refs that were removed since the remote was last asked, each with its commit."""
    _kept: str = ""
    """Why the remote keeps refs that were answered."""

    def answer(self, known: Callable[[], Inputs]) -> None:
        """Answer what has come since the last time, in the order in which it was asked.

        Raises `UnreachableError` as pushes do.
        """
        self._record_host()
        found = self._come()
        queue = sorted((*_whole(found.values()), *self._asked_here()), key=_asked_at)
        for here, run in groupby(queue, key=lambda each: not each.key):
            if here:
                self._answer_here(list(run), known)
                self._record_host()
            else:
                self._judge(list(run), known)
        self._remove(found)

    def answer_host(self, known: Callable[[], Inputs]) -> None:
        """Answer what was asked on this host; that needs no remote, and is recorded later."""
        self._answer_here(sorted(self._asked_here(), key=_asked_at), known)

    def _asked_here(self) -> list[Received]:
        """What was asked on this host and isn't answered."""
        answered, found = self.spool.answered(), []
        for name, text in self.spool.asked().items():
            if name in answered:
                continue
            received = _of_host(text)
            if received is not None and received.id == name:
                found.append(received)
                continue
            self.tell(f"request {name} on this host is unreadable")
            self.spool.forget(name)
        return found

    def _answer_here(self, asked: list[Received], known: Callable[[], Inputs]) -> None:
        if not asked:
            return
        inputs = known()
        inputs = replace(inputs, ledger=_after(inputs.ledger, self._answered_here()))
        for each in asked:
            answer = judged_answer(inputs, each, reconciler=self.reconciler)
            # The next one is judged by what this one did.
            inputs.ledger.apply(numbered(answer, inputs.ledger.sequence + 1))
            self.failpoints.reach("request.answer.before")
            self.spool.answer(each.id, body_of(answer))
            self.failpoints.reach("request.answer.after")
            self.tell(answer.subject)

    def _answered_here(self) -> list[Answer]:
        """What was answered on this host and isn't recorded, in the order of asking."""
        asked = {name: _of_host(text) for name, text in self.spool.asked().items()}
        found: list[tuple[tuple[datetime, str], Answer]] = []
        for name, text in self.spool.answered().items():
            answer, request = record_of(text), asked.get(name)
            if isinstance(answer, Answer):
                at = _asked_at(request) if request else (instant_of(answer.at), name)
                found.append((at, answer))
        return [answer for _, answer in sorted(found, key=lambda each: each[0])]

    @property
    def ledger(self) -> Ledger:
        """The history, with what was answered on this host and isn't in it yet."""
        answers = self._answered_here()
        return _after(self.view.ledger, answers) if answers else self.view.ledger

    @property
    def unrecorded(self) -> Mapping[str, tuple[Answer, ...]]:
        """Deployment → what was granted about it on this host, and isn't in the history yet."""
        found: dict[str, tuple[Answer, ...]] = {}
        for answer in self._answered_here():
            if answer.granted and answer.deployment:
                found[answer.deployment] = (*found.get(answer.deployment, ()), answer)
        return found

    def _record_host(self) -> None:
        answers = self._answered_here()
        if answers:
            self.failpoints.reach("history.host-answer.before")
            self.view.history.append_facts(answers)
            self.failpoints.reach("history.host-answer.after")
            self.view.read_history()
        for each in answers:
            self.spool.forget(each.request)

    def _come(self) -> dict[tuple[str, str], Received | None]:
        """The oldest requests on the remote, nothing for junk: as many as one look answers.

        Those that were tried in vain before come after all others.
        """
        listed = self.view.requests
        self._gone = {ref: each for ref, each in self._gone.items() if listed.get(ref) == each}
        there = [each for each in sorted(listed.items()) if self._gone.get(each[0]) != each[1]]
        self._untold = {each: self._untold[each] for each in there if each in self._untold}
        some = sorted(there, key=lambda each: (self._untold.get(each, 0), each))[:_LOOKED_AT]
        self._read = {each: self._read[each] for each in some if each in self._read}
        self._take_in(dict(each for each in some if each not in self._read))
        for each in some:
            if each not in self._read:
                self._put_off(each)
        known = sorted(self._read.items(), key=lambda each: each[0])
        waiting = sorted(
            (
                (self._untold.get(each, 0), _moment(posted.request), each, posted)
                for each, posted in known
                if posted
            ),
            key=lambda each: each[:3],
        )
        junk = [each for each, posted in known if posted is None]
        found: dict[tuple[str, str], Received | None] = {}
        new = sum(not tries for tries, *_ in waiting)
        for _, _, each, posted in waiting[: min(_AT_ONCE, new + _AGAIN)]:
            try:
                found[each] = received(posted, each[0])
            except UnreachableError:
                self._put_off(each)
                continue
            if found[each] is None:
                self._tell_junk(each[0])
        return found | dict.fromkeys(junk[: _AT_ONCE - len(found)])

    def _put_off(self, each: tuple[str, str]) -> None:
        """What nobody can tell of is read another time, and keeps no other one waiting."""
        self._untold[each] = self._untold.get(each, 0) + 1

    def _take_in(self, new: Mapping[str, str]) -> None:
        if not new:
            return
        bring_requests(self.view.git, self.view.remote, new)
        for ref, posted in read_requests(self.view.git, new).items():
            self._read[ref, new[ref]] = posted
            if posted is None:
                self._tell_junk(ref)

    def _tell_junk(self, ref: str) -> None:
        self.tell(f"{ref} holds no request and is removed")

    def _judge(self, received: list[Received], known: Callable[[], Inputs]) -> None:
        for _ in range(_TRIES):
            ledger = self.view.ledger
            waiting = [each for each in received if each.id not in ledger.answers]
            if not waiting:
                return
            inputs = known()
            inputs = replace(inputs, ledger=ledger.fork())
            answers = []
            for each in waiting:
                answer = judged_answer(inputs, each, reconciler=self.reconciler)
                # The next one is judged by what this one did.
                inputs.ledger.apply(numbered(answer, inputs.ledger.sequence + 1))
                answers.append(answer)
            self.failpoints.reach("history.answer.before")
            said = self.view.history.append(answers, onto=self.view.history.tip)
            self.failpoints.reach("history.answer.after")
            self.view.read_history()
            if not isinstance(said, Lost):
                for answer in answers:
                    self.tell(answer.subject)

    def _remove(self, found: Mapping[tuple[str, str], Received | None]) -> None:
        done = {
            ref: commit
            for (ref, commit), received in found.items()
            if received is None or received.id in self.view.ledger.answers
        }
        if not done:
            return
        self.failpoints.reach("request.remove.before")
        kept = remove_requests(self.view.git, self.view.remote, done)
        self.failpoints.reach("request.remove.after")
        if kept and kept != self._kept:
            self.tell(f"the remote keeps requests that are answered: {kept}")
        self._kept = kept
        # Where it keeps them, they aren't tried again before they are listed anew.
        self._gone = {**self._gone, **done}


def _after(ledger: Ledger, answers: Iterable[Answer]) -> Ledger:
    """A ledger of its own that knows of these as well."""
    after = ledger.fork()
    for answer in answers:
        after.apply(numbered(answer, after.sequence + 1))
    return after


def _of_host(text: str) -> Received | None:
    try:
        return Received(Request.model_validate_json(text, strict=False))
    except ValueError:
        return None


def _whole(found: Iterable[Received | None]) -> list[Received]:
    return [each for each in found if each is not None]


def _moment(request: Request) -> datetime:
    return instant_of(request.at)


def _asked_at(each: Received) -> tuple[datetime, str]:
    """Requests in the order in which they were made, as they say; of one instant, by their id."""
    return _moment(each.request), each.id
