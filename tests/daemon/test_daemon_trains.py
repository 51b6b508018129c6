"""Trains cut by the daemon: at its slot, once, and never by what nobody can compute again."""

import re
from datetime import timedelta

import pytest
from daemon_trains import TRAIN, Kill, KilledError, Yard, build_yard

from reconciler.errors import UnreachableError
from reconciler.model.records import Sighting, Skip
from reconciler.names import instant_text
from reconciler.planner.train_times import train_times

START = "2026-11-17T12:00:00-05:00"
WED = "2026-11-18T15:00:30-05:00"
MON = "2026-11-23T15:00:30-05:00"
VERSION = "2026.11.18.1"
PATH = f"releases/shop/{VERSION}/release.yaml"
APP = "releases/shop/app.yaml"
FOLLOW = """apiVersion: tagboat/v1
kind: Promotion
app: shop
follow: {releases: "2026.*"}
"""
PEOPLE = "environments/people.yaml"
FROZEN = "environments/freezes/quarter.yaml"
FREEZE = """apiVersion: tagboat/v1
kind: Freeze
name: quarter
scope: {apps: [shop]}
from: "2026-11-20T17:00:00-05:00"
until: "2026-11-30T09:00:00-05:00"
reason: The quarter's end
"""


@pytest.fixture
def yard(make_world) -> Yard:
    return build_yard(
        make_world("staging", version=""), START, files={"environments/staging/shop.yaml": FOLLOW}
    )


def accounts(daemon) -> list[str]:
    """What the history says of the train's slots, the day and hour of each aside."""
    return [
        each.subject
        for each in daemon.view.records
        if isinstance(each, Skip) or (isinstance(each, Sighting) and each.sort == "train")
    ]


def cuts_at(instant: str, head: str, version: str = VERSION) -> str:
    return f"shop {version} is cut by the train of {instant} UTC, from {head[:12]}"


BEGINS = "shop has a train by its schedule from now on"


def test_t1_at_its_slot_the_train_cuts_what_the_branch_has_and_staging_takes_it(yard):
    yard.at(START)
    head = yard.work("fix: count once")
    daemon = yard.at(WED)
    text = yard.file(PATH)
    assert f'commit: "{head}"' in text
    assert "count once" in text
    assert yard.git("rev-parse", f"v{VERSION}^{{commit}}") == head
    assert "-----BEGIN SSH SIGNATURE-----" in yard.git("cat-file", "tag", f"v{VERSION}")
    assert daemon.view.judged().judgement.taints == ()
    assert yard.world.running("staging") == VERSION
    assert accounts(daemon) == [BEGINS, cuts_at("2026-11-18 20:00", head)]
    assert VERSION in yard.world.git.tell(["log", "-1", "--format=%s", "main"])


def test_t1_where_nothing_is_new_nothing_is_cut_and_the_history_says_so(yard):
    yard.at(START)
    head = yard.work("fix: one")
    yard.at(WED)
    tip = yard.world.tip
    daemon = yard.at(MON)
    assert yard.world.tip == tip
    assert accounts(daemon)[2:] == [
        f"shop cut nothing at 2026-11-23 20:00 UTC: nothing is new since shop {VERSION}"
    ]
    yard.work("fix: two")
    yard.at("2026-11-25T15:00:30-05:00")
    assert yard.releases[-1] == "2026.11.25.1"
    assert head in yard.file(PATH)


def test_slots_that_nobody_looked_at_are_missed_and_only_the_newest_may_still_be_cut(yard):
    yard.at(START)
    daemon = yard.at("2026-11-25T15:40:00-05:00")
    nobody = "no reconciler looked in time"
    assert accounts(daemon)[1:3] == [
        f"shop cut nothing at 2026-11-18 20:00 UTC: {nobody}",
        f"shop cut nothing at 2026-11-23 20:00 UTC: {nobody}",
    ]
    assert yard.releases[-1] == "2026.11.25.1"
    daemon = yard.at("2026-11-30T17:00:00-05:00")
    assert accounts(daemon)[-1] == f"shop cut nothing at 2026-11-30 20:00 UTC: {nobody}"


def test_a_repository_that_is_away_at_the_slot_has_patience_and_then_is_the_reason(yard):
    yard.at(START)
    away = yard.app.rename(yard.world.folder / "away")
    daemon = yard.at(WED)
    assert accounts(daemon) == [BEGINS]
    away.rename(yard.app)
    daemon = yard.at("2026-11-18T15:30:00-05:00")
    assert yard.releases[-1] == VERSION
    yard.work("fix: more")
    yard.app.rename(away)
    yard.clock.set(yard.clock.at.fromisoformat(MON))
    daemon = yard.daemon()
    daemon.run_once()
    yard.clock.set(yard.clock.at.fromisoformat("2026-11-23T16:30:00-05:00"))
    daemon.run_once()
    assert "shop cut nothing at 2026-11-23 20:00 UTC: " in accounts(daemon)[-1]
    assert "answer" in accounts(daemon)[-1]


def test_a_train_that_ends_and_one_that_changes_count_anew_and_no_slot_fires_twice(make_world):
    guarded = make_world()
    people = guarded.git.tell(["show", f"main:{PEOPLE}"])
    more = "\nguards: {policies: [{role: admin}], people: [{role: admin}]}\n"
    yard = build_yard(guarded, START, files={PEOPLE: people + more})
    yard.at(START)
    yard.work("fix: one")
    yard.at(WED)
    text = yard.file(APP)
    yard.work("fix: two")
    # Another schedule with a slot before the one that was cut: that one isn't cut again.
    yard.merge({APP: text.replace("15:00", "14:00")})
    daemon = yard.at("2026-11-18T15:10:00-05:00")
    assert accounts(daemon)[-1] == BEGINS
    assert yard.releases[-1] == VERSION
    yard.merge({APP: text.replace(TRAIN, "")})
    daemon = yard.at("2026-11-23T16:00:00-05:00")
    assert accounts(daemon)[-1] == "shop has no train any more"
    yard.merge({APP: text})
    daemon = yard.at("2026-11-24T12:00:00-05:00")
    assert accounts(daemon)[-1] == BEGINS
    daemon = yard.at("2026-11-25T15:00:30-05:00")
    assert yard.releases[-1] == "2026.11.25.1"
    assert accounts(daemon)[-2:] == [
        BEGINS,
        cuts_at("2026-11-25 20:00", yard.commits[-1], "2026.11.25.1"),
    ]


POINTS = [
    ("history.facts.before", 1),
    ("history.facts.after", 1),
    ("train.tag.after", 1),
    ("train.push.before", 1),
    ("train.push.after", 1),
]


@pytest.mark.parametrize(("point", "visit"), POINTS, ids=str)
def test_i2_a_slot_fires_once_wherever_the_daemon_is_killed(yard, point, visit):
    yard.at(START)
    head = yard.work("fix: one")
    yard.clock.set(yard.clock.at.fromisoformat(WED))
    with pytest.raises(KilledError):
        yard.daemon(failpoints=Kill(point, visit)).run_once()
    # What comes in between isn't part of what was seen, once it was recorded.
    recorded = (point, visit) != ("history.facts.before", 1)
    later = yard.work("feat: late")
    daemon = yard.at("2026-11-18T15:20:00-05:00")
    assert accounts(daemon) == [BEGINS, cuts_at("2026-11-18 20:00", head if recorded else later)]
    assert yard.world.running("staging") == VERSION
    subjects = yard.world.git.tell(["log", "--format=%s", f"{yard.world.root}..main"])
    assert subjects.splitlines() == [f"Release shop {VERSION}"]
    assert daemon.view.judged().judgement.taints == ()


def test_b15_of_two_daemons_at_one_slot_one_cuts_and_the_other_finds_it_there(yard):
    yard.at(START)
    head = yard.work("fix: one")
    yard.clock.set(yard.clock.at.fromisoformat(WED))
    one, two = yard.daemon("one"), yard.daemon("two")
    for each in (one, two):
        each.view.refresh()
    one.run_once()
    yard.work("feat: seen by the second one only")
    two.run_once()
    assert accounts(yard.at("2026-11-18T15:10:00-05:00")) == [
        BEGINS,
        cuts_at("2026-11-18 20:00", head),
    ]
    subjects = yard.world.git.tell(["log", "--format=%s", f"{yard.world.root}..main"])
    assert subjects.splitlines() == [f"Release shop {VERSION}"]


def test_a_lost_race_on_the_branch_is_run_again_on_the_new_head(yard):
    yard.at(START)
    yard.work("fix: one")
    yard.clock.set(yard.clock.at.fromisoformat(WED))

    class Meanwhile:
        def reach(self, name: str) -> None:
            if name == "train.push.before" and yard.world.tip == yard.world.root:
                text = FOLLOW + "# looked at again\n"
                yard.merge({"environments/staging/shop.yaml": text})

    daemon = yard.daemon(failpoints=Meanwhile())
    daemon.run_once()
    assert yard.releases[-1] == VERSION
    assert daemon.view.judged().judgement.taints == ()
    assert yard.world.running("staging") == VERSION


OTHER = "releases/shop/2026.11.18.7/release.yaml"
PROMOTION = "environments/staging/shop.yaml"


def forged(text: str) -> dict[str, tuple[str, dict[str, str]]]:
    """What somebody might bring instead: by whose key, and which files."""
    other = text.replace(VERSION, "2026.11.18.7")
    commit = re.search("[0-9a-f]{40}", text)[0]
    return {
        "nobody listed": ("eve", {PATH: text}),
        "a person": ("ben", {PATH: text}),
        "another commit": ("one", {PATH: text.replace(commit, "a" * 40)}),
        "a comment more": ("one", {PATH: text + "# nothing\n"}),
        "another version": ("one", {OTHER: other}),
        "its name and another's content": ("one", {PATH: other}),
        "a promotion besides": ("one", {PATH: text, PROMOTION: FOLLOW + "# mine\n"}),
        "another release besides": ("one", {PATH: text, OTHER: other}),
        "an app's file besides": ("one", {PATH: text, APP: "kind: App\n"}),
    }


def test_x5_a_reconcilers_commit_counts_only_as_exactly_what_follows_from_the_sighting(yard):
    yard.at(START)
    yard.work("fix: one")
    daemon = yard.at(WED)
    text, root = yard.file(PATH), yard.world.root
    tips = {
        name: (yard.world.commit(dict(files), onto=[root], by=by), files)
        for name, (by, files) in forged(text).items()
    }
    good = yard.world.commit({PATH: text}, onto=[root], by="two")
    merge = yard.world.commit({PATH: text}, onto=[root, good], by="one")
    lent = yard.world.commit({PATH: text}, onto=[root, tips["a person"][0]], by="one")
    removed = yard.world.commit({PATH: None}, onto=[good], by="one")
    again = yard.world.commit({PATH: text}, onto=[removed], by="one")
    git = yard.world.git
    for commit in (merge, lent, again, *(each for each, _ in tips.values())):
        git.tell(["update-ref", f"refs/heads/forged/{commit}", commit])
    view = daemon.view
    view.git.fetch(view.remote, "+refs/heads/forged/*:refs/forged/*")
    court = view.court(view.git)
    for commit in (good, merge, again):
        assert court.at(commit).judgement.taints == (), commit
        assert PATH in court.at(commit).judgement.admitted
    for name, (commit, files) in tips.items():
        judgement = court.at(commit).judgement
        assert judgement.tainted.keys() == files.keys(), name
        assert {each.code for each in judgement.taints} <= {"TB450", "TB461"}, name
        assert PATH not in judgement.admitted, name
    # A reconciler's signature is nobody's word for what others wrote.
    assert court.at(lent).judgement.taints[0].code == "TB453"
    # What was taken away stays in force: a release never changes.
    assert court.at(removed).judgement.tainted.keys() == {PATH}


def test_a_release_that_a_train_cut_stays_where_lines_of_other_rights_meet(yard):
    yard.at(START)
    side = yard.world.commit({"README.md": "x"}, onto=[yard.world.tip], by="ben")
    yard.work("fix: one")
    daemon = yard.at(WED)
    merge = yard.world.commit({"README.md": "x"}, onto=[yard.world.tip, side], by="ana")
    yard.world.push(merge)
    daemon = yard.at("2026-11-18T15:30:00-05:00")
    assert daemon.view.judged().judgement.taints == ()
    assert instant_text(yard.clock.at).startswith("2026-11-18T20:30")


TAGS = "versions: {scheme: semver, from_tags: true}"


@pytest.fixture
def tagged(make_world) -> Yard:
    """An app that takes releases from tags; one tag was there before anybody looked."""
    yard = build_yard(
        make_world("staging", version=""),
        START,
        more="",
        versions=TAGS,
        files={"environments/staging/shop.yaml": FOLLOW.replace("2026.*", "3.*")},
    )
    yard.git("tag", "-a", "-m", "old", "v2.9.0", yard.work("feat: old"))
    yard.at(START)
    return yard


PROPOSED = "tagboat/release/shop/3.0.0"
RELEASE = "releases/shop/3.0.0/release.yaml"


def test_d26_a_tag_pushed_by_hand_becomes_a_branch_that_somebody_merges(tagged):
    yard, git = tagged, tagged.world.git
    head = yard.work("feat: by hand")
    yard.git("tag", "-a", "-m", "three", "v3.0.0", head)
    daemon = yard.at("2026-11-17T12:05:00-05:00")
    assert accounts_of_tags(daemon) == [
        "shop takes releases from tags that are pushed from now on",
        f"shop 3.0.0 was tagged by hand, at {head[:12]}",
        f"shop 3.0.0 is proposed on {PROPOSED}",
    ]
    assert git.tell(["diff", "--name-only", f"main...{PROPOSED}"]) == RELEASE
    assert "by hand" in git.tell(["show", f"{PROPOSED}:{RELEASE}"])
    assert yard.world.tip == yard.world.root
    yard.world.push(merge_of(yard, PROPOSED, by="ana"))
    daemon = yard.at("2026-11-17T12:10:00-05:00")
    assert daemon.view.judged().judgement.admissions[RELEASE].merged_by == "ana"
    assert yard.world.running("staging") == "3.0.0"
    # Whoever removes the branch has said no.
    git.tell(["update-ref", "-d", f"refs/heads/{PROPOSED}"])
    assert accounts_of_tags(yard.at("2026-11-17T12:15:00-05:00")) == accounts_of_tags(daemon)
    assert git.resolve(PROPOSED) is None


@pytest.mark.parametrize("point", ["proposal.push.before", "proposal.push.after"])
def test_i2_a_proposal_is_made_once_wherever_the_daemon_is_killed(tagged, point):
    yard = tagged
    yard.git("tag", "v3.0.0", yard.work("feat: by hand"))
    yard.git("tag", "v3.0.1", yard.work("fix: by hand"))
    yard.clock.set(yard.clock.at.fromisoformat("2026-11-17T12:05:00-05:00"))
    with pytest.raises(KilledError):
        yard.daemon(failpoints=Kill(point, 1)).run_once()
    daemon = yard.at("2026-11-17T12:06:00-05:00")
    daemon = yard.at("2026-11-17T12:10:00-05:00")
    assert [each for each in accounts_of_tags(daemon) if "proposed" in each] == [
        f"shop 3.0.0 is proposed on {PROPOSED}",
        f"shop 3.0.1 is proposed on {PROPOSED.replace('3.0.0', '3.0.1')}",
    ]


class Away:
    """A remote that stops answering after some branches."""

    def __init__(self, branches, answers: int) -> None:
        self.branches, self.answers = branches, answers

    def propose(self, branch, files, **how) -> str:
        if not self.answers:
            raise UnreachableError("the remote doesn't answer")
        self.answers -= 1
        return self.branches.propose(branch, files, **how)

    def withdraw(self, branch, commit) -> None:
        self.branches.withdraw(branch, commit)


def test_f25_what_was_proposed_is_recorded_though_the_remote_goes_away_with_the_next(tagged):
    yard = tagged
    yard.git("tag", "v3.0.0", yard.work("feat: by hand"))
    yard.git("tag", "v3.0.1", yard.work("fix: by hand"))
    yard.clock.set(yard.clock.at.fromisoformat("2026-11-17T12:05:00-05:00"))
    daemon = yard.daemon()
    real = daemon.proposals.branches
    daemon.proposals.branches = Away(real, 0)
    for _ in range(2):
        # One tag is seen in each look.
        daemon.run_once()
        yard.clock.put_on(timedelta(seconds=61))
    daemon.proposals.branches = Away(real, 1)
    daemon.run_once()
    proposed = [each for each in accounts_of_tags(daemon) if "proposed" in each]
    assert proposed == [f"shop 3.0.0 is proposed on {PROPOSED}"]
    assert "shop 3.0.1: the remote doesn't answer" in yard.world.said
    daemon.proposals.branches = real
    yard.clock.put_on(timedelta(seconds=61))
    daemon.run_once()
    assert len([each for each in accounts_of_tags(daemon) if "proposed" in each]) == 2


def test_x5_what_a_reconciler_proposes_counts_with_a_persons_merge_and_only_as_it_is(tagged):
    yard, git = tagged, tagged.world.git
    yard.git("tag", "v3.0.0", yard.work("feat: by hand"))
    daemon = yard.at("2026-11-17T12:05:00-05:00")
    text = git.tell(["show", f"{PROPOSED}:{RELEASE}"]) + "\n"
    other = yard.world.commit({RELEASE: text + "# mine\n"}, onto=[yard.world.root], by="one")
    for name, commit in (
        ("alone", git.tell(["rev-parse", PROPOSED])),
        ("by itself", merge_of(yard, PROPOSED, by="two")),
        ("another one", merge_of(yard, other, by="ana")),
        ("good", merge_of(yard, PROPOSED, by="ana")),
    ):
        git.tell(["update-ref", f"refs/heads/forged/{commit}", commit])
        daemon.view.git.fetch(daemon.view.remote, "+refs/heads/forged/*:refs/forged/*")
        judgement = daemon.view.court(daemon.view.git).at(commit).judgement
        assert (RELEASE in judgement.admitted) == (name == "good"), name


def merge_of(yard: Yard, branch: str, *, by: str) -> str:
    git = yard.world.git
    head = git.resolve(branch)
    files = {RELEASE: git.tell(["show", f"{head}:{RELEASE}"]) + "\n"}
    return yard.world.commit(dict(files), onto=[yard.world.tip, head], by=by)


def accounts_of_tags(daemon) -> list[str]:
    return [
        each.subject
        for each in daemon.view.records
        if isinstance(each, Sighting) and each.sort == "tags"
    ]


def test_t1_t5_it_is_told_what_a_train_did_last_when_it_cuts_next_and_what_keeps_it(make_world):
    world = make_world("staging", version="")
    yard = build_yard(world, START, files={FROZEN: FREEZE})

    def told(instant):
        daemon = yard.at(instant)
        return next(train_times(daemon.view.inputs(now=yard.clock.now()), ["shop", "blog"]))

    found = told(START)
    assert (found.last, found.kept) == (BEGINS, "")
    found = told(WED)
    assert found.last == cuts_at("2026-11-18 20:00", yard.commits[-1])
    assert instant_text(found.next) == "2026-11-23T20:00:00.000Z"
    assert found.kept == "frozen by quarter: The quarter's end"
    kept = "shop cut nothing at 2026-11-23 20:00 UTC: frozen by quarter: The quarter's end"
    assert told(MON).last == kept
