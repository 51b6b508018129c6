"""The process trees with a slip of the pen in them, and what is said of it.

    .venv/bin/python tests/fuzz/fuzz_trees.py

prints how many slips of each tree are harmless, are refused, and are refused with a hint that names
the fix.
"""

import re
import sys
from dataclasses import dataclass

from fuzz_seeds import CORPUS
from fuzz_slips import Slip, inside, open_spans, slips

from reconciler.diagnostics import Diagnostic
from reconciler.manifest.codes import CODES
from reconciler.manifest.loading import load
from reconciler.manifest.snapshot import Blob, Snapshot
from reconciler.validator import validate

TREES = sorted((CORPUS / "valid").glob("process-*"), key=lambda each: each.name)
COUNT = 30
MODELS = (
    *("apps", "releases", "environments", "promotions", "people", "policies", "customers"),
    *("calendars", "freezes", "texts", "approvals", "quarantines", "connections"),
)
ACTIONS = frozenset(
    {"add", "ask", "choose", "close", "copy", "correct", "give", "indent", "keep", "let", "make"}
    | {"move", "put", "quote", "remove", "rename", "start", "take", "use", "write"}
)
VAGUE = frozenset(CODES[each].fix for each in ("TB001", "TB101", "TB102", "TB103", "TB104"))
"""Hints that fit every finding of their code name no fix."""
_WORD = re.compile(r"[\w-]+")


class Tree:
    """One repository, and what becomes of it."""

    def __init__(self, folder) -> None:
        self.name = folder.name
        files = (each for each in sorted(folder.rglob("*.yaml")) if "variants" not in each.parts)
        self.texts = {each.relative_to(folder).as_posix(): each.read_text() for each in files}
        self.cache = {}
        self.snapshot, self.known = self.read(self.texts)
        self.spans = {path: open_spans(text) for path, text in self.texts.items()}

    def read(self, texts) -> tuple[Snapshot, tuple[Diagnostic, ...]]:
        tree = {path: Blob("100644", text, text.encode()) for path, text in texts.items()}
        snapshot, report = load("0" * 40, tree, self.cache)
        return snapshot, (report + validate(snapshot)).errors

    def after(self, slip: Slip) -> tuple[Snapshot, list[Diagnostic]]:
        """What the files say then, and what is wrong that wasn't before."""
        text = slip.text(self.texts[slip.path])
        snapshot, findings = self.read({**self.texts, slip.path: text})
        return snapshot, [each for each in findings if each not in self.known]

    def slips(self, *, opened: bool) -> list[Slip]:
        """The same ones at each run; with ``opened``, inside values that anything may be."""

        def wanted(slip: Slip) -> bool:
            _, before, after = self.lines(slip)
            if after.startswith("#") and not before.startswith("#"):
                return False  # who takes a line out may mean it
            return inside(slip, self.spans[slip.path]) is opened

        return slips(f"{self.name} {opened}", self.texts, COUNT, wanted)

    def lines(self, slip: Slip) -> tuple[int, str, str]:
        """Number of its line, the line before and the line after."""
        before = self.texts[slip.path]
        number = before.count("\n", 0, slip.at)
        return (
            number + 1,
            before.split("\n")[number].strip(),
            slip.text(before).split("\n")[number].strip(),
        )


def names_the_fix(tree: Tree, slip: Slip, finding: Diagnostic) -> bool:
    """Whether somebody who reads the hint knows what to write.

    It is an action, or asks whether the nearest name was meant; it isn't what fits every finding of
    its code; and it holds the word, as it was or as it is now where another file names it, or stands
    at the line or the one beside it.
    """
    action = finding.hint.split(" ")[0] in ACTIONS or finding.hint.startswith("did you mean ")
    number, _, _ = tree.lines(slip)
    before = tree.texts[slip.path]
    words = {
        each[0]
        for text in (before, slip.text(before))
        for each in _WORD.finditer(text)
        if each.start() <= slip.at <= each.end()
    }
    near = finding.location.path == slip.path and abs(finding.location.line - number) <= 1
    named = any(re.search(rf"\b{re.escape(each)}\b", finding.hint) for each in words)
    return action and finding.hint not in VAGUE and (named or near)


@dataclass(frozen=True)
class Judged:
    """What became of one slip."""

    place: str
    change: str
    findings: tuple[Diagnostic, ...]
    named: bool
    """A hint names the fix."""
    same: bool
    """Accepted, and the files say what they said before."""

    @property
    def good(self) -> bool:
        return self.named if self.findings else self.same

    def __str__(self) -> str:
        said = [str(each) for each in self.findings] or [
            "accepted" if self.same else "accepted, and says something else"
        ]
        return "\n    ".join([self.place, self.change, *said])


def judged(tree: Tree) -> list[Judged]:
    """Every slip of this tree outside of values that anything may be."""
    found = []
    for slip in tree.slips(opened=False):
        snapshot, findings = tree.after(slip)
        number, before, after = tree.lines(slip)
        found.append(
            Judged(
                f"{slip.path}:{number} {slip.kind}",
                f"{before} → {after}",
                tuple(findings),
                any(names_the_fix(tree, slip, each) for each in findings),
                all(getattr(snapshot, each) == getattr(tree.snapshot, each) for each in MODELS),
            )
        )
    return found


def main() -> int:
    """The table; 1 when a slip was neither harmless nor refused with a hint that names the fix."""
    print(f"{'tree':<20}{'slips':>7}{'harmless':>10}{'refused':>9}{'hint names the fix':>20}")
    bad = 0
    for folder in TREES:
        found = judged(Tree(folder))
        refused = [each for each in found if each.findings]
        harmless = sum(each.same for each in found if not each.findings)
        named = sum(each.named for each in refused)
        row = f"{len(found):>7}{harmless:>10}{len(refused):>9}{named:>20}"
        print(f"{folder.name:<20}{row}", flush=True)
        bad += sum(not each.good for each in found)
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main())
