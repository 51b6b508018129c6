"""One story on main, in an environment of its own: what `signoff_good` and `signoff_forged` tell."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from signoff_town import Town, promotion_file
from signoff_world import HEAD

from reconciler.cli.approve import text_of
from reconciler.manifest.binding import bound_digest
from reconciler.manifest.loading import load
from reconciler.manifest.paths import approval_path
from reconciler.manifest.snapshot import Blob
from reconciler.model.approval import Approval
from reconciler.repository.signing import sign_word

GOOD = "1.1.0"
PROMOTERS = ("bob", "carl")


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
        return {
            approval_path("shop", version, place, by): text_of(
                word.model_copy(update={"signature": armour})
            )
        }

    def silence(self, *persons: str) -> None:
        """Each of them takes their word back."""
        for each in persons:
            path = approval_path("shop", GOOD, self.name, each)
            self.town.commit("no", {path: None}, by=each)

    def signer(self, word: dict[str, str]) -> str:
        """Whose word this file is."""
        return next(iter(word)).rpartition("/")[2].removesuffix(".yaml")


def words_on_both_sides(tale: Tale) -> str:
    """Bob's word is on main, where Ana pushed the content, and Carl's on a branch that has it too.

    The branch; both may promote, and each word would do alone.
    """
    name = tale.topic()
    tale.write()
    tale.town.commit("word", tale.word(by="carl"), by="ana", key="")
    tale.town.switch("main")
    tale.noise()  # else both might make the very same commit, which no merge brings any more
    tale.write()
    tale.town.commit("word", tale.word(by="bob"), by="ana", key="")
    return name


Story = Callable[[Tale], None]
