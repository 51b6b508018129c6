"""What a merge will do: read from real git, decided by the planner, told as a comment."""

import html
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reconciler.changelog import changes_of
from reconciler.changelog.changes import Span
from reconciler.changelog.commit import Commit, Person
from reconciler.daemon.court import Court
from reconciler.daemon.merges import merging
from reconciler.daemon.proving import Proving
from reconciler.errors import RefusedError, UsageError
from reconciler.model.deployment import Work
from reconciler.model.plan import Start, Verdict
from reconciler.model.records import Reason
from reconciler.planner.backtest import summary
from reconciler.planner.plan import make_plan
from reconciler.planner.preview import previews
from reconciler.publish.comment import MARKER, comment_markdown
from reconciler.publish.escaping import code
from reconciler.publish.outlook import outlook

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
GOLDEN = Path(__file__).parent / "comment.md"
ENVIRONMENT = "environments/{}/environment.yaml"


def branch(world, files, by="ben"):
    """A branch of the remote's main with these files changed."""
    return world.commit(files, onto=[world.tip], by=by)


def imagined(world, reconciler, head, now=NOW):
    """The merge, as it is once the merge that was only imagined is gone."""
    reconciler.view.refresh()
    with merging(reconciler.view, world.remote, base=world.tip, head=head, now=now) as found:
        return found


def told(found, changes=None):
    seen = previews(found.now, found.mergers, found.change)
    return comment_markdown(seen, changes or {})


def promotion(version, extra=""):
    return f'apiVersion: tagboat/v1\nkind: Promotion\napp: shop\nrelease: "{version}"\n{extra}'


PLACES = ("production", "staging")
NEXT = {"environments/staging/shop.yaml": promotion("1.1.0")}
TOO = {"environments/production/shop.yaml": promotion("1.2.0", "at: '2026-11-24T22:00:00Z'\n")}


@pytest.fixture(scope="module")
def scene(tmp_path_factory, world_in):
    """Two places; 2.0.0 failed in staging; production may be deployed to by night."""
    world = world_in(tmp_path_factory.mktemp("merges"), "production", "staging")
    world.daemon().run_once()
    world.promote("2.0.0", "staging")
    reconciler = world.daemon(failing={"2.0.0": Work.ROLLOUT})
    reconciler.run_once()
    return world, reconciler


def commits(app):
    """Three commits of the app, the newest first."""
    ana, ben = Person("Ana Lima", "ana@shop.example"), Person("Ben Okoro", "ben@shop.example")

    def commit(digit, parent, author, message):
        return Commit(digit * 40, (parent * 40,), author, message, ("web/checkout.py",))

    span = Span(
        base="0" * 40,
        head="3" * 40,
        commits=(
            commit("3", "2", ben, "feat(checkout)!: ask for the postcode first (SHOP-412)"),
            commit("2", "1", ana, "fix: keep the basket over a restart"),
            commit("1", "0", ana, "docs: say how to run the tests"),
        ),
    )
    return changes_of(app, span)


def test_m17_the_comment_says_what_the_merge_will_do(scene):
    world, reconciler = scene
    booked = promotion("1.1.0", 'at: "2026-11-24T22:00:00+03:00"\n')
    head = branch(world, {"environments/production/shop.yaml": booked})
    found = imagined(world, reconciler, head)
    app = found.after.snapshot.apps["shop"]
    text = told(found, {"production/shop": commits(app)})
    text = re.sub(r"on \w{3} 20\d\d-\d\d-\d\d \d\d:\d\d(:\d\d)? UTC", "on <instant>", text)
    if not GOLDEN.exists():
        GOLDEN.write_text(text)
    assert text == GOLDEN.read_text()
    assert text.startswith(MARKER)


def test_m17_several_places_are_summed_up_before_each_is_told(scene):
    world, reconciler = scene
    files = {f"environments/{each}/shop.yaml": promotion("1.1.0") for each in PLACES}
    text = told(imagined(world, reconciler, branch(world, files)))
    head, _, rest = text.partition("\n### ")
    assert "**Merging this changes 2 places.**" in head
    assert "| shop | staging | `1.0.0` → `1.1.0` | starts at once |" in head
    assert rest.startswith("shop in production: ")
    assert text.endswith(
        "judged as if ana merged it. "
        "Written anew when the branch of this merge request changes.</sub>\n"
    )


START = "2026-11-24T19:00:00.000Z"
SHUT = Reason(gate="approvals", state="closed", why="the seat of qa is empty")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"verdict": Verdict.IN_SYNC}, "deploys nothing: shop `1.1.0` already runs in staging."),
        ({"verdict": Verdict.IN_SYNC, "wanted": ""}, "deploys nothing: so it is."),
        ({"verdict": Verdict.BUSY}, "under way: so it is. shop `1.1.0` comes after it."),
        (
            {"verdict": Verdict.BROKEN, "reasons": (SHUT, SHUT, SHUT)},
            "can't run in staging: the seat of qa is empty (gate approvals, and 2 more gates).",
        ),
        (
            {"verdict": Verdict.HOLD, "reasons": (SHUT,)},
            "still waits: the seat of qa is empty (gate approvals).",
        ),
        (
            {
                "verdict": Verdict.HOLD,
                "reasons": (SHUT,),
                "start": Start(START, "Etc/UTC", "windows", ("approvals",)),
            },
            "(gate approvals). Besides, it starts not before Tue 2026-11-24 19:00 UTC.",
        ),
        (
            {"verdict": Verdict.HOLD, "start": Start(START, "Etc/UTC", "windows")},
            "not before Tue 2026-11-24 19:00 UTC: the next window for deployments opens then.",
        ),
        (
            {
                "verdict": Verdict.HOLD,
                "start": Start("", "Etc/UTC", "approvals", (), START, "windows"),
            },
            "the gate approvals closes Tue 2026-11-24 19:00 UTC, before the gate windows opens.",
        ),
    ],
)
def test_m17_the_first_sentence_says_what_comes_of_it(scene, changes, said):
    world, reconciler = scene
    (seen,) = seen_of(world, reconciler, NEXT, "ben")
    after = replace(seen.after, **{"sentence": "so it is", "reasons": (), **changes})
    assert outlook(replace(seen, after=after)).sentence.endswith(said)


def test_b38_nobody_is_called_by_what_a_commit_or_a_branch_says(scene):
    world, reconciler = scene
    app = imagined(world, reconciler, world.tip).after.snapshot.apps["shop"]
    person = Person("@everybody", "x@shop.example")
    said = "fix: ask @all, see #12 and https://evil.example"
    odd = Commit("1" * 40, ("0" * 40,), person, said, ())
    changes = changes_of(app, Span(base="0" * 40, head="1" * 40, commits=(odd,)))
    head = branch(world, {"environments/staging/shop.yaml": promotion("1.1.0")})
    text = told(imagined(world, reconciler, head), {"staging/shop": changes})
    for live in ("@all", "@everybody", "#12", "https://"):
        assert live not in html.unescape(text)
    assert "@all" not in html.unescape(code("@all@1a2b3c"))


def test_the_same_branch_gives_the_same_bytes(scene):
    world, reconciler = scene
    head = branch(world, {"environments/staging/shop.yaml": promotion("1.1.0")})
    assert told(imagined(world, reconciler, head)) == told(imagined(world, reconciler, head))


def test_only_places_that_the_merge_touches_are_told_of(scene):
    world, reconciler = scene
    head = branch(world, {"environments/staging/shop.yaml": promotion("1.1.0")})
    found = imagined(world, reconciler, head)
    seen = previews(found.now, found.mergers, found.change)
    assert [str(each.place) for each in seen] == ["staging/shop"]
    assert (seen[0].authors, seen[0].mergers) == (("ben",), ("ana",))
    head = branch(world, {"README.md": "nothing managed\n"})
    assert "changes nothing about what runs" in told(imagined(world, reconciler, head))


def test_who_wrote_it_is_no_one_who_may_merge_it(scene):
    world, reconciler = scene
    head = branch(world, {"environments/staging/shop.yaml": promotion("1.1.0")}, by="eve")
    found = imagined(world, reconciler, head)
    assert found.change.authors == {"environments/staging/shop.yaml": frozenset({""})}
    head = branch(world, {"environments/staging/shop.yaml": promotion("1.1.0")}, by="ana")
    found = imagined(world, reconciler, head)
    (seen,) = previews(found.now, found.mergers, found.change)
    assert seen.mergers == ("ben",)


def seen_of(world, reconciler, files, by):
    found = imagined(world, reconciler, branch(world, files, by=by))
    return previews(found.now, found.mergers, found.change)


def test_x9_what_no_merge_would_sign_off_does_not_start(scene):
    world, reconciler = scene
    files = {"environments/staging/shop.yaml": promotion("1.1.0")}
    (preview,) = seen_of(world, reconciler, files, "eve")
    assert (preview.mergers, preview.after.verdict) == ((), Verdict.HOLD)
    assert preview.after.closed[0].why.startswith("TB458 ")
    head = world.commit(files, onto=[world.tip], by="ben")
    head = world.commit(
        {"environments/staging/shop.yaml": promotion("1.1.0", "needs: []\n")}, onto=[head], by="ana"
    )
    found = imagined(world, reconciler, head)
    (preview,) = previews(found.now, found.mergers, found.change)
    assert (preview.authors, preview.mergers) == (("ana", "ben"), ())
    assert preview.after.closed[0].why.startswith("TB451 ana merged what ana wrote")
    assert "Nobody's merge is enough" in told(found)


@pytest.mark.parametrize(
    ("seats", "code", "verdict"),
    [(1, "", Verdict.DEPLOY), (2, "TB468", Verdict.HOLD), (0, "TB461", Verdict.HOLD)],
)
def test_x13_a_policy_that_comes_along_needs_its_guards(make_world, seats, code, verdict):
    world = make_world("staging")
    guard = f"{{role: developer, count: {seats}}}" if seats else ""
    people = world.git.tell(["cat-file", "blob", "main:environments/people.yaml"])
    if guard:
        people += f"\nguards: {{policies: [{guard}], people: [{guard}]}}\n"
    world.root = world.commit({"environments/people.yaml": people}, onto=[world.tip], by="ana")
    world.push(world.root)
    reconciler = world.daemon()
    reconciler.run_once()
    path = ENVIRONMENT.format("staging")
    environment = world.git.tell(["show", f"main:{path}"])
    files = {
        path: f"{environment}\ntitle: Before\n",
        "environments/staging/shop.yaml": promotion("1.1.0"),
    }
    (seen,) = seen_of(world, reconciler, files, "ben")
    assert (seen.merged_by, seen.after.verdict) == ("ana", verdict)
    assert seen.mergers == (("ana",) if seats == 1 else ())
    assert [each.why[: len(f"{code} {path}")] for each in seen.after.closed] == (
        [f"{code} {path}"] if code else []
    )


def fates(inputs):
    """What a plan decides and why, without the ids of commits, which only a merge has."""
    return [
        (
            str(each.place),
            each.verdict,
            each.wanted,
            each.assignment and each.assignment.content.digest,
            [(one.gate, one.state, re.sub(r"[0-9a-f]{12,}", "#", one.why)) for one in each.reasons],
        )
        for each in make_plan(inputs).decisions
    ]


@pytest.mark.parametrize(
    ("files", "by"),
    [
        ([NEXT], ["ben"]),
        ([NEXT, TOO], ["ben", "ben"]),
        ([NEXT, TOO], ["ben", "ana"]),
        ([NEXT, TOO], ["ben", "eve"]),
        ([{"releases/shop/9.9.9/release.yaml": "kind: Release\n"}], ["ben"]),
        ([{"releases/shop/1.0.0/release.yaml": "kind: Release\n"}], ["ben"]),
        ([{"environments/staging/shop.yaml": None}], ["ana"]),
        ([{"environments/people.yaml": "apiVersion: tagboat/v1\nkind: People\n"}], ["ben"]),
        ([{"environments/staging/shop.yaml": "release: [\n"}], ["ben"]),
    ],
)
def test_m17_the_preview_is_what_the_daemon_decides_once_that_person_has_merged(scene, files, by):
    world, reconciler = scene
    base = head = world.tip
    for each, person in zip(files, by, strict=True):
        head = world.commit(each, onto=[head], by=person)
    foreseen = imagined(world, reconciler, head)
    assert {each.person for each in foreseen.mergers} == {"ana", "ben"}
    every = {path: text for each in files for path, text in each.items()}
    for merger in foreseen.mergers:
        merge = world.commit(every, onto=[base, head], by=merger.person)
        judged = Court(world.git, world.root).at(merge)
        real = replace(
            foreseen.now,
            snapshot=judged.admitted,
            tip=judged.shown,
            report=judged.report,
            judgement=judged.judgement,
        )
        assert fates(merger.inputs) == fates(real), merger.person


def test_nothing_is_written_to_either_repository(make_world, tmp_path):
    world = make_world("staging")
    reconciler = world.daemon()
    reconciler.run_once()
    head = branch(world, {"environments/staging/shop.yaml": promotion("1.1.0")})
    reconciler.view.refresh()
    with merging(reconciler.view, world.remote, base=world.tip, head=head, now=NOW) as warm:
        assert warm.git.resolve(warm.change.merge)
    before = {
        str(each) for git in (reconciler.view.git.folder, world.remote) for each in git.rglob("*")
    }
    with merging(reconciler.view, world.remote, base=world.tip, head=head, now=NOW) as found:
        assert found.change.merge == warm.change.merge
    after = {
        str(each) for git in (reconciler.view.git.folder, world.remote) for each in git.rglob("*")
    }
    assert after == before
    assert reconciler.view.git.resolve(found.change.merge) is None
    verdicts = (reconciler.view.git.home / "signatures.json").read_text()
    assert found.change.merge not in verdicts


def test_the_risk_line_comes_from_the_history(scene):
    world, reconciler = scene
    head = branch(world, {"environments/staging/shop.yaml": promotion("1.1.0")})
    assert "1 of the last 2 deployments of shop in staging failed" in told(
        imagined(world, reconciler, head)
    )


def test_what_failed_in_this_very_place_is_a_warning_there(scene):
    world, reconciler = scene
    head = branch(world, {"environments/staging/shop.yaml": promotion("1.1.0")})
    text = told(imagined(world, reconciler, head))
    assert re.search(
        r"⚠ \*\*The same content failed here on [^*]* as shop 2\.0\.0 \(rollout: ", text
    )
    assert "it was rolled back and has not succeeded since.**" in text


def test_the_warning_says_that_a_failure_elsewhere_holds_nothing_up_only_where_that_is_so(scene):
    world, reconciler = scene
    files = {"environments/production/shop.yaml": promotion("1.1.0")}
    (seen,) = seen_of(world, reconciler, files, "ben")
    free = "This blocks neither the merge nor the start."
    assert free in comment_markdown([seen], {})
    gate = Reason(gate="after", state="closed", why="not proven in staging")
    for changes in ({"reasons": (gate,), "verdict": Verdict.HOLD}, {"verdict": Verdict.BUSY}):
        text = comment_markdown([replace(seen, after=replace(seen.after, **changes))], {})
        assert "⚠ **The same content failed in staging" in text
        assert free not in text


def test_m17_the_sign_off_row_says_that_the_merge_is_still_to_come(scene):
    world, reconciler = scene
    (seen,) = seen_of(world, reconciler, NEXT, "ben")
    row = "| sign-off | ⏸ closed | ✔ open | written by ben; waits for {} |"
    assert row.format("ana to merge it") in comment_markdown([seen], {})
    several = replace(seen, mergers=("ana", "dora"))
    said = row.format("somebody to merge it, such as ana")
    assert said in comment_markdown([several], {})


def test_a_branch_that_does_not_merge_is_refused(scene):
    world, reconciler = scene
    before = world.git.tell(["rev-parse", "main~1"])
    files = {"environments/staging/shop.yaml": promotion("1.2.0")}
    head = world.commit(files, onto=[before], by="ben")
    with pytest.raises(RefusedError, match="doesn't merge"):
        imagined(world, reconciler, head)
    with pytest.raises(UsageError, match="no commit nowhere"):
        imagined(world, reconciler, "nowhere")


def test_a_changed_policy_is_tried_on_what_was_deployed_so_far(scene):
    world, reconciler = scene
    environment = world.git.tell(["show", f"main:{ENVIRONMENT.format('staging')}"])
    tighter = f"{environment}\ngates: {{require: [way-back]}}\n"
    head = branch(world, {ENVIRONMENT.format("staging"): tighter})
    reconciler.view.refresh()
    with merging(reconciler.view, world.remote, base=world.tip, head=head, now=NOW) as found:
        proving = Proving(reconciler.view, reconciler.editions, found.git)
        replays = list(proving.backtest(found.change.entries))
    assert summary(replays) == (
        "Of the 3 deployments so far these files would have blocked 2, "
        "among them 1 of the 1 that failed. "
        "By gate: require/way-back 2. Blocked: staging.shop.2, staging.shop.5."
    )
