"""What a commit's title says: conventionalcommits.org, under the headings of keepachangelog.com."""

import re
from dataclasses import dataclass
from enum import StrEnum

from reconciler.changelog.commit import Commit


class Heading(StrEnum):
    """Where a change stands, in this order; one that breaks something stands before all of them."""

    SECURITY = "Security"
    ADDED = "Added"
    CHANGED = "Changed"
    DEPRECATED = "Deprecated"
    REMOVED = "Removed"
    FIXED = "Fixed"
    UPKEEP = "Upkeep"
    """Documents, tests, builds: nothing that users see. Not one of keepachangelog.com's."""


_OF_TYPE = {
    **dict.fromkeys(("feat", "feature", "add"), Heading.ADDED),
    **dict.fromkeys(("fix", "bugfix", "hotfix"), Heading.FIXED),
    **dict.fromkeys(("security", "sec"), Heading.SECURITY),
    **dict.fromkeys(("deprecate", "deprecated"), Heading.DEPRECATED),
    **dict.fromkeys(("remove", "removed"), Heading.REMOVED),
    **dict.fromkeys(
        ("docs", "doc", "test", "tests", "ci", "build", "chore", "style"), Heading.UPKEEP
    ),
    **dict.fromkeys(("perf", "refactor", "change", "revert"), Heading.CHANGED),
}
_HEADER = re.compile(
    r"(?P<type>[A-Za-z]{1,20})(?:\((?P<scope>[^()\n]{1,60})\))?(?P<mark>!)?:[ \t]+(?P<text>\S.*)"
)
_BREAKING = re.compile(
    r"^BREAKING[ -]CHANGE(?:: | #)(?P<text>.+?)(?=\n\n|\n[A-Za-z-]+(?:: | #)|\Z)",
    re.MULTILINE | re.DOTALL,
)
_NUMBER = re.compile(r"[ \t]+\((?P<number>[#!][0-9]{1,9})\)\Z")
_UNDONE = re.compile(r'\A(?:Revert|Reapply) "(?P<title>.+)"\Z')


@dataclass(frozen=True, slots=True)
class Header:
    """A title taken apart. ``conventional`` says whether its type was one that is known."""

    heading: Heading
    text: str
    conventional: bool = False
    scope: str = ""
    breaking: bool = False
    number: str = ""
    """The merge request that a squash came from, such as ``#12``."""


def header_of(title: str) -> Header:
    """What a title says."""
    number = _NUMBER.search(title)
    plain = title[: number.start()] if number else title
    found = number["number"] if number else ""
    undone = _UNDONE.match(plain)
    if undone:
        before = header_of(undone["title"])
        gone = plain.startswith("Revert") and before.heading is Heading.ADDED
        heading = Heading.REMOVED if gone else Heading.CHANGED
        return Header(heading, plain, conventional=before.conventional, number=found)
    match = _HEADER.fullmatch(plain)
    heading_ = _OF_TYPE.get(match["type"].lower()) if match else None
    if match is None or (heading_ is None and not match["mark"]):
        return Header(Heading.CHANGED, plain, number=found)
    return Header(
        heading_ or Heading.CHANGED,
        match["text"].strip(),
        conventional=True,
        scope=(match["scope"] or "").strip(),
        breaking=bool(match["mark"]),
        number=found,
    )


def breaks(commit: Commit) -> str:
    """What a commit's footer ``BREAKING CHANGE`` says, on one line; empty without one."""
    match = _BREAKING.search(commit.message)
    return " ".join(match["text"].split()) if match else ""
