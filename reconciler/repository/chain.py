"""The history as it lies in a clone: a chain of commits, one record each, read and judged.

One commit is one record: the empty tree, the sentence as subject, a blank line, and the record's
canonical JSON in one line. The parent is the record before it. Nothing here asks a remote.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from reconciler.errors import RefusedError
from reconciler.model.records import Record, RecordBase, body_of, record_of
from reconciler.repository.git import EMPTY_TREE, Git
from reconciler.system.collector import paused_collector
from reconciler.visibility import visible

_HEAD = 3
_MANY = 10_000
_FORMAT = "%H %T %P%n%B"
_PART = 20_000


@dataclass(frozen=True, slots=True)
class Entry:
    """One record and the commit that holds it."""

    commit: str
    record: Record


class UnreadableHistoryError(RefusedError):
    """The history goes on with something that can't be taken for a record: only read from here.

    ``commit`` is the first such commit. ``entries`` are the good records before it that a reader
    had not been given yet.
    """

    def __init__(self, commit: str, message: str, *, hint: str) -> None:
        """Name the commit; the one who reads adds what came before it."""
        super().__init__(f"history commit {commit[:12]} {message}", hint=hint)
        self.commit = commit
        self.entries: tuple[Entry, ...] = ()


class TamperedHistoryError(UnreadableHistoryError):
    """A commit of the history is no record that a reconciler wrote (B120): nothing may start."""

    def __init__(self, commit: str, why: str) -> None:
        """``why`` goes on where the commit's name ends."""
        hint = f"look at it with: git show {commit}; nothing starts until it is explained"
        super().__init__(commit, why, hint=hint)


class NewerRecordError(UnreadableHistoryError):
    """A record was written by a newer Tagboat: it can be neither read nor guessed."""

    def __init__(self, commit: str, what: str) -> None:
        """``what`` is the version and kind that it names."""
        hint = "install the newest Tagboat on this host; until then it only reads"
        super().__init__(commit, f"was written by a newer Tagboat: {what}", hint=hint)


@dataclass(frozen=True, slots=True)
class Link:
    """One commit of the chain, shape known to be right, its record not yet understood."""

    commit: str
    subject: str
    body: str


def message_of(record: RecordBase, subject: str) -> str:
    """The commit message of a record; whatever is in the sentence, it stays one harmless line."""
    return f"{visible(subject)}\n\n{body_of(record)}\n"


def links_between(
    git: Git, *, after: str | None, tip: str, part: int = _PART
) -> tuple[list[Link], UnreadableHistoryError | None]:
    """The links that follow ``after`` up to ``tip``, oldest first, and what ended the reading.

    A whole history is read ``part`` commits at a time, since a year of one is more than a gigabyte;
    what is new is read at once. A commit of another shape (a second parent, a file, no body) ends
    the reading: the links before it are given, and the error that names it.
    """
    if after is not None:
        return _links(git, after=after, tip=tip)
    order = ["rev-list", "--topo-order", "--reverse", "--end-of-options", tip, "--"]
    commits = git.tell(order).split()
    links: list[Link] = []
    for end in (*commits[part - 1 : -1 : part], tip):
        more, problem = _links(git, after=after, tip=end)
        links += more
        if problem is not None:
            return links, problem
        after = end
    return links, None


def _links(
    git: Git, *, after: str | None, tip: str
) -> tuple[list[Link], UnreadableHistoryError | None]:
    revisions = [tip, *([f"^{after}"] if after else [])]
    text = git.tell(["log", "-z", f"--format={_FORMAT}", "--end-of-options", *revisions, "--"])
    links: list[Link] = []
    before = after
    for each in reversed(text.split("\0")):
        if not each:
            continue
        head, _, message = each.partition("\n")
        commit, tree, *parents = head.split(" ")
        parents = [parent for parent in parents if parent]
        subject, blank, body = (*message.split("\n", 2), "", "", "")[:_HEAD]
        wrong = ""
        if parents != ([before] if before else []):
            wrong = "doesn't follow the record before it"
        elif tree != EMPTY_TREE:
            wrong = "holds files"
        elif blank or not body:
            wrong = "has no record in its message"
        if wrong:
            return links, TamperedHistoryError(commit, wrong)
        links.append(Link(commit, subject, body))
        before = commit
    return links, None


def understood(
    links: Sequence[Link], *, sequence: int
) -> tuple[list[Entry], UnreadableHistoryError | None]:
    """The entries of links that follow the record numbered ``sequence``, and what ended it.

    Numbers must rise by one. What isn't a numbered JSON object was never a record; what is one and
    still isn't understood comes from a newer version.
    """
    entries: list[Entry] = []
    with paused_collector(lasting=len(links) >= _MANY):
        for number, link in enumerate(links, start=sequence + 1):
            try:
                record = record_of(link.body)
            except ValueError:
                return entries, _why_not(link, number)
            if record.sequence != number:
                why = f"has sequence {record.sequence}, expected {number}"
                return entries, TamperedHistoryError(link.commit, why)
            entries.append(Entry(link.commit, record))
    return entries, None


def _why_not(link: Link, number: int) -> UnreadableHistoryError:
    try:
        value = json.loads(link.body)
    except (ValueError, RecursionError):
        return TamperedHistoryError(link.commit, "holds no record")
    if not isinstance(value, dict) or value.get("sequence") != number:
        return TamperedHistoryError(link.commit, f"holds no record with sequence {number}")
    what = f"{value.get('apiVersion')!s:.40} {value.get('kind')!s:.40}"
    return NewerRecordError(link.commit, what)
