"""Why a place does what it does, who may, what a merge will do, what will leave when: as commands."""

import json

import pytest


def test_m14_a_place_is_explained_with_every_gate_and_who_opens_it(call):
    code, out, _ = call("explain", "production/shop")
    assert code == 0
    assert out.startswith("production/shop runs 1.0.0\n")
    for gate in ("sign-off", "files", "hold", "history"):
        assert f" {gate} " in out
    assert "so far:" in out
    assert "\nlead time of 1.0.0, succeeded: " in out
    assert "time so far" not in out


def test_a_place_is_explained_to_programs_with_what_its_time_went_into(call):
    code, out, _ = call("explain", "production/shop", "-o", "json")
    told = json.loads(out)
    assert (code, told["place"], told["verdict"]) == (0, "production/shop", "in-sync")
    assert {each["gate"] for each in told["reasons"]} >= {"sign-off", "hold"}
    lead = told["lead_time"]
    assert lead["deployment"].startswith("production.shop.")
    assert sum(lead["parts"].values()) == lead["milliseconds"]
    assert told["time_so_far"] is None
    code, out, _ = call("explain", "tb101", "-o", "json")
    assert json.loads(out)["code"] == "TB101"


def test_a_place_that_is_not_there_is_named_with_the_nearest_one(call):
    code, _, err = call("explain", "production/shp")
    assert code == 2
    assert "production/shop" in err


def test_m18_an_environment_of_several_apps_names_its_places(call):
    code, out, err = call("explain", "production")
    assert (code, out) == (2, "")
    assert "name one of them: production/blog, production/shop" in err


def test_m8_a_gate_that_only_the_host_asks_is_not_shown_as_open(call):
    _, out, _ = call("explain", "production/shop")
    (line,) = (each for each in out.splitlines() if " driver " in each)
    assert line.startswith("·")


def test_m8_s8_a_held_place_is_told_nothing_of_the_release_that_is_in_force(call):
    code, out, _ = call("explain", "production/blog")
    assert code == 0
    assert "wants 2026.43.1 (held)" in out
    assert [each for each in ("settled", "way back", "same content", "driver") if each in out] == []


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("promote", "production", "--as", "approver"), 0, "yes: approver may promote"),
        (("adopt", "production", "--as", "approver"), 0, "yes: approver may adopt"),
        (
            ("rollback", "production/shop", "--as", "approver"),
            0,
            "nothing is rolled back on request",
        ),
        (("promote", "production", "--as", "nobody"), 2, "there is no person nobody"),
        (("fly", "production", "--as", "approver"), 2, "there is no verb fly"),
        (("promote", "prodction", "--as", "approver"), 2, "production"),
    ],
)
def test_d1_d6_can_i_says_what_a_person_may_do_where_and_why_not(call, words, code, said):
    found, out, err = call("can-i", *words)
    assert (found, said in out + err) == (code, True), out + err


def test_can_i_finds_the_person_by_the_key_that_git_signs_with(call):
    code, out, err = call("can-i", "abort", "production")
    assert code in {0, 1}, err
    assert "engineer" in out


def test_every_decision_of_the_example_is_proved(call):
    code, out, err = call("prove", "--all")
    assert code == 0, err
    assert "come out the same, byte for byte" in out
    assert "every signature is good, and the chain is whole" in out
    code, _, err = call("prove", "no-such-record")
    assert (code, "there is no record no-such" in err) == (2, True)
    code, _, err = call("prove")
    assert code == 2


def test_the_merge_of_a_branch_is_told_as_one_comment(example, call):
    promoted = example.tagboat("promote", "shop@1.1.0", "--to", "production", "--local")
    assert promoted.returncode == 0, promoted.stderr
    branch = "tagboat/promote/production/shop/1.1.0"
    words = ("plan", "--base", "origin/main", "--head", branch)
    code, out, err = call(*words, "-o", "markdown")
    assert code == 0, err
    assert out.startswith("<!-- tagboat plan -->\n\n### shop in production: `1.0.0` → `1.1.0`")
    assert "**Merging this deploys shop `1.1.0` to production at once.**" in out
    code, out, _ = call(*words, "-o", "json", "--backtest")
    told = json.loads(out)
    assert [each["place"] for each in told["places"]] == ["production/shop"]
    assert told["places"][0]["mergers"] == ["approver"]
    assert told["digest"] == json.loads(call(*words, "-o", "json", "--backtest")[1])["digest"]


def test_simulate_says_that_nothing_leaves_where_nothing_follows(call):
    code, out, err = call("simulate", "-o", "json")
    assert code == 0, err
    assert {each["what"] for each in json.loads(out)} <= {"waits"}
    code, out, err = call("simulate", "-o", "calendar")
    assert out.startswith("BEGIN:VCALENDAR"), err
    code, _, err = call("simulate", "--from", "tomorrow")
    assert (code, "is no instant" in err) == (2, True)
    code, _, err = call("simulate", "prodction")
    assert (code, "did you mean production" in err) == (2, True)


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (("--head", "topic"), "tagboat plan --base origin/main --head topic"),
        (("--backtest",), "tagboat plan --base origin/main --backtest"),
        (("--base", "main", "-o", "text"), "leave -o out, or say -o json"),
    ],
)
def test_t5_a_plan_refuses_options_that_would_have_no_effect(call, words, hint):
    code, out, err = call("plan", *words)
    assert (code, out) == (2, "")
    assert hint in err


def test_t5_the_branch_that_promote_names_is_found_and_an_old_base_is_told(call, example):
    code, _, err = call("promote", "shop@1.2.0", "--to", "staging")
    assert code == 0, err
    example.git("update-ref", "refs/heads/old", "origin/main~1")
    branch = err.partition("pushed ")[2].partition(":")[0]
    code, out, err = call("plan", "--base", "origin/main", "--head", branch, "-o", "json")
    told = json.loads(out)
    assert (code, [each["place"] for each in told["places"]]) == (0, ["staging/shop"]), err
    assert "of the remote is at" not in err
    _, _, err = call("plan", "--base", "old", "--head", branch)
    assert "hint: git fetch, then --base origin/main" in err
