"""A second person's signed approval stands for the merge that squash and rebase leave out."""

from collections.abc import Callable
from pathlib import Path

import pytest
from signoff_world import APP, HEAD, PEOPLE, RELEASE, SHOP, Scribe, Workshop, promotion

from reconciler.cli.approve import text_of
from reconciler.manifest.binding import bound_digest
from reconciler.manifest.loading import load
from reconciler.manifest.paths import approval_path
from reconciler.manifest.snapshot import Blob
from reconciler.model.approval import Approval
from reconciler.repository.signing import sign_word
from reconciler.signoff.standing import LONGEST

SQUASHES = ("squash", "rebase", "push")


@pytest.fixture
def shop(shop: Workshop) -> Workshop:
    """The shop with a release 1.1.0 that is in force."""
    app = (
        "name: shop\nversions: {scheme: semver}\ncomponents: [{name: web, artifact: {tree: '.'}}]\n"
    )
    shop.write({APP: HEAD.format("App") + app, RELEASE: release("1.1.0")})
    shop.root = shop.commit("a release", by="bob")
    return shop


def release(version: str) -> str:
    text = f"""app: shop
version: "{version}"
tag: "v{version}"
commit: "{"a" * 40}"
components: [{{name: web, artifact: {{tree: "{"b" * 40}"}}}}]
summary: It
downtime: none
estimate: 1m
migration: none
"""
    return HEAD.format("Release") + text


def approve(
    shop: Workshop,
    *,
    by: str = "bob",
    key: str = "",
    version: str = "1.1.0",
    environment: str = "production",
    decision: str = "approved",
) -> dict[str, str]:
    """The file of somebody's word about what the work tree holds."""
    files = shop.run("ls-files", "releases", "environments").splitlines()
    tree = {each: Blob("100644", each, (shop.folder / each).read_bytes()) for each in files}
    snapshot, _ = load("", tree)
    digest = bound_digest(
        snapshot,
        environment,
        "shop",
        version=version,
        promotion=snapshot.promotions.get((environment, "shop")),
    )
    fields = {
        "apiVersion": "tagboat/v1",
        "kind": "Approval",
        "app": "shop",
        "version": version,
        "environment": environment,
        "role": "release",
        "by": by,
        "decision": decision,
        "digest": digest or f"sha256:{'0' * 64}",
    }
    word = Approval.model_validate(fields)
    armour, _ = sign_word(word.statement, key=str(shop.keys / (key or by)))
    word = word.model_copy(update={"signature": armour})
    return {approval_path("shop", version, environment, by): text_of(word)}


def land(shop: Workshop, how: str, *, text: str = "", by: str = "ana") -> None:
    """Bring a promotion of 1.1.0 onto main without a merge."""
    files = {SHOP: text or promotion("1.1.0")}
    if how == "push":
        shop.commit("Promote", files, by=by)
        return
    shop.branch("topic")
    shop.commit("Promote", files, by=by)
    shop.switch("main")
    shop.commit("main moved", {"src/x": "x"})
    if how == "squash":
        shop.run("merge", "-q", "--squash", "topic", by=by)
        shop.commit("squashed", by=by)
    else:
        shop.switch("topic")
        shop.run("rebase", "-q", "main", by=by)
        shop.switch("main")
        shop.run("merge", "-q", "--ff-only", "topic", by=by)
    shop.run("branch", "-q", "-D", "topic")


@pytest.mark.parametrize("how", SQUASHES)
@pytest.mark.parametrize("first", ["word", "content"])
def test_B86_a_squash_that_a_second_persons_signed_approval_covers_is_in_force(
    shop: Workshop, how: str, first: str
) -> None:
    if first == "word":
        shop.commit("Approve", approve(shop), by="ana", key="")
        land(shop, how)
    else:
        land(shop, how)
        assert shop.taint()[0] == "TB450"
        shop.commit("Approve", approve(shop), by="ana", key="")
    assert shop.in_force() == promotion("1.1.0").rstrip()
    judged = shop.judge()
    assert judged.taints == ()
    admission = judged.admissions[SHOP]
    assert (admission.merged_by, admission.authors) == ("bob", ("ana",))
    assert admission.word.startswith("releases/shop/1.1.0/approvals/production/bob.yaml ")


def test_B86_the_hold_of_a_squash_names_the_approval_that_it_lacks(shop: Workshop) -> None:
    land(shop, "squash")
    remedy = shop.judge().tainted[SHOP].remedy
    assert remedy.endswith(
        "have it approved by somebody else who may promote there:"
        " tagboat approve shop@1.1.0 --to production"
    )


def test_B86_a_squash_whose_author_is_nobody_names_no_approval(shop: Workshop) -> None:
    shop.commit("Promote", {SHOP: promotion("1.1.0")}, by="ana", key="")
    assert "tagboat approve" not in shop.judge().tainted[SHOP].remedy


@pytest.mark.parametrize(
    ("word", "why"),
    [
        ({"by": "dora"}, "B69: may not promote there"),
        ({"by": "ana"}, "B70: wrote it"),
        ({"key": "stranger"}, "B72: an unlisted key"),
        ({"key": "carl"}, "X10: somebody else's key"),
        ({"decision": "rejected"}, "a no"),
        ({"decision": "risk-accepted"}, "with a reserve"),
        ({"environment": "staging"}, "X12: for another place"),
        ({"version": "1.2.0"}, "X12: for another release"),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_X9_X12_no_other_word_stands_for_a_merge(
    shop: Workshop, word: dict[str, str], why: str
) -> None:
    if word.get("by") == "ana":  # ana may promote, so that nothing but her part in it is in the way
        roles = "{release: [ana, bob, carl], admin: [bob, carl, dora]}"
        people = (shop.folder / PEOPLE).read_text().splitlines()
        people[-1] = f"roles: {roles}"
        shop.root = shop.commit("ana may", {PEOPLE: "\n".join([*people, ""])}, by="bob")
    shop.commit("Approve", approve(shop, **word), by="ana")
    land(shop, "squash")
    assert shop.taint()[0] == "TB450", why
    assert shop.in_force() == promotion("1.0.0").rstrip()


@pytest.mark.parametrize(
    "other",
    [
        promotion("1.1.0") + 'at: "2030-01-01T00:00:00Z"\n',
        promotion("1.1.0") + "needs: [blog]\n",
        promotion("1.1.0")
        + "temporary: {branch: x, owner: ana, expires: '2030-01-01T00:00:00Z', reason: r}\n",
    ],
)
def test_B76_B78_X8_a_word_covers_nothing_that_it_was_not_given_for(
    shop: Workshop, other: str
) -> None:
    shop.commit("Approve", approve(shop), by="ana")
    land(shop, "squash", text=other)
    assert shop.taint()[0] == "TB450"


def test_B71_a_squash_that_nobody_signed_is_covered_by_no_word(shop: Workshop) -> None:
    shop.commit("Approve", approve(shop))
    shop.commit("Promote", {SHOP: promotion("1.1.0")}, by="ana", key="")
    assert shop.taint()[0] == "TB450"


def test_X13_a_word_by_somebody_whom_the_same_push_lets_promote_covers_nothing(
    shop: Workshop,
) -> None:
    where = "environments/production/environment.yaml"
    text = (shop.folder / where).read_text().replace("role/release", "person/dora")
    shop.write({where: text})
    shop.commit("Loosen", approve(shop, by="dora"), by="ana")
    land(shop, "squash")
    assert shop.taint()[0] == "TB450"


def test_X12_a_word_brings_its_release_once(shop: Workshop) -> None:
    word = approve(shop)
    shop.commit("Approve", word)
    land(shop, "squash")
    assert shop.in_force() == promotion("1.1.0").rstrip()
    shop.branch("back")
    shop.commit("Back", {SHOP: promotion("1.0.0")})
    shop.switch("main")
    shop.merge("back", by="carl")
    land(shop, "squash")
    assert shop.taint()[0] == "TB450"
    assert shop.in_force() == promotion("1.0.0").rstrip()


def test_X12_a_word_that_lay_there_while_its_release_was_merged_is_used_with_it(
    shop: Workshop,
) -> None:
    shop.commit("Approve", approve(shop))
    shop.promote("1.1.0")
    shop.merge("topic", by="carl")
    shop.branch("back")
    shop.commit("Back", {SHOP: promotion("1.0.0")})
    shop.switch("main")
    shop.merge("back", by="carl")
    shop.run("branch", "-q", "-D", "topic")
    land(shop, "squash")
    assert shop.taint()[0] == "TB450"


def test_B88_a_word_that_was_taken_back_is_told(shop: Workshop) -> None:
    word = approve(shop)
    shop.commit("Approve", word)
    land(shop, "squash")
    assert not shop.judge().withdrawn(SHOP)
    shop.commit("Take it back", dict.fromkeys(word), by="bob")
    assert shop.judge().withdrawn(SHOP)


@pytest.mark.parametrize("key", ["ana", ""])
def test_a_merge_that_was_no_sign_off_is_covered_too(shop: Workshop, key: str) -> None:
    shop.promote("1.1.0")
    shop.merge("topic", by="ana", key=key)
    assert shop.taint()[0] in {"TB451", "TB452"}
    shop.commit("Approve", approve(shop), by="ana", key="")
    assert shop.judge().taints == ()


def test_an_approval_covers_no_release_and_nothing_that_says_who_may_what(shop: Workshop) -> None:
    where = "releases/shop/1.2.0/release.yaml"
    shop.write({where: release("1.2.0"), SHOP: promotion("1.2.0")})
    shop.commit("Approve", approve(shop, version="1.2.0"))
    assert {each.path for each in shop.judge().taints} == {where, SHOP}


def test_what_is_gathered_bit_by_bit_is_covered_the_same(shop: Workshop) -> None:
    land(shop, "squash")
    before = shop.facts()
    shop.commit("Approve", approve(shop))
    assert shop.facts(before=before) == shop.facts()


def test_a_place_takes_any_number_of_promotions(tmp_path: Path) -> None:
    scribe = Scribe()
    main = scribe.root
    for number in range(LONGEST + 10):
        topic = scribe.change(main, SHOP, f"v{number}", by="ana")
        merge = scribe.merge(main, topic, by="bob")
        # Nothing asks for what came before, and remembering it all takes long.
        scribe.above[merge] = frozenset({merge})
        del scribe.trees[topic], scribe.above[topic]
        main = merge
    judged = scribe.judge(main)
    assert judged.taints == ()
    assert judged.admissions[SHOP].commits == (scribe.commits[main].parents[1],)


def approved_on_its_branch(shop: Workshop, *, merged_by: str) -> dict[str, str]:
    """A promotion whose branch brings Bob's word too, merged by somebody."""
    shop.promote("1.1.0")
    shop.switch("topic")
    word = approve(shop)
    shop.commit("Approve", word, by="bob")
    shop.switch("main")
    shop.merge("topic", by=merged_by)
    return word


@pytest.mark.parametrize("merger", ["bob", "carl"])
def test_B88_a_merge_that_signs_off_stays_one_when_an_approval_is_taken_back(
    shop: Workshop, merger: str
) -> None:
    word = approved_on_its_branch(shop, merged_by=merger)
    admission = shop.judge().admissions[SHOP]
    assert (admission.merged_by, admission.word) == (merger, "")
    shop.commit("Take it back", dict.fromkeys(word), by="bob")
    judged = shop.judge()
    assert judged.taints == ()
    assert not judged.withdrawn(SHOP)
    assert judged.admissions[SHOP] == admission


@pytest.mark.parametrize("merger", ["ana", "dora"])
def test_B88_a_merge_that_was_none_ends_with_the_approval_that_stood_for_it(
    shop: Workshop, merger: str
) -> None:
    word = approved_on_its_branch(shop, merged_by=merger)
    assert shop.judge().admissions[SHOP].word
    shop.commit("Take it back", dict.fromkeys(word), by="bob")
    assert shop.judge().withdrawn(SHOP)


def test_X9_a_merge_that_was_none_becomes_none_above_an_approval_either(shop: Workshop) -> None:
    shop.promote("1.1.0")
    shop.switch("topic")
    shop.commit("Approve", approve(shop), by="bob")
    shop.switch("main")
    shop.branch("line")
    shop.merge("topic", by="ana")
    shop.switch("main")
    shop.commit("main moved", {"src/x": "x"})
    shop.merge("line", by="carl")
    assert shop.judge().admissions[SHOP].word


def test_B88_a_merge_of_what_an_approval_covers_already_makes_it_needless(shop: Workshop) -> None:
    shop.promote("1.1.0")
    land(shop, "push")
    word = approve(shop)
    shop.commit("Approve", word)
    assert shop.judge().admissions[SHOP].word
    shop.merge("topic", by="carl")
    shop.commit("Take it back", dict.fromkeys(word), by="bob")
    assert not shop.judge().withdrawn(SHOP)
    assert shop.judge().taints == ()


def test_B88_what_a_word_brought_is_promoted_over_as_ever(shop: Workshop) -> None:
    land(shop, "squash")
    shop.commit("Approve", approve(shop))
    shop.branch("back")
    shop.commit("Back", {SHOP: promotion("1.0.0")})
    shop.switch("main")
    shop.merge("back", by="carl")
    judged = shop.judge()
    assert judged.taints == ()
    assert judged.admissions[SHOP].merged_by == "carl"


def taken_back(shop: Workshop, whose: str) -> None:
    """The words of some of bob and carl are taken back: by each of them, or by one merge."""
    paths = {each: approval_path("shop", "1.1.0", "production", each) for each in ("bob", "carl")}
    match whose.split(" then ") if whose != "both at once" else []:
        case []:
            shop.branch("back")
            shop.commit("Take both back", dict.fromkeys(paths.values()), by="ana")
            shop.switch("main")
            shop.merge("back", by="carl")
        case persons:
            for each in persons:
                shop.commit("Take it back", {paths[each]: None}, by=each)


def on_main_and_on_the_branch(shop: Workshop) -> None:
    """Bob's word on main, where the content was pushed, and Carl's on the branch."""
    shop.promote("1.1.0")
    shop.switch("topic")
    shop.commit("Approve", approve(shop, by="carl"))
    shop.switch("main")
    land(shop, "push")
    shop.commit("Approve", approve(shop, by="bob"))


def on_two_branches(shop: Workshop) -> None:
    """Both words come with the branch: each on one of two that the author put together."""
    shop.promote("1.1.0")
    for each in ("bob", "carl"):
        shop.branch(f"of-{each}", "topic")
        shop.commit("Approve", approve(shop, by=each))
    shop.switch("topic")
    shop.merge("of-bob", by="ana", key="")
    shop.merge("of-carl", by="ana", key="")
    shop.switch("main")


def on_main_twice(shop: Workshop) -> None:
    """Bob's word stands for what was pushed; Carl's comes after it, when nothing lacks."""
    shop.promote("1.1.0")
    land(shop, "push")
    shop.commit("Approve", approve(shop, by="bob"))
    shop.commit("Approve", approve(shop, by="carl"))


TOLD = (on_main_and_on_the_branch, on_two_branches, on_main_twice)
ORDERS = ("bob", "carl", "bob then carl", "carl then bob", "both at once")


@pytest.mark.parametrize("whose", ORDERS)
@pytest.mark.parametrize("told", TOLD)
def test_B88_a_signed_merge_stands_whichever_approvals_are_taken_back(
    shop: Workshop, told: Callable[[Workshop], None], whose: str
) -> None:
    told(shop)
    merge = shop.merge("topic", by="carl")
    admission = shop.judge().admissions[SHOP]
    assert (admission.merge, admission.merged_by, admission.word) == (merge, "carl", "")
    taken_back(shop, whose)
    judged = shop.judge()
    assert judged.taints == ()
    assert not judged.withdrawn(SHOP)
    assert judged.admissions[SHOP] == admission


def test_B88_a_merge_that_takes_two_approvals_back_itself_stands(shop: Workshop) -> None:
    on_main_and_on_the_branch(shop)
    shop.run("merge", "-q", "--no-ff", "--no-commit", "topic", by="carl")
    gone = [approval_path("shop", "1.1.0", "production", each) for each in ("bob", "carl")]
    merge = shop.commit("Merge and take back", dict.fromkeys(gone), by="carl")
    judged = shop.judge()
    assert (judged.admissions[SHOP].merge, judged.admissions[SHOP].word) == (merge, "")
    assert not judged.withdrawn(SHOP)


@pytest.mark.parametrize("whose", ORDERS)
@pytest.mark.parametrize("told", TOLD)
def test_B88_X9_what_rests_on_two_approvals_stands_as_long_as_one_of_them_does(
    shop: Workshop, told: Callable[[Workshop], None], whose: str
) -> None:
    told(shop)
    if told is not on_main_twice:
        shop.merge("topic", by="ana")
    assert shop.judge().admissions[SHOP].word
    taken_back(shop, whose)
    judged = shop.judge()
    left = {"bob": "carl", "carl": "bob"}.get(whose, "")
    assert judged.withdrawn(SHOP) == (not left)
    if left:
        assert judged.admissions[SHOP].merged_by == left
        assert judged.taints == ()


def test_B88_X12_a_new_approval_takes_the_place_of_one_that_was_taken_back(shop: Workshop) -> None:
    land(shop, "squash")
    word = approve(shop)
    shop.commit("Approve", word)
    shop.commit("Take it back", dict.fromkeys(word), by="bob")
    shop.commit("Bring it again", word, by="ana")
    assert shop.judge().withdrawn(SHOP)
    shop.commit("Approve", approve(shop, by="carl"))
    judged = shop.judge()
    assert not judged.withdrawn(SHOP)
    assert judged.admissions[SHOP].merged_by == "carl"


def test_X12_an_approval_of_what_was_left_again_brings_it_no_second_time(shop: Workshop) -> None:
    on_main_twice(shop)
    shop.branch("back")
    shop.commit("Back", {SHOP: promotion("1.0.0")})
    shop.switch("main")
    shop.merge("back", by="carl")
    land(shop, "push")
    shop.commit(
        "Take it back", {approval_path("shop", "1.1.0", "production", "bob"): None}, by="bob"
    )
    assert shop.taint()[0] == "TB450"
    assert shop.in_force() == promotion("1.0.0").rstrip()


def test_B88_a_branch_that_took_an_approval_back_disputes_no_later_promotion(
    shop: Workshop,
) -> None:
    on_main_twice(shop)
    shop.branch("back")
    shop.commit(
        "Take it back", {approval_path("shop", "1.1.0", "production", "bob"): None}, by="bob"
    )
    shop.switch("main")
    shop.promote("1.2.0", branch="later")
    shop.merge("later", by="bob")
    shop.merge("back", by="ana")
    judged = shop.judge()
    assert judged.taints == ()
    assert shop.in_force() == promotion("1.2.0").rstrip()


def test_B88_X9_an_unsigned_way_back_is_held_while_an_approval_stands_for_what_it_undoes(
    shop: Workshop,
) -> None:
    shop.branch("old")
    shop.commit("elsewhere", {"src/x": "x"})
    shop.switch("main")
    land(shop, "push")
    shop.commit("Approve", approve(shop))
    shop.run("merge", "-q", "--no-ff", "--no-commit", "old", by="ana")
    shop.commit("Merge and undo", {SHOP: promotion("1.0.0")}, by="ana")
    assert shop.taint()[0]
    assert shop.in_force() == promotion("1.1.0").rstrip()


def test_B88_a_promotion_stays_the_same_when_it_is_vouched_for_otherwise(shop: Workshop) -> None:
    shop.promote("1.1.0")
    land(shop, "push")
    word = approve(shop)
    first = shop.commit("Approve", word)
    shop.commit("Approve", approve(shop, by="carl"))
    shop.commit("Take it back", dict.fromkeys(word), by="bob")
    by_carl = shop.judge().admissions[SHOP]
    assert (by_carl.merged_by, by_carl.came) == ("carl", first)
    merge = shop.merge("topic", by="bob")
    by_merge = shop.judge().admissions[SHOP]
    assert (by_merge.merge, by_merge.word, by_merge.came) == (merge, "", first)
