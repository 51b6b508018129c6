"""Another trust root, set on the host and written down; keys as they come; what doctor says."""

import json

from signoff_town import ROLES, Town, looks, people_file, place, promotion_file
from signoff_world import PEOPLE

from reconciler.doctor.finding import State
from reconciler.doctor.trust import sign_off_of
from reconciler.signoff import Authority
from reconciler.signoff.chairs import Chairs

PRODUCTION = place("production")


def lost(town: Town) -> str:
    """A people file that only ana merged, since everybody else is gone; its commit."""
    keys = {each: key for each, key in town.public.items() if each in {"ana", "bob"}}
    roles = ROLES.replace(", carl", "").replace(", dora", "").replace("[dora", "[bob")
    text = people_file(keys, roles=roles).replace("count: 2", "count: 1")
    town.change({PEOPLE: text}, name="lost")
    return town.merge("lost", by="ana")


def test_X13_a_lost_quorum_ends_on_the_host_and_the_history_keeps_it(town: Town) -> None:
    looks(town)
    commit = lost(town)
    assert town.shows().held_by("sign-off", "TB4") or town.shows().verdict == "in-sync"
    _, out, err = town.tagboat("trust", "reset", commit[:12], "--reason", "x", "--dry-run")
    assert "ana, bob can sign" in out
    assert f"comes into force: {PEOPLE}" in out
    assert "nothing was changed" in err
    before = town.configuration.read_text()
    assert town.root in before
    town.done("trust", "reset", commit, "--reason", "Carl and Dora have left")
    assert town.configuration.read_text() == before.replace(town.root, commit)
    town.change({PRODUCTION: promotion_file("1.1.0")})
    town.merge("topic", by="bob")
    looks(town)
    looks(town)
    history = town.done("history")
    said = f"trust root set to {commit[:12]} on the host, was {town.root[:12]}: Carl and Dora have left"
    assert history.count(said) == 1
    assert "production/shop 1.1.0 succeeded" in history


def test_X14_a_trust_root_is_a_commit_of_the_branch_with_people(town: Town) -> None:
    town.branch("side")
    side = town.commit("side", {PRODUCTION: promotion_file("1.2.0")}, by="bob")
    town.switch("main")
    code, _, err = town.tagboat("trust", "reset", side, "--reason", "x")
    assert (code, "is no commit of main" in err) == (2, True)
    gone = town.commit("gone", {PEOPLE: "kind: Nothing\n"}, by="bob")
    code, _, err = town.tagboat("trust", "reset", gone, "--reason", "x")
    assert (code, "has no usable environments/people.yaml" in err) == (5, True)
    assert town.root in town.configuration.read_text()


def test_B74_when_a_key_came_is_a_record_and_not_a_commits_own_date(town: Town) -> None:
    looks(town)
    assert "key " not in town.done("history")
    stranger = " ".join((town.keys / "stranger.pub").read_text().split()[:2])
    keys = {**town.public, "pat": stranger}
    town.agreed({PEOPLE: people_file(keys)})
    for _ in range(2):
        looks(town)
    told = [line for line in town.done("history").splitlines() if "key pat SHA256:" in line]
    assert len(told) == 1
    assert "seen yes" in told[0]


def test_doctor_says_who_is_missing_from_sign_off(town: Town) -> None:
    _, out, _ = town.tagboat("doctor", "-o", "json")
    found = {each["check"]: each for each in json.loads(out)}
    assert found["sign-off"]["found"] == "4 people with a key; any one of them may leave"


def test_doctor_names_what_nobody_could_sign_off() -> None:
    guards = {area: ((Chairs("admin", frozenset({"bob"})),),) for area in ("policies", "people")}
    both = {"ana": ("ssh-ed25519 AAAA",), "bob": ("ssh-ed25519 AAAB",)}
    may = {"live": frozenset({"bob"})}
    told = sign_off_of(Authority(both, may, guards=guards))  # type: ignore[arg-type]
    assert told.state is State.GOOD
    assert "without bob nobody could change people and policies" in told.found
    for authority, said in (
        (Authority({**both, "bob": both["ana"]}, may), "ana and bob have one key"),
        (Authority(both, {"live": frozenset({"carl"})}), "nobody with a key may promote to live"),
        (Authority(both, may), "nobody would guard people and policies"),
    ):
        told = sign_off_of(authority)
        assert told.state is State.WRONG
        assert said in told.found
        assert told.remedy
