"""The ledger: what the history says of each place, and the laws it refuses to bend."""

from history_world import a_claim, a_refusal, a_restart, an_end, content
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.deployer.ledger import Ledger, Standing
from reconciler.model.place import Place
from reconciler.model.records import Claim, Outcome, Record, numbered

SHOP = Place("dev", "shop")
MERGES = ("1" * 40, "2" * 40, "3" * 40)


class Writing:
    """Records in order, numbered as the history would."""

    def __init__(self) -> None:
        self.records: list[Record] = []

    def claim(self, version: str = "1.0.0", **named: str) -> Claim:
        made = numbered(a_claim(version, **named), len(self.records) + 1)  # type: ignore[arg-type]
        assert isinstance(made, Claim)
        self.records.append(made)
        return made

    def add(self, record: Record) -> None:
        self.records.append(numbered(record, len(self.records) + 1))

    @property
    def ledger(self) -> Ledger:
        return Ledger.of(self.records)

    @property
    def shop(self) -> Standing:
        return self.ledger.at(SHOP)


def test_a_place_without_records_runs_nothing_and_holds_nothing() -> None:
    ledger = Ledger()
    assert ledger.at(SHOP) == Standing(SHOP)
    assert (ledger.sequence, ledger.places, ledger.keep(SHOP)) == (0, (), ())
    assert ledger.running(SHOP) is None


def test_an_open_claim_changes_nothing_of_what_runs() -> None:
    history = Writing()
    history.add(an_end(history.claim("1.0.0")))
    claim = history.claim("2.0.0")
    assert history.shop.open_claim == claim
    assert history.shop.running == content("1.0.0")
    assert history.ledger.open_places() == (SHOP,)
    assert history.ledger.claims["dev.shop.3"] == claim
    assert "dev.shop.3" not in history.ledger.ends


def test_success_settles_the_content_and_says_since_when_it_runs() -> None:
    history = Writing()
    claim = history.claim("1.0.0")
    history.add(an_end(claim, ended="2026-11-20T11:00:00.000Z"))
    shop = history.shop
    assert shop.settled == (claim,)
    assert (shop.running, shop.running_since) == (content("1.0.0"), "2026-11-20T11:00:00.000Z")
    assert history.ledger.ends["dev.shop.1"] == shop.last_end


def test_going_back_keeps_what_runs_and_since_when_and_holds_the_merge() -> None:
    history = Writing()
    history.add(an_end(history.claim("1.0.0", merge=MERGES[0]), ended="2026-11-20T11:00:00.000Z"))
    failed = an_end(
        history.claim("2.0.0", merge=MERGES[1]),
        Outcome.ROLLED_BACK,
        running=content("1.0.0"),
        ended="2026-11-20T12:00:00.000Z",
    )
    history.add(failed)
    shop = history.shop
    assert (shop.running, shop.running_since) == (content("1.0.0"), "2026-11-20T11:00:00.000Z")
    assert [each.assignment.content.version for each in shop.settled] == ["1.0.0"], "I9"
    assert history.ledger.failed_by(SHOP, MERGES[0]) is None
    held = history.ledger.failed_by(SHOP, MERGES[1])
    assert held is not None
    assert held.id == failed.id
    assert history.ledger.failed_by(SHOP, MERGES[2]) is None, "a new merge is not held"
    assert history.ledger.failed_by(Place("dev", "blog"), MERGES[1]) is None


def test_a_first_deployment_that_went_back_leaves_nothing_running() -> None:
    history = Writing()
    history.add(an_end(history.claim(), Outcome.ROLLED_BACK))
    assert (history.shop.running, history.shop.running_since) == (None, "")


def test_a_hold_is_gone_once_the_same_merge_succeeded_after_all() -> None:
    history = Writing()
    history.add(an_end(history.claim(merge=MERGES[0]), Outcome.ROLLED_BACK))
    assert history.ledger.last_failure(SHOP) == history.shop.last_end
    history.add(an_end(history.claim(merge=MERGES[0])))
    assert history.shop.held == {}
    assert history.ledger.last_failure(SHOP) is None


def test_the_last_failure_stays_while_other_content_succeeds() -> None:
    history = Writing()
    history.add(an_end(history.claim("2.0.0", merge=MERGES[0]), Outcome.ROLLED_BACK))
    failure = history.shop.last_end
    history.add(an_end(history.claim("1.0.0", merge=MERGES[1])))
    assert history.ledger.last_failure(SHOP) == failure


def test_a_stuck_place_is_stuck_until_something_new_begins() -> None:
    history = Writing()
    history.add(an_end(history.claim(merge=MERGES[0]), Outcome.STUCK))
    assert history.shop.stuck
    assert history.shop.held.keys() == {MERGES[0]}
    history.claim("2.0.0")
    assert not history.shop.stuck


def test_the_last_distinct_contents_are_kept_newest_first() -> None:
    history = Writing()
    for version in ("1.0", "2.0", "1.0", "3.0", "3.0"):
        history.add(an_end(history.claim(version)))
    kept = history.ledger.keep(SHOP, count=2)
    assert kept == (content("3.0").digest, content("1.0").digest)
    assert len(history.ledger.keep(SHOP)) == 3
    assert history.ledger.keep(SHOP, count=0) == ()


def test_a_refusal_stands_until_a_claim() -> None:
    history = Writing()
    history.add(a_refusal(("hold", "closed"), ("claim", "open"), ("driver", "unknown")))
    assert history.shop.closed_gates == {("hold", "closed"), ("driver", "unknown")}
    history.claim()
    assert history.shop.last_refusal is None
    assert history.shop.closed_gates == frozenset()


def test_restarts_are_those_since_the_last_claim_and_change_nothing_else() -> None:
    history = Writing()
    history.add(an_end(history.claim()))
    before = history.shop
    history.add(a_restart())
    assert len(history.shop.restarts) == 1
    assert history.shop.running_since == before.running_since
    history.claim()
    assert history.shop.restarts == ()


def broken_by(history: Writing) -> str:
    """Why the shop is broken; a good record of another place still counts."""
    history.claim(app="blog")
    ledger = history.ledger
    assert ledger.broken.keys() == {SHOP}
    assert ledger.open_claim(Place("dev", "blog")) is not None
    return ledger.broken[SHOP].message


def test_i5_a_claim_while_one_is_open_breaks_its_place_alone() -> None:
    history = Writing()
    first = history.claim("1.0.0")
    history.claim("2.0.0", by="two")
    assert "claimed while a claim is open (history records Claim 1 and Claim 2)" in broken_by(
        history
    )
    assert history.shop.open_claim == first, "the standing is that of before"


def test_i2_an_end_without_a_claim_breaks_its_place() -> None:
    history = Writing()
    history.add(an_end(a_claim()))
    assert "an end without a claim (history records End 1)" in broken_by(history)


def test_i2_a_second_end_breaks_its_place() -> None:
    history = Writing()
    claim = history.claim()
    history.add(an_end(claim))
    history.add(an_end(claim, Outcome.ROLLED_BACK))
    assert "ended twice (history records End 2 and End 3)" in broken_by(history)
    assert history.shop.running == content("1.0.0")


def test_i2_an_end_of_another_deployment_breaks_its_place() -> None:
    history = Writing()
    claim = history.claim()
    other = numbered(claim, 7)
    assert isinstance(other, Claim)
    history.add(an_end(other))
    assert "an end of another deployment" in broken_by(history)


def test_f15_one_record_twice_breaks_its_place() -> None:
    history = Writing()
    restart = a_restart()
    history.add(restart)
    history.add(restart)
    assert f"record {restart.id} is there twice" in broken_by(history)


def test_a_sequence_that_goes_back_breaks_its_place() -> None:
    history = Writing()
    history.claim()
    ledger = history.ledger
    ledger.apply(numbered(a_restart(), 1))
    assert "came after record 1" in ledger.broken[SHOP].message


def test_what_was_given_out_never_changes_under_its_reader() -> None:
    history = Writing()
    claim = history.claim()
    ledger = history.ledger
    before = ledger.at(SHOP)
    ledger.apply(numbered(an_end(claim), 2))
    assert before.open_claim == claim
    assert before.settled == ()
    assert ledger.at(SHOP).settled == (claim,)


APPS = ("shop", "blog")
STEP = st.tuples(
    st.sampled_from(APPS), st.sampled_from(list(Outcome)), st.sampled_from(("1.0", "2.0", "3.0"))
)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(STEP, max_size=20), st.data())
def test_lawful_histories_fold_alike_in_one_go_and_in_pieces(
    steps: list[tuple[str, Outcome, str]], data: st.DataObject
) -> None:
    history = Writing()
    running: dict[str, str] = {}
    for app, outcome, version in steps:
        standing = history.ledger.at(Place("dev", app))
        if standing.open_claim is None:
            history.claim(version, app=app)
            continue
        wanted = standing.open_claim.assignment.content.version
        back = content(running[app], app=app) if app in running else None
        history.add(an_end(standing.open_claim, outcome, running=back))
        if outcome is Outcome.SUCCEEDED:
            running[app] = wanted
    cut = data.draw(st.integers(0, len(history.records)))
    pieces = Ledger.of(history.records[:cut])
    for app in APPS:
        pieces.at(Place("dev", app))
    for record in history.records[cut:]:
        pieces.apply(record)
    whole = history.ledger
    assert whole.broken == pieces.broken == {}
    for app in APPS:
        place = Place("dev", app)
        assert whole.at(place) == pieces.at(place)
        now = whole.running(place)
        assert (now.version if now else None) == running.get(app)
    assert len(whole.ends) == len(whole.claims) - len(whole.open_places())
