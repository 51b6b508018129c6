"""Words, customers and what files may not ask for, through the commands: one row each."""

import pytest
from signoff_town import (
    Town,
    environment_file,
    people_file,
    place,
    promotion_file,
)
from signoff_world import PEOPLE

LIVE = place("live")
OF_LIVE = "environments/live/environment.yaml"
FOLDER = "releases/shop/1.1.0/approvals"


@pytest.fixture
def live(town: Town) -> Town:
    """1.1.0 is promoted to ``live``, which asks for a tester and for the client."""
    town.change({LIVE: promotion_file("1.1.0")}, name="live")
    town.merge("live", by="bob")
    return town


def approve(town: Town, *words: str, by: str, to: str = "live") -> None:
    """Somebody's word, which Ana brings."""
    town.said("approve", "shop@1.1.0", "--to", to, *words, by=by, brought_by="ana")


def test_M5_D16_words_by_role_open_the_gate_and_one_is_written_down_for_a_client(
    live: Town,
) -> None:
    assert live.shows("live").held_by("approvals", "qa, client", "tagboat approve shop@1.1.0")
    approve(live, "--evidence", "https://tests.example/7", by="dora")
    assert live.shows("live").held_by("approvals", "client")
    approve(live, "--on-behalf", "noor", "--evidence", "https://helpdesk.example/412", by="dora")
    assert live.shows("live").starts("1.1.0")


def test_P2_a_client_accepts_the_risk_where_the_seat_takes_that(live: Town) -> None:
    approve(live, "--on-behalf", "noor", "--risk-accepted", by="dora")
    assert live.shows("live").held_by("approvals", "1 of 2 seats is empty: qa")
    approve(live, by="carl")
    assert live.shows("live").starts("1.1.0")


def test_M5_who_may_not_record_for_a_client_writes_no_word_down(live: Town) -> None:
    code, out, err = live.tagboat(
        "approve", "shop@1.1.0", "--to", "live", "--on-behalf", "noor", by="carl"
    )
    assert (code, out) == (5, "")
    assert "carl may not record for noor" in err


@pytest.mark.parametrize(
    ("words", "why", "hint"),
    [
        (("--role", "developer"), "live asks for no 'developer'", "write one of: qa, client"),
        (("--role", "clinet"), "live asks for no 'clinet'", "did you mean 'client'?"),
        (
            ("--role", "client"),
            "dora doesn't hold role client in live",
            "write a role that the place asks for and the person has",
        ),
        (
            ("--risk-accepted",),
            "the seat of qa doesn't accept 'risk-accepted'",
            "write one of: approved",
        ),
    ],
)
@pytest.mark.parametrize("version", ["1.1.0", "1.2.0"])
def test_B69_a_word_that_would_fill_no_seat_is_refused_before_it_is_pushed(
    live: Town, words: tuple[str, ...], why: str, hint: str, version: str
) -> None:
    code, out, err = live.tagboat("approve", f"shop@{version}", "--to", "live", *words, by="dora")
    assert (code, out) == (5, "")
    assert why in err
    assert f"hint: {hint} (live asks for: qa, client)" in err
    assert live.run("for-each-ref", "refs/heads/tagboat/approve") == ""


def test_P18_a_partners_person_fills_the_clients_seat_with_an_own_key(live: Town) -> None:
    stranger = " ".join((live.keys / "stranger.pub").read_text().split()[:2])
    text = people_file(live.public).replace("client: [noor]", "client: [noor, pat]")
    pat = f'  pat: {{name: Pat, customer: acme, keys: ["{stranger}"]}}\n'
    live.agreed({PEOPLE: text.replace("roles: ", f"{pat}roles: ", 1)})
    approve(live, by="dora")
    approve(live, by="pat")
    assert live.shows("live").starts("1.1.0")
    live.change({place("production"): promotion_file("1.1.0")}, name="other")
    live.merge("other", by="pat", key="stranger")
    assert live.shows("production").held_by("sign-off", "TB456")


def test_D24_a_seat_is_filled_by_whoever_has_either_of_two_roles(live: Town) -> None:
    text = (live.folder / OF_LIVE).read_text()
    start = text.index("gates:")
    end = text.index("\n", start)
    live.agreed({OF_LIVE: f"{text[:start]}gates: {{approvals: [{{role: manager}}]}}{text[end:]}"})
    # Bob's merge fills the seat: release managers are managers, and so are clients.
    assert live.shows("live").starts("1.1.0")


def test_B79_two_words_of_one_person_count_once(live: Town) -> None:
    text = (live.folder / OF_LIVE).read_text()
    start = text.index("gates:")
    end = text.index("\n", start)
    gates = "gates: {approvals: [{role: qa, count: 2}]}"
    live.agreed({OF_LIVE: f"{text[:start]}{gates}{text[end:]}"})
    live.change({LIVE: promotion_file("1.2.0")}, name="again")
    live.merge("again", by="carl")
    # Carl's merge is a word of a tester; a second one of his adds nothing.
    live.said("approve", "shop@1.2.0", "--to", "live", by="carl", brought_by="ana")
    assert live.shows("live").held_by("approvals", "1 of 2 seats")
    live.said("approve", "shop@1.2.0", "--to", "live", by="dora", brought_by="ana")
    assert live.shows("live").starts("1.2.0")


def test_B76_B78_X8_a_word_counts_for_exactly_what_it_was_given_for(live: Town) -> None:
    approve(live, by="dora")
    approve(live, "--on-behalf", "noor", by="dora")
    assert live.shows("live").starts("1.1.0")
    later = promotion_file("1.1.0", more='at: "2020-01-01T00:00:00Z"\n')
    live.change({LIVE: later}, name="slot")
    live.merge("slot", by="bob")
    assert live.shows("live").held_by("approvals", "TB475", "dora agreed to")


def test_X8_X13_a_word_does_not_outlive_the_policy_that_it_was_given_under(live: Town) -> None:
    approve(live, by="dora")
    approve(live, "--on-behalf", "noor", by="dora")
    text = (live.folder / OF_LIVE).read_text()
    live.agreed({OF_LIVE: text.replace("{driver: memory}", "{driver: memory, root: other}")})
    shown = live.shows("live")
    assert not shown.starts("1.1.0")


@pytest.mark.parametrize("edited", ["copied as it is", "with the new names"])
def test_B77_X12_a_word_for_one_place_is_none_in_another(live: Town, edited: str) -> None:
    live.said("approve", "shop@1.1.0", "--to", "production", by="bob", brought_by="ana")
    text = (live.folder / f"{FOLDER}/production/bob.yaml").read_text()
    if edited == "with the new names":
        text = text.replace("production", "staging")
    live.change(
        {place("staging"): promotion_file("1.1.0"), f"{FOLDER}/staging/bob.yaml": text}, name="copy"
    )
    live.run("merge", "-q", "--squash", "copy", by="ana")
    live.commit("Squash", by="ana")
    shown = live.shows("staging")
    assert shown.held_by("sign-off", "TB4")
    code, out, _ = live.tagboat("validate", "-C", str(live.folder))
    assert code == (1 if edited == "copied as it is" else 0), out


def test_D16_a_no_stops_it_whoever_else_agreed_and_whoever_brings_it(live: Town) -> None:
    approve(live, by="dora")
    approve(live, "--on-behalf", "noor", by="dora")
    words = ("reject", "shop@1.1.0", "--to", "live", "--role", "qa", "--comment", "Not today")
    live.said(*words, by="carl", brought_by="ana")
    assert live.shows("live").held_by("approvals", "carl rejected shop 1.1.0: Not today")


def test_B88_a_word_taken_back_before_anything_began_stops_it(live: Town) -> None:
    approve(live, by="dora")
    approve(live, "--on-behalf", "noor", by="dora")
    assert live.shows("live").starts("1.1.0")
    live.commit("Back", {f"{FOLDER}/live/dora.yaml": None}, by="dora")
    assert live.shows("live").held_by("approvals", "qa")


@pytest.mark.parametrize("merger", ["bob", "carl"])
def test_B88_an_approval_that_is_taken_back_takes_no_merge_with_it(town: Town, merger: str) -> None:
    town.done("approve", "shop@1.1.0", "--to", "staging", by="bob")
    town.change({place("staging"): promotion_file("1.1.0")})
    town.switch("topic")
    word = "tagboat/approve/staging/shop/1.1.0/bob"
    town.merge(word, by="ana")
    town.switch("main")
    town.merge("topic", by=merger)
    path = f"{FOLDER}/staging/bob.yaml"
    assert (town.folder / path).exists()
    town.commit("Back", {path: None}, by="bob")
    assert town.shows("staging").starts("1.1.0")
    town.tagboat("reconcile", "--once")
    assert f"merged by {merger}" in town.done("explain", "staging/shop")
    town.done("prove", "--all")


@pytest.mark.parametrize("who", ["release", "dependabot"])
def test_B81_a_role_or_somebody_unlisted_is_nobodys_word(live: Town, who: str) -> None:
    approve(live, by="dora")
    text = (live.folder / f"{FOLDER}/live/dora.yaml").read_text()
    live.commit("Alias", {f"{FOLDER}/live/{who}.yaml": text.replace("dora", who)})
    code, out, _ = live.tagboat("validate", "-C", str(live.folder))
    assert code == 1
    assert f"{FOLDER}/live/{who}.yaml" in out
    assert live.shows("live").held_by("sign-off", "TB471")


@pytest.mark.parametrize(
    ("by", "merged_by", "code"),
    [("ana", "bob", 0), ("bob", "carl", 5)],
    ids=["ana began it", "somebody else did"],
)
def test_D28_whoever_set_the_promotion_may_confirm_it(
    town: Town, by: str, merged_by: str, code: int
) -> None:
    text = environment_file("staging", more="gates: {attended: true}\n")
    town.agreed({"environments/staging/environment.yaml": text})
    town.change({place("staging"): promotion_file("1.1.0")}, by=by)
    town.merge("topic", by=merged_by)
    assert town.shows("staging").held_by("attended", "tagboat confirm")
    town.done("confirm", "staging/shop", "--no-wait", by="ana")
    town.tagboat("reconcile", "--once")
    history = town.done("history")
    assert ("staging/shop 1.1.0 started" in history) == (code == 0), history


@pytest.mark.parametrize(
    ("pause", "resume"), [((), ()), (("--local",), ("--local",)), ((), ("--local",))]
)
def test_T5_what_was_asked_with_the_daemon_down_is_answered_in_that_order(
    town: Town, pause: tuple[str, ...], resume: tuple[str, ...]
) -> None:
    town.tagboat("reconcile", "--once")
    places = [f"{each}/shop" for each in ("dev", "staging", "production")]
    for each in places:
        town.done("pause", each, "--reason", "Moving", "--no-wait", *pause, by="bob")
    for each in places:
        town.done("resume", each, "--no-wait", *resume, by="bob")
    town.tagboat("reconcile", "--once")
    log = town.run("log", "--reverse", "--format=%s", "refs/heads/tagboat/history")
    asked = [line.split()[:2] for line in log.splitlines() if " by " in line]
    asked = [each for each in asked if each[1] in {"pause", "resume"}]
    paused, resumed = ([[each, verb] for each in places] for verb in ("pause", "resume"))
    assert asked == paused + resumed, log
    assert "refused" not in log


def test_X28_what_is_in_quarantine_does_not_come_back_by_a_rollback(town: Town) -> None:
    town.change({place("staging"): promotion_file("1.1.0")})
    town.merge("topic", by="bob")
    assert town.tagboat("reconcile", "--once")[0] == 0
    text = "apiVersion: tagboat/v1\nkind: Quarantine\napp: shop\nversion: '1.0.0'\nreason: Leaks\nby: dora\n"
    town.commit("Stop it", {"releases/shop/1.0.0/quarantine.yaml": text}, by="dora")
    town.change({place("staging"): promotion_file("1.0.0")}, name="back")
    town.merge("back", by="bob")
    assert town.shows("staging").held_by("quarantine", "Leaks")


def test_X28_a_rollback_is_refused_to_who_may_not_and_to_what_never_ran(town: Town) -> None:
    code, _, err = town.tagboat("rollback", "staging/shop", "--no-wait")
    assert code == 5, err
    assert "nothing was deployed" in err
    town.change({place("staging"): promotion_file("1.1.0")}, by="bob")
    town.merge("topic", by="carl")
    town.tagboat("reconcile", "--once")
    town.done("rollback", "staging/shop", "--no-wait", by="ana")
    town.tagboat("reconcile", "--once")
    assert "refused" in town.done("history")


@pytest.mark.parametrize("options", ["false", "true"])
def test_D16_where_no_push_opens_a_merge_request_its_form_is_told(town: Town, options: str) -> None:
    # A plain remote takes any ref; with push options it wouldn't even complain.
    town.run("config", "receive.advertisePushOptions", options)
    told = town.configuration.read_text().replace("[trust]\n", '[trust]\nmode = "forge"\n')
    forge = 'type = "gitea"\nurl = "https://git.example"\nrepository = "acme/deploy"\n'
    town.configuration.write_text(f'{told}[forge]\n{forge}token = {{env = "T"}}\n')
    branch = "tagboat/promote/staging/shop/1.1.0"
    out = town.done("promote", "shop@1.1.0", "--to", "staging", by="ana")
    assert out == f"https://git.example/acme/deploy/compare/main...{branch}\n"
    assert town.run("for-each-ref", "--format=%(refname)", "refs/for") == ""
    assert town.run("rev-parse", branch)


INLINE = "cluster: c, namespace: n, path: p, kubeconfig: {users: [{user: {exec: {command: sh}}}]}"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            f"target: {{driver: kubernetes, {INLINE}}}\n", id="X6 credentials in the file"
        ),
        pytest.param(
            "target: {driver: local, root: ../production}\n", id="X7 another place's folder"
        ),
        pytest.param("target: {driver: local, root: ''}\n", id="X7 no identity of its own"),
        pytest.param(
            "target: {driver: memory}\npipeline: {maintenance: {when: always, page: ../../x}}\n",
            id="B67 a page of maintenance outside",
        ),
        pytest.param(
            "target: {driver: memory}\npipeline: {rollback: {to: '9.9.9'}}\n",
            id="B68 a way back to what never ran",
        ),
        pytest.param(
            "target: {driver: memory}\npipeline: {prepare: {x: {run: 'sh -c id'}}}\n",
            id="B65 a shell line",
        ),
        pytest.param(
            "target: {driver: memory}\napps: {shop: {config: {LD_PRELOAD: /tmp/x.so}}}\n",
            id="B66 what changes how programs run",
        ),
    ],
)
def test_X6_X7_what_no_file_may_ask_for_is_refused_even_when_all_have_agreed(
    town: Town, text: str
) -> None:
    path = "environments/staging/environment.yaml"
    file = environment_file("staging").replace("target: {driver: memory}\n", text)
    town.agreed({path: file})
    assert town.shows("staging").held_by("files", path)
    assert town.shows("production").starts("1.0.0")
    code, out, _ = town.tagboat("validate", "-C", str(town.folder))
    assert code == 1
    assert path in out
