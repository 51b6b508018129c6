"""A slip of the pen in one of the process trees is harmless, or refused with a hint that helps."""

import re

import pytest
from fuzz_seeds import CORPUS
from fuzz_slips import Slip, inside, open_spans, slips

from reconciler.diagnostics import Diagnostic
from reconciler.manifest.codes import CODES
from reconciler.manifest.snapshot import Blob, Snapshot, load
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


def table(rows: list[tuple[str, ...]]) -> str:
    return "\n".join("\n    ".join(row) for row in rows)


@pytest.fixture(params=TREES, ids=lambda each: each.name)
def tree(request) -> Tree:
    return Tree(request.param)


def test_a_slip_is_harmless_or_refused_with_a_hint_that_names_the_fix(tree):
    rows: list[tuple[str, ...]] = []
    failed: list[tuple[str, ...]] = []
    refused = 0
    for slip in tree.slips(opened=False):
        snapshot, found = tree.after(slip)
        number, before, after = tree.lines(slip)
        row = (f"{slip.path}:{number} {slip.kind}", f"{before} → {after}", *map(str, found))
        rows.append(row)
        refused += bool(found)
        if found:
            if not any(names_the_fix(tree, slip, each) for each in found):
                failed.append(row)
        elif any(getattr(snapshot, each) != getattr(tree.snapshot, each) for each in MODELS):
            failed.append((*row, "accepted, and says something else"))
    print(table(rows))
    assert not failed, table(failed)
    assert len(rows) == COUNT
    assert refused > COUNT // 3


def test_a_slip_in_a_value_that_may_be_anything_changes_that_value_alone(tree):
    for slip in tree.slips(opened=True):
        snapshot, found = tree.after(slip)
        if found:
            assert all(each.hint for each in found)
            continue
        old, new = (each.documents[slip.path].value for each in (tree.snapshot, snapshot))
        assert len(changed(old, new)) <= 1, (tree.lines(slip), changed(old, new))


def changed(old: object, new: object, node: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
    """Where two values differ; a name that is another one is one difference."""
    if isinstance(old, dict) and isinstance(new, dict) and old != new:
        if list(old) != list(new):
            return (
                [node]
                if sorted(map(repr, old.values())) == sorted(map(repr, new.values()))
                else [node, node]
            )
        return [place for name in old for place in changed(old[name], new[name], (*node, name))]
    if isinstance(old, tuple) and isinstance(new, tuple) and len(old) == len(new):
        pairs = enumerate(zip(old, new, strict=True))
        return [place for index, (a, b) in pairs for place in changed(a, b, (*node, index))]
    return [] if old == new else [node]
