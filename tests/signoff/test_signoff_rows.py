"""Who may sign what off, through the commands that everybody has: one row of the threats each."""

import pytest
from signoff_town import (
    GUARDS,
    ROLES,
    Town,
    environment_file,
    people_file,
    place,
    promotion_file,
)
from signoff_world import PEOPLE

PRODUCTION = place("production")
LIVE = place("live")


def promoted(town: Town, *, by: str = "ana", merged_by: str = "bob", key: str | None = None) -> str:
    """1.1.0 in production, written and merged."""
    town.change({PRODUCTION: promotion_file("1.1.0")}, by=by)
    return town.merge("topic", by=merged_by, key=key)


def rewritten(town: Town, commit: str, old: str, new: str) -> str:
    """The commit with other text, its signature as it was."""
    raw = town.git.ask(["cat-file", "commit", commit]).stdout
    assert old.encode() in raw
    changed = raw.replace(old.encode(), new.encode())
    return town.git.tell(["hash-object", "-t", "commit", "-w", "--stdin"], stdin=changed)


def test_S8_M5_what_a_second_person_merges_starts(town: Town) -> None:
    promoted(town)
    assert town.shows().starts("1.1.0")


@pytest.mark.parametrize(
    ("by", "merged_by", "key", "code"),
    [
        pytest.param("ana", "dora", None, "TB456", id="B69 merged by who may not promote there"),
        pytest.param("bob", "bob", None, "TB451", id="B70 merged by its author"),
        pytest.param("ana", "bob", "", "TB452", id="B71 merged without a signature"),
        pytest.param("ana", "bob", "stranger", "TB453", id="B72 merged with an unlisted key"),
        pytest.param("ana", "bob", "ana", "TB451", id="X10 merged in another's name"),
        pytest.param("ana", "robot", "stranger", "TB453", id="X11 B80 merged by a bot of a forge"),
    ],
)
def test_X10_X11_whoever_may_not_sign_it_off_starts_nothing(
    town: Town, by: str, merged_by: str, key: str | None, code: str
) -> None:
    promoted(town, by=by, merged_by=merged_by, key=key)
    shown = town.shows()
    assert shown.held_by("sign-off", code)
    assert "git revert -m 1" in shown.closed["sign-off"]
    assert town.shows("staging").closed == {}


def test_B73_a_merge_that_was_changed_after_it_was_signed_is_bad(town: Town) -> None:
    merge = promoted(town)
    town.run("reset", "-q", "--hard", rewritten(town, merge, "Merge topic", "Merge it"))
    assert town.shows().held_by("sign-off", "TB454")


def test_B74_a_key_that_was_taken_away_signs_nothing_off(town: Town) -> None:
    keys = {each: key for each, key in town.public.items() if each != "carl"}
    roles = ROLES.replace(", carl", "")
    one = GUARDS.replace("count: 2", "count: 1")
    town.change({PEOPLE: people_file(keys, roles=roles, guards=one)}, name="leaves")
    town.branch("once")
    town.merge("leaves", by="bob")
    town.switch("main")
    town.merge("once", by="dora")
    promoted(town, merged_by="carl")
    assert town.shows().held_by("sign-off", "TB453")


def test_B75_X10_names_in_a_message_or_a_file_agree_to_nothing(town: Town) -> None:
    message = "Promote\n\nSigned-off-by: carl <carl@acme.example>\nApproved-by: bob <bob@x.example>"
    town.branch("topic")
    town.commit(message, {PRODUCTION: promotion_file("1.1.0")}, by="carl", key="ana")
    town.switch("main")
    # Ana says that Carl wrote it: that takes Carl out of it, and gives nobody a part.
    town.merge("topic", by="carl")
    assert town.shows().held_by("sign-off", "TB451", "carl")
    path = "releases/shop/1.1.0/approvals/live/dora.yaml"
    text = (
        "apiVersion: tagboat/v1\nkind: Approval\napp: shop\nversion: '1.1.0'\napproved_by: dora\n"
    )
    town.change({LIVE: promotion_file("1.1.0"), path: text}, name="live")
    town.merge("live", by="bob")
    shown = town.shows("live")
    assert shown.held_by("sign-off", "TB471")
    assert "qa" in shown.closed["approvals"]


def test_S8_B82_what_reaches_the_branch_any_other_way_is_refused(town: Town) -> None:
    pushed = town.commit("Push", {place("dev"): promotion_file("1.1.0")}, by="bob")
    shown = town.shows("dev")
    assert shown.held_by("sign-off", "TB450", f"git revert {pushed[:12]}")


def test_S9_D6_any_developer_deploys_to_dev_and_only_a_manager_to_production(town: Town) -> None:
    files = {place("dev"): promotion_file("1.1.0"), PRODUCTION: promotion_file("1.1.0")}
    town.change(files, by="ana")
    town.merge("topic", by="dora")
    assert town.shows("dev").starts("1.1.0")
    assert town.shows("production").held_by("sign-off", "TB456", "dora may not promote")
    assert town.tagboat("can-i", "promote", "dev", "--as", "dora")[0] == 0
    assert town.tagboat("can-i", "promote", "production", "--as", "dora")[0] == 1


def test_B85_X13_a_policy_that_comes_along_allows_nothing_in_the_same_change(town: Town) -> None:
    open_to_all = environment_file("production").replace("role/release", "role/developer")
    files = {
        "environments/production/environment.yaml": open_to_all,
        PRODUCTION: promotion_file("1.1.0"),
    }
    town.change(files, by="ana")
    town.merge("topic", by="dora")
    assert town.shows().held_by("sign-off", "TB4")


def test_X13_B64_nobody_lowers_or_empties_the_quorum_alone_or_in_two_steps(town: Town) -> None:
    low = people_file(town.public, guards=GUARDS.replace("count: 2", "count: 1"))
    none = people_file(town.public, guards="{policies: [{role: none}], people: [{role: none}]}")
    for text in (low, none):
        town.change({PEOPLE: text}, name="lower")
        town.merge("lower", by="bob")
        town.run("branch", "-q", "-D", "lower")
    wider = environment_file("production").replace("role/release", "role/developer")
    town.change({"environments/production/environment.yaml": wider}, name="wider")
    town.merge("wider", by="bob")
    town.change({PRODUCTION: promotion_file("1.1.0")})
    town.merge("topic", by="dora")
    shown = town.shows()
    assert shown.held_by("sign-off", "more")
    town.commit("zero", {PEOPLE: low.replace("count: 1", "count: 0")})
    code, out, _ = town.tagboat("validate", "-C", str(town.folder))
    assert code == 1
    assert "count" in out


def test_X13_B64_a_quorum_of_the_guards_changes_policy_and_then_it_counts(town: Town) -> None:
    wider = environment_file("production").replace("role/release", "role/developer")
    town.agreed({"environments/production/environment.yaml": wider})
    town.change({PRODUCTION: promotion_file("1.1.0")})
    town.merge("topic", by="dora")
    assert town.shows().starts("1.1.0")


@pytest.mark.parametrize("how", ["amend", "rebase", "squash"])
def test_X9_B86_what_replaces_a_merged_change_is_signed_off_by_nobody(town: Town, how: str) -> None:
    town.change({PRODUCTION: promotion_file("1.1.0")})
    if how == "squash":
        town.run("merge", "-q", "--squash", "topic", by="bob")
        town.commit("squashed", by="bob")
    elif how == "rebase":
        town.commit("moved", {"README": "x"}, by="bob")
        town.switch("topic")
        town.run("rebase", "-q", "main", by="bob")
        town.switch("main")
        town.run("merge", "-q", "--ff-only", "topic", by="bob")
    else:
        town.merge("topic", by="bob")
        files = {PRODUCTION: promotion_file("1.2.0")}
        town.write(files)
        town.run("commit", "-q", "--amend", "--no-edit", by="bob")
    shown = town.shows()
    assert shown.held_by("sign-off", "TB459" if how == "amend" else "TB450")
    assert (
        how == "amend" or "tagboat approve shop@1.1.0 --to production" in shown.closed["sign-off"]
    )


def test_B86_the_approval_that_the_hold_names_brings_a_squash(town: Town) -> None:
    town.change({PRODUCTION: promotion_file("1.1.0")})
    town.run("merge", "-q", "--squash", "topic", by="ana")
    town.commit("squashed", by="ana")
    remedy = town.shows().closed["sign-off"]
    words = remedy.rpartition("tagboat ")[2].split()
    # Who brings it lends it nothing: Ana does.
    town.said(*words, by="bob", brought_by="ana")
    assert town.shows().starts("1.1.0")


def test_B87_a_merge_of_three_parents_starts_nothing(town: Town) -> None:
    town.change({PRODUCTION: promotion_file("1.1.0")}, name="one")
    town.change({"README": "x"}, name="two")
    town.run("merge", "-q", "--no-ff", "-m", "Both", "one", "two", by="bob")
    assert town.shows().held_by("sign-off", "TB462")


def test_B118_a_history_that_shares_nothing_with_the_root_starts_nothing(town: Town) -> None:
    town.run("switch", "-q", "--orphan", "strange")
    town.commit("strange", {PRODUCTION: promotion_file("1.1.0")})
    town.switch("main")
    options = ("--allow-unrelated-histories", "-X", "theirs")
    town.merge("strange", *options, by="bob")
    assert town.shows().held_by("sign-off", "TB464")


@pytest.mark.parametrize("year", ["1970-01-02", "2099-01-01"])
def test_B119_dates_of_commits_neither_order_nor_authorise(town: Town, year: str) -> None:
    when = f"{year}T00:00:00Z"
    town.branch("topic")
    dated = {"GIT_AUTHOR_DATE": when, "GIT_COMMITTER_DATE": when}
    town.commit("old", {PRODUCTION: promotion_file("1.1.0")}, **dated)
    town.switch("main")
    town.run("merge", "-q", "--no-ff", "-m", "m", "topic", by="bob", **dated)
    assert town.shows().starts("1.1.0")
    town.commit("pushed", {PRODUCTION: promotion_file("1.2.0")}, by="bob", **dated)
    assert town.shows().held_by("sign-off", "TB450")


def test_B121_attributes_of_the_repository_change_nothing_that_is_read(town: Town) -> None:
    attributes = "*.yaml text eol=crlf ident filter=evil export-subst\n"
    town.run("config", "filter.evil.smudge", "sed s/1.1.0/1.2.0/")
    town.commit("attributes", {".gitattributes": attributes}, by="bob")
    promoted(town)
    assert town.shows().starts("1.1.0")


@pytest.mark.parametrize("how", ["validate", "plan"])
def test_B122_a_merge_that_moves_too_much_is_confirmed_first(town: Town, how: str) -> None:
    if how == "validate":
        gone = {f"releases/shop/{each}/release.yaml": None for each in ("1.0.0", "1.1.0", "1.2.0")}
        town.commit("gone", gone)
        code, out, _ = town.tagboat(
            "validate", "-C", str(town.folder), "--base", town.root, "--commit", town.head
        )
        assert code == 1
        assert "TB42" in out
        return
    settings = town.configuration.read_text().replace(
        "[drivers]", "[limits]\nplaces = 2\n[drivers]"
    )
    town.configuration.write_text(settings)
    files = {place(each): promotion_file("1.1.0") for each in ("dev", "staging", "production")}
    town.change(files)
    town.merge("topic", by="bob")
    for each in ("dev", "staging", "production"):
        assert not town.shows(each).starts("1.1.0")
        assert "confirm" in str(town.shows(each).closed)


def test_X8_B114_a_release_that_is_changed_after_its_merge_starts_nowhere(town: Town) -> None:
    path = "releases/shop/1.1.0/release.yaml"
    other = (town.folder / path).read_text().replace("a" * 40, "c" * 40)
    town.change({path: other}, name="moved")
    town.merge("moved", by="bob")
    promoted(town)
    assert town.shows().held_by("sign-off", "never changes after its merge")


def test_X14_B112_a_branch_that_went_back_starts_nothing_and_is_told(town: Town) -> None:
    promoted(town)
    assert town.shows().starts("1.1.0")
    town.run("reset", "-q", "--hard", town.root)
    town.commit("Another past", {"README": "x"}, by="bob")
    code, out, err = town.tagboat("plan")
    assert "alarm" in err
    assert "deploys" not in out
    assert code == 0


@pytest.mark.parametrize("by", ["ana", "stranger", ""])
def test_X14_B120_a_record_that_no_reconciler_signed_is_not_believed(town: Town, by: str) -> None:
    assert town.tagboat("reconcile", "--once")[0] == 0
    ref = "refs/heads/tagboat/history"
    before = town.run("rev-parse", ref)
    raw = town.git.ask(["cat-file", "commit", before]).text
    message = (
        raw.partition("\n\n")[2]
        .replace('"sequence":', '"sequence": ')
        .replace("succeeded", "rolled-back")
    )
    tree = town.run("rev-parse", f"{before}^{{tree}}")
    flags = ("-S",) if by else ()
    forged = town.run(
        "commit-tree", tree, "-p", f"{before}^", *flags, "-m", message, by=by or "ana", key=by
    )
    town.run("update-ref", ref, forged)
    code, out, err = town.tagboat("plan")
    assert "alarm" in err
    assert (code, "deploys" in out) == (0, False)
