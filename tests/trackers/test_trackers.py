"""What being a tracker means, asked of each: where tickets stand, and nothing that isn't so (S11)."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from jira_lookalike import MYSELF, SECRET, JiraLookalike, jira_lookalike, say

from reconciler.errors import ConfigurationError, UnreachableError
from reconciler.model.connections import Tracker as Settings
from reconciler.model.host import Host
from reconciler.model.question import Question
from reconciler.model.sight import Facts, Unseen
from reconciler.ports import Tracker
from reconciler.system.client import Client
from reconciler.system.clock import SystemClock
from reconciler.system.configuration import Configuration
from reconciler.trackers.jira import Jira, authorization
from reconciler.trackers.memory import MemoryTracker
from reconciler.trackers.opening import open_tracker
from reconciler.trackers.source import TrackerSource


@pytest.fixture
def jira() -> Iterator[JiraLookalike]:
    with jira_lookalike() as found:
        yield found


@dataclass
class Subject:
    """A tracker, and how a test moves a ticket and takes the tracker away."""

    tracker: Tracker
    columns: dict[str, str]
    world: object

    def away(self) -> None:
        if isinstance(self.world, JiraLookalike):
            self.world.act = lambda handler: say(handler, 503, "") or True
        else:
            self.world.away = "it is away"


def subject_of(jira, **more) -> Subject:
    client = Client(
        jira.address, lambda: authorization(SECRET), clock=SystemClock(), settings="s", **more
    )
    return Subject(Jira(client), jira.columns, jira)


@pytest.fixture(params=["memory", "jira"])
def subject(request, jira) -> Subject:
    if request.param == "jira":
        return subject_of(jira)
    memory = MemoryTracker()
    return Subject(memory, memory.columns, memory)


def test_a_ticket_stands_where_it_was_moved_last(subject):
    subject.columns["PAY-1"] = "Dev Testing"
    assert subject.tracker.column_of("PAY-1") == "Dev Testing"
    subject.columns["PAY-1"] = "Staging"
    assert subject.tracker.column_of("PAY-1") == "Staging"
    subject.tracker.check()


@pytest.mark.parametrize("ticket", ["PAY-2", "../myself", "a b/ü?x=1#y"])
def test_a_ticket_that_is_not_there_stands_nowhere_whatever_it_is_called(subject, ticket):
    subject.columns["PAY-1"] = "Staging"
    assert subject.tracker.column_of(ticket) is None


def test_one_that_is_away_tells_nothing_of_any_ticket(subject):
    subject.columns["PAY-1"] = "Staging"
    subject.away()
    for ask in (lambda: subject.tracker.column_of("PAY-1"), subject.tracker.check):
        with pytest.raises(UnreachableError):
            ask()


# Jira


def test_a_ticket_that_moved_to_another_project_is_found_by_its_old_key(jira):
    jira.columns["NEW-1"], jira.moved["PAY-1"] = "Staging", "NEW-1"
    assert subject_of(jira).tracker.column_of("PAY-1") == "Staging"


def hang(handler) -> bool:
    handler.wfile.write(b"HTTP/1.0 200 OK\r\n\r\n")
    handler.wfile.flush()
    threading.Event().wait(1)
    return True


def cut(handler) -> bool:
    handler.send_response(200)
    handler.send_header("Content-Length", "500")
    handler.end_headers()
    handler.wfile.write(b'{"fields": ')
    return True


BAD = {
    "refuses": lambda handler: say(handler, 401, "<html>no</html>") or True,
    "busy": lambda handler: say(handler, 429, {}) or True,
    "page": lambda handler: say(handler, 200, "<html>log in</html>") or True,
    "other": lambda handler: say(handler, 200, {"fields": {"status": None}}) or True,
    "elsewhere": lambda handler: say(handler, 302, "") or True,
    "hangs": hang,
    "cut": cut,
}


@pytest.mark.parametrize("act", BAD.values(), ids=BAD)
def test_an_answer_that_says_nothing_is_no_answer_and_tells_no_secret(jira, act):
    jira.act = act
    with pytest.raises(UnreachableError) as caught:
        subject_of(jira, timeout=0.3).tracker.column_of("PAY-1")
    said = f"{caught.value.message} {caught.value.hint}"
    assert not any(each in said for each in (*SECRET.split(":"), *authorization(SECRET).values()))


# The source of sightings


def question(sort, about, settings=None):
    settings = settings or Settings(type="jira", url="https://jira.example", secret="KEY")
    return Question(sort, about, "tracker jira", tracker=settings)


TICKETS = [
    question("ticket", f"payments jira https://jira.example PAY-{number}") for number in (1, 2, 3)
]
ANSWERS = question("tracker", "jira")


def test_s11_each_ticket_and_the_tracker_are_told_of(subject):
    subject.columns |= {"PAY-1": "Staging", "PAY-3": "Doing"}
    source = TrackerSource(lambda _: subject.tracker, secrets=frozenset(), clock=SystemClock())
    assert source.look([ANSWERS, *TICKETS]) == {
        TICKETS[0]: Facts({"state": "Staging"}),
        TICKETS[1]: Facts({}),
        TICKETS[2]: Facts({"state": "Doing"}),
        ANSWERS: Facts({"answers": "yes"}),
    }


def test_s11_one_that_is_away_is_asked_once_for_all_its_tickets(jira):
    subject = subject_of(jira)
    subject.away()
    source = TrackerSource(lambda _: subject.tracker, secrets=frozenset(), clock=SystemClock())
    found = source.look([ANSWERS, *TICKETS])
    assert [type(found[each]) for each in TICKETS] == [Unseen] * 3
    assert found[ANSWERS] == Facts({"answers": "no", "why": "127.0.0.1 answers 503"})
    assert len(jira.asked) == 1
    assert source.look([ANSWERS]) == {ANSWERS: found[ANSWERS]}
    assert jira.asked[1:] == [MYSELF]


class Hand:
    """A clock that is put on by hand."""

    at = 0.0

    def monotonic(self):
        return self.at


@dataclass
class Slow:
    """Each answer takes forty seconds."""

    clock: Hand

    def column_of(self, ticket):
        self.clock.at += 40
        return "Staging"


def test_s11_a_round_of_questions_ends_in_time_however_slow_the_answers_are():
    clock = Hand()
    source = TrackerSource(lambda _: Slow(clock), secrets=frozenset(), clock=clock, most=60.0)
    found = source.look([ANSWERS, *TICKETS])
    assert found[TICKETS[1]] == Facts({"state": "Staging"})
    assert found[TICKETS[2]] == Unseen("tracker jira took longer than 60 s")
    assert found[ANSWERS].facts["answers"] == "no"


# Secrets


def host(tmp_path, **secret) -> Configuration:
    settings = {
        "name": "one",
        "state": "state",
        "remote": {"url": "r"},
        "trust": {"root": "0" * 40},
        "history": {"reconcilers": {}},
        "secrets": {"KEY": {"file": "key", **secret}},
    }
    return Configuration(Host.model_validate(settings), tmp_path / "tagboat.toml")


def test_s11_the_secret_of_the_host_is_used_where_it_is_for(tmp_path, jira):
    (tmp_path / "key").write_text(f"{SECRET}\n")
    jira.columns["PAY-1"] = "Staging"
    settings = Settings(type="jira", url=jira.address, secret="KEY")
    configuration = host(tmp_path, url=f"{jira.address}/")
    tracker = open_tracker(settings, configuration, clock=SystemClock())
    assert tracker.column_of("PAY-1") == "Staging"


@pytest.mark.parametrize(
    "settings",
    [
        Settings(type="jira", url="https://elsewhere.example", secret="KEY"),
        Settings(type="jira", url="https://jira.example@elsewhere.example", secret="KEY"),
        Settings(type="jira", url="https://jira.example", secret="OTHER"),
        Settings(type="zammad", url="https://jira.example", secret="KEY"),
    ],
    ids=str,
)
def test_s11_a_secret_is_never_sent_to_another_address_than_the_host_says(tmp_path, settings):
    (tmp_path / "key").write_text(SECRET)
    configuration = host(tmp_path, url="https://jira.example")
    with pytest.raises(ConfigurationError) as caught:
        open_tracker(settings, configuration, clock=SystemClock())
    assert SECRET not in str(caught.value)
    source = TrackerSource(
        lambda each: open_tracker(each, configuration, clock=SystemClock()),
        secrets=frozenset({"KEY"}),
        clock=SystemClock(),
    )
    each = question("tracker", "jira", settings)
    assert source.look([each])[each].facts["answers"] == "no"


def test_a_token_that_stands_alone_is_sent_as_a_bearer():
    assert authorization("t0ken") == {"Authorization": "Bearer t0ken"}
