"""Who asks a remote at the same time shares an answer that is not older than any of them."""

import threading

import pytest

from reconciler.errors import UnreachableError
from reconciler.repository.gathering import Gathering


class Remote:
    """Answers when it is let, and writes down what it was asked."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []
        self.there, self.let_go = threading.Semaphore(0), threading.Semaphore(0)
        self.away = False

    def ask(self, patterns):
        self.asked.append(list(patterns))
        self.there.release()
        assert self.let_go.acquire(timeout=30)
        if self.away:
            raise UnreachableError("away")
        return {each: f"at {len(self.asked)}" for each in patterns}


def begin(gathering, pattern, into):
    def ask():
        try:
            into[pattern] = gathering.ask([pattern])
        except UnreachableError as error:
            into[pattern] = str(error)

    thread = threading.Thread(target=ask)
    thread.start()
    return thread


@pytest.mark.parametrize("away", [False, True])
def test_b114_who_comes_amid_a_question_waits_for_the_next_one(away):
    remote, said = Remote(), {}
    gathering = Gathering(remote.ask)
    threads = [begin(gathering, "first", said)]
    assert remote.there.acquire(timeout=30)
    names = [f"later{number}" for number in range(20)]
    threads += [begin(gathering, each, said) for each in names]
    while len(gathering._next.patterns) < len(names):
        threads[0].join(0.01)
    remote.let_go.release()
    assert remote.there.acquire(timeout=30)
    remote.away = away
    remote.let_go.release()
    for each in threads:
        each.join(30)
    assert remote.asked == [["first"], sorted(names)]
    assert said["first"] == {"first": "at 1"}
    answers = {str(said[each]) for each in names}
    assert answers == ({"away"} if away else {str(dict.fromkeys(sorted(names), "at 2"))})
