"""What a forge tells, put together with what git has of the merged head."""

import subprocess
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from reconciler.errors import UnreachableError
from reconciler.model.merge_request import MergeRequest, Push, Told
from reconciler.model.question import Question
from reconciler.model.sight import Facts, Unseen
from reconciler.repository.requests import RequestSource

SHOP = "environments/production/shop.yaml"
BLOG = "environments/production/blog.yaml"


@dataclass
class Teller:
    """A forge that knows one request, or doesn't answer."""

    told: Told | None = None
    away: str = ""
    asked: int = 0

    def request_of(self, commit: str) -> Told | None:
        self.asked += 1
        if self.away:
            raise UnreachableError(self.away)
        return self.told if self.told and self.told.merge_commit == commit else None

    def comment(self, number: int, text: str, *, marker: str) -> str:
        raise AssertionError((number, text, marker))


@dataclass
class Desk:
    """A remote with a branch and one request, and the source that looks at both."""

    folder: Path
    before: str = ""
    """Where main was before the request landed."""

    def __post_init__(self) -> None:
        self.git("init", "-q", "-b", "main", at=self.folder)
        self.commit("ana", {SHOP: "old\n", BLOG: "old\n"})
        self.git("switch", "-q", "-c", "topic")

    def git(self, *arguments: str, by: str = "ana", at: Path | None = None) -> str:
        who = ["-c", f"user.name={by}", "-c", f"user.email={by}@acme.example"]
        done = subprocess.run(
            ["git", *who, *arguments], cwd=at or self.folder, capture_output=True, text=True
        )
        assert done.returncode == 0, (arguments, done.stderr)
        return done.stdout.strip()

    def commit(self, by: str, files: dict[str, str | None]) -> str:
        for path, text in files.items():
            file = self.folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            if text is None:
                file.unlink()
            else:
                file.write_text(text)
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", "m", by=by)
        return self.git("rev-parse", "HEAD")

    def advance(self) -> str:
        """Somebody else's change on main; ends on the topic."""
        self.git("switch", "-q", "main")
        made = self.commit("dora", {BLOG: "new\n"})
        self.git("switch", "-q", "topic")
        return made

    def land(self, style: str) -> str:
        """Merge the topic as forges do; the outcome."""
        self.git("update-ref", "refs/pull/7/head", "topic")
        self.git("switch", "-q", "main")
        self.before = self.git("rev-parse", "HEAD")
        match style:
            case "merge":
                self.git("merge", "-q", "--no-ff", "-m", "m", "topic", by="bob")
            case "fast-forward":
                self.git("merge", "-q", "--ff-only", "topic", by="bob")
            case "squash":
                self.git("merge", "-q", "--squash", "topic", by="bob")
                self.git("commit", "-q", "-m", "m", by="bob")
            case _:
                self.git("switch", "-q", "-c", "rebased", "topic")
                self.git("rebase", "-q", "--force-rebase", "main", by="bob")
                self.git("switch", "-q", "main")
                how = "--no-ff" if style == "rebase-merge" else "--ff-only"
                self.git("merge", "-q", how, "-m", "m", "rebased", by="bob")
        return self.git("rev-parse", "HEAD")

    def told(self, outcome: str, **more: object) -> Told:
        commits = tuple(self.git("rev-list", "topic", f"^{self.before}").split())
        told = Told("7", "main", "refs/pull/7/head", outcome, "x-ana", "x-bob", "merged", commits)
        return replace(told, **more)  # type: ignore[arg-type]

    def look(self, forge: Teller, *commits: str) -> list[Facts | Unseen]:
        source = RequestSource(
            forge,
            name="forge gitea",
            remote=str(self.folder),
            branch="main",
            clone=self.folder.with_name("requests.git"),
            home=self.folder.with_name("home"),
        )
        asked = [Question("forge", f"gitea acme/deploy {each}", source.name) for each in commits]
        return list(source.look(asked).values())

    def evidence(self, outcome: str, **more: object) -> MergeRequest:
        (seen,) = self.look(Teller(self.told(outcome, **more)), outcome)
        assert isinstance(seen, Facts), seen
        found = MergeRequest.of(seen.facts)
        assert found is not None
        return found


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    folder = tmp_path / "repository"
    folder.mkdir()
    return Desk(folder)


STYLES = ("merge", "rebase-merge", "squash", "rebase", "fast-forward")


@pytest.mark.parametrize("style", STYLES)
def test_x9_evidence_is_what_the_request_changed_at_the_merged_head(style: str, desk: Desk) -> None:
    first = desk.commit("ana", {SHOP: "draft\n"})
    head = desk.commit("ana", {SHOP: "new\n"})
    if style != "fast-forward":
        desk.advance()
    outcome = desk.land(style)
    found = desk.evidence(outcome, approvals=(("x-carl", head), ("x-dora", first)))
    blob = desk.git("rev-parse", f"topic:{SHOP}")
    assert found.changes == {SHOP: f"100644 {blob}"}
    assert (found.head, found.approved_by) == (head, ("x-carl",))
    assert set(found.commits) == {first, head}
    assert found.mails == ("ana@acme.example",)
    assert found.authors == ("x-ana",)


def test_a_removed_file_is_a_change_to_nothing(desk: Desk) -> None:
    desk.commit("ana", {SHOP: None})
    assert desk.evidence(desk.land("squash")).changes == {SHOP: ""}


def test_m5_bringing_the_branch_in_makes_nobody_an_author(desk: Desk) -> None:
    first = desk.commit("ana", {SHOP: "new\n"})
    desk.advance()
    desk.git("merge", "-q", "-m", "update", "main", by="bob")
    update = desk.git("rev-parse", "HEAD")
    found = desk.evidence(
        desk.land("squash"),
        named={first: ("x-ana",), update: ("x-bob",)},
        pushes=(Push("x-bob", frozenset({update})),),
    )
    assert (found.authors, found.mails) == (("x-ana",), ("ana@acme.example",))
    assert set(found.changes) == {SHOP}


def test_x9_who_settles_a_conflict_in_an_update_is_an_author(desk: Desk) -> None:
    desk.commit("ana", {BLOG: "mine\n"})
    desk.advance()
    desk.git("merge", "-q", "-s", "ours", "--no-commit", "main", by="bob")
    update = desk.commit("bob", {BLOG: "settled\n"})
    found = desk.evidence(desk.land("squash"), named={update: ("x-bob",)})
    assert found.authors == ("x-ana", "x-bob")
    assert "bob@acme.example" in found.mails


@pytest.mark.parametrize("which", ["all", "content", "other"])
def test_x9_who_pushed_content_is_an_author(which: str, desk: Desk) -> None:
    content = desk.commit("ana", {SHOP: "new\n"})
    other = desk.commit("ana", {"README": "words\n"})
    pushed = {"all": frozenset(), "content": {content}, "other": {other}}[which]
    found = desk.evidence(desk.land("merge"), pushes=(Push("x-carl", frozenset(pushed)),))
    assert ("x-carl" in found.authors) is (which != "other")


def test_x9_as_long_as_nobody_is_told_to_have_pushed_content_the_forge_is_asked_again(
    desk: Desk,
) -> None:
    content = desk.commit("ana", {SHOP: "new\n"})
    desk.commit("ana", {"README": "words\n"})
    outcome = desk.land("merge")
    early = Teller(desk.told(outcome, traced=frozenset()))
    (seen,) = desk.look(early, outcome)
    assert seen == Unseen(f"request 7: it isn't told who pushed {content[:12]}")
    assert desk.evidence(outcome, traced=frozenset({content})).commits == (content,)


def test_a_head_that_the_forge_doesn_t_name_is_not_believed(desk: Desk) -> None:
    desk.commit("ana", {SHOP: "new\n"})
    outcome = desk.land("merge")
    told = desk.told(outcome, commits=("f" * 40,))
    (seen,) = desk.look(Teller(told), outcome)
    assert isinstance(seen, Unseen)


def test_b84_a_forge_that_is_away_is_asked_once_for_all(desk: Desk) -> None:
    forge = Teller(away="git.example doesn't answer")
    seen = desk.look(forge, "a" * 40, "b" * 40, "c" * 40)
    assert seen == [Unseen("git.example doesn't answer")] * 3
    assert forge.asked == 1


def test_a_commit_without_a_request_is_a_fact_too(desk: Desk) -> None:
    assert desk.look(Teller(), "a" * 40) == [Facts({})]
