"""Whose merge is a sign-off, on real histories."""

import pytest
from signoff_world import BLOG, SHOP, Workshop, promotion

from reconciler.signoff.facts import Entry


def test_a_merge_by_an_approver_brings_a_promotion_into_force(shop: Workshop) -> None:
    content = shop.promote("1.1.0")
    merge = shop.merge("topic", by="bob")
    judged = shop.judge()
    assert judged.taints == ()
    assert judged.admitted[SHOP] == Entry("100644", shop.blob(SHOP))
    admission = judged.admissions[SHOP]
    assert (admission.merge, admission.merged_by) == (merge, "bob")
    assert (admission.authors, admission.commits) == (("ana",), (content,))
    assert BLOG not in judged.admissions


def test_the_root_is_admitted_whole(shop: Workshop) -> None:
    judged = shop.judge()
    assert judged.taints == ()
    assert shop.in_force() == promotion("1.0.0").strip()


def test_files_outside_the_managed_folders_are_not_judged(shop: Workshop) -> None:
    shop.commit("code", {"src/app.py": "pushed()\n"}, key="")
    assert shop.judge().taints == ()


def test_pulling_before_pushing_changes_no_verdict(shop: Workshop) -> None:
    shop.promote("1.1.0")
    shop.branch("theirs")
    shop.branch("blog", "main")
    shop.commit("Promote blog", {BLOG: promotion("2.0.0", note="blog")})
    shop.switch("theirs")
    blog = shop.merge("blog", by="carl")
    shop.switch("main")
    mine = shop.merge("topic", by="bob")
    shop.merge("theirs", by="bob")
    judged = shop.judge()
    assert judged.taints == ()
    assert judged.admissions[SHOP].merge == mine
    assert judged.admissions[BLOG].merge == blog
    assert judged.admissions[BLOG].merged_by == "carl"


def test_bringing_main_into_the_branch_makes_the_approver_no_author(shop: Workshop) -> None:
    shop.promote("1.1.0")
    shop.branch("blog")
    shop.commit("Promote blog", {BLOG: promotion("2.0.0", note="blog")})
    shop.switch("main")
    shop.merge("blog", by="carl")
    shop.switch("topic")
    shop.merge("main", by="bob")
    shop.switch("main")
    shop.merge("topic", by="bob")
    judged = shop.judge()
    assert judged.taints == ()
    assert judged.admissions[SHOP].merged_by == "bob"
    assert judged.admissions[SHOP].authors == ("ana",)


def test_B70_an_author_who_may_promote_cannot_merge_his_own(shop: Workshop) -> None:
    shop.promote("1.1.0", by="bob")
    merge = shop.merge("topic", by="bob")
    assert shop.taint() == ("TB451", merge, "bob")
    assert shop.in_force() == promotion("1.0.0").strip()
    assert f"git revert -m 1 {merge[:12]}" in shop.judge().tainted[SHOP].remedy


@pytest.mark.parametrize("key", ["ana", "carl", ""])
def test_reverting_an_own_merge_heals_whoever_does_it(shop: Workshop, key: str) -> None:
    shop.promote("1.1.0", by="bob")
    merge = shop.merge("topic", by="bob")
    shop.run("revert", "--no-edit", "-m", "1", merge, key=key)
    assert shop.judge().taints == ()
    assert shop.in_force() == promotion("1.0.0").strip()
    shop.promote("1.1.0", branch="again")
    shop.merge("again", by="bob")
    assert shop.judge().taints == ()
    assert shop.in_force() == promotion("1.1.0").strip()


def test_an_engineer_who_merges_her_own_is_held(shop: Workshop) -> None:
    shop.promote("1.1.0")
    merge = shop.merge("topic", by="ana")
    code, culprit, person = shop.taint()
    assert (code, culprit, person) == ("TB451", merge, "ana")


def test_what_was_refused_stays_so_when_an_approver_merges_on_top(shop: Workshop) -> None:
    shop.branch("side")
    shop.promote("1.1.0")
    shop.switch("side")
    own = shop.merge("topic", by="ana")
    shop.switch("main")
    shop.merge("side", by="bob")
    assert shop.taint()[:2] == ("TB451", own)


def test_what_was_refused_stays_so_when_it_is_changed_further(shop: Workshop) -> None:
    shop.branch("side")
    shop.promote("1.1.0")
    shop.switch("side")
    own = shop.merge("topic", by="ana")
    shop.commit("further", {SHOP: promotion("1.2.0")})
    shop.switch("main")
    shop.merge("side", by="bob")
    assert shop.taint()[:2] == ("TB451", own)


def test_B69_a_listed_person_without_the_permission_signs_nothing_off(shop: Workshop) -> None:
    shop.promote("1.1.0")
    merge = shop.merge("topic", by="dora")
    assert shop.taint() == ("TB456", merge, "dora")


def test_B71_an_unsigned_merge_signs_nothing_off(shop: Workshop) -> None:
    shop.promote("1.1.0")
    merge = shop.merge("topic", by="bob", key="")
    assert shop.taint() == ("TB452", merge, "bob (not verified)")
    assert f"merge {merge[:12]} carries no signature" in shop.judge().taints[0].why


def test_B72_a_merge_by_an_unlisted_key_signs_nothing_off(shop: Workshop) -> None:
    shop.promote("1.1.0")
    merge = shop.merge("topic", by="bob", key="stranger")
    assert shop.taint()[:2] == ("TB453", merge)


@pytest.mark.parametrize(("key", "code"), [("", "TB457"), ("stranger", "TB458")])
def test_content_that_nobody_listed_signed_is_held(shop: Workshop, key: str, code: str) -> None:
    content = shop.promote("1.1.0", key=key)
    shop.merge("topic", by="bob")
    assert shop.taint()[:2] == (code, content)


def test_one_unsigned_commit_among_signed_ones_is_enough_to_hold(shop: Workshop) -> None:
    shop.branch("topic")
    unsigned = shop.commit("a", {SHOP: promotion("1.1.0")}, key="")
    shop.commit("b", {SHOP: promotion("1.2.0")})
    shop.switch("main")
    shop.merge("topic", by="bob")
    assert shop.taint()[:2] == ("TB457", unsigned)


def test_X10_the_key_says_who_wrote_it_and_not_the_name(shop: Workshop) -> None:
    shop.promote("1.1.0", by="carl", key="ana")
    merge = shop.merge("topic", by="carl", key="ana")
    assert shop.taint() == ("TB451", merge, "ana")
    shop.run("revert", "--no-edit", "-m", "1", merge)
    shop.promote("1.2.0", by="ana", key="bob", branch="spoofed")
    shop.merge("spoofed", by="bob")
    assert shop.taint()[0] == "TB451"


def test_the_approver_who_added_a_commit_to_the_branch_is_an_author(shop: Workshop) -> None:
    shop.promote("1.1.0")
    shop.switch("topic")
    shop.commit("fix", {SHOP: promotion("1.1.1")}, by="bob")
    shop.switch("main")
    shop.merge("topic", by="bob")
    assert shop.taint()[0] == "TB451"
    assert shop.in_force() == promotion("1.0.0").strip()


def test_a_further_change_on_the_same_branch_needs_its_own_merge(shop: Workshop) -> None:
    shop.promote("1.1.0")
    shop.merge("topic", by="bob")
    shop.switch("topic")
    back = shop.commit("back", {SHOP: promotion("1.0.0")}, by="carl")
    shop.switch("main")
    assert shop.in_force() == promotion("1.1.0").strip()
    merge = shop.merge("topic", by="bob")
    judged = shop.judge()
    assert judged.taints == ()
    assert shop.in_force() == promotion("1.0.0").strip()
    assert judged.admissions[SHOP].merge == merge
    assert judged.admissions[SHOP].commits[-1] == back


def test_going_back_on_the_branch_is_a_change_where_the_first_part_is_in_force(
    shop: Workshop,
) -> None:
    shop.promote("1.1.0")
    shop.merge("topic", by="bob")
    shop.switch("topic")
    shop.commit("back", {SHOP: promotion("1.0.0")}, key="")
    shop.switch("main")
    shop.merge("topic", by="bob")
    assert shop.taint()[0] == "TB457"
    assert shop.in_force() == promotion("1.1.0").strip()


def test_removing_a_promotion_needs_a_sign_off_like_any_change(shop: Workshop) -> None:
    shop.branch("topic")
    shop.commit("remove", {SHOP: None})
    shop.switch("main")
    shop.merge("topic", by="ana")
    assert shop.taint()[0] == "TB451"
    assert shop.in_force() == promotion("1.0.0").strip()
    shop.run("revert", "--no-edit", "-m", "1", "HEAD")
    shop.branch("again")
    shop.commit("remove", {SHOP: None})
    shop.switch("main")
    shop.merge("again", by="bob")
    assert shop.judge().taints == ()
    assert shop.in_force() is None


def test_B119_dates_play_no_part(shop: Workshop) -> None:
    old = {"GIT_AUTHOR_DATE": "@0 +0000", "GIT_COMMITTER_DATE": "@0 +0000"}
    new = {"GIT_AUTHOR_DATE": "@4070908800 +0000", "GIT_COMMITTER_DATE": "@4070908800 +0000"}
    shop.branch("topic")
    shop.commit("late", {SHOP: promotion("1.1.0")}, **new)
    shop.switch("main")
    shop.run("merge", "-q", "--no-ff", "-m", "m", "topic", by="bob", **old)
    assert shop.judge().taints == ()
    assert shop.in_force() == promotion("1.1.0").strip()


def test_one_merge_may_sign_one_path_off_and_not_another(shop: Workshop) -> None:
    shop.branch("topic")
    shop.commit("shop", {SHOP: promotion("1.1.0")}, by="ana")
    shop.commit("blog", {BLOG: promotion("1.1.0", note="blog")}, by="bob")
    shop.switch("main")
    merge = shop.merge("topic", by="bob")
    judged = shop.judge()
    assert [each.path for each in judged.taints] == [BLOG]
    assert shop.in_force() == promotion("1.1.0").strip()
    # Reverting the merge would take the good half back too.
    remedy = judged.tainted[BLOG].remedy
    assert merge[:12] not in remedy
    assert f"git restore --source={shop.root[:12]} --staged --worktree -- {BLOG}" in remedy


def test_the_command_of_a_remedy_heals(shop: Workshop) -> None:
    shop.branch("topic")
    shop.commit("shop", {SHOP: promotion("1.1.0")}, by="ana")
    shop.commit("blog", {BLOG: promotion("1.1.0", note="blog")}, by="bob")
    shop.switch("main")
    shop.merge("topic", by="bob")
    shop.run("restore", f"--source={shop.root[:12]}", "--staged", "--worktree", "--", BLOG)
    shop.commit("Put it back", key="")
    assert shop.judge().taints == ()
