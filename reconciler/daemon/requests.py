"""The desk where requests are answered: each exactly once, in the history, then its ref goes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from reconciler.daemon.view import View
from reconciler.model.records import Answer, body_of, numbered, record_of
from reconciler.model.request import Received, Request
from reconciler.planner.inputs import Inputs
from reconciler.planner.requests import judged_answer
from reconciler.ports import Failpoints
from reconciler.repository.history import Lost
from reconciler.repository.request_refs import bring_requests, read_requests, remove_requests
from reconciler.system.spool import Spool

_AT_ONCE = 50
"""Requests in one look; the rest waits for the next, so that a flood stops nothing."""
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
    _read: dict[tuple[str, str], Received | None] = field(default_factory=dict)
    _gone: dict[str, str] = field(default_factory=dict)
    """Refs that were removed since the remote was last asked, each with its commit."""
    _kept: str = ""
    """Why the remote keeps refs that were answered."""

    def answer(self, known: Callable[[], Inputs]) -> None:
        """Answer what has come since the last time. Raises `UnreachableError` as pushes do."""
        self.answer_host(known)
        self._record_host()
        listed = self.view.requests
        self._gone = {ref: each for ref, each in self._gone.items() if listed.get(ref) == each}
        refs = {
            ref: commit for ref, commit in sorted(listed.items()) if self._gone.get(ref) != commit
        }
        if not refs:
            return
        some = dict(list(refs.items())[:_AT_ONCE])
        self._take_in(some)
        found = {each: self._read[each] for each in some.items() if each in self._read}
        self._judge([each for each in found.values() if each is not None], known)
        self._remove(found)

    def answer_host(self, known: Callable[[], Inputs]) -> None:
        """Answer what was asked on this host; that needs no remote, and is recorded later."""
        answered = self.spool.answered()
        for name, text in self.spool.asked().items():
            if name in answered:
                continue
            received = _of_host(text)
            if received is None or received.id != name:
                self.tell(f"request {name} on this host is unreadable")
                self.spool.forget(name)
                continue
            answer = judged_answer(known(), received, reconciler=self.reconciler)
            self.failpoints.reach("request.answer.before")
            self.spool.answer(name, body_of(answer))
            self.failpoints.reach("request.answer.after")
            self.tell(answer.subject)

    @property
    def unrecorded(self) -> Mapping[str, tuple[Answer, ...]]:
        """Deployment → what was granted about it on this host, and isn't in the history yet."""
        found: dict[str, tuple[Answer, ...]] = {}
        for text in self.spool.answered().values():
            answer = record_of(text)
            if isinstance(answer, Answer) and answer.granted and answer.deployment:
                found[answer.deployment] = (*found.get(answer.deployment, ()), answer)
        return found

    def _record_host(self) -> None:
        answers = {name: record_of(text) for name, text in self.spool.answered().items()}
        if answers:
            self.failpoints.reach("history.host-answer.before")
            self.view.history.append_facts(list(answers.values()))
            self.failpoints.reach("history.host-answer.after")
            self.view.read_history()
        for name in answers:
            self.spool.forget(name)

    def _take_in(self, refs: Mapping[str, str]) -> None:
        new = {ref: commit for ref, commit in refs.items() if (ref, commit) not in self._read}
        if not new:
            return
        bring_requests(self.view.git, self.view.remote, new)
        for ref, received in read_requests(self.view.git, new).items():
            self._read[ref, new[ref]] = received
            if received is None:
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
        for each in found:
            self._read.pop(each, None)


def _of_host(text: str) -> Received | None:
    try:
        return Received(Request.model_validate_json(text, strict=False))
    except ValueError:
        return None
