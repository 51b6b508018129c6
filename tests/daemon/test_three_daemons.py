"""Three daemons on one remote and the same places: every deployment is started once."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from reconciler.model.records import Claim, End

pytestmark = pytest.mark.timeout(400)

ROUNDS = 10
PLACES = 20


def test_x23_no_double_start_in_200_attempts_of_three_daemons(make_world):
    names = [f"place-{number}" for number in range(PLACES)]
    world = make_world(*names, version="")
    world.promote("1.0.0", *names)
    daemons = [world.daemon(name) for name in ("one", "two", "three")]
    gate = threading.Barrier(len(daemons))

    def act(daemon, version):
        gate.wait(60)
        while True:
            daemon.look()
            assert not daemon.view.ledger.broken, "double start"
            standing = [daemon.view.ledger.at(each) for each in daemon.view.ledger.places]
            there = [each for each in standing if each.running and each.running.version == version]
            mine = daemon.claims.held or daemon.claims.wishes
            if len(there) == PLACES and not mine:
                return
            daemon.wake.wait(0.05)

    for number in range(ROUNDS):
        version = ("1.0.0", "1.1.0")[number % 2]
        if number:
            world.promote(version, *names)
        with ThreadPoolExecutor(len(daemons)) as pool:
            list(pool.map(lambda each, wanted=version: act(each, wanted), daemons))
    reader = daemons[0].view
    reader.refresh()
    open_claims: dict[str, Claim] = {}
    for record in reader.records:
        place = f"{record.environment}/{record.app}"
        if isinstance(record, Claim):
            assert place not in open_claims, f"double start in {place}"
            open_claims[place] = record
        elif isinstance(record, End):
            assert open_claims.pop(place).deployment == record.deployment
    kinds = Counter(each.kind for each in reader.records)
    assert kinds == {"Claim": ROUNDS * PLACES, "End": ROUNDS * PLACES}
    assert not open_claims
