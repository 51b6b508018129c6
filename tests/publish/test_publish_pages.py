"""What the pages say of a history with everything in it."""

import csv
import io
import json
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from publish_sample import HOSTILE, NOW, Past, decision, everything, hostile, inputs_of

from reconciler.deployer.progress import Stage, StepProgress
from reconciler.deployer.takeover import retirement
from reconciler.model.deployment import Result
from reconciler.model.plan import Verdict
from reconciler.model.records import Answer, Claim, End, Reason
from reconciler.publish import pages


@pytest.fixture(scope="module")
def site() -> dict[str, str]:
    return pages(everything())


def cells_of(site: dict[str, str], app: str) -> list[str]:
    lines = site["index.md"].splitlines()
    row = next(each for each in lines if each.startswith(f"| [{app}](apps/"))
    return [each.strip() for each in row.strip("|").split("|")]


def one_place(*, verdict: Verdict, past: Past | None = None, **fields: object) -> dict[str, str]:
    return pages(inputs_of(past or Past(), decision("production/shop", verdict, **fields)))


def test_the_matrix_has_environments_from_development_to_production(site: dict[str, str]) -> None:
    head = next(each for each in site["index.md"].splitlines() if each.startswith("| App"))
    names = ["Development", "Test", "Acceptance", "Staging", "Production"]
    where = [head.index(f"[{each}](environments/") for each in names]
    assert all(first < second for first, second in pairwise(where))


def test_a_cell_says_what_runs_since_when_and_leads_to_the_last_deployment(
    site: dict[str, str],
) -> None:
    cell = cells_of(site, "Payments")[5]
    assert "[✔ runs](deployments/production.pay.23.md)" in cell
    assert "`4.1.0`" in cell
    assert "3 h ago</time> · 2026-11-20 10:30" in cell


def test_a_place_that_went_back_says_what_it_wants_and_what_runs(site: dict[str, str]) -> None:
    cell = cells_of(site, "Harbour Shop")[5]
    assert "⏸ held" in cell
    assert "wants `1.3.0`, runs `1.2.0`" in cell


def test_d27_a_place_whose_visitors_are_kept_out_says_so_and_needs_attention() -> None:
    past, note = Past(), "visitors see a page of maintenance until 15:00, put up by ana"
    past.deploy("production/shop", "1.2.0", timedelta(hours=1))
    said = {"notes": (note,), "kept_out": "2026-11-20T15:00:00.000Z"}
    site = one_place(verdict=Verdict.IN_SYNC, past=past, **said)
    assert "under maintenance" in site["index.md"].partition("## What needs attention")[0]
    for page in ("index.md", "environments/production.md"):
        assert note in site[page].partition("## What needs attention")[2]


@pytest.mark.parametrize("until", ["", "2026-11-20T15:00:00.000Z"])
def test_t5_a_pause_is_told_though_nothing_waits_for_its_end(until: str) -> None:
    past = Past()
    past.deploy("production/shop", "1.2.0", timedelta(hours=1))
    word = {"request": "r", "verb": "pause", "by": "approver", "granted": True}
    past.of(Answer, "production/shop", **word, reason="the <stock> is counted", until=until)
    site = one_place(verdict=Verdict.IN_SYNC, past=past, wanted="1.2.0", running="1.2.0")
    assert "new starts are paused" in site["index.md"].partition("## What needs attention")[0]
    how = "until 2026-11-20 15:00 UTC" if until else "until somebody resumes it"
    for page in ("index.md", "environments/production.md"):
        said = site[page].partition("## What needs attention")[2]
        assert f"`production/shop` is paused by Avery Example {how}: the " in said
        assert "<stock>" not in said
        assert "**What opens it:** tagboat resume production/shop" in said
    (place,) = json.loads(site["data/matrix.json"])["places"]
    assert place["pauses"] == [
        {
            "app": "shop",
            "by": "approver",
            "until": until or None,
            "reason": "the <stock> is counted",
        }
    ]
    reason = Reason(gate="pause", state="closed", why="production/shop is paused")
    held = inputs_of(past, decision("production/shop", Verdict.HOLD, reasons=(reason,)))
    assert pages(held)["index.md"].count("is paused by Avery Example") == 1
    assert "new starts are paused" not in pages(held)["index.md"]
    later = everything().generated_at + timedelta(days=3)
    ended = inputs_of(past, decision("production/shop", Verdict.IN_SYNC), generated_at=later)
    assert ("paused by" in pages(ended)["index.md"]) is not bool(until)


def test_t5_a_pause_of_a_whole_environment_is_told_once() -> None:
    past = Past()
    for app in ("shop", "blog"):
        past.deploy(f"production/{app}", "1.2.0", timedelta(hours=1))
    past.of(
        Answer, "production/x", app=None, request="r", verb="pause", by="approver", granted=True
    )
    both = [decision(f"production/{app}", Verdict.IN_SYNC) for app in ("shop", "blog")]
    site = pages(inputs_of(past, *both))
    for page in ("index.md", "environments/production.md"):
        assert site[page].count("`production` is paused by Avery Example until somebody") == 1
    assert site["index.md"].count("new starts are paused") == 2


def test_a_place_under_way_is_deploying(site: dict[str, str]) -> None:
    assert "[⟳ deploying](deployments/test.shop.29.md)" in cells_of(site, "Harbour Shop")[2]


def test_a_stuck_place_is_stuck_though_its_promotion_is_held(site: dict[str, str]) -> None:
    cell = cells_of(site, "Harbour Blog")[4]
    assert "✖ stuck" in cell
    assert "runs nothing" in cell


def test_a_place_without_anything_says_nothing(site: dict[str, str]) -> None:
    assert cells_of(site, "Payments")[3].endswith("— nothing</span>")


def test_what_is_held_says_why_and_what_opens_it(site: dict[str, str]) -> None:
    text = site["index.md"]
    assert "**sign-off**: engineer merged a commit that engineer wrote" in text
    assert "**What opens it:** another listed person with promote merges it" in text
    assert "[What happened](deployments/production.shop.25.md)" in text


def test_what_is_stuck_comes_before_what_is_held(site: dict[str, str]) -> None:
    text = site["index.md"]
    assert text.index("### Harbour Blog in Staging") < text.index("### Harbour Shop in Production")


def test_nothing_needs_attention_when_all_is_well() -> None:
    past = Past()
    past.deploy("production/shop", "1.2.0", timedelta(hours=1))
    text = one_place(verdict=Verdict.IN_SYNC, past=past, wanted="1.2.0", running="1.2.0")[
        "index.md"
    ]
    assert "Nothing: every place runs what its file asks for" in text


def test_a_place_that_runs_under_a_taint_still_runs_and_needs_attention() -> None:
    past = Past()
    past.deploy("production/shop", "1.2.0", timedelta(hours=1))
    taint = Reason(gate="sign-off", state="closed", why="nobody signed it")
    text = one_place(
        verdict=Verdict.IN_SYNC, past=past, wanted="1.2.0", running="1.2.0", reasons=(taint,)
    )["index.md"]
    assert "✔ runs" in text
    assert "new starts are held" in text
    assert "nobody signed it" in text


@pytest.mark.parametrize(
    ("verdict", "said"),
    [
        (Verdict.IN_SYNC, "— nothing"),
        (Verdict.DEPLOY, "⟳ about to deploy"),
        (Verdict.HOLD, "⏸ held"),
        (Verdict.BUSY, "⟳ deploying"),
        (Verdict.GO_BACK, "⟳ deploying"),
        (Verdict.BROKEN, "✖ broken"),
    ],
)
def test_every_verdict_has_its_words(verdict: Verdict, said: str) -> None:
    assert said in one_place(verdict=verdict, wanted="1.2.0")["index.md"]


def test_an_empty_repository_has_a_site_too() -> None:
    site = pages(inputs_of(Past(), apps={}, environments={}, releases={}, people=None))
    assert "No place is declared yet." in site["index.md"]
    assert "Nothing has been deployed yet." in site["deployments/index.md"]


def test_records_that_contradict_each_other_break_their_place_only() -> None:
    past = Past()
    past.deploy("production/shop", "1.2.0", timedelta(hours=2))
    past.deploy("production/blog", "2026.45.1", timedelta(hours=2), outcome=None)
    past.deploy("production/blog", "2026.46.2", timedelta(hours=1), outcome=None)
    site = pages(inputs_of(past))
    assert "✖ broken" in cells_of(site, "Harbour Blog")[5]
    assert "✔ runs" in cells_of(site, "Harbour Shop")[5]
    assert "claimed while a claim is open" in site["index.md"]


def test_each_claim_has_its_page(site: dict[str, str]) -> None:
    found = [each for each in site if each.startswith("deployments/") and "index" not in each]
    assert len(found) == 14


def test_a_deployment_tells_what_who_how_and_why(site: dict[str, str]) -> None:
    text = site["deployments/production.shop.25.md"]
    for said in (
        "# Harbour Shop in Production: 1.3.0",
        "↩ rolled back",
        "`1.2.0` → `1.3.0`",
        "**Why:** version: expected 1.3.0",
        "| Signed off by | Avery Example |",
        "| Authors | Erin Example |",
        f"| Merge | `{'a' * 40}` |",
        "| Tag | `v1.3.0` |",
        "| Digest | `sha256:",
        "**hold**: no failure in staging holds it back",
        "| Runs afterwards | `1.2.0`",
        "[https://shop.production.example](<https://shop.production.example>)",
        "Smoke tests: `home`.",
    ):
        assert said in text
    assert "✖ failed</span> | `smoke` | 3.2s |" in text
    assert "✔ passed</span> | `back/apply` | 0.5s |" in text


def test_the_picture_of_steps_has_a_bar_for_each_and_marks_the_failed_one(
    site: dict[str, str],
) -> None:
    text = site["deployments/production.shop.25.md"]
    svg = text[text.index("<svg") : text.index("</svg>") + 6]
    root = ET.fromstring(svg)
    bars = [each.get("class", "") for each in root.iter() if "tb-bar" in each.get("class", "")]
    assert len(bars) == 8
    assert sum("tb-bar-bad" in each for each in bars) == 1
    assert sum("tb-bar-back" in each for each in bars) == 3
    for each in root.iter():
        if "tb-bar" in each.get("class", ""):
            left, width = (float(each.get(name, "").rstrip("%")) for name in ("x", "width"))
            assert left >= 0
            assert left + width <= 100.01


def test_a_deployment_under_way_shows_the_steps_to_come(site: dict[str, str]) -> None:
    text = site["deployments/test.shop.29.md"]
    assert text.count("· to come") == 5
    assert "<svg" not in text
    assert "| Goes back to | nothing |" in text


def test_known_progress_of_a_deployment_under_way_is_shown() -> None:
    inputs = everything()
    steps = (
        StepProgress("apply", Stage.DONE, "2026-11-20T14:29:00Z", "2026-11-20T14:29:02Z"),
        StepProgress("back/apply", Stage.RUNNING, "2026-11-20T14:29:02Z"),
    )
    site = pages(replace(inputs, progress={"test.shop.29": steps}))
    text = site["deployments/test.shop.29.md"]
    assert "⟳ going back" in text
    assert "⟳ running</span> | `back/apply`" in text


def test_a_step_that_nobody_could_judge_is_errored_not_failed() -> None:
    past = Past()
    past.deploy("production/shop", "1.2.0", timedelta(hours=1))
    end = past.records[-1]
    assert isinstance(end, End)
    odd = end.steps[3].model_copy(update={"result": Result.ERRORED, "detail": "no answer"})
    past.records[-1] = end.model_copy(update={"steps": (*end.steps[:3], odd)})
    text = pages(inputs_of(past))["deployments/production.shop.1.md"]
    assert "? errored" in text
    assert "could not tell: no answer" in text


def test_an_app_lists_its_releases_newest_first_and_where_each_runs(site: dict[str, str]) -> None:
    text = site["apps/shop.md"]
    versions = ["### 1.10.0", "### 1.3.0", "### 1.2.0", "### 1.0.0"]
    where = [text.index(each) for each in versions]
    assert all(first < second for first, second in pairwise(where))
    assert "Runs in [Development](../environments/dev.md), [Staging]" in text
    assert "[https://t.example/SHOP-7](<https://t.example/SHOP-7>)" in text
    assert "SHOP-25" in text


def test_an_environments_page_names_the_persons_whose_merge_counts(site: dict[str, str]) -> None:
    said = "A merge by `role/release-manager` (Avery Example) is a sign-off here."
    assert said in site["environments/production.md"]


def test_an_environment_shows_its_history_and_what_happened_besides(site: dict[str, str]) -> None:
    text = site["environments/production.md"]
    assert text.count("](../deployments/production.") >= 4
    assert "4.1.0 started again: the process had ended with exit code 1" in text
    assert "2026.46.2 held: engineer merged what they wrote" in text


def test_only_web_addresses_of_an_environment_become_links(site: dict[str, str]) -> None:
    text = site["environments/production.md"]
    assert "[dashboard](<https://dash.example/production>)" in text
    assert "javascript" not in text


def test_the_data_say_the_same_as_the_pages(site: dict[str, str]) -> None:
    matrix = json.loads(site["data/matrix.json"])
    assert matrix["environments"] == ["dev", "test", "acme-uat", "staging", "production"]
    here = {(each["environment"], each["app"]): each for each in matrix["places"]}
    assert here["production", "shop"]["status"] == "held"
    assert here["production", "shop"]["running"] == "1.2.0"
    deployments = json.loads(site["data/deployments.json"])
    rows = list(csv.DictReader(io.StringIO(site["data/deployments.csv"])))
    assert [each["deployment"] for each in deployments] == [each["deployment"] for each in rows]
    assert deployments[0]["outcome"] is None
    assert deployments[1]["outcome"] == "rolled-back"
    assert rows[1]["merged_by"] == "approver"
    assert deployments[1]["steps"][3]["milliseconds"] == 3200


def test_a_deployment_says_what_its_lead_time_went_into(site: dict[str, str]) -> None:
    ended = [each for each in json.loads(site["data/deployments.json"]) if each["outcome"]]
    assert ended
    for each in ended:
        lead = each["lead_time"]
        assert sum(lead["parts"].values()) == lead["milliseconds"]
        page = site[f"deployments/{each['deployment']}.md"]
        assert "## Lead time" in page
        assert "| apply |" in page


def test_the_feed_is_well_formed_and_its_links_lead_to_pages(site: dict[str, str]) -> None:
    atom = "{http://www.w3.org/2005/Atom}"
    root = ET.fromstring(site["feed.atom"])
    assert root.tag == f"{atom}feed"
    ids = [each.text or "" for each in root.iter(f"{atom}id")]
    assert len(ids) == len(set(ids))
    assert all(each.startswith("tag:") for each in ids)
    entries = list(root.iter(f"{atom}entry"))
    assert len(entries) == len(everything().records)
    for entry in entries:
        link = entry.find(f"{atom}link")
        assert link is not None
        assert link.get("href", "").replace(".html", ".md") in site


def test_equal_inputs_give_equal_pages_and_time_enters_only_as_given() -> None:
    assert pages(everything()) == pages(everything())
    later = pages(replace(everything(), generated_at=NOW + timedelta(days=1)))
    assert "1 d ago" in later["deployments/test.shop.29.md"]


def test_no_page_is_outside_its_folder_whatever_a_record_says() -> None:
    past = Past()
    past.deploy("production/shop", "1.2.0", timedelta(hours=1))
    past.records[:] = [
        each.model_copy(update={"deployment": "../../etc/passwd"}) for each in past.records
    ]
    site = pages(inputs_of(past))
    assert "deployments/production.shop.1.md" in site
    assert not [each for each in site if ".." in each]


def test_nothing_hostile_in_any_field_reaches_a_page_as_markup() -> None:  # X19 X20 B38
    for path, text in pages(hostile()).items():
        assert "\u202e" not in text, path
        if path.endswith(".md"):
            for bad in ("<script", "<img", "](javascript", "](<javascript", "{{", "`x`"):
                assert bad not in text, (path, bad)


def test_hostile_text_doesnt_shift_the_columns_of_a_table() -> None:  # X19
    for path, text in pages(hostile()).items():
        if not path.endswith(".md"):
            continue
        width = 0
        for line in text.splitlines():
            columns = line.count("|")
            assert not width or not columns or columns == width, (path, line)
            width = columns if line.startswith("|") else 0


def test_hostile_text_leaves_feed_and_data_well_formed() -> None:  # X19 X22
    site = pages(hostile())
    assert ET.fromstring(site["feed.atom"]) is not None
    assert json.loads(site["data/deployments.json"])[0]["why"] == HOSTILE
    rows = list(csv.reader(io.StringIO(site["data/deployments.csv"])))
    assert len({len(each) for each in rows}) == 1


def test_the_home_page_begins_with_what_everybody_has_to_be_told() -> None:
    inputs = everything()
    told = replace(inputs, plan=replace(inputs.plan, banner="nothing is proven"))
    assert pages(told)["index.md"].splitlines()[2] == "**nothing is proven**"
    assert pages(inputs)["index.md"].splitlines()[2].startswith('<span class="tb-mark')


def test_d1_an_approval_that_stood_for_the_merge_is_not_called_one() -> None:
    past = Past()
    name = past.deploy("production/shop", "1.2.0", timedelta(hours=1))
    claim = past.records[0]
    assert isinstance(claim, Claim)
    word = "releases/shop/1.2.0/approvals/production/approver.yaml"
    sign_off = claim.sign_off.model_copy(update={"approval": word})
    past.records[0] = claim.model_copy(update={"sign_off": sign_off})
    made = one_place(verdict=Verdict.IN_SYNC, past=past, wanted="1.2.0", running="1.2.0")
    assert "| Signed off by | Avery Example (by approval) |" in made[f"deployments/{name}.md"]
    (told,) = json.loads(made["data/deployments.json"])
    assert (told["merged_by"], told["approved_by"]) == (None, "approver")


def test_a_retired_place_comes_to_run_nothing() -> None:
    past = Past()
    past.deploy("production/shop", "1.2.0", timedelta(hours=2))
    name = past.deploy("production/shop", "1.2.0", timedelta(hours=1))
    claim = past.records[2]
    assert isinstance(claim, Claim)
    gone = retirement(claim.assignment, claim.assignment.content)
    past.records[2:] = [
        claim.model_copy(update={"assignment": gone}),
        past.records[3].model_copy(update={"running": None}),
    ]
    text = one_place(verdict=Verdict.IN_SYNC, past=past, wanted="")[f"deployments/{name}.md"]
    assert text.startswith("# Harbour Shop in Production: 1.2.0 retired\n")
    assert "✔ retired</span> `1.2.0` → nothing" in text
