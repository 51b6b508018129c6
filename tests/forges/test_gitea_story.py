"""The whole story against a real Gitea, in each of its merge styles."""

from collections.abc import Callable

import pytest
from forge_world import SHOP, ForgeWorld, promotion, verdict

STYLES = ("merge", "rebase-merge", "squash", "rebase", "fast-forward-only", "auto-merge")


@pytest.mark.parametrize("style", STYLES)
def test_d16_promote_approve_merge_deploy_and_go_back(
    style: str, make_world: Callable[[], ForgeWorld], record_property: Callable[[str, object], None]
) -> None:
    world = make_world()
    if style == "auto-merge":
        world.wait_for_checks()
    for version in ("1.1.0", "1.0.0"):
        number, head = world.promote(version)
        if style != "fast-forward-only":
            world.advance(version)
        if style == "auto-merge":
            commit = world.merge_once_checked(number, head, by="ben", approved_by="cai")
        else:
            world.approve(number, head, by="cai")
            commit = world.merge(number, style, by="ben")
        view = world.reconcile()
        seen = view.judged().judgement
        agreed = ("carl",) if style == "auto-merge" else ("bob", "carl")
        assert (verdict(seen), world.running) == (("", agreed), version)
        assert seen.admissions[SHOP].authors == ("ana",)
        told = world.request(view, commit)
        assert told.head == head
        record_property("story", world.row(style, told, commit, runs=world.running))


def test_d16_what_is_promoted_twice_is_two_requests(make_world: Callable[[], ForgeWorld]) -> None:
    world = make_world()
    first, head = world.promote("1.1.0")
    second, _ = world.promote("1.1.0")
    # The forge still knows of both, and this clone of neither.
    branch = "tagboat/promote/production/shop/1.1.0"
    for each in (branch, f"{branch}-2"):
        world.git("branch", "-q", "-D", each, at=world.folder / "amy")
    third, _ = world.promote("1.1.0")
    assert len({first, second, third}) == 3
    assert world.pull(first)["head"]["sha"] == head
    assert f"{branch}-3" in world.git("branch", "--list", at=world.folder / "amy")


def test_x9_only_the_approval_of_the_merged_head_counts(
    make_world: Callable[[], ForgeWorld],
) -> None:
    world = make_world()
    world.settings(allow_manual_merge=True, autodetect_manual_merge=False)
    head = world.branch("up", {SHOP: promotion("1.1.0")})
    number = world.open("up")
    world.approve(number, head, by="cai")
    world.commit("amy", {"notes.txt": "one more"}, "Push after the approval")
    world.push("amy", "up")
    world.merge(number, "squash", by="ben")
    view = world.reconcile()
    assert verdict(view.judged().judgement) == ("TB482", ())
    assert world.running == ""


def test_x11_a_commit_passed_off_as_the_outcome_of_an_approved_request_is_held(
    make_world: Callable[[], ForgeWorld],
) -> None:
    world = make_world()
    world.settings(allow_manual_merge=True, autodetect_manual_merge=False)
    head = world.branch("fine", {SHOP: promotion("1.0.0") + "# looked at\n"})
    number = world.open("fine")
    world.approve(number, head, by="cai")
    world.git("fetch", "-q", world.server.url("admin", world.repository), "main")
    world.git("switch", "-q", "-C", "main", "FETCH_HEAD")
    evil = world.commit("ben", {SHOP: promotion("1.1.0")})
    world.push("ben", "main")
    world.merge(number, "manually-merged", by="ben", MergeCommitID=evil)
    view = world.reconcile()
    assert verdict(view.judged().judgement) == ("TB485", ())
    assert world.running == ""


def test_x9_who_pushed_another_s_branch_is_an_author(
    make_world: Callable[[], ForgeWorld],
) -> None:
    world = make_world()
    world.branch("up", {SHOP: promotion("1.1.0")}, by="amy")
    number = world.open("up")
    head = world.commit("amy", {SHOP: promotion("1.1.0") + "# by ben, as amy\n"})
    world.push("ben", "up")
    world.approve(number, head, by="ben")
    world.merge(number, "squash", by="ben")
    view = world.reconcile()
    assert verdict(view.judged().judgement) == ("TB451", ())


def test_m5_updating_the_branch_makes_the_approver_no_author(
    make_world: Callable[[], ForgeWorld],
) -> None:
    world = make_world()
    world.branch("up", {SHOP: promotion("1.1.0")})
    number = world.open("up")
    other = world.branch("other", {"README.md": "more\n"})
    second = world.open("other")
    world.approve(second, other, by="cai")
    world.merge(second, "merge", by="cai")
    at = f"/repos/{world.repository}/pulls/{number}"
    world.server.call("ben", "POST", f"{at}/update?style=merge")
    head = world.pull(number)["head"]["sha"]
    world.approve(number, head, by="ben")
    world.merge(number, "squash", by="ben")
    view = world.reconcile()
    assert verdict(view.judged().judgement) == ("", ("bob",))
    assert world.running == "1.1.0"
