"""Mode author: nothing is proven, and everything says so."""

import json

from signoff_town import Town, place, promotion_file

BANNER = "trust mode author: nothing is proven"


def trusting(town: Town) -> None:
    text = town.configuration.read_text()
    town.configuration.write_text(text.replace("[trust]", '[trust]\nmode = "author"'))


def test_what_anybody_pushes_runs_and_every_surface_says_that_nothing_is_proven(
    town: Town,
) -> None:
    town.commit("Push", {place("production"): promotion_file("1.1.0")}, by="ana", key="")
    assert town.shows().held_by("sign-off", "TB450")
    trusting(town)
    assert town.shows().starts("1.1.0")
    _, out, err = town.tagboat("plan")
    assert out.startswith(f"! {BANNER}")
    assert f"! {BANNER}" in err
    _, out, _ = town.tagboat("plan", "-o", "markdown")
    assert out.startswith(f"**{BANNER}")
    code, _, err = town.tagboat("reconcile", "--once")
    assert code == 0
    assert f"! {BANNER}" in err
    for words in (("status",), ("explain", "production/shop"), ("history",)):
        assert f"! {BANNER}" in town.tagboat(*words)[2], words
    _, out, _ = town.tagboat("plan", "-o", "json")
    assert json.loads(out)["banner"].startswith(BANNER)
    (claim,) = [
        each
        for each in json.loads(town.done("history", "-n", "0", "-o", "json"))
        if each["kind"] == "Claim" and each["environment"] == "production"
    ]
    assert claim["sign_off"]["merged_by"] == "ana"


def test_in_the_other_modes_nothing_is_said(town: Town) -> None:
    _, out, err = town.tagboat("plan")
    assert "trust mode" not in out + err
    _, out, _ = town.tagboat("plan", "-o", "json")
    assert "banner" not in json.loads(out)


def test_files_that_no_rule_allows_are_still_refused(town: Town) -> None:
    town.commit("Push", {place("production"): promotion_file("9.9.9")}, by="ana", key="")
    trusting(town)
    assert town.shows().verdict == "broken"
    assert town.shows("staging").starts("1.0.0")
