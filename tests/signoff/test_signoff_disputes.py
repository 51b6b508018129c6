"""Two sign-offs of one path on lines that didn't know of one another."""

from signoff_world import SHOP, Scribe


def _two_lines(scribe: Scribe) -> tuple[str, str]:
    """Two tips with different content in force, each signed off."""
    tips = []
    for blob, merger in (("one", "bob"), ("two", "carl")):
        content = scribe.change(scribe.root, SHOP, blob, by="ana")
        tips.append(scribe.merge(scribe.root, content, by=merger))
    return tips[0], tips[1]


def _taking(scribe: Scribe, one: str, two: str, blob: str, *, by: str) -> str:
    tree = scribe.trees[one] | {SHOP: next(
        each[SHOP] for each in (scribe.trees[one], scribe.trees[two]) if each[SHOP].id == blob
    )}  # fmt: skip
    return scribe.merge(one, two, by=by, tree=tree)


def test_whoever_may_promote_chooses_by_taking_one_whole() -> None:
    for blob in ("one", "two"):
        for swapped in (False, True):
            scribe = Scribe()
            sides = _two_lines(scribe)
            one, two = reversed(sides) if swapped else sides
            judged = scribe.judge(_taking(scribe, one, two, blob, by="bob"))
            assert judged.taints == ()
            assert judged.admitted[SHOP].id == blob


def test_nobody_else_chooses_by_the_order_of_parents() -> None:
    for by in ("ana", "dora", ""):
        for blob in ("one", "two"):
            for swapped in (False, True):
                scribe = Scribe()
                sides = _two_lines(scribe)
                one, two = reversed(sides) if swapped else sides
                tip = _taking(scribe, one, two, blob, by=by)
                judged = scribe.judge(tip)
                assert [each.code for each in judged.taints] == ["TB465"]
                assert SHOP not in judged.admitted
                for other in ("one", "two"):
                    after = scribe.judge(scribe.change(tip, SHOP, other, by=by))
                    assert SHOP not in after.admitted


def test_a_promotion_of_something_new_ends_a_dispute() -> None:
    scribe = Scribe()
    one, two = _two_lines(scribe)
    tip = _taking(scribe, one, two, "two", by="ana")
    fresh = scribe.change(tip, SHOP, "three", by="ana")
    judged = scribe.judge(scribe.merge(tip, fresh, by="bob"))
    assert judged.taints == ()
    assert judged.admitted[SHOP].id == "three"


def test_text_made_of_both_is_put_back_before_something_new_is_merged() -> None:
    scribe = Scribe()
    one, two = _two_lines(scribe)
    mixed = dict(scribe.trees[one])
    mixed[SHOP] = type(mixed[SHOP])("100644", "mixed")
    tip = scribe.merge(one, two, by="bob", tree=mixed)
    assert SHOP not in scribe.judge(tip).admitted
    on_top = scribe.merge(tip, scribe.change(tip, SHOP, "three", by="ana"), by="bob")
    assert SHOP not in scribe.judge(on_top).admitted
    back = scribe.change(tip, SHOP, "one", by="")
    again = scribe.merge(back, scribe.change(back, SHOP, "three", by="ana"), by="carl")
    assert scribe.judge(again).admitted[SHOP].id == "three"


def test_going_back_is_a_newer_sign_off_than_what_it_goes_back_from() -> None:
    scribe = Scribe()
    forward = scribe.change(scribe.root, SHOP, "new", by="ana")
    main = scribe.merge(scribe.root, forward, by="bob")
    parallel = scribe.merge(scribe.root, forward, by="carl")
    back = scribe.change(main, SHOP, scribe.trees[scribe.root][SHOP].id, by="ana")
    main = scribe.merge(main, back, by="bob")
    judged = scribe.judge(scribe.merge(parallel, main, by="carl"))
    assert judged.taints == ()
    assert judged.admitted[SHOP].id == scribe.trees[scribe.root][SHOP].id
    # By somebody who may not choose it is a dispute, not a return of what was gone back from.
    judged = scribe.judge(scribe.merge(parallel, main, by="ana"))
    assert [each.code for each in judged.taints] == ["TB465"]


def test_the_same_content_signed_off_twice_is_no_dispute() -> None:
    scribe = Scribe()
    content = scribe.change(scribe.root, SHOP, "one", by="ana")
    sides = [scribe.merge(scribe.root, content, by=each) for each in ("bob", "carl")]
    judged = scribe.judge(scribe.merge(*sides, by=""))
    assert judged.taints == ()
    assert judged.admissions[SHOP].merge == sides[0]
