"""Histories to judge: real ones made with git and ssh keys, and drawn ones without either."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from reconciler.repository.arrivals import gather
from reconciler.repository.git import Git
from reconciler.signoff import Judgement, judge
from reconciler.signoff.facts import Commit, Entry, Facts, Signed, Unsigned, Word

SHOP = "environments/production/shop.yaml"
BLOG = "environments/production/blog.yaml"
ENVIRONMENT = "environments/production/environment.yaml"
PEOPLE = "environments/people.yaml"
APP = "releases/shop/app.yaml"
RELEASE = "releases/shop/1.1.0/release.yaml"

LISTED = ("ana", "bob", "carl", "dora")
"""ana writes; bob and carl may promote to production; dora is listed and may promote nowhere."""


def promotion(version: str, *, note: str = "") -> str:
    """A promotion's text, long enough for git to merge two changes of it."""
    return (
        f"# {note or 'shop'}\n"
        "apiVersion: tagboat/v1\nkind: Promotion\n\n\n\n\n\napp: shop\n"
        f'release: "{version}"\n'
    )


HEAD = "apiVersion: tagboat/v1\nkind: {}\n"


def key_of(person: str) -> str:
    """The key of somebody who is only drawn."""
    return f"ssh-ed25519 AAAA{person}"


def people(
    keys: Mapping[str, str] | None = None,
    *,
    guards: str = "",
    roles: str = "{release: [bob, carl], admin: [bob, carl, dora]}",
    without: Sequence[str] = (),
) -> str:
    """A people file: four persons with their keys, of whom two may promote to production."""
    listed = "".join(
        f'  {each}: {{name: {each}, mail: {each}@acme.example, keys: ["{key}"]}}\n'
        for each in LISTED
        if each not in without
        for key in [(keys or {}).get(each) or key_of(each)]
    )
    tail = f"guards: {guards}\n" if guards else ""
    return HEAD.format("People") + f"people:\n{listed}roles: {roles}\n{tail}"


def environment(*, more: str = "") -> str:
    """The environment production."""
    return (
        HEAD.format("Environment")
        + "name: production\ntarget: {driver: memory}\npermissions: {promote: [role/release]}\n"
        + more
    )


@dataclass
class Workshop:
    """One repository with a work tree, and the keys of everybody in it."""

    folder: Path
    keys: Path
    guards: str = ""

    def __post_init__(self) -> None:
        self.folder.mkdir()
        self.run("init", "-q", "-b", "main")
        self.write(
            {
                SHOP: promotion("1.0.0"),
                BLOG: promotion("1.0.0", note="blog"),
                ENVIRONMENT: environment(),
                PEOPLE: people(self.public, guards=self.guards),
                APP: "kind: App\n",
                "src/app.py": "print()\n",
            }
        )
        self.root = self.commit("root", by="bob")

    @property
    def environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder.parent),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": "/dev/null",
            "GIT_EDITOR": "true",
            "LC_ALL": "C",
        }

    def run(self, *arguments: str, by: str = "ana", key: str | None = None, **extra: str) -> str:
        """Run git as a person; ``key`` is whose key signs, nobody's if empty."""
        key = by if key is None else key
        settings = ["-c", f"user.name={by}", "-c", f"user.email={by}@acme.example"]
        if key:
            settings += ["-c", "gpg.format=ssh", "-c", f"user.signingKey={self.keys / key}"]
            settings += ["-c", "commit.gpgSign=true"]
        done = subprocess.run(
            ["git", *settings, *arguments],
            cwd=self.folder,
            env={**self.environment, **extra},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, (arguments, done.stdout, done.stderr)
        return done.stdout.strip()

    def write(self, files: Mapping[str, str | None]) -> None:
        for path, text in files.items():
            file = self.folder / path
            if text is None:
                file.unlink()
            else:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text)
        self.run("add", "-A")

    def commit(
        self,
        message: str = "change",
        files: Mapping[str, str | None] | None = None,
        *,
        by: str = "ana",
        key: str | None = None,
        **extra: str,
    ) -> str:
        self.write(files or {})
        self.run("commit", "-q", "--allow-empty", "-m", message, by=by, key=key, **extra)
        return self.head

    def branch(self, name: str, start: str = "main") -> None:
        self.run("switch", "-q", "-c", name, start)

    def switch(self, name: str) -> None:
        self.run("switch", "-q", name)

    def merge(self, name: str, *options: str, by: str = "bob", key: str | None = None) -> str:
        """Merge a branch into the present one, without fast-forward."""
        self.run("merge", "-q", "--no-ff", "-m", f"Merge {name}", *options, name, by=by, key=key)
        return self.head

    def promote(self, version: str, *, by: str = "ana", branch: str = "topic", **kw: str) -> str:
        """A branch from main with one promotion; ends on main again."""
        self.branch(branch)
        made = self.commit(f"Promote {version}", {SHOP: promotion(version)}, by=by, **kw)
        self.switch("main")
        return made

    @property
    def head(self) -> str:
        return self.run("rev-parse", "HEAD")

    def blob(self, path: str, at: str = "HEAD") -> str:
        return self.run("rev-parse", f"{at}:{path}")

    @property
    def git(self) -> Git:
        return Git(self.folder, self.folder.parent / "home")

    @property
    def public(self) -> dict[str, str]:
        return {
            each: " ".join((self.keys / f"{each}.pub").read_text().split()[:2]) for each in LISTED
        }

    def facts(self, tip: str = "main", **more: object) -> Facts:
        given = {"cache": None, **more}
        return gather(
            self.git,
            root=self.root,
            tip=self.run("rev-parse", tip),
            **given,  # type: ignore[arg-type]
        )

    def judge(self, tip: str = "main") -> Judgement:
        return judge(
            self.facts(tip),
            root=self.root,
            tip=self.run("rev-parse", tip),
        )

    def in_force(self, path: str = SHOP, tip: str = "main") -> str | None:
        """The text in force at a path."""
        entry = self.judge(tip).admitted.get(path)
        return self.run("cat-file", "blob", entry.id) if entry else None

    def taint(self, path: str = SHOP, tip: str = "main") -> tuple[str, str, str]:
        """Code, culprit and person of the taint at a path; empty texts if there is none."""
        found = self.judge(tip).tainted.get(path)
        return (found.code, found.culprit, found.person) if found else ("", "", "")


@dataclass
class Scribe:
    """Draws histories in memory: trees are dicts, signatures are names."""

    commits: dict[str, Commit] = field(default_factory=dict)
    trees: dict[str, dict[str, Entry]] = field(default_factory=dict)
    above: dict[str, frozenset[str]] = field(default_factory=dict)
    root: str = "r" * 40
    guards: str = ""
    texts: dict[str, bytes] = field(default_factory=dict)
    words: dict[str, Word] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.trees[self.root] = {
            path: Entry("100644", f"old-{path}") for path in (SHOP, BLOG, ENVIRONMENT, PEOPLE)
        }
        self.texts[f"old-{ENVIRONMENT}"] = environment().encode()
        self.texts[f"old-{PEOPLE}"] = people(guards=self.guards).encode()
        self.above[self.root] = frozenset({self.root})

    def add(self, parents: Sequence[str], tree: Mapping[str, Entry], *, by: str) -> str:
        """A commit with this tree, signed by a person, or by nobody."""
        name = f"{len(self.commits):040d}"
        before = self.trees[parents[0]] if parents else {}
        changes = {
            path: tree.get(path)
            for path in sorted(before.keys() | tree.keys())
            if before.get(path) != tree.get(path)
        }
        bases = tuple(self.bases(parents[0], each) for each in parents[1:])
        signature = Signed(key_of(by)) if by else Unsigned()
        self.commits[name] = Commit(
            name, tuple(parents), changes, bases, signature=signature, author=by
        )
        self.trees[name] = dict(tree)
        self.above[name] = frozenset({name}).union(*(self.above[each] for each in parents))
        return name

    def bases(self, one: str, two: str) -> tuple[str, ...]:
        """Common ancestors that no other common ancestor contains, by looking at all of them."""
        common = self.above[one] & self.above[two]
        return tuple(
            sorted(
                each
                for each in common
                if not any(each in self.above[other] for other in common if other != each)
            )
        )

    def change(self, parent: str, path: str, blob: str | None, *, by: str) -> str:
        tree = dict(self.trees[parent])
        tree.pop(path, None)
        if blob is not None:
            tree[path] = Entry("100644", blob)
        return self.add([parent], tree, by=by)

    def write(self, parent: str, path: str, text: str, *, by: str) -> str:
        """A change to a file whose content decides who may what."""
        blob = f"text-{len(self.texts)}"
        self.texts[blob] = text.encode()
        return self.change(parent, path, blob, by=by)

    def expected(self, one: str, two: str) -> dict[str, Entry]:
        """What merging whole entries gives; the first parent's where they clash."""
        base = self.trees[self.bases(one, two)[0]]
        first, second = self.trees[one], self.trees[two]
        tree = dict(first)
        for path in first.keys() | second.keys() | base.keys():
            if first.get(path) == base.get(path):
                tree.pop(path, None)
                tree.update({path: second[path]} if path in second else {})
        return tree

    def merge(self, one: str, two: str, *, by: str, tree: Mapping[str, Entry] | None = None) -> str:
        return self.add([one, two], self.expected(one, two) if tree is None else tree, by=by)

    def facts(self) -> Facts:
        trees = {self.root: self.trees[self.root]}
        return Facts(self.root, dict(self.commits), trees, dict(self.texts), dict(self.words))

    def word(self, blob: str, person: str, *, by: str = "", recorder: str = "") -> None:
        """What an approval says that has this blob: signed by ``by``, or by the person."""
        signature = Signed(key_of(by or recorder or person))
        self.words[blob] = Word(person, recorder, blob.startswith("no"), signature)

    def signer(self, commit: str) -> str:
        """Who signed a commit; nobody for the root."""
        return self.commits[commit].author

    def judge(self, tip: str, **known: object) -> Judgement:
        return judge(self.facts(), root=self.root, tip=tip, **known)  # type: ignore[arg-type]
