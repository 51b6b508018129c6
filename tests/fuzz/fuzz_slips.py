"""Single-character slips of the pen in a repository's files."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from yaml.events import MappingEndEvent, MappingStartEvent, ScalarEvent, SequenceEndEvent

from reconciler.manifest.builder import parser_of

KINDS = ("delete", "double", "swap", "case", "insert", "replace", "unquote")
_INSERTED = " :-'\"#,.x1"
_LETTERS = "abcdefghijklmnopqrstuvwxyz"

OPEN = frozenset(
    (
        # Words for people.
        *("title", "summary", "notes", "subject", "body", "support", "ask", "comment", "reason"),
        *("restarts", "way_back", "evidence", "help", "partner", "transition", "state"),
        # Names and addresses of things that no file of the repository knows.
        *("mail", "phone", "keys", "logins", "secret", "url", "links", "hosts", "root", "restart"),
        *(
            "run",
            "undo",
            "restore",
            "query",
            "contains",
            "json",
            "pattern",
            "repository",
            "modules",
        ),
        *("branch", "commit", "tree", "sha256", "digest", "image", "tarball", "signature"),
        *("kustomization", "config", "releases"),
        # Numbers and times: another one means another thing, and may be meant.
        *("timeout", "retries", "status", "below", "count", "first", "soak", "max_age", "keep"),
        *("estimate", "downtime", "expires", "at", "from", "until", "since", "every", "time"),
        *("review_by", "on_request", "repeat", "after", "for", "batches", "tickets", "region"),
    )
)
"""Fields whose values only people, or the world outside, can judge; and all that is below them."""

LABELS = frozenset({"smoke", "tests", "prepare", "cleanup", "notices", "channels", "trackers"})
"""Mappings whose names are free."""


FREE = frozenset(
    {("tier",), ("language",), ("versions", "tag"), ("target", "name"), ("people", "*", "name")}
    | {("components", "version"), ("people", "*", "language")}
)
"""More of the same, by their whole paths; lists are no steps."""


@dataclass(frozen=True)
class Slip:
    """One character of one file that isn't as it was."""

    path: str
    kind: str
    at: int
    """Offset into the text."""
    old: str
    new: str

    def text(self, before: str) -> str:
        return before[: self.at] + self.new + before[self.at + len(self.old) :]


def slip(rng: Random, path: str, text: str) -> Slip:
    """A slip somewhere in a text, which is never one that leaves it as it was."""
    while True:
        at = rng.randrange(len(text))
        kind = rng.choice(KINDS)
        old = text[at]
        match kind:
            case "unquote":
                if old not in "'\"":
                    continue
                new = ""
            case "delete":
                new = ""
            case "double":
                new = old * 2
            case "swap":
                old = text[at : at + 2]
                new = old[::-1]
            case "case":
                new = old.swapcase()
            case "insert":
                old, new = "", rng.choice(_INSERTED)
            case _:
                new = rng.choice(_LETTERS if old.isalpha() else _INSERTED)
        if new != old:
            return Slip(path, kind, at, old, new)


def slips(
    seed: str, texts: Mapping[str, str], count: int, wanted: Callable[[Slip], bool]
) -> list[Slip]:
    """So many different slips in a repository, always the same ones."""
    rng = Random(seed)
    paths = sorted(texts)
    sizes = [len(texts[each]) for each in paths]
    found: dict[Slip, None] = {}
    while len(found) < count:
        (path,) = rng.choices(paths, sizes)
        one = slip(rng, path, texts[path])
        if wanted(one):
            found[one] = None
    return list(found)


def open_spans(text: str) -> list[tuple[int, int]]:
    """Where the inside of open values and of free names stands: offsets from, and before."""
    found: list[tuple[int, int]] = []
    parser = parser_of(text)
    events = iter(parser.get_event, None)

    def walk(event: Any, node: tuple[str, ...], *, free: bool) -> None:
        if isinstance(event, ScalarEvent):
            if free or node in FREE or event.value.startswith("mail/"):
                found.append(_inside(event))
            return
        begin = event.start_mark.index
        end = MappingEndEvent if isinstance(event, MappingStartEvent) else SequenceEndEvent
        while not isinstance(inner := next(events), end):
            if end is SequenceEndEvent:
                walk(inner, node, free=free)
                continue
            if free or node[-1:] in {(each,) for each in LABELS}:
                found.append(_inside(inner))
            here = (*node, inner.value)
            open_ = inner.value in OPEN or (*node[:-1], "*", inner.value) in FREE
            walk(next(events), here, free=free or open_)
        if free and end is SequenceEndEvent:
            found.append((begin + 1, inner.start_mark.index))

    next(events)
    next(events)
    walk(next(events), (), free=False)
    parser.dispose()
    return found


def inside(slip: Slip, spans: list[tuple[int, int]]) -> bool:
    """Whether a slip touches one of these stretches of its text."""
    end = slip.at + len(slip.old)
    if slip.old:
        return any(start < end and slip.at < stop for start, stop in spans)
    return any(start <= slip.at <= stop for start, stop in spans)


def _inside(event: ScalarEvent) -> tuple[int, int]:
    quote = 1 if event.style in {"'", '"'} else 0
    return event.start_mark.index + quote, event.end_mark.index - quote
