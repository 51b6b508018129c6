"""Histories made with git itself, of stories good and forged, up to what a daemon starts.

    make forgeries
    .venv/bin/python tests/signoff/signoff_forgeries.py [histories] [first seed]

Each story has an environment of its own, so that what one of them comes to says nothing about
another. A good one starts 1.1.0 in its place; a forged one must never start anything there.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from signoff_town import PLACES, Town, files_of, people_file, promotion_file, release_file
from signoff_world import HEAD, LISTED, PEOPLE, Workshop

from reconciler.daemon.loop import Reconciler
from reconciler.drivers.memory import MemoryDriver, MemoryPlaces
from reconciler.manifest.binding import bound_digest
from reconciler.manifest.loading import load
from reconciler.manifest.paths import approval_path
from reconciler.manifest.snapshot import Blob
from reconciler.model.approval import Approval
from reconciler.registry import build_reconciler
from reconciler.repository.signing import sign_word
from reconciler.system.configuration import read_configuration

STORIES_OF_ONE = 8
GOOD = "1.1.0"
PROMOTERS = ("bob", "carl")
_STARTED = re.compile(r"^(env\d+)/shop (\S+) started$", re.MULTILINE)


def environment(name: str, who: str = "role/release") -> str:
    head = HEAD.format("Environment")
    return f"{head}name: {name}\ntarget: {{driver: memory}}\npermissions: {{promote: [{who}]}}\n"


@dataclass
class Tale:
    """One story being told on main, in a place of its own."""

    town: Town
    random: Random
    number: int
    branches: int = 0

    @property
    def name(self) -> str:
        return f"env{self.number}"

    @property
    def path(self) -> str:
        return f"environments/{self.name}/shop.yaml"

    @property
    def policy(self) -> str:
        return f"environments/{self.name}/environment.yaml"

    def text(self, version: str = GOOD, *, note: str = "") -> str:
        # The number keeps two stories from having the same file, which git would see as renamed.
        return promotion_file(version, more=f"# {self.name} {note}\n")

    @property
    def main(self) -> str:
        """The commit of main: one of the stories puts other refs in the way of its name."""
        return self.town.run("for-each-ref", "--format=%(objectname)", "refs/heads/main")

    def topic(self, start: str = "") -> str:
        """A branch of its own, from main, which is switched to."""
        self.branches += 1
        name = f"s{self.number}-{self.branches}"
        self.town.branch(name, start or self.main)
        return name

    def write(self, version: str = GOOD, *, by: str = "ana", note: str = "", **kw: str) -> str:
        """A commit of the promotion where we are."""
        return self.town.commit(
            f"{self.name} {version}", {self.path: self.text(version, note=note)}, by=by, **kw
        )

    def proposed(self, version: str = GOOD, *, by: str = "ana", **kw: str) -> str:
        """A branch with the promotion; main is switched to."""
        name = self.topic()
        self.write(version, by=by, **kw)
        self.town.switch("main")
        return name

    def noise(self) -> None:
        self.town.commit("noise", {f"src/{self.random.random()}": "x"}, by="dora", key="")

    def merge(self, name: str, *options: str, by: str = "bob", key: str | None = None) -> str:
        return self.town.merge(name, *options, by=by, key=key)

    def word(
        self, *, by: str = "bob", key: str = "", version: str = GOOD, place: str = ""
    ) -> dict[str, str]:
        """The file of somebody's word about what main has."""
        place = place or self.name
        town = self.town
        files = town.run("ls-files", "releases", "environments").splitlines()
        tree = {each: Blob("100644", each, (town.folder / each).read_bytes()) for each in files}
        snapshot, _ = load("", tree)
        found = snapshot.promotions.get((place, "shop"))
        asked = found if found and found.release == version else None
        digest = bound_digest(snapshot, place, "shop", version=version, promotion=asked)
        said = {
            "apiVersion": "tagboat/v1",
            "kind": "Approval",
            "app": "shop",
            "version": version,
            "environment": place,
            "role": "release",
            "by": by,
            "decision": "approved",
            "digest": digest,
        }
        word = Approval.model_validate(said)
        armour, _ = sign_word(word.statement, key=str(town.keys / (key or by)))
        from reconciler.cli.approve import text_of

        return {
            approval_path("shop", version, place, by): text_of(
                word.model_copy(update={"signature": armour})
            )
        }


Story = Callable[[Tale], None]


# Good ones: in the end 1.1.0 starts.


def plain(tale: Tale) -> None:
    name = tale.topic()
    for number in range(tale.random.randint(0, 2)):
        tale.write("1.0.0", by=tale.random.choice(("ana", "dora")), note=f"draft {number}")
    tale.write()
    tale.town.switch("main")
    tale.merge(name, by=tale.random.choice(PROMOTERS))


def amended_before_it_was_merged(tale: Tale) -> None:
    name = tale.topic()
    tale.write("1.0.0", note="oops")
    tale.town.write({tale.path: tale.text()})
    tale.town.run("commit", "-q", "--amend", "-m", "better", by="ana")
    tale.town.switch("main")
    tale.merge(name)


def rebased_by_its_author(tale: Tale) -> None:
    name = tale.proposed()
    tale.noise()
    tale.town.switch(name)
    tale.town.run("rebase", "-q", tale.main, by="ana")
    tale.town.switch("main")
    tale.merge(name, by="carl")


def squashed_on_its_branch(tale: Tale) -> None:
    name = tale.topic()
    tale.write("1.0.0", note="one")
    tale.write(note="two")
    tale.town.run("reset", "-q", "--soft", "HEAD~2")
    tale.town.run("commit", "-q", "-m", "one commit", by="ana")
    tale.town.switch("main")
    tale.merge(name)


def merged_before_pulling(tale: Tale) -> None:
    name = tale.proposed()
    tale.topic()
    tale.merge(name, by="bob")
    mine = tale.town.head
    tale.town.switch("main")
    tale.noise()
    theirs = tale.town.head
    tale.town.run("reset", "-q", "--hard", mine)
    tale.town.run("merge", "-q", "--no-ff", "-m", "Pull", theirs, by="bob")


def branch_brought_up_to_date(tale: Tale) -> None:
    name = tale.proposed()
    tale.noise()
    tale.town.switch(name)
    tale.town.merge(tale.main, by=tale.random.choice(("ana", "bob")))
    tale.town.switch("main")
    tale.merge(name, by="carl")


def conflict_settled_on_the_branch(tale: Tale) -> None:
    name = tale.proposed()
    other = tale.proposed("1.0.0", note="dora was first", by="dora")
    tale.merge(other, by="bob")
    tale.town.switch(name)
    tale.town.run("merge", "-q", "--no-ff", "-m", "Settle", "-X", "ours", tale.main, by="ana")
    tale.town.switch("main")
    tale.merge(name, by="carl")


def reverted_and_promoted_again(tale: Tale) -> None:
    merge = tale.merge(tale.proposed(), by="bob")
    back = tale.topic()
    tale.town.run("revert", "--no-edit", "-m", "1", merge, by="ana")
    tale.town.switch("main")
    tale.merge(back, by="carl")
    tale.merge(tale.proposed(note="again"), by="bob")


def own_merge_taken_back_and_done_right(tale: Tale) -> None:
    merge = tale.merge(tale.proposed(by="bob"), by="bob")
    tale.town.run("revert", "--no-edit", "-m", "1", merge, by="bob")
    tale.merge(tale.proposed(note="again"), by="bob")


def pushed_and_offered_again(tale: Tale) -> None:
    before = tale.town.head
    tale.write(by="dora", key="")
    name = tale.topic(before)
    tale.write()
    tale.town.switch("main")
    tale.merge(name, by="carl")


def policy_first(tale: Tale) -> None:
    name = tale.topic()
    tale.town.commit("wider", {tale.policy: environment(tale.name, "person/dora")}, by="ana")
    once = tale.topic()
    tale.merge(name, by="bob")
    tale.town.switch("main")
    tale.merge(once, by="carl")
    tale.merge(tale.proposed(), by="dora")


def by_way_of_another_branch(tale: Tale) -> None:
    name = tale.proposed()
    line = tale.topic()
    tale.merge(name, by="bob")
    tale.town.switch("main")
    tale.noise()
    tale.merge(line, by="ana")


def release_and_promotion(tale: Tale) -> None:
    town, path = tale.town, f"releases/shop/1.1.{tale.number}/release.yaml"
    name = tale.topic()
    text = (town.folder / "releases/shop/1.1.0/release.yaml").read_text()
    town.commit("release", {path: text.replace('"1.1.0"', f'"1.1.{tale.number}"')}, by="ana")
    town.switch("main")
    tale.merge(name, by="dora")
    tale.merge(tale.proposed(), by="carl")


def squashed_with_a_word(tale: Tale) -> None:
    first = tale.random.random() < 0.5
    if first:
        tale.town.commit("word", tale.word(), by="ana", key="")
    name = tale.proposed()
    tale.town.run("merge", "-q", "--squash", name, by="ana")
    tale.town.commit("squash", by="ana")
    if not first:
        tale.town.commit("word", tale.word(), by="dora", key="")


def rebased_with_a_word(tale: Tale) -> None:
    name = tale.proposed()
    tale.noise()
    tale.town.switch(name)
    tale.town.run("rebase", "-q", tale.main, by="ana")
    tale.town.switch("main")
    tale.town.run("merge", "-q", "--ff-only", name, by="bob")
    tale.town.commit("word", tale.word(by="carl"), by="bob", key="")


def fast_forwarded_by_a_merge_on_top(tale: Tale) -> None:
    """Merged by the approver, then pulled by others with a fast-forward: nothing is lost."""
    name = tale.proposed()
    line = tale.topic()
    tale.merge(name, by="bob")
    tale.town.switch("main")
    tale.town.run("merge", "-q", "--ff-only", line, by="ana")


# Forged ones: nothing starts.


def pushed(tale: Tale) -> None:
    tale.write(by=tale.random.choice(("ana", "bob", "carl")))


def own_merge(tale: Tale) -> None:
    by = tale.random.choice(PROMOTERS)
    tale.merge(tale.proposed(by=by), by=by)


def amended(tale: Tale) -> None:
    tale.merge(tale.proposed("1.0.0", note="looked at"), by="bob")
    tale.town.write({tale.path: tale.text()})
    tale.town.run("commit", "-q", "--amend", "--no-edit", by=tale.random.choice(("ana", "bob")))


def changed_after_it_was_merged(tale: Tale) -> None:
    name = tale.proposed("1.0.0", note="looked at")
    tale.merge(name, by="bob")
    tale.town.switch(name)
    tale.write()
    tale.town.switch("main")
    tale.town.run("merge", "-q", "--no-ff", "-m", "m", name, by="ana")


def spoofed(tale: Tale) -> None:
    name = tale.topic()
    tale.write(by="ana", key=tale.random.choice(("", "stranger")))
    tale.town.switch("main")
    tale.merge(name, by="bob")


def merge_spoofed(tale: Tale) -> None:
    key = tale.random.choice(("", "stranger", "ana"))
    tale.merge(tale.proposed(), by="bob", key=key)


def signature_of_another_commit(tale: Tale) -> None:
    merge = tale.merge(tale.proposed("1.0.0", note="looked at"), by="bob")
    tale.town.write({tale.path: tale.text()})
    tree = tale.town.run("write-tree")
    raw = tale.town.git.ask(["cat-file", "commit", merge]).stdout
    old = tale.town.run("rev-parse", f"{merge}^{{tree}}")
    changed = raw.replace(old.encode(), tree.encode())
    forged = tale.town.git.tell(["hash-object", "-t", "commit", "-w", "--stdin"], stdin=changed)
    tale.town.run("reset", "-q", "--hard", forged)


def rebased(tale: Tale) -> None:
    name = tale.proposed()
    tale.noise()
    tale.town.switch(name)
    tale.town.run("rebase", "-q", tale.main, by=tale.random.choice(("ana", "bob")))
    tale.town.switch("main")
    tale.town.run("merge", "-q", "--ff-only", name, by="bob")


def squashed(tale: Tale) -> None:
    name = tale.proposed()
    tale.town.run("merge", "-q", "--squash", name, by="bob")
    message = "squash\n\nCo-authored-by: ana <ana@acme.example>"
    tale.town.commit(message, by=tale.random.choice(("ana", "bob")))


def squashed_with_an_own_word(tale: Tale) -> None:
    tale.town.commit("word", tale.word(by="bob"), by="ana", key="")
    name = tale.proposed()
    tale.town.run("merge", "-q", "--squash", name, by="bob")
    tale.town.commit("squash", by="bob")


def evil(tale: Tale) -> None:
    name = tale.proposed("1.0.0", note="looked at")
    tale.town.run("merge", "-q", "--no-ff", "--no-commit", name, by="bob")
    tale.town.write({tale.path: tale.text()})
    tale.town.run("commit", "-q", "-m", "Merge", by="bob")


def evil_beside(tale: Tale) -> None:
    name = tale.topic()
    tale.noise()
    tale.town.switch("main")
    tale.town.run("merge", "-q", "--no-ff", "--no-commit", name, by="bob")
    tale.town.write({tale.path: tale.text()})
    tale.town.run("commit", "-q", "-m", "Merge", by="bob")


def conflict_settled_by_who_merges(tale: Tale) -> None:
    name = tale.proposed()
    other = tale.proposed("1.0.0", note="dora was first", by="dora")
    tale.merge(other, by="bob")
    tale.merge(name, "-X", "theirs", by="carl")


def word_copied_from_another_place(tale: Tale) -> None:
    word = tale.word(place="staging")
    ((where, text),) = word.items()
    edited = tale.random.random() < 0.5
    text = text.replace("staging", tale.name) if edited else text
    tale.town.commit("word", {where.replace("staging", tale.name): text}, by="ana")
    pushed_by_ana(tale)


def pushed_by_ana(tale: Tale) -> None:
    tale.write(by="ana")


def word_signed_by_another(tale: Tale) -> None:
    key = tale.random.choice(("ana", "stranger", "carl"))
    tale.town.commit("word", tale.word(key=key), by="ana")
    pushed_by_ana(tale)


def word_replayed_after_a_revert(tale: Tale) -> None:
    tale.town.commit("word", tale.word(), by="ana", key="")
    merge = tale.merge(tale.proposed(), by="carl")
    back = tale.topic()
    tale.town.run("revert", "--no-edit", "-m", "1", merge, by="ana")
    tale.town.switch("main")
    tale.merge(back, by="bob")
    pushed_by_ana(tale)


def word_taken_back_and_brought_again(tale: Tale) -> None:
    word = tale.word()
    tale.town.commit("word", word, by="bob")
    tale.town.commit("no", dict.fromkeys(word), by="bob")
    tale.town.commit("word again", word, by="ana")
    pushed_by_ana(tale)


def word_of_other_content(tale: Tale) -> None:
    tale.town.commit("word", tale.word(), by="ana", key="")
    text = tale.text() + 'at: "2020-01-01T00:00:00Z"\n'
    tale.town.commit("slot", {tale.path: text}, by="ana")


def tag_that_was_moved(tale: Tale) -> None:
    tale.merge(tale.proposed("1.2.0"), by="bob")


def release_that_was_changed(tale: Tale) -> None:
    town, path = tale.town, f"releases/shop/1.3.{tale.number}/release.yaml"
    text = (town.folder / "releases/shop/1.1.0/release.yaml").read_text()
    text = text.replace('"1.1.0"', f'"1.3.{tale.number}"')
    for name, said in (("new", text), ("other", text.replace("summary: It", "summary: Else"))):
        topic = tale.topic()
        town.commit(name, {path: said}, by="ana")
        town.switch("main")
        tale.merge(topic, by="bob")
    tale.merge(tale.proposed(f"1.3.{tale.number}"), by="carl")


def names_that_shadow(tale: Tale) -> None:
    """What git takes for the branch when it isn't asked by its whole name."""
    name = tale.topic()
    tale.write()
    forged = tale.town.head
    tale.town.switch("main")
    for ref in ("refs/tags/main", "refs/tags/refs/heads/main", "refs/heads/refs/heads/main"):
        tale.town.run("update-ref", ref, forged)
    tale.town.run("branch", "-q", "-D", name)


def two_identities(tale: Tale) -> None:
    """One person with two names: the commit names whoever then merges it."""
    name = tale.topic()
    message = f"Promote\n\nCo-authored-by: B <{'BOB' if tale.random.random() < 0.5 else 'bob'}@acme.example>"
    tale.town.commit(message, {tale.path: tale.text()}, by="ana")
    tale.town.switch("main")
    tale.merge(name, by="bob")


def loosened_in_the_same_push(tale: Tale) -> None:
    name = tale.topic()
    tale.town.commit("wider", {tale.policy: environment(tale.name, "person/dora")}, by="ana")
    if tale.random.random() < 0.5:
        tale.write()
        tale.town.switch("main")
        tale.merge(name, by="dora")
        return
    tale.town.switch("main")
    tale.merge(name, by="dora")
    tale.merge(tale.proposed(), by="dora")


def quorum_dropped_in_two_steps(tale: Tale) -> None:
    one = "{policies: [{role: admin}], people: [{role: admin}]}"
    old = (tale.town.folder / PEOPLE).read_text()
    name = tale.topic()
    tale.town.commit("loose", {PEOPLE: people_file(tale.town.public, guards=one)}, by="ana")
    tale.town.switch("main")
    tale.merge(name, by="bob")
    name = tale.topic()
    tale.town.commit("wider", {tale.policy: environment(tale.name, "person/dora")}, by="ana")
    tale.town.switch("main")
    tale.merge(name, by="bob")
    tale.merge(tale.proposed(), by="dora")
    # Put back what all other stories share; that heals it, whoever does it.
    tale.town.commit("back", {PEOPLE: old}, by="ana", key="")


def not_permitted(tale: Tale) -> None:
    tale.merge(tale.proposed(), by="dora")


def octopus(tale: Tale) -> None:
    one = tale.proposed()
    two = tale.topic()
    tale.noise()
    tale.town.switch("main")
    tale.town.run("merge", "-q", "--no-ff", "-m", "Both", one, two, by="bob")


def unrelated(tale: Tale) -> None:
    tale.town.run("switch", "-q", "--orphan", f"strange{tale.number}")
    tale.write()
    tale.town.switch("main")
    options = ("--allow-unrelated-histories", "-X", "theirs")
    tale.merge(f"strange{tale.number}", *options, by="bob")


def sides_taken_by_the_order_of_parents(tale: Tale) -> None:
    name = tale.topic()
    tale.write()
    mine = tale.town.head
    tale.town.switch("main")
    tale.noise()
    theirs = tale.town.head
    tale.town.run("reset", "-q", "--hard", mine)
    tale.town.run("merge", "-q", "--no-ff", "-m", name, theirs, by="bob")


def link_instead_of_a_file(tale: Tale) -> None:
    name = tale.topic()
    tale.town.write({f"src/{tale.name}.yaml": tale.text()})
    (tale.town.folder / tale.path).unlink()
    (tale.town.folder / tale.path).symlink_to(f"../../src/{tale.name}.yaml")
    tale.town.run("add", "-A")
    tale.town.run("commit", "-q", "-m", "link", by="ana")
    tale.town.switch("main")
    tale.merge(name, by="bob")


def renamed_over(tale: Tale) -> None:
    """What is merged is a file elsewhere; git's rename detection would bring it here."""
    name = tale.topic()
    tale.town.commit("elsewhere", {f"src/{tale.name}.yaml": tale.text()}, by="ana")
    tale.town.switch("main")
    tale.merge(name, by="bob")
    tale.town.run("mv", "-f", f"src/{tale.name}.yaml", tale.path)
    tale.town.run("commit", "-q", "-m", "rename", by="bob")


STORIES: tuple[tuple[bool, Story], ...] = (
    *(
        (True, each)
        for each in (
            plain,
            amended_before_it_was_merged,
            rebased_by_its_author,
            squashed_on_its_branch,
            merged_before_pulling,
            branch_brought_up_to_date,
            conflict_settled_on_the_branch,
            reverted_and_promoted_again,
            own_merge_taken_back_and_done_right,
            pushed_and_offered_again,
            policy_first,
            by_way_of_another_branch,
            release_and_promotion,
            squashed_with_a_word,
            rebased_with_a_word,
            fast_forwarded_by_a_merge_on_top,
        )
    ),
    *(
        (False, each)
        for each in (
            pushed,
            own_merge,
            amended,
            changed_after_it_was_merged,
            spoofed,
            merge_spoofed,
            signature_of_another_commit,
            rebased,
            squashed,
            squashed_with_an_own_word,
            evil,
            evil_beside,
            conflict_settled_by_who_merges,
            word_copied_from_another_place,
            word_signed_by_another,
            word_replayed_after_a_revert,
            word_taken_back_and_brought_again,
            word_of_other_content,
            tag_that_was_moved,
            release_that_was_changed,
            names_that_shadow,
            two_identities,
            loosened_in_the_same_push,
            quorum_dropped_in_two_steps,
            not_permitted,
            octopus,
            unrelated,
            sides_taken_by_the_order_of_parents,
            link_instead_of_a_file,
            renamed_over,
        )
    ),
)


@dataclass
class Press:
    """Makes histories in a folder, from one repository that is made once."""

    folder: Path
    keys: Path
    template: Path = field(init=False)

    def __post_init__(self) -> None:
        app = self._app()
        self.template = self.folder / "template"
        self.template.mkdir()
        shop = Workshop.__new__(Workshop)
        shop.folder, shop.keys, shop.guards = self.template, self.keys, ""
        shop.run("init", "-q", "-b", "main")
        files: dict[str, str] = {
            **files_of(shop.public),
            **{f"releases/shop/{each}/release.yaml": text for each, text in app.items()},
        }
        for number in range(STORIES_OF_ONE):
            name = f"env{number}"
            files[f"environments/{name}/environment.yaml"] = environment(name)
            files[f"environments/{name}/shop.yaml"] = promotion_file("1.0.0", more=f"# {name} \n")
        for each in PLACES:
            files.pop(f"environments/{each}/shop.yaml", None)
        shop.write(files)
        shop.commit("root", by="bob")

    def _app(self) -> dict[str, str]:
        """The app's repository; version → its release file. The tag of 1.2.0 was moved."""
        folder = self.folder / "app"
        folder.mkdir()
        app = Workshop.__new__(Workshop)
        app.folder, app.keys, app.guards = folder, self.keys, ""
        app.run("init", "-q", "-b", "main")
        found: dict[str, str] = {}
        for version in ("1.0.0", "1.1.0", "1.2.0"):
            app.write({"app.py": f"# {version}\n"})
            made = app.commit(version)
            tree = app.run("rev-parse", "HEAD^{tree}")
            text = release_file(version).replace("a" * 40, made).replace("b" * 40, tree)
            found[version] = text
            app.run("tag", "-m", version, f"v{version}")
        app.write({"app.py": "# moved\n"})
        app.commit("moved")
        app.run("tag", "-f", "-m", "1.2.0", "v1.2.0")
        return found

    def town(self, seed: int) -> Town:
        at = self.folder / f"h{seed}"
        at.mkdir()
        shutil.copytree(self.template, at / "repository")
        town = Town(at / "repository", self.keys, "")
        town.configure()
        more = f'[repositories.shop]\nurl = "{self.folder / "app"}"\n'
        town.configuration.write_text(town.configuration.read_text() + more)
        return town

    def daemon(self, town: Town, places: MemoryPlaces) -> Reconciler:
        return build_reconciler(
            read_configuration(town.configuration),
            lambda _: None,
            drivers={"memory": MemoryDriver(places=places)},
            probes={},
        )

    def tell(self, seed: int, *stories: tuple[bool, Story]) -> list[tuple[str, bool, bool, str]]:
        """A history of these stories, or of drawn ones.

        For each of them its name, whether it is good, whether it started, and why not.
        """
        random, town, places = Random(seed), self.town(seed), MemoryPlaces()
        self.daemon(town, places).run_once()
        tales = []
        drawn = stories or tuple(random.choice(STORIES) for _ in range(STORIES_OF_ONE))
        for number, (good, story) in enumerate(drawn):
            story(Tale(town, random, number))
            tales.append((number, good, story.__name__))
        plan = self.daemon(town, places).run_once()
        log = town.run("log", "--format=%s", "refs/heads/tagboat/history", "--")
        started = {(where, version) for where, version in _STARTED.findall(log)}
        held = {str(each.place): each.sentence for each in plan.decisions} if plan else {}
        shutil.rmtree(town.base)
        return [
            (
                name,
                good,
                any(where == f"env{number}" and version != "1.0.0" for where, version in started),
                held.get(f"env{number}/shop", ""),
            )
            for number, good, name in tales
        ]


@dataclass
class Score:
    """What became of all stories."""

    told: Counter[str] = field(default_factory=Counter)
    started: Counter[str] = field(default_factory=Counter)
    refused: list[str] = field(default_factory=list)
    forged: list[str] = field(default_factory=list)

    def add(self, seed: int, found: list[tuple[str, bool, bool, str]]) -> None:
        for name, good, started, why in found:
            self.told[name] += 1
            self.started[name] += started
            if good and not started:
                self.refused.append(f"history {seed}: {name}: {why}")
            if started and not good:
                self.forged.append(f"history {seed}: {name}")

    def share(self) -> tuple[int, int]:
        """Good stories that started, and all of them."""
        good = [each.__name__ for good, each in STORIES if good]
        return sum(self.started[each] for each in good), sum(self.told[each] for each in good)

    def __str__(self) -> str:
        rows = [f"{'story':42}{'':8}{'told':>6}{'started':>9}"]
        for good, each in STORIES:
            name = each.__name__
            sort = "good" if good else "forged"
            rows.append(f"{name:42}{sort:8}{self.told[name]:6}{self.started[name]:9}")
        won, all_good = self.share()
        rows.append(
            f"good: {won} of {all_good} started; forged: {len(self.forged)} of "
            f"{self.told.total() - all_good} started"
        )
        return "\n".join([*rows, *self.refused, *self.forged])


def make_keys(folder: Path) -> Path:
    for person in (*LISTED, "stranger", "one"):
        made = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", person, "-f", folder / person]
        subprocess.run(made, check=True)
    return folder


def main() -> int:
    histories = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    first = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    score = Score()
    with tempfile.TemporaryDirectory() as folder:
        keys = Path(folder) / "keys"
        keys.mkdir()
        press = Press(Path(folder), make_keys(keys))
        for seed in range(first, first + histories):
            score.add(seed, press.tell(seed))
    print(score)
    won, good = score.share()
    return 0 if not score.forged and won >= 0.95 * good else 1


if __name__ == "__main__":
    sys.exit(main())
