"""Changes: what a stretch of commits comes to."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from reconciler.changelog.commit import Commit, Person
from reconciler.changelog.grouping import Group, groups_of
from reconciler.changelog.header import Header, Heading, breaks, header_of
from reconciler.manifest.secrets import masked
from reconciler.model.app import App

_T = TypeVar("_T")
_LONGEST = 300
_CO_AUTHOR = re.compile(
    r"^co-authored-by:[ \t]*(?P<name>[^<\n]{1,200}?)[ \t]*<(?P<mail>[^<>\n]{0,200})>[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)
_ORDER = {each: number for number, each in enumerate(Heading)}


@dataclass(frozen=True, slots=True)
class Span:
    """The commits between two of an app's commits, children before their parents.

    ``commits`` are those that ``head`` has and ``base`` hasn't; ``left`` is the other way round,
    so there are some where ``head`` doesn't contain ``base``. ``partial`` says that there are more
    than were read.
    """

    base: str | None
    head: str
    commits: tuple[Commit, ...]
    left: tuple[Commit, ...] = ()
    partial: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """One change, and the commits that made it. Texts are as people wrote them, secrets masked."""

    heading: Heading
    text: str
    scope: str
    breaking: bool
    warning: str
    """What breaks, in the commit's words; may be empty although something does."""
    number: str
    """The merge request of a squash, such as ``#12``."""
    tickets: tuple[str, ...]
    authors: tuple[Person, ...]
    components: tuple[str, ...]
    """Those whose folders it touches, in the app's order."""
    commits: tuple[str, ...]
    """Ids, the newest first."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What comes, by headings and within one the newest first; and what would be no longer there.

    ``components`` are those of the app whose folders are known, if there are several.
    """

    entries: tuple[Change, ...]
    gone: tuple[Change, ...]
    components: tuple[str, ...]
    partial: bool = False

    def __bool__(self) -> bool:
        """Whether anything changes."""
        return bool(self.entries or self.gone)

    @property
    def breaking(self) -> tuple[Change, ...]:
        """Those that break something."""
        return tuple(each for each in self.entries if each.breaking)

    @property
    def commits(self) -> tuple[str, ...]:
        """Ids of all commits that come and count."""
        return tuple(one for each in self.entries for one in each.commits)

    @property
    def tickets(self) -> tuple[str, ...]:
        """Ids of all tickets, in natural order."""
        return tuple(sorted({one for each in self.entries for one in each.tickets}, key=_natural))

    @property
    def authors(self) -> tuple[Person, ...]:
        """Everybody who wrote something of it, by name."""
        found = _once((one for each in self.entries for one in each.authors), _identity)
        return tuple(sorted(found, key=lambda each: (each.name.casefold(), each.mail)))


def changes_of(app: App, span: Span) -> Changes:
    """What the commits of a span come to, in the words of an app's own commits and tickets."""
    folders = folders_of(app)
    tickets = _tickets_of(app)

    def entries(head: str, commits: Sequence[Commit]) -> tuple[Change, ...]:
        found = [_change(each, folders, tickets) for each in groups_of(head, commits)]
        return tuple(sorted(found, key=lambda each: _ORDER[each.heading]))

    return Changes(
        entries=entries(span.head, span.commits),
        gone=entries(span.base or "", span.left),
        components=tuple(folders),
        partial=span.partial,
    )


def folders_of(app: App) -> dict[str, str]:
    """Component → its folder with a slash, of an app with several folders; else nothing."""
    trees = {each.name: each.artifact.get("tree", "") for each in app.components}
    found = {name: path.strip("/") for name, path in trees.items() if path}
    if len(set(found.values())) < 2:
        return {}
    return {name: "" if path == "." else f"{path}/" for name, path in found.items()}


def _tickets_of(app: App) -> Callable[[str], tuple[str, ...]]:
    """Finds the ids of the app's tickets in a text, each once."""
    if app.tracker is None:
        return lambda _: ()
    try:
        pattern = re.compile(rf"(?<![A-Za-z0-9])(?:{app.tracker.pattern})(?![A-Za-z0-9])")
    except re.error:
        return lambda _: ()
    return lambda text: tuple(dict.fromkeys(each[0] for each in pattern.finditer(text) if each[0]))


def _change(
    group: Group, folders: dict[str, str], tickets: Callable[[str], tuple[str, ...]]
) -> Change:
    header, parts = header_of(group.title), [header_of(each.title) for each in group.commits]
    everything = (group.merge, *group.commits) if group.merge else group.commits
    warnings = [said for each in everything if (said := breaks(each))]
    paths = [path for each in group.commits for path in each.paths]
    authors = [who for each in group.commits for who in _authors(each)]
    return Change(
        heading=_heading(header, parts),
        text=_short(header.text),
        scope=_short(header.scope),
        breaking=bool(warnings) or any(each.breaking for each in (header, *parts)),
        warning=_short("; ".join(dict.fromkeys(warnings))),
        number=header.number,
        tickets=tuple(dict.fromkeys(one for each in everything for one in tickets(each.message))),
        authors=_once(authors, _identity),
        components=tuple(
            name
            for name, folder in folders.items()
            if any(path.startswith(folder) for path in paths)
        ),
        commits=tuple(each.id for each in group.commits),
    )


def _heading(header: Header, parts: Sequence[Header]) -> Heading:
    """The title's, or where it says nothing, the foremost of what the commits say."""
    if header.conventional:
        return header.heading
    said = [each.heading for each in parts if each.conventional]
    return min(said, key=lambda each: _ORDER[each]) if said else header.heading


def _authors(commit: Commit) -> tuple[Person, ...]:
    others = (
        Person(each["name"].strip(), each["mail"]) for each in _CO_AUTHOR.finditer(commit.message)
    )
    return (commit.author, *others)


def _identity(person: Person) -> str:
    return (person.mail or person.name).casefold()


def _once(found: Iterable[_T], key: Callable[[_T], object]) -> tuple[_T, ...]:
    kept: dict[object, _T] = {}
    for each in found:
        kept.setdefault(key(each), each)
    return tuple(kept.values())


def _short(text: str) -> str:
    plain = masked(text)
    return plain if len(plain) <= _LONGEST else plain[: _LONGEST - 1] + "…"


def _natural(text: str) -> list[tuple[int, str]]:
    return [
        (int(each), "") if each.isdecimal() else (0, each)
        for each in re.findall(r"[0-9]+|[^0-9]+", text)
    ]
