"""What a repository and its artifacts say when somebody looks, with real git and real keys."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from reconciler.model.content import Content, ContentComponent
from reconciler.model.host import AppRepository
from reconciler.model.people import fingerprint_of
from reconciler.model.question import Question
from reconciler.model.release import Artifact
from reconciler.model.sight import Facts, Unseen
from reconciler.repository.git import Git
from reconciler.repository.mirrors import Mirrors
from reconciler.repository.sources import RepositorySources


@dataclass
class Shop:
    """An app's repository, and somebody who looks at it."""

    git: Git
    folder: Path
    sources: RepositorySources

    @property
    def work(self) -> Path:
        return self.folder / "work"

    def commit(self, text: str) -> str:
        (self.work / "page").write_text(text)
        self.git.tell(["add", "--all"])
        self.git.tell(["commit", "--quiet", "--allow-empty", "-m", text])
        return self.git.tell(["rev-parse", "HEAD"])

    def content(self, tag: str, commit: str, **artifact: str) -> Content:
        made = artifact or {"tree": self.git.tell(["rev-parse", f"{commit}^{{tree}}"])}
        part = ContentComponent(name="web", version="1.0.0", artifact=Artifact(**made))
        return Content(
            app="shop",
            repository="shop",
            version="1.0.0",
            tag=tag,
            commit=commit,
            components=(part,),
        )

    def ask(self, sort: str, content: Content, before: Content | None = None):
        question = Question(sort, "it", "shop", content, before)
        return self.sources.look("shop", [question])[question]

    def facts(self, sort: str, content: Content, before: Content | None = None):
        found = self.ask(sort, content, before)
        assert isinstance(found, Facts), found
        return dict(found.facts)


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    (tmp_path / "work").mkdir()
    (tmp_path / "tarballs").mkdir()
    git = Git(tmp_path / "work", tmp_path / "home")
    git.tell(["init", "--quiet", "."])
    repository = AppRepository(url=str(tmp_path / "work"), artifacts=str(tmp_path / "tarballs"))
    mirrors = Mirrors({"shop": repository}, folder=tmp_path / "apps", home=tmp_path / "home")
    return Shop(git, tmp_path, RepositorySources(mirrors))


def test_a_plain_tag_says_where_it_leads_and_nothing_is_fetched(shop):
    commit = shop.commit("one")
    shop.git.tell(["tag", "v1"])
    seen = shop.facts("tag", shop.content("v1", commit))
    assert seen == {"commit": commit, "kind": "lightweight"}
    assert Git(shop.folder / "apps" / "shop.git", shop.folder / "home").resolve(commit) is None


def test_d19_an_annotated_tag_says_who_made_it(shop):
    commit = shop.commit("one")
    shop.git.tell(["-c", "user.name=Ana Smith", "tag", "-a", "-m", "x", "v1"])
    assert shop.facts("tag", shop.content("v1", commit)) == {
        "commit": commit,
        "kind": "annotated",
        "tagger": "Ana Smith",
        "signature": "none",
    }


def signed(shop: Shop, name: str = "v1") -> tuple[str, str]:
    key = shop.folder / "key"
    command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "ana", "-f", str(key)]
    subprocess.run(command, check=True)
    commit = shop.commit("one")
    shop.git.tell(["-c", f"user.signingkey={key}", "tag", "-s", "-m", "x", name])
    return commit, key.with_suffix(".pub").read_text()


def test_d19_a_signed_tag_says_by_which_key(shop):
    commit, line = signed(shop)
    seen = shop.facts("tag", shop.content("v1", commit))
    assert seen["signature"] == "good"
    assert seen["key"] == fingerprint_of(line)


def test_d19_a_signature_over_another_text_is_bad(shop):
    commit, _ = signed(shop)
    raw = shop.git.tell(["cat-file", "tag", "v1"]) + "\n"
    forged = shop.git.tell(
        ["hash-object", "-t", "tag", "-w", "--stdin"], stdin=raw.replace("\nx\n", "\ny\n").encode()
    )
    shop.git.tell(["update-ref", "refs/tags/v2", forged])
    seen = shop.facts("tag", shop.content("v2", commit))
    assert seen["signature"] == "bad"
    assert "key" not in seen


def test_d19_a_signature_of_another_sort_is_told(shop):
    commit = shop.commit("one")
    text = "x\n-----BEGIN PGP SIGNATURE-----\n\nabc\n-----END PGP SIGNATURE-----\n"
    shop.git.tell(["tag", "-a", "--cleanup=verbatim", "-F", "-", "v1"], stdin=text.encode())
    assert shop.facts("tag", shop.content("v1", commit))["signature"] == "other"


def test_b114_a_tag_that_was_moved_or_taken_away_is_seen_as_it_is_now(shop):
    first = shop.commit("one")
    shop.git.tell(["tag", "v1"])
    second = shop.commit("two")
    shop.git.tell(["tag", "-f", "v1"])
    assert shop.facts("tag", shop.content("v1", first))["commit"] == second
    shop.git.tell(["tag", "-d", "v1"])
    assert shop.facts("tag", shop.content("v1", first)) == {}


def test_m2_ancestry_is_asked_of_git(shop):
    first = shop.commit("one")
    shop.git.tell(["tag", "v1"])
    second = shop.commit("two")
    shop.git.tell(["tag", "v2"])
    shop.git.tell(["checkout", "--quiet", "-b", "side", first])
    side = shop.commit("side")
    shop.git.tell(["tag", "v3"])
    one, two, three = (
        shop.content(tag, commit) for tag, commit in (("v1", first), ("v2", second), ("v3", side))
    )
    assert shop.facts("ancestry", two, one) == {"contains": "yes"}
    assert shop.facts("ancestry", one, two) == {"contains": "no"}
    assert shop.facts("ancestry", three, two) == {"contains": "no"}


def test_m2_a_commit_that_no_tag_leads_to_any_more_is_no_answer(shop):
    first = shop.commit("one")
    shop.git.tell(["tag", "v1"])
    gone = shop.content("v0", "e" * 40, tree="b" * 40)
    found = shop.ask("ancestry", shop.content("v1", first), gone)
    assert isinstance(found, Unseen)
    assert "has no commit eeeeeeeeeeee" in found.why


def test_p6_a_folder_of_the_commit_is_there_and_one_of_another_commit_is_not(shop):
    first = shop.commit("one")
    tree = shop.git.tell(["rev-parse", "HEAD^{tree}"])
    second = shop.commit("two")
    shop.git.tell(["tag", "v1"])
    assert shop.facts("artifacts", shop.content("v1", second)) == {"there": "yes"}
    seen = shop.facts("artifacts", shop.content("v1", second, tree=tree))
    assert seen["there"] == "no"
    assert "has no folder" in seen["why"]
    seen = shop.facts("readiness", shop.content("v1", first))
    assert seen == {"ready": "no", "why": f"v1 doesn't lead to {first[:12]}"}


def test_p17_a_tarball_is_looked_for_and_not_fetched(shop):
    commit = shop.commit("one")
    shop.git.tell(["tag", "v1"])
    wanted = shop.content("v1", commit, tarball="web.tar.gz", sha256="1" * 64)
    assert shop.facts("readiness", wanted) == {
        "ready": "no",
        "why": "there is no artifact web.tar.gz",
    }
    (shop.folder / "tarballs" / "web.tar.gz").write_bytes(b"")
    assert shop.facts("readiness", wanted) == {"ready": "yes"}
    (shop.folder / "tarballs").rename(shop.folder / "gone")
    assert isinstance(shop.ask("readiness", wanted), Unseen)


def test_a_repository_that_is_away_or_unknown_is_no_answer(shop):
    commit = shop.commit("one")
    content = shop.content("v1", commit)
    shop.work.rename(shop.folder / "gone")
    found = shop.ask("tag", content)
    assert isinstance(found, Unseen)
    assert "doesn't answer" in found.why
    question = Question("tag", "it", "blog", content.model_copy(update={"repository": "blog"}))
    answers = shop.sources.look("blog", [question])
    assert answers == {question: Unseen("this host knows no repository blog")}


def test_all_questions_about_a_repository_are_one_question_to_its_remote(shop):
    commit = shop.commit("one")
    for number in range(20):
        shop.git.tell(["tag", f"v{number}"])
    questions = [
        Question("tag", f"shop v{number}", "shop", shop.content(f"v{number}", commit))
        for number in range(20)
    ]
    answers = shop.sources.look("shop", questions)
    assert [dict(answers[each].facts)["commit"] for each in questions] == [commit] * 20


def branch(shop, name="main", *, sort="branch"):
    question = Question(
        sort,
        f"shop {name}",
        "shop",
        revision=name,
        folders=(("web", "."), ("docs", "docs"), ("none", "nowhere")),
    )
    return shop.sources.look("shop", [question])[question]


def test_s2_a_branch_says_its_head_and_the_folders_there(shop):
    (shop.work / "docs").mkdir()
    (shop.work / "docs" / "page").write_text("x")
    commit = shop.commit("one")
    tree = shop.git.tell(["rev-parse", "HEAD^{tree}"])
    docs = shop.git.tell(["rev-parse", "HEAD:docs"])
    assert branch(shop) == Facts({"commit": commit, "tree web": tree, "tree docs": docs})
    second = shop.commit("two")
    assert branch(shop).facts["commit"] == second
    assert branch(shop, "gone") == Facts({})


def test_s7_a_branch_that_was_rewritten_is_seen_as_it_is_now(shop):
    shop.commit("one")
    shop.commit("two")
    branch(shop)
    shop.git.tell(["reset", "--quiet", "--hard", "HEAD~1"])
    other = shop.commit("other")
    assert branch(shop).facts["commit"] == other


def test_d20_a_commit_is_looked_for_on_every_branch(shop):
    first = shop.commit("one")
    shop.git.tell(["checkout", "--quiet", "-b", "side"])
    side = shop.commit("side")
    assert branch(shop, side, sort="commit").facts["commit"] == side
    assert branch(shop, first, sort="commit").facts["commit"] == first
    assert branch(shop, "e" * 40, sort="commit") == Facts({})
