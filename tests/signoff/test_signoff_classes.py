"""Each class of change has its own seats, and they are judged by the state before the change."""

import pytest
from signoff_world import (
    APP,
    BLOG,
    ENVIRONMENT,
    PEOPLE,
    RELEASE,
    SHOP,
    Scribe,
    environment,
    key_of,
    people,
)

from reconciler.signoff import Judgement
from reconciler.signoff.facts import Bad, Signed, Unlisted, Unsigned, Word

ONE = "{policies: [{role: admin}], people: [{role: admin}]}"
TWO = "{policies: [{role: admin, count: 2}], people: [{role: admin, count: 2}]}"
FREEZE = "environments/freezes/xmas.yaml"
QUARANTINE = "releases/shop/1.1.0/quarantine.yaml"
APPROVAL = "releases/shop/1.1.0/approvals/production/carl.yaml"
GUARDED = (
    ENVIRONMENT,
    APP,
    "environments/policies/all.yaml",
    "environments/customers/acme.yaml",
    "environments/calendars/es.yaml",
    "calendars/acme.ics",
    "environments/connections.yaml",
    "environments/texts/succeeded.es.yaml",
)


def _merged(scribe: Scribe, change: str, *, by: str, onto: str = "") -> str:
    return scribe.merge(onto or scribe.root, change, by=by)


def _code(judged: Judgement, path: str) -> str:
    taint = judged.tainted.get(path)
    return taint.code if taint else ""


@pytest.mark.parametrize("path", GUARDED)
def test_D6_a_guarded_file_comes_into_force_by_the_guards_and_by_nobody_else(path: str) -> None:
    for merger, code in (("dora", ""), ("bob", ""), ("ana", "TB451"), ("", "TB452")):
        scribe = Scribe(guards=ONE)
        text = environment() if path == ENVIRONMENT else "x"
        change = scribe.write(scribe.root, path, text, by="ana")
        judged = scribe.judge(_merged(scribe, change, by=merger))
        assert _code(judged, path) == code, merger
    scribe = Scribe(guards=ONE.replace("admin", "release"))
    change = scribe.write(scribe.root, path, environment(), by="ana")
    assert _code(scribe.judge(_merged(scribe, change, by="dora")), path) == "TB456"


def test_X13_B85_what_only_the_new_policy_allows_is_refused_in_the_same_change() -> None:
    scribe = Scribe(guards=ONE)
    wide = environment().replace("[role/release]", "[role/release, person/dora]")
    topic = scribe.write(scribe.root, ENVIRONMENT, wide, by="ana")
    topic = scribe.change(topic, SHOP, "new", by="ana")
    main = _merged(scribe, topic, by="dora")
    judged = scribe.judge(main)
    assert (_code(judged, ENVIRONMENT), _code(judged, SHOP)) == ("", "TB456")
    # From the next change on it is in force.
    blog = scribe.change(main, BLOG, "new", by="ana")
    assert _code(scribe.judge(_merged(scribe, blog, by="dora", onto=main)), BLOG) == ""


def test_a_person_who_is_added_and_one_who_left_count_from_the_next_change_on() -> None:
    scribe = Scribe(guards=ONE)
    changed = people(guards=ONE, roles="{release: [carl], admin: [carl, dora]}", without=("bob",))
    main = _merged(scribe, scribe.write(scribe.root, PEOPLE, changed, by="ana"), by="carl")
    for merger, code in (("bob", "TB453"), ("carl", "")):
        shop = scribe.change(main, SHOP, "new", by="ana")
        assert _code(scribe.judge(_merged(scribe, shop, by=merger, onto=main)), SHOP) == code
    written = scribe.change(main, SHOP, "new", by="bob")
    judged = scribe.judge(_merged(scribe, written, by="carl", onto=main))
    assert _code(judged, SHOP) == "TB458"


def test_what_somebody_signed_off_before_leaving_stays_in_force_and_is_told() -> None:
    scribe = Scribe(guards=ONE)
    main = _merged(scribe, scribe.change(scribe.root, SHOP, "new", by="ana"), by="bob")
    less = people(guards=ONE, roles="{release: [carl], admin: [carl, dora]}", without=("bob",))
    main = _merged(scribe, scribe.write(main, PEOPLE, less, by="ana"), by="carl", onto=main)
    judged = scribe.judge(main)
    assert judged.taints == ()
    assert judged.admitted[SHOP].id == "new"
    assert judged.outlived(SHOP)


def test_X14_a_right_that_was_taken_away_is_not_used_on_a_branch_from_before() -> None:
    less = people(guards=ONE, roles="{release: [carl], admin: [carl, dora]}", without=("bob",))
    for swapped in (False, True):
        scribe = Scribe(guards=ONE)
        main = _merged(scribe, scribe.write(scribe.root, PEOPLE, less, by="dora"), by="carl")
        stale = _merged(scribe, scribe.change(scribe.root, SHOP, "bad", by="ana"), by="bob")
        sides = (stale, main) if swapped else (main, stale)
        judged = scribe.judge(scribe.merge(*sides, by="ana"))
        assert _code(judged, SHOP) == "TB470"
        assert judged.admitted[SHOP].id == f"old-{SHOP}"


def test_X14_a_stale_branch_gives_nobody_a_right_back_by_way_of_the_people_file() -> None:
    less = people(guards=ONE, roles="{release: [carl], admin: [carl, dora]}", without=("bob",))
    more = people(guards=ONE, roles="{release: [ana, bob, carl], admin: [ana, bob]}")
    for swapped in (False, True):
        scribe = Scribe(guards=ONE)
        main = _merged(scribe, scribe.write(scribe.root, PEOPLE, less, by="dora"), by="carl")
        stale = _merged(scribe, scribe.write(scribe.root, PEOPLE, more, by="ana"), by="bob")
        stale = _merged(scribe, scribe.change(stale, SHOP, "bad", by="dora"), by="ana", onto=stale)
        assert scribe.judge(stale).admitted[SHOP].id == "bad"
        sides = (stale, main) if swapped else (main, stale)
        judged = scribe.judge(scribe.merge(*sides, by="ana", tree=scribe.trees[main]))
        assert judged.admitted[SHOP].id == f"old-{SHOP}"
        assert not judged.authority.listed("bob")
        assert not judged.authority.may_promote("ana", "production")


def test_a_pull_that_brings_a_new_policy_judges_what_was_merged_before_it() -> None:
    scribe = Scribe(guards=ONE)
    narrow = environment().replace("[role/release]", "[person/carl]")
    there = _merged(scribe, scribe.write(scribe.root, ENVIRONMENT, narrow, by="ana"), by="carl")
    for merger, code in (("bob", "TB470"), ("carl", "")):
        here = _merged(scribe, scribe.change(scribe.root, SHOP, "new", by="ana"), by=merger)
        judged = scribe.judge(scribe.merge(here, there, by=merger))
        assert (_code(judged, SHOP), _code(judged, ENVIRONMENT)) == (code, "")


def test_M5_a_quorum_is_several_merges_of_the_same_content_each_by_another_person() -> None:
    scribe = Scribe(guards=TWO)
    change = scribe.write(scribe.root, ENVIRONMENT, environment(more="title: P\n"), by="ana")
    first = _merged(scribe, change, by="bob")
    judged = scribe.judge(first)
    assert _code(judged, ENVIRONMENT) == "TB468"
    assert "1 more of role admin" in judged.tainted[ENVIRONMENT].why
    for second, code in (("dora", ""), ("bob", "TB468"), ("ana", "TB451"), ("", "TB452")):
        judged = scribe.judge(_merged(scribe, first, by=second))
        assert _code(judged, ENVIRONMENT) == code, second
    admission = scribe.judge(_merged(scribe, first, by="dora")).admissions[ENVIRONMENT]
    assert (admission.merged_by, admission.seconded) == ("dora", ("bob",))


def test_a_quorum_is_filled_on_main_by_the_same_content_from_before_the_change() -> None:
    scribe = Scribe(guards=TWO)
    change = scribe.write(scribe.root, ENVIRONMENT, environment(more="title: P\n"), by="ana")
    main = _merged(scribe, change, by="bob")
    blob = scribe.trees[main][ENVIRONMENT].id
    again = scribe.change(scribe.root, ENVIRONMENT, blob, by="ana")
    assert _code(scribe.judge(_merged(scribe, again, by="dora", onto=main)), ENVIRONMENT) == ""
    assert _code(scribe.judge(_merged(scribe, again, by="bob", onto=main)), ENVIRONMENT) == "TB468"
    # Other content by the second person is a beginning, not the end.
    other = scribe.write(scribe.root, ENVIRONMENT, environment(more="title: Q\n"), by="ana")
    tree = scribe.trees[main] | {ENVIRONMENT: scribe.trees[other][ENVIRONMENT]}
    assert ENVIRONMENT in scribe.judge(scribe.merge(main, other, by="dora", tree=tree)).tainted


def test_X13_a_quorum_is_not_dropped_in_two_steps() -> None:
    scribe = Scribe(guards=TWO)
    loose = scribe.write(scribe.root, PEOPLE, people(guards=ONE), by="ana")
    main = _merged(scribe, loose, by="bob")
    assert _code(scribe.judge(main), PEOPLE) == "TB468"
    policy = scribe.write(main, ENVIRONMENT, environment(more="title: P\n"), by="ana")
    judged = scribe.judge(_merged(scribe, policy, by="bob", onto=main))
    assert (_code(judged, PEOPLE), _code(judged, ENVIRONMENT)) == ("TB468", "TB468")


@pytest.mark.parametrize(
    "text",
    [
        people(guards=""),
        people(guards=ONE.replace("admin", "nobody")),
        people(guards="{policies: [{role: admin}], people: [{role: admin, count: 4}]}"),
        people(guards=ONE, roles="{admin: [], release: [bob]}"),
        "kind: [\n",
        None,
    ],
    ids=["no-guards", "no-role", "too-many", "empty-role", "broken", "removed"],
)
def test_X13_B64_a_people_file_that_nobody_could_change_again_never_comes_into_force(
    text: str | None,
) -> None:
    scribe = Scribe(guards=ONE)
    if text is None:
        change = scribe.change(scribe.root, PEOPLE, None, by="ana")
    else:
        change = scribe.write(scribe.root, PEOPLE, text, by="ana")
    main = _merged(scribe, change, by="bob")
    judged = scribe.judge(main)
    assert _code(judged, PEOPLE) == "TB469"
    back = scribe.change(main, PEOPLE, f"old-{PEOPLE}", by="")
    assert scribe.judge(back).taints == ()


def test_freezing_is_one_persons_at_once_and_lifting_is_the_guards() -> None:
    for path in (FREEZE, QUARANTINE):
        scribe = Scribe(guards=TWO)
        for by, code in (("dora", ""), ("ana", "TB450"), ("", "TB450")):
            judged = scribe.judge(scribe.change(scribe.root, path, "on", by=by))
            assert _code(judged, path) == code, by
        main = scribe.change(scribe.root, path, "on", by="dora")
        for blob in (None, "shorter"):
            off = scribe.change(main, path, blob, by="dora")
            assert _code(scribe.judge(off), path) == "TB450"
            lifted = scribe.change(main, path, blob, by="ana")
            once = _merged(scribe, lifted, by="bob", onto=main)
            assert _code(scribe.judge(once), path) == "TB468"
            twice = _merged(scribe, once, by="carl", onto=main)
            judged = scribe.judge(twice)
            assert judged.taints == ()
            assert (path in judged.admitted) == (blob is not None)


def test_X12_an_approval_is_its_own_proof_and_is_taken_back_by_its_signer_for_good() -> None:
    scribe = Scribe()
    for blob in ("yes", "no", "again"):
        scribe.word(blob, "carl")
    main = scribe.change(scribe.root, APPROVAL, "yes", by="")
    assert scribe.judge(main).admitted[APPROVAL].id == "yes"
    # Another word of the same person needs no other proof than itself; taking one away does.
    assert _code(scribe.judge(scribe.change(main, APPROVAL, "no", by="")), APPROVAL) == ""
    for by, code in (("ana", "TB450"), ("", "TB450"), ("carl", "")):
        judged = scribe.judge(scribe.change(main, APPROVAL, None, by=by))
        assert _code(judged, APPROVAL) == code, by
    for taken_back in (None, "no"):
        gone = scribe.change(main, APPROVAL, taken_back, by="carl")
        replayed = scribe.judge(scribe.change(gone, APPROVAL, "yes", by="ana"))
        assert _code(replayed, APPROVAL) == "TB471"
        assert _code(scribe.judge(scribe.change(gone, APPROVAL, "again", by="")), APPROVAL) == ""
    merged = _merged(scribe, scribe.change(main, APPROVAL, None, by="ana"), by="bob", onto=main)
    assert _code(scribe.judge(merged), APPROVAL) == ""


def test_B71_B72_B73_B75_an_approval_that_its_person_did_not_sign_is_held_whoever_merged_it() -> (
    None
):
    for signature in (Unsigned(), Unlisted(), Bad(), Bad(key_of("carl")), Signed(key_of("ana"))):
        scribe = Scribe()
        scribe.words["yes"] = Word("carl", "", False, signature)
        main = _merged(scribe, scribe.change(scribe.root, APPROVAL, "yes", by="ana"), by="bob")
        judged = scribe.judge(main)
        assert _code(judged, APPROVAL) == "TB471", signature
        assert APPROVAL not in judged.admitted
    scribe = Scribe()
    scribe.word("yes", "bob")
    judged = scribe.judge(scribe.change(scribe.root, APPROVAL, "yes", by="bob"))
    assert _code(judged, APPROVAL) == "TB471", "another person's word"


def test_M5_P18_a_word_is_written_down_only_by_who_may_record_for_its_person() -> None:
    for recorder, signer, code in (
        ("ana", "ana", ""),
        ("dora", "dora", "TB471"),
        ("dora", "ana", "TB471"),
        ("", "ana", "TB471"),
        ("ana", "carl", ""),
    ):
        scribe = Scribe()
        may = people().replace("ana@acme.example", "ana@acme.example, records_for: [carl]")
        scribe.texts[f"old-{PEOPLE}"] = may.encode()
        scribe.word("yes", "carl", recorder=recorder, by=signer)
        judged = scribe.judge(scribe.change(scribe.root, APPROVAL, "yes", by=""))
        assert _code(judged, APPROVAL) == code, (recorder, signer)


def test_B74_a_word_by_a_key_that_left_does_not_count_and_a_no_stays() -> None:
    for blob in ("yes", "no"):
        scribe = Scribe(guards=ONE)
        scribe.word(blob, "carl")
        main = scribe.change(scribe.root, APPROVAL, blob, by="")
        changed = people(guards=ONE).replace(key_of("carl"), key_of("carlsnewkey"))
        main = _merged(scribe, scribe.write(main, PEOPLE, changed, by="ana"), by="bob", onto=main)
        assert (APPROVAL in scribe.judge(main).admitted) == (blob == "no")


def test_X9_B70_whom_a_commit_names_is_on_its_author_side_and_never_clears_anybody() -> None:
    from dataclasses import replace

    scribe = Scribe()
    content = scribe.change(scribe.root, SHOP, "new", by="ana")
    for mail, merger, code in (
        ("BOB@acme.example", "bob", "TB451"),
        ("bob@acme.example", "carl", ""),
        ("nobody@acme.example", "bob", ""),
    ):
        scribe.commits[content] = replace(scribe.commits[content], mails=(mail,))
        judged = scribe.judge(_merged(scribe, content, by=merger))
        assert _code(judged, SHOP) == code
        if not code:
            assert "ana" in judged.admissions[SHOP].authors


def test_S9_where_four_eyes_is_off_the_author_may_merge_and_still_must_merge() -> None:
    scribe = Scribe()
    alone = environment(more="gates: {four_eyes: false}\n").encode()
    scribe.texts[f"old-{ENVIRONMENT}"] = alone
    content = scribe.change(scribe.root, SHOP, "new", by="bob")
    assert _code(scribe.judge(_merged(scribe, content, by="bob")), SHOP) == ""
    assert _code(scribe.judge(content), SHOP) == "TB450"
    assert _code(scribe.judge(_merged(scribe, content, by="ana")), SHOP) == "TB456"


def test_a_taint_is_healed_by_the_same_content_offered_again_and_merged() -> None:
    scribe = Scribe()
    pushed = scribe.change(scribe.root, SHOP, "new", by="")
    later = scribe.change(pushed, "src/x", "x", by="")
    again = scribe.change(scribe.root, SHOP, "new", by="ana")
    for by, code in (("bob", ""), ("ana", "TB451"), ("dora", "TB456")):
        judged = scribe.judge(scribe.merge(later, again, by=by))
        assert _code(judged, SHOP) == code, by
    own = _merged(scribe, scribe.change(scribe.root, SHOP, "new", by="bob"), by="bob")
    assert _code(scribe.judge(own), SHOP) == "TB451"
    assert _code(scribe.judge(scribe.merge(own, again, by="bob")), SHOP) == ""


def test_two_changes_of_a_guarded_file_that_git_puts_together_are_signed_off_as_they_are() -> None:
    from dataclasses import replace

    for path, composed, code in (
        ("environments/texts/succeeded.es.yaml", True, ""),
        ("environments/texts/succeeded.es.yaml", False, "TB459"),
    ):
        scribe = Scribe(guards=ONE)
        start = _merged(scribe, scribe.change(scribe.root, path, "0", by="ana"), by="bob")
        one = _merged(scribe, scribe.change(start, path, "a", by="ana"), by="bob", onto=start)
        two = scribe.change(start, path, "b", by="ana")
        tree = scribe.trees[one] | {path: scribe.trees[two][path].__class__("100644", "ab")}
        merge = scribe.merge(one, two, by="carl", tree=tree)
        if composed:
            found = frozenset({path})
            scribe.commits[merge] = replace(scribe.commits[merge], composed=found)
        assert _code(scribe.judge(merge), path) == code


def test_an_unknown_sort_of_file_is_refused_whoever_merged_it() -> None:
    scribe = Scribe(guards=ONE)
    change = scribe.change(scribe.root, "environments/notes.txt", "x", by="ana")
    judged = scribe.judge(_merged(scribe, change, by="bob"))
    assert _code(judged, "environments/notes.txt") == "TB461"


def test_a_release_is_signed_off_by_any_other_listed_person() -> None:
    for by, code in (("dora", ""), ("bob", ""), ("ana", "TB451"), ("stranger", "TB453")):
        scribe = Scribe()
        change = scribe.change(scribe.root, RELEASE, "x", by="ana")
        assert _code(scribe.judge(_merged(scribe, change, by=by)), RELEASE) == code
