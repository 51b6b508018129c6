"""Cutting a release: its file, computed from what was seen of a commit, and from nothing else.

Equal arguments give the same bytes, so whoever doubts a release that was cut can cut it again.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Self

from reconciler.canonical import canonical_json
from reconciler.changelog import Change, Changes, Heading
from reconciler.errors import UsageError
from reconciler.manifest.characters import spelled_out
from reconciler.model.app import App
from reconciler.scaffold.files import NewFile
from reconciler.scaffold.release import Facts, release
from reconciler.versions import Step, newest_first, next_hotfix, next_version, version_of

_LONGEST_SUMMARY = 200
_LONGEST_NOTES = 48_000


@dataclass(frozen=True, slots=True)
class Sighted:
    """What was seen of a commit from which a release is cut; all of it follows from the commit.

    ``line`` is the newest version that the commit contains, empty for none.
    """

    commit: str
    line: str
    step: Step
    summary: str
    tickets: tuple[str, ...]
    notes: str

    @classmethod
    def of(cls, commit: str, line: str, changes: Changes) -> Self:
        """What the changes since ``line`` come to."""
        return cls(
            commit=commit,
            line=line,
            step=_step(changes),
            summary=_summary(changes),
            tickets=tuple(spelled_out(each) for each in changes.tickets),
            notes=_notes(changes),
        )

    def as_facts(self) -> dict[str, str]:
        """The same as the facts of a sighting, each on one line."""
        return {
            "commit": self.commit,
            "line": self.line,
            "step": self.step.name.lower(),
            "summary": self.summary,
            "tickets": canonical_json(list(self.tickets)),
            "notes": canonical_json(self.notes),
        }

    @classmethod
    def of_facts(cls, facts: Mapping[str, str]) -> Self:
        """What `as_facts` was made from."""
        return cls(
            commit=facts["commit"],
            line=facts["line"],
            step=Step[facts["step"].upper()],
            summary=facts["summary"],
            tickets=tuple(json.loads(facts["tickets"])),
            notes=json.loads(facts["notes"]),
        )


def version_to_cut(
    app: App, seen: Sighted, existing: Iterable[str], *, day: date, hotfix: bool = False
) -> str:
    """The version that a release cut from there on this day gets (M6, T10).

    ``day`` counts in calendar versions. Raises `UsageError` when nothing can come next by itself.
    """
    if not hotfix:
        return next_version(app.versions, existing, day=day, step=seen.step)
    if not seen.line:
        raise UsageError(
            "no release is contained in this commit, so there is nothing to mend",
            hint="name a version with --version",
        )
    return next_hotfix(app.versions, existing, of=seen.line)


def cut(
    app: App,
    seen: Sighted,
    version: str,
    artifacts: Mapping[str, Mapping[str, str]],
    *,
    hotfix: bool = False,
    summary: str = "",
) -> NewFile:
    """The release's file; ``artifacts`` are by component, as `release` takes them."""
    return release(
        app,
        version,
        Facts(seen.commit, artifacts),
        summary=summary or seen.summary,
        tickets=seen.tickets,
        notes=seen.notes,
        hotfix=hotfix,
    )


def proposed(
    app: App, tags: Mapping[str, str], existing: Iterable[str]
) -> tuple[tuple[str, str, str], ...]:
    """Version, tag and commit of tags that were pushed by hand and have no release (D26).

    ``tags`` lead to commits. The newest version stands first; nothing for an app that doesn't take
    releases from tags.
    """
    if not app.versions.from_tags:
        return ()
    known = set(existing)
    found = {version: tag for tag in tags if (version := version_of(app, tag)) is not None}
    return tuple(
        (version, found[version], tags[found[version]])
        for version in newest_first(app.versions, found)
        if version not in known
    )


def _step(changes: Changes) -> Step:
    if changes.breaking:
        return Step.MAJOR
    added = any(each.heading is Heading.ADDED for each in changes.entries)
    return Step.MINOR if added else Step.PATCH


def _summary(changes: Changes) -> str:
    if not changes.entries:
        return "No change of its own"
    rest = [each for each in changes.entries if not each.breaking]
    foremost = (*changes.breaking, *rest)[0]
    more = len(changes.entries) - 1
    text = spelled_out(foremost.text) or "A change without a title"
    if len(text) > _LONGEST_SUMMARY:
        text = text[: _LONGEST_SUMMARY - 1] + "…"
    return f"{text}, and {more} more" if more else text


def _notes(changes: Changes) -> str:
    """The changelog as plain text, for whoever has the file alone; cut where it is too long."""
    lines: list[str] = []
    size, told = 0, 0
    sections = [("Breaking changes", [*changes.breaking])]
    for heading in Heading:
        own = [each for each in changes.entries if each.heading is heading and not each.breaking]
        sections.append((heading.value, own))
    for title, entries in sections:
        for number, each in enumerate(entries):
            line = _line(each)
            size += len(line.encode()) + 40
            if size > _LONGEST_NOTES:
                lines += ["", f"… and {len(changes.entries) - told} more"]
                return "\n".join(lines)
            if number == 0:
                lines += ["", title, ""] if lines else [title, ""]
            lines.append(line)
            told += 1
    return "\n".join(lines)


def _line(change: Change) -> str:
    scope = f"{change.scope}: " if change.scope else ""
    warning = f" — {change.warning}" if change.warning else ""
    facts = [*change.tickets, *(each.name for each in change.authors), change.commits[0][:10]]
    return spelled_out(f"- {scope}{change.text}{warning} ({', '.join(facts)})")
