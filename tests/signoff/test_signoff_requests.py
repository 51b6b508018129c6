"""Mode forge: what merge requests bring, by a forge's recorded answers alone."""

from dataclasses import dataclass, field, replace

import pytest
from signoff_world import PEOPLE, RELEASE, SHOP, Scribe, people

from reconciler.model.merge_request import MergeRequest
from reconciler.signoff import Answers, Judgement, judge_requests
from reconciler.signoff.facts import Entry, Facts

FREEZE = "environments/freezes/inventory.yaml"
STYLES = ("merge", "rebase-merge", "squash", "rebase", "fast-forward")
TWO = "{policies: [{role: admin}], people: [{role: admin, count: 2}]}"


def with_logins(**more: str) -> str:
    """The people file, everybody with the login ``x-NAME`` at the forge."""
    text = people(**more)
    for each in ("ana", "bob", "carl", "dora"):
        text = text.replace(f"{{name: {each},", f"{{name: {each}, logins: {{gitea: x-{each}}},")
    return text


@dataclass
class Forge:
    """A branch that a forge merges into, in any style, and what it would say of that."""

    guards: str = "{policies: [{role: admin}], people: [{role: admin}]}"
    scribe: Scribe = field(init=False)
    tip: str = field(init=False)
    requests: dict[str, MergeRequest | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.scribe = Scribe(guards=self.guards)
        self.scribe.texts[f"old-{PEOPLE}"] = with_logins(guards=self.guards).encode()
        self.tip = self.scribe.root

    def push(self, path: str = SHOP, blob: str | None = "evil", *, by: str = "") -> str:
        """A commit pushed directly."""
        self.tip = self.scribe.change(self.tip, path, blob, by=by)
        return self.tip

    def request(
        self,
        path: str = SHOP,
        blob: str | None = "new",
        *,
        style: str = "merge",
        outcome: str | None = "",
        known: bool = True,
        **said: object,
    ) -> MergeRequest:
        """Ana's merge request in two commits, merged by bob unless the forge says otherwise.

        ``outcome`` is what the branch holds of the path, if not what the head has.
        """
        first = self.scribe.change(self.tip, path, "draft", by="")
        head = self.scribe.change(first, path, blob, by="")
        result = blob if outcome == "" else outcome
        match style:
            case "fast-forward":
                made = [first, head]
                self.tip = head
            case "squash":
                made = [self.scribe.change(self.tip, path, result, by="")]
            case "rebase":
                one = self.scribe.change(self.tip, path, "draft", by="")
                made = [one, self.scribe.change(one, path, result, by="")]
            case _:
                side = head
                if style == "rebase-merge":
                    one = self.scribe.change(self.tip, path, "draft", by="")
                    side = self.scribe.change(one, path, blob, by="")
                tree = dict(self.scribe.trees[side])
                tree.update({path: Entry("100644", result)} if result else {})
                made = [self.scribe.add([self.tip, side], tree, by="")]
        self.tip = made[-1]
        told = MergeRequest(
            "7",
            "main",
            head,
            "x-ana",
            "x-bob",
            "merged",
            commits=(first, head),
            changes={path: f"100644 {blob}" if blob else ""},
        )
        told = replace(told, **said)  # type: ignore[arg-type]
        self.requests |= dict.fromkeys(made)
        self.requests[self.tip] = told
        if not known:
            for each in made:
                del self.requests[each]
        return told

    def facts(self) -> Facts:
        return self.scribe.facts()

    def judge(self) -> Judgement:
        written = {
            commit: MergeRequest.of(each.facts) if each else None
            for commit, each in self.requests.items()
        }
        return judge_requests(self.facts(), Answers("gitea", "main", written), tip=self.tip)

    def said(self, path: str = SHOP) -> tuple[str, str, tuple[str, ...]]:
        """The taint's code, what is in force, and who agreed."""
        judgement = self.judge()
        taint, entry = judgement.tainted.get(path), judgement.admitted.get(path)
        admission = judgement.admissions.get(path)
        agreed = admission.agreed if admission else ()
        return taint.code if taint else "", entry.id if entry else "", agreed


OLD = f"old-{SHOP}"


@pytest.mark.parametrize("style", STYLES)
def test_t8_a_person_who_may_promote_merges_what_another_opened(style: str) -> None:
    forge = Forge()
    forge.request(style=style)
    assert forge.said() == ("", "new", ("bob",))
    assert forge.judge().admissions[SHOP].authors == ("ana",)


_AGREEMENT = [
    # what the forge says, the code, who agreed
    ("merged by an approver", {"merged_by": "x-carl"}, "", ("carl",)),
    ("merged by its opener", {"merged_by": "x-ana"}, "TB451", ()),
    (
        "approved and merged by its opener",
        {"merged_by": "x-ana", "approved_by": ("x-ana",)},
        "TB451",
        (),
    ),
    (
        "opener merges what another approved",
        {"merged_by": "x-ana", "approved_by": ("x-bob",)},
        "",
        ("bob",),
    ),
    ("merged by a pusher (7)", {"authors": ("x-bob",)}, "TB451", ()),
    ("merged by a writer of one commit", {"mails": ("bob@acme.example",)}, "TB451", ()),
    ("merged by who may not promote", {"merged_by": "x-dora"}, "TB456", ()),
    ("B80 a bot merges, nobody approved", {"merged_by": "robot"}, "TB482", ()),
    (
        "X11 a bot merges what was approved",
        {"merged_by": "robot", "approved_by": ("x-bob",)},
        "",
        ("bob",),
    ),
    ("auto-merge names its scheduler (11)", {"how": "automatic"}, "TB482", ()),
    (
        "a queue merges what was approved",
        {"how": "automatic", "approved_by": ("x-carl",)},
        "",
        ("carl",),
    ),
    ("who merged isn't proven (1, 3)", {"how": "unknown"}, "TB482", ()),
    ("the same, approved (2)", {"how": "unknown", "approved_by": ("x-carl",)}, "", ("carl",)),
    ("forced by an admin (12)", {"merged_by": "admin", "how": "unknown"}, "TB482", ()),
    ("B83 approvals of another head only", {"how": "unknown", "approved_by": ()}, "TB482", ()),
    ("X10 opened by an unknown login", {"opener": "robot"}, "TB483", ()),
    ("pushed by an unknown login", {"authors": ("mallory",)}, "TB483", ()),
    ("for another branch", {"base": "next"}, "TB484", ()),
    ("it doesn't change this path itself", {"changes": {}}, "TB480", ()),
]


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize(
    ("said", "code", "agreed"),
    [each[1:] for each in _AGREEMENT],
    ids=[each[0] for each in _AGREEMENT],
)
def test_d16_each_field_counts_the_same_in_each_merge_style(
    style: str, said: dict[str, object], code: str, agreed: tuple[str, ...]
) -> None:
    forge = Forge()
    forge.request(style=style, **said)
    assert forge.said() == (code, OLD if code else "new", agreed)


@pytest.mark.parametrize("style", ["merge", "rebase-merge", "squash", "rebase"])
def test_x9_content_that_the_approved_head_doesn_t_hold_is_held(style: str) -> None:
    forge = Forge()
    forge.request(style=style, outcome="evil", approved_by=("x-bob", "x-carl"))
    assert forge.said() == ("TB485", OLD, ())


def test_b84_a_commit_that_the_forge_was_not_asked_about_waits() -> None:
    forge = Forge()
    forge.request(style="rebase", known=False)
    judgement = forge.judge()
    assert [each.code for each in judgement.taints] == ["TB481"]
    assert judgement.asked[0] == forge.tip
    assert len(judgement.asked) == 2


def test_b82_a_direct_push_has_no_request_and_is_asked_about_again() -> None:
    forge = Forge()
    made = forge.push(by="bob")
    forge.requests[made] = None
    assert forge.said() == ("TB480", OLD, ())
    assert forge.judge().asked == (made,)


def test_x9_a_request_signs_off_nothing_that_was_pushed_before_it() -> None:
    forge = Forge()
    made = forge.push()
    forge.requests[made] = None
    forge.request(RELEASE, "release")
    assert forge.said() == ("TB480", OLD, ())
    assert forge.said(RELEASE) == ("", "release", ("bob",))


def test_m5_what_is_put_back_is_clean_whoever_did_it() -> None:
    forge = Forge()
    forge.requests[forge.push()] = None
    forge.requests[forge.push(blob=OLD)] = None
    assert forge.said() == ("", OLD, ())


def test_b85_a_request_is_judged_by_the_state_before_it() -> None:
    forge = Forge()
    blob = "text-people"
    forge.scribe.texts[blob] = with_logins(
        guards=forge.guards, roles="{release: [dora], admin: [bob, carl, dora]}"
    ).encode()
    forge.request(PEOPLE, blob)
    assert forge.said(PEOPLE) == ("", blob, ("bob",))
    forge.request(merged_by="x-dora")
    assert forge.said() == ("", "new", ("dora",))
    forge.request(blob="newer", merged_by="x-carl")
    assert forge.said() == ("TB456", "new", ("dora",))


def test_d24_several_guards_agree_to_one_head() -> None:
    forge = Forge(guards=TWO)
    forge.scribe.texts["two"] = with_logins(guards=TWO, roles="{admin: [bob, carl]}").encode()
    forge.request(PEOPLE, "two")
    assert forge.said(PEOPLE)[0] == "TB468"
    other = Forge(guards=TWO)
    other.scribe.texts["two"] = with_logins(guards=TWO, roles="{admin: [bob, carl]}").encode()
    other.request(PEOPLE, "two", approved_by=("x-carl",))
    assert other.said(PEOPLE) == ("", "two", ("bob", "carl"))


def test_a_people_file_without_logins_never_comes_into_force() -> None:
    forge = Forge()
    forge.scribe.texts["bare"] = people(guards=forge.guards).encode()
    forge.request(PEOPLE, "bare")
    assert forge.said(PEOPLE)[:2] == ("TB469", f"old-{PEOPLE}")


def test_a_freeze_comes_on_by_one_guard_who_opened_it_and_goes_off_by_another() -> None:
    forge = Forge()
    forge.request(FREEZE, "stop", opener="x-bob", merged_by="robot", how="unknown")
    assert forge.said(FREEZE) == ("", "stop", ("bob",))
    forge.request(FREEZE, None, opener="x-bob", merged_by="x-bob")
    assert forge.said(FREEZE)[0] == "TB451"


def test_x10_naming_a_guard_in_a_commit_puts_no_freeze_on() -> None:
    forge = Forge()
    forge.request(
        FREEZE,
        "stop",
        merged_by="robot",
        how="unknown",
        authors=("x-bob",),
        mails=("bob@acme.example",),
    )
    assert forge.said(FREEZE)[0] == "TB482"


def test_a_release_is_admitted_once_and_never_changed() -> None:
    forge = Forge()
    forge.request(RELEASE, "release", merged_by="x-dora")
    assert forge.said(RELEASE) == ("", "release", ("dora",))
    forge.request(RELEASE, "other", approved_by=("x-bob", "x-carl"))
    assert forge.said(RELEASE)[0] == "TB420"


def test_x14_a_login_that_two_persons_have_is_nobody_s() -> None:
    forge = Forge()
    text = with_logins(guards=forge.guards).replace("x-carl", "X-Bob")
    forge.scribe.texts[f"old-{PEOPLE}"] = text.encode()
    forge.request()
    assert forge.said()[0] == "TB482"


def test_evidence_survives_being_written_down() -> None:
    told = Forge().request(approved_by=("x-bob", "x-carl"), mails=("ana@acme.example",))
    assert MergeRequest.of(told.facts) == told
    assert MergeRequest.of({}) is None
