"""Mode forge in the daemon: a forge's answer is in the history before it counts."""

from dataclasses import dataclass, field
from dataclasses import replace as change
from datetime import UTC, datetime

from reconciler.daemon.merges import merging
from reconciler.daemon.proving import Proving
from reconciler.model.deployment import Work
from reconciler.model.merge_request import MergeRequest
from reconciler.model.plan import Verdict
from reconciler.model.records import Claim, Sighting
from reconciler.model.sight import Facts, Unseen
from reconciler.planner.preview import previews
from reconciler.planner.proof import Agreement

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)

PATH = "environments/production/shop.yaml"
RETURNS = "refs/heads/tagboat/return"


@dataclass
class Forge:
    """What a forge says of commits; those it isn't told of were brought by nobody."""

    requests: dict[str, MergeRequest] = field(default_factory=dict)
    away: bool = False
    repositories: frozenset[str] = frozenset({"forge gitea"})
    asked: list[str] = field(default_factory=list)

    def look(self, source, questions):
        assert source == "forge gitea"
        found = {}
        for each in questions:
            commit = each.about.rpartition(" ")[2]
            self.asked.append(commit)
            request = self.requests.get(commit)
            found[each] = (
                Unseen("git.example doesn't answer")
                if self.away
                else Facts(request.facts if request else {})
            )
        return found


def squash(world, forge, version, **said):
    """Ben's request for a version, squashed onto main by nobody who signs anything."""
    text = f'apiVersion: tagboat/v1\nkind: Promotion\napp: shop\nrelease: "{version}"\n'
    made = world.commit({PATH: text}, onto=[world.tip], by="eve")
    world.push(made)
    blob = world.git.tell(["rev-parse", f"{made}:{PATH}"])
    request = MergeRequest(
        "7", "main", "f" * 40, "x-ben", "x-ana", "merged", changes={PATH: f"100644 {blob}"}
    )
    forge.requests[made] = change(request, **said)
    return made


def start(make_world):
    world, forge = make_world("production", version=""), Forge()
    people = world.git.tell(["cat-file", "blob", "main:environments/people.yaml"])
    for who in ("ana", "ben"):
        people = people.replace(f"{{name: {who},", f"{{name: {who}, logins: {{gitea: x-{who}}},")
    world.root = world.commit(
        {"environments/people.yaml": f"{people}\n"}, onto=[world.tip], by="ana"
    )
    world.push(world.root)
    world.settings = {
        "trust": {"mode": "forge", "root": world.root},
        "forge": {
            "type": "gitea",
            "url": "https://git.example",
            "repository": "acme/deploy",
            "token": {"env": "NOBODY_READS_IT"},
        },
    }
    return world, forge


def test_d16_a_squashed_request_is_deployed_and_its_answer_was_written_down_before(make_world):
    world, forge = start(make_world)
    made = squash(world, forge, "1.1.0")
    daemon = world.daemon(sources=forge)
    daemon.run_once()
    assert world.running("production") == "1.1.0"
    kinds = [type(each) for each in daemon.view.records]
    assert kinds.index(Sighting) < kinds.index(Claim)
    assert forge.asked == [made]
    assert squash(world, forge, "1.2.0", merged_by="x-ben")
    daemon.run_once()
    assert world.running("production") == "1.1.0"
    assert [each.code for each in daemon.view.judged().judgement.taints] == ["TB451"]


def test_b84_a_forge_that_is_away_means_waiting(make_world):
    world, forge = start(make_world)
    squash(world, forge, "1.1.0")
    forge.away = True
    daemon = world.daemon(sources=forge)
    daemon.look()
    assert world.running("production") == ""
    assert [each.code for each in daemon.view.judged().judgement.taints] == ["TB481"]
    assert any("git.example doesn't answer" in each for each in world.said)
    forge.away = False
    again = world.daemon(sources=forge)
    again.run_once()
    assert world.running("production") == "1.1.0"


def test_what_was_answered_is_never_asked_again_and_can_be_proven(make_world):
    world, forge = start(make_world)
    squash(world, forge, "1.1.0")
    world.daemon(sources=forge).run_once()
    forge.requests.clear()
    forge.asked.clear()
    daemon = world.daemon(sources=forge)
    daemon.run_once()
    assert forge.asked == []
    proofs = list(Proving(daemon.view, daemon.editions).proofs())
    assert [each.agreement for each in proofs] == [Agreement.SAME]


def test_m17_the_preview_of_a_request_takes_somebody_to_approve_and_merge_it(make_world):
    world, forge = start(make_world)
    squash(world, forge, "1.1.0")
    daemon = world.daemon(sources=forge)
    daemon.run_once()
    text = world.git.tell(["show", f"main:{PATH}"]).replace("1.1.0", "1.2.0")
    files = {PATH: f"{text}\n"}
    head = world.commit(files, onto=[world.tip], by="ben")
    with merging(daemon.view, world.remote, base=world.tip, head=head, now=NOW) as found:
        (seen,) = previews(found.now, found.mergers, found.change)
        assert (seen.mergers, seen.merged_by, seen.authors) == (("ana",), "ana", ("ben",))
        assert seen.after.verdict is Verdict.DEPLOY
        ben = next(each for each in found.mergers if each.person == "ben")
        assert [each.code for each in ben.inputs.judgement.taints] == ["TB451"]


def test_d18_a_wish_to_go_back_is_opened_by_nobody_known_and_merged_by_one_person(make_world):
    world, forge = start(make_world)
    squash(world, forge, "1.0.0")
    world.daemon(sources=forge).run_once()
    squash(world, forge, "1.1.0")
    daemon = world.daemon(sources=forge, failing={"1.1.0": Work.ROLLOUT})
    daemon.run_once()
    assert world.running("production") == "1.0.0"
    (wish,) = world.git.tell(["for-each-ref", "--format=%(objectname)", RETURNS]).splitlines()
    text = world.git.tell(["cat-file", "blob", f"{wish}:{PATH}"]) + "\n"
    merge = world.commit({PATH: text}, onto=[world.tip, wish], by="eve")
    blob = world.git.tell(["rev-parse", f"{merge}:{PATH}"])
    request = MergeRequest("8", "main", wish, "bot", "x-ana", "merged", commits=(wish,))
    forge.requests[merge] = change(request, changes={PATH: f"100644 {blob}"})
    world.push(merge)
    (decision,) = daemon.run_once().decisions
    assert (decision.verdict, decision.wanted) == (Verdict.IN_SYNC, "1.0.0")
    assert (decision.sign_off.merged_by, decision.sign_off.authors) == ("ana", ())
