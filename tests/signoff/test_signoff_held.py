"""Histories in which something arrives that nobody has signed off."""

import pytest
from signoff_world import (
    APP,
    BLOG,
    ENVIRONMENT,
    PEOPLE,
    RELEASE,
    SHOP,
    Workshop,
    promotion,
)


def test_B82_a_direct_push_is_held_with_its_culprit_and_remedy(shop: Workshop) -> None:
    pushed = shop.commit("quick fix", {SHOP: promotion("6.6.6")}, by="bob")
    judged = shop.judge()
    taint = judged.tainted[SHOP]
    assert (taint.code, taint.culprit, taint.person) == ("TB450", pushed, "bob")
    assert f"git revert {pushed[:12]}" in taint.remedy
    assert shop.in_force() == promotion("1.0.0").strip()
    assert [each.path for each in judged.taints] == [SHOP]


def test_a_fast_forward_is_no_merge(shop: Workshop) -> None:
    content = shop.promote("1.1.0")
    shop.run("merge", "-q", "--ff-only", "topic", by="bob")
    assert shop.taint()[:2] == ("TB450", content)


def test_what_was_pushed_directly_is_not_signed_off_by_a_merge_on_top(shop: Workshop) -> None:
    pushed = shop.commit("quick fix", {SHOP: promotion("6.6.6")})
    shop.branch("topic")
    shop.commit("blog", {BLOG: promotion("1.1.0", note="blog")})
    shop.switch("main")
    shop.merge("topic", by="bob")
    judged = shop.judge()
    assert [(each.path, each.culprit) for each in judged.taints] == [(SHOP, pushed)]
    assert BLOG in judged.admissions


def test_a_promotion_on_top_of_a_direct_push_waits_until_that_is_healed(shop: Workshop) -> None:
    shop.commit("quick fix", {SHOP: promotion("6.6.6", note="mine")}, key="")
    shop.promote("1.1.0")
    shop.merge("topic", by="bob")
    assert shop.taint()[0] == "TB450"
    assert shop.in_force() == promotion("1.0.0").strip()


def test_a_direct_push_heals_by_revert_and_the_next_promotion_passes(shop: Workshop) -> None:
    pushed = shop.commit("quick fix", {SHOP: promotion("6.6.6")}, key="")
    shop.run("revert", "--no-edit", pushed, key="")
    assert shop.judge().taints == ()
    shop.promote("1.1.0")
    shop.merge("topic", by="bob")
    assert shop.judge().taints == ()
    assert shop.in_force() == promotion("1.1.0").strip()


def test_an_evil_merge_is_content_by_whoever_merged(shop: Workshop) -> None:
    shop.promote("1.1.0")
    shop.run("merge", "-q", "--no-ff", "--no-commit", "topic", by="bob")
    merge = shop.commit("Merge", {SHOP: promotion("6.6.6")}, by="bob")
    assert shop.taint() == ("TB459", merge, "bob")
    assert shop.in_force() == promotion("1.0.0").strip()


def test_an_evil_merge_that_touches_another_managed_file_is_held(shop: Workshop) -> None:
    shop.promote("1.1.0")
    shop.run("merge", "-q", "--no-ff", "--no-commit", "topic", by="bob")
    merge = shop.commit("Merge", {BLOG: promotion("6.6.6")}, by="bob")
    judged = shop.judge()
    assert [(each.path, each.culprit) for each in judged.taints] == [(BLOG, merge)]
    assert SHOP in judged.admissions


def test_an_evil_merge_of_ones_own_is_no_content_for_others_to_sign_off(shop: Workshop) -> None:
    shop.branch("side")
    shop.promote("1.1.0")
    shop.switch("side")
    shop.run("merge", "-q", "--no-ff", "--no-commit", "topic", by="ana")
    merge = shop.commit("Merge", {SHOP: promotion("6.6.6")}, by="ana")
    shop.switch("main")
    shop.merge("side", by="bob")
    assert shop.taint()[:2] == ("TB451", merge)


def test_an_evil_merge_on_a_branch_is_content_for_others_to_sign_off(shop: Workshop) -> None:
    shop.promote("1.1.0")
    shop.branch("second")
    shop.commit("mine", {SHOP: promotion("1.2.0")}, by="carl")
    shop.switch("main")
    shop.merge("topic", by="bob")
    shop.switch("second")
    shop.run("merge", "-q", "--no-ff", "--no-commit", "-s", "ours", "main", by="carl")
    merge = shop.commit("Merge", {SHOP: promotion("1.3.0")}, by="carl")
    shop.switch("main")
    shop.merge("second", by="bob")
    judged = shop.judge()
    assert judged.taints == ()
    assert merge in judged.admissions[SHOP].commits
    assert shop.in_force() == promotion("1.3.0").strip()


def test_the_earliest_merge_decides_also_for_the_same_commits_elsewhere(shop: Workshop) -> None:
    content = shop.promote("1.1.0")
    shop.branch("side")
    shop.commit("code", {"src/x": "x"})
    own = shop.merge("topic", by="ana")
    shop.switch("topic")
    shop.commit("further", {SHOP: promotion("1.2.0")})
    shop.merge("side", by="bob")
    shop.switch("main")
    shop.merge("topic", by="bob")
    assert shop.taint()[:2] == ("TB451", own)
    assert content in shop.facts().commits


def test_a_merge_that_drops_the_other_side_brings_nothing_into_force(shop: Workshop) -> None:
    shop.promote("1.1.0")
    shop.merge("topic", "-s", "ours", by="dora")
    assert shop.judge().taints == ()
    assert shop.in_force() == promotion("1.0.0").strip()


def test_a_stale_branch_cannot_undo_a_sign_off_by_merging_over_it(shop: Workshop) -> None:
    shop.branch("stale")
    shop.commit("x", {"src/x": "x"})
    shop.switch("main")
    shop.promote("1.1.0")
    shop.merge("topic", by="bob")
    shop.switch("stale")
    shop.merge("main", "-s", "ours", by="ana")
    assert shop.taint(tip="stale")[0] == "TB459"
    assert shop.in_force(tip="stale") == promotion("1.1.0").strip()


def test_a_clean_textual_merge_of_two_promotions_is_held(shop: Workshop) -> None:
    shop.promote("1.1.0")
    shop.branch("second")
    shop.commit("note", {SHOP: promotion("1.0.0", note="noted")}, by="carl")
    shop.switch("main")
    shop.merge("topic", by="bob")
    merge = shop.merge("second", by="bob")
    assert shop.blob(SHOP) not in {shop.blob(SHOP, "topic"), shop.blob(SHOP, "second")}
    assert shop.taint() == ("TB459", merge, "bob")
    assert shop.in_force() == promotion("1.1.0").strip()
    # The way out that the taint names.
    shop.run("revert", "--no-edit", "-m", "1", merge)
    assert shop.judge().taints == ()
    shop.branch("anew", "main")
    shop.commit("note", {SHOP: promotion("1.1.0", note="noted")}, by="carl")
    shop.switch("main")
    shop.merge("anew", by="bob")
    assert shop.judge().taints == ()
    assert shop.in_force() == promotion("1.1.0", note="noted").strip()


def test_merging_main_into_the_branch_and_looking_is_a_way_out(shop: Workshop) -> None:
    shop.promote("1.1.0")
    shop.branch("second")
    shop.commit("note", {SHOP: promotion("1.0.0", note="noted")}, by="carl")
    shop.switch("main")
    shop.merge("topic", by="bob")
    shop.switch("second")
    shop.merge("main", by="carl")
    shop.switch("main")
    shop.merge("second", by="bob")
    judged = shop.judge()
    assert judged.taints == ()
    assert judged.admissions[SHOP].authors == ("carl",)
    assert shop.in_force() == promotion("1.1.0", note="noted").strip()


def test_who_resolved_on_the_branch_cannot_merge_it(shop: Workshop) -> None:
    shop.promote("1.1.0")
    shop.branch("second")
    shop.commit("note", {SHOP: promotion("1.0.0", note="noted")}, by="carl")
    shop.switch("main")
    shop.merge("topic", by="bob")
    shop.switch("second")
    shop.merge("main", by="bob")
    shop.switch("main")
    shop.merge("second", by="bob")
    assert shop.taint()[0] == "TB451"


def test_a_rename_followed_by_git_into_a_managed_path_is_held(shop: Workshop) -> None:
    body = "".join(f"line {number}\n" for number in range(30))
    shop.write({"drafts/notes.yaml": body})
    shop.commit("draft")
    shop.branch("moving")
    shop.run("mv", "drafts/notes.yaml", "environments/production/notes.yaml")
    shop.commit("move")
    shop.switch("main")
    shop.merge("moving", by="bob")
    assert shop.judge().taints == ()
    shop.branch("old", shop.run("rev-parse", "moving~1"))
    shop.write({"drafts/notes.yaml": body.replace("line 3\n", "release: evil\n")})
    shop.commit("edit", key="")
    shop.switch("main")
    merge = shop.merge("old", by="bob")
    path = "environments/production/notes.yaml"
    assert "evil" in shop.run("show", f"HEAD:{path}")
    assert shop.taint(path) == ("TB459", merge, "bob")
    assert "evil" not in (shop.in_force(path) or "")


@pytest.mark.parametrize("how", ["squash", "rebase"])
def test_B86_squash_and_rebase_by_the_approver_are_held_and_say_so(
    shop: Workshop, how: str
) -> None:
    shop.promote("1.1.0")
    shop.commit("main moved", {"src/x": "x"})
    if how == "squash":
        shop.run("merge", "-q", "--squash", "topic", by="bob")
        shop.commit("squashed", by="bob")
    else:
        shop.switch("topic")
        shop.run("rebase", "-q", "main", by="bob")
        shop.switch("main")
        shop.run("merge", "-q", "--ff-only", "topic", by="bob")
    taint = shop.judge().tainted[SHOP]
    assert (taint.code, taint.person) == ("TB450", "bob")
    assert "squashed or rebased" in taint.why


def test_X9_a_rebase_merged_without_fast_forward_is_by_whoever_rebased(shop: Workshop) -> None:
    shop.promote("1.1.0")
    shop.commit("main moved", {"src/x": "x"})
    shop.switch("topic")
    shop.run("rebase", "-q", "main", by="bob")
    shop.switch("main")
    shop.merge("topic", by="bob")
    assert shop.taint()[0] == "TB451"


def test_B87_a_merge_of_three_parents_signs_nothing_off(shop: Workshop) -> None:
    shop.promote("1.1.0")
    shop.branch("other")
    shop.commit("code", {"src/x": "x"})
    shop.switch("main")
    shop.run("merge", "-q", "--no-ff", "-m", "octopus", "topic", "other", by="bob")
    assert len(shop.run("rev-parse", "HEAD^@").split()) == 3
    assert shop.taint() == ("TB462", shop.head, "bob")
    assert shop.in_force() == promotion("1.0.0").strip()


def test_B118_an_unrelated_history_brings_nothing_into_force(shop: Workshop) -> None:
    shop.run("switch", "-q", "--orphan", "alien")
    alien = shop.commit("alien", {SHOP: promotion("6.6.6"), "environments/dev/shop.yaml": "x"})
    shop.commit("more", {"environments/dev/blog.yaml": "x"})
    shop.switch("main")
    shop.run(
        "merge", "-q", "--no-ff", "-m", "m", "--allow-unrelated-histories", "-X", "theirs",
        "alien", by="bob",
    )  # fmt: skip
    judged = shop.judge()
    assert {each.path for each in judged.taints} == {
        SHOP, "environments/dev/shop.yaml", "environments/dev/blog.yaml",
    }  # fmt: skip
    assert {each.code for each in judged.taints} == {"TB464"}
    assert alien in {each.culprit for each in judged.taints}
    assert shop.in_force() == promotion("1.0.0").strip()


def test_a_tip_without_the_trust_root_is_refused(shop: Workshop) -> None:
    from reconciler.errors import RefusedError, RewoundError

    shop.run("switch", "-q", "--orphan", "alien")
    shop.commit("alien", {SHOP: promotion("6.6.6")})
    with pytest.raises(RewoundError, match="doesn't contain the trust root"):
        shop.facts("alien")
    assert issubclass(RewoundError, RefusedError)


def _criss_cross(shop: Workshop, *, path: str) -> None:
    """Two lines that merge one another crosswise, and both change a path."""
    shop.branch("left")
    shop.branch("right")
    shop.commit("r", {path: promotion("2.0.0")}, by="ana")
    shop.switch("left")
    shop.commit("l", {BLOG: promotion("1.1.0", note="blog")}, by="ana")
    left, right = shop.run("rev-parse", "left"), shop.run("rev-parse", "right")
    shop.merge(right, by="bob")
    shop.switch("right")
    shop.merge(left, by="carl")


def test_several_bases_that_agree_are_like_one(shop: Workshop) -> None:
    _criss_cross(shop, path=SHOP)
    shop.switch("main")
    shop.merge("left", by="bob")
    assert len(shop.run("merge-base", "--all", "left", "right").split()) == 2
    shop.switch("right")
    shop.commit("p", {"environments/production/third.yaml": promotion("1.0.0")})
    shop.switch("main")
    shop.merge("right", by="bob")
    judged = shop.judge()
    assert "environments/production/third.yaml" in judged.admissions


def test_several_bases_that_differ_hold_the_path(shop: Workshop) -> None:
    _criss_cross(shop, path=SHOP)
    shop.commit("p", {SHOP: promotion("3.0.0")})
    shop.switch("left")
    assert shop.in_force(tip="left") == promotion("2.0.0").strip()
    merge = shop.merge("right", by="bob")
    assert len(shop.run("merge-base", "--all", f"{merge}^1", f"{merge}^2").split()) == 2
    assert shop.taint(tip="left")[:2] == ("TB463", merge)
    assert shop.in_force(tip="left") == promotion("2.0.0").strip()


@pytest.mark.parametrize("path", [APP, ENVIRONMENT, PEOPLE, "environments/policies/all.yaml"])
def test_without_guards_policy_waits_for_a_new_trust_root_whoever_merged_it(
    shop: Workshop, path: str
) -> None:
    shop.branch("topic")
    shop.commit("policy", {path: "changed: true\n", SHOP: promotion("1.1.0")})
    shop.switch("main")
    shop.merge("topic", by="bob")
    judged = shop.judge()
    assert [(each.path, each.code) for each in judged.taints] == [(path, "TB461")]
    assert f'[trust] root = "{judged.tip}"' in judged.tainted[path].remedy
    before = {each: entry for each, entry in judged.admitted.items() if each == path}
    assert before == {
        each: entry for each, entry in shop.judge(shop.root).admitted.items() if each == path
    }
    assert SHOP in judged.admissions


def test_a_new_release_needs_any_other_listed_person(shop: Workshop) -> None:
    shop.branch("topic")
    shop.commit("release", {RELEASE: "kind: Release\n"})
    shop.switch("main")
    shop.merge("topic", by="ana")
    assert shop.taint(RELEASE)[0] == "TB451"
    shop.run("revert", "--no-edit", "-m", "1", "HEAD")
    assert shop.judge().taints == ()
    shop.branch("again")
    shop.commit("release", {RELEASE: "kind: Release\n"})
    shop.commit("wording", {RELEASE: "kind: Release # better\n"})
    shop.switch("main")
    shop.merge("again", by="dora")
    assert shop.judge().taints == ()
    assert shop.in_force(RELEASE) == "kind: Release # better"


@pytest.mark.parametrize(("text", "code"), [("kind: Release # other\n", "TB420"), (None, "TB421")])
def test_B52_B114_a_release_never_changes_after_its_merge(
    shop: Workshop, text: str | None, code: str
) -> None:
    shop.branch("topic")
    shop.commit("release", {RELEASE: "kind: Release\n"})
    shop.switch("main")
    shop.merge("topic", by="bob")
    shop.branch("change")
    shop.commit("change", {RELEASE: text})
    shop.switch("main")
    merge = shop.merge("change", by="carl")
    assert shop.taint(RELEASE)[:2] == (code, merge)
    assert shop.in_force(RELEASE) == "kind: Release"
    shop.run("revert", "--no-edit", "-m", "1", merge)
    assert shop.judge().taints == ()


def test_X1_B22_a_symlink_never_comes_into_force(shop: Workshop) -> None:
    shop.branch("topic")
    (shop.folder / SHOP).unlink()
    (shop.folder / SHOP).symlink_to("/etc/passwd")
    shop.commit("link")
    shop.switch("main")
    shop.merge("topic", by="bob")
    assert shop.taint()[0] == "TB401"
    assert shop.in_force() == promotion("1.0.0").strip()


def test_a_promotion_to_an_unknown_environment_has_nobody_to_sign_it_off(shop: Workshop) -> None:
    shop.branch("topic")
    shop.commit("p", {"environments/moon/shop.yaml": promotion("1.1.0")})
    shop.switch("main")
    shop.merge("topic", by="bob")
    assert shop.taint("environments/moon/shop.yaml")[0] == "TB456"
