"""A temporary environment with the real daemon: made by a merge, gone by itself, for good."""

import pytest
from daemon_files import COMMIT, TREE, environment_file, release_file
from daemon_trains import Yard, build_yard

from reconciler.model.records import Claim, End

START = "2026-11-17T12:00:00+00:00"
FILE = "environments/trial/environment.yaml"
SHOP = "environments/trial/shop.yaml"
PEOPLE = "environments/people.yaml"
GUARDS = "guards: {policies: [{role: admin}], people: [{role: admin}]}\n"
FOLLOW = "apiVersion: tagboat/v1\nkind: Promotion\napp: shop\nfollow: {branch: trial}\n"


def lasting(expires: str, when: str = "expired") -> str:
    said = f'temporary: {{owner: ana, expires: "{expires}", delete_when: {when}}}\n'
    return environment_file("trial") + said


@pytest.fixture
def yard(make_world) -> Yard:
    world = make_world("staging", version="")
    people = world.git.tell(["show", f"main:{PEOPLE}"])
    files = {PEOPLE: f"{people}\n{GUARDS}"}
    versions = "versions: {scheme: semver}"
    return build_yard(world, START, more="", versions=versions, files=files)


def ends(daemon) -> list[str]:
    return [
        each.subject.partition(" in ")[0] for each in daemon.view.records if isinstance(each, End)
    ]


def test_m7_it_runs_until_its_time_is_up_and_a_later_end_brings_it_back(yard):
    yard.work("Try it", branch="trial")
    yard.merge({FILE: lasting("2026-11-18T18:00:00+00:00")})
    yard.merge({SHOP: FOLLOW})
    yard.at("2026-11-17T12:05:00+00:00")
    assert yard.world.running("trial") == yard.commits[-1][:12]
    yard.at("2026-11-18T17:59:59+00:00")
    assert yard.world.running("trial") == yard.commits[-1][:12]
    daemon = yard.at("2026-11-18T18:00:00+00:00")
    assert yard.world.running("trial") == ""
    claim = [each for each in daemon.view.records if isinstance(each, Claim)][-1]
    assert claim.reasons[0].why == "ana's until 2026-11-18T18:00:00+00:00"
    yard.work("Try more", branch="trial")
    count = len(ends(yard.at("2026-11-19T09:00:00+00:00")))
    assert yard.world.running("trial") == ""
    yard.merge({FILE: lasting("2026-11-20T18:00:00+00:00")})
    daemon = yard.at("2026-11-19T10:00:00+00:00")
    assert yard.world.running("trial") == yard.commits[-1][:12]
    assert len(ends(daemon)) == count + 1


def test_m7_it_goes_with_the_release_that_holds_its_branch(yard):
    tried = yard.work("Try it", branch="trial")
    yard.merge({FILE: lasting("2026-12-24T18:00:00+00:00", "released")})
    yard.merge({SHOP: FOLLOW})
    yard.at("2026-11-17T12:05:00+00:00")
    assert yard.world.running("trial") == tried[:12]
    yard.git("update-ref", "refs/heads/main", tried)
    commit = yard.work("Take it in")
    tree = yard.git("rev-parse", f"{commit}^{{tree}}")
    release = release_file("3.0.0").replace(COMMIT, commit).replace(TREE, tree)
    yard.git("tag", "-a", "-m", "It", "v3.0.0", commit)
    yard.merge({"releases/shop/3.0.0/release.yaml": release})
    yard.at("2026-11-18T12:00:00+00:00")
    daemon = yard.at("2026-11-18T12:05:00+00:00")
    assert yard.world.running("trial") == ""
    claim = [each for each in daemon.view.records if isinstance(each, Claim)][-1]
    assert claim.reasons[0].why == "ana's until its content became 3.0.0"
