"""What to tell people about a path that holds something nobody has signed off (pure)."""

import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from reconciler.manifest.codes import changes, integrity
from reconciler.manifest.codes.code import Code
from reconciler.signoff import codes
from reconciler.signoff.authority import Authority
from reconciler.signoff.classes import Sort, class_of
from reconciler.signoff.covers import coverable
from reconciler.signoff.eligibility import Meeting, unproven
from reconciler.signoff.facts import Commit, Facts
from reconciler.signoff.law import Lawbook
from reconciler.signoff.standing import Dispute, PathState, Refusal, Standing, State


@dataclass(frozen=True, slots=True, order=True)
class Taint:
    """One path that holds something else than what is in force there.

    ``culprit`` is the commit to blame and ``person`` who made it: a person's id, or the name that
    the commit states, marked as not verified. ``why`` and ``remedy`` are sentences; the remedy
    names the commands that end the taint.
    """

    path: str
    code: str
    culprit: str
    person: str
    why: str
    remedy: str


def taints_of(
    facts: Facts,
    at: Callable[[str], State],
    lawbook: Lawbook,
    *,
    tip: str,
    paths: Mapping[str, PathState],
    forge: str = "",
) -> tuple[Taint, ...]:
    """The taints at a tip, sorted by path; ``paths`` are its states by path.

    ``at`` gives the state of the tip, and of any commit on its first-parent line.
    ``forge`` is where merge requests are the sign-off; empty where signed merges are.
    """
    authority = at(tip).law.authority
    unclean = {path: each for path, each in sorted(paths.items()) if not each.clean}
    last = _last_changes(facts, tip, set(unclean))
    found = []
    for path, state in unclean.items():
        told = state.refused or _told(facts, authority, path, state)
        commit = facts.commits[told.culprit]
        revert = _revert(facts, at, path, state, last=last.get(path, ""), unclean=unclean)
        if forge:
            remedy = _remedy_by_request(facts, path, state, revert=revert, code=told.code, tip=tip)
        else:
            remedy = _remedy(facts, path, state, revert=revert, code=told.code, tip=tip)
            meeting = Meeting.at(commit, facts, authority)
            remedy += _by_word(meeting, path, state, lawbook)
        found.append(Taint(path, told.code, commit.id, _shown(commit, authority), told.why, remedy))
    return tuple(found)


def _shown(commit: Commit, authority: Authority) -> str:
    """Who did it, for people to read: a verified person, or a name marked as unverified."""
    verified = authority.person_of(commit.signature)
    return verified or f"{commit.author or 'somebody'} (not verified)"


def _told(  # noqa: PLR0911 - one return for each thing that can be wrong
    facts: Facts, authority: Authority, path: str, state: PathState
) -> Refusal:
    """What is wrong with content that no merge was asked to sign off, or only in part."""
    commit = facts.commits[state.trail[-1] if state.trail else state.since]
    found = class_of(path)

    def told(code: Code, why: str) -> Refusal:
        return Refusal(code.id, commit.id, why)

    guarded = bool(found.area) and found.area not in authority.guards
    if found.sort is Sort.UNLISTED or guarded:
        return told(codes.TRUST_ROOT, "only a new trust root on the host brings this into force")
    if isinstance(state.standing, Dispute):
        return told(codes.TWO_SIGN_OFFS, "two lines of history hold different signed-off content")
    if found.sort is Sort.RELEASE and state.standing.entry is not None:
        code = changes.REMOVED if state.current is None else changes.CHANGED
        return told(code, "a release never changes after its merge")
    if state.current is not None and (odd := integrity.of_mode(state.current.mode)):
        return told(odd, f"it has mode {state.current.mode}")
    if found.sort is Sort.APPROVAL and state.current is not None:
        word = facts.words.get(state.current.id)
        return told(codes.UNPROVEN, unproven(word, found.person))
    if state.pending is not None and found.area:
        lacking = authority.lacking(found.area, state.pending.persons) or ()
        seats = " and ".join(f"{each.count} more of role {each.role}" for each in lacking)
        agreed = " and ".join(state.pending.persons)
        return told(codes.SEATS, f"{agreed} merged it; {seats or 'somebody else'} must do so too")
    if len(commit.parents) > 1:
        why = (
            "the merge settled a conflict, or changed the file on its way: whoever merged decided"
            " that, and nobody else has looked"
        )
        return told(codes.MERGE_WROTE, why)
    why = "it was pushed directly, fast-forwarded, squashed or rebased: no merge signs it off"
    return told(codes.DIRECT, why)


def _last_changes(facts: Facts, tip: str, paths: set[str]) -> dict[str, str]:
    """Path → the newest commit on the tip's first-parent line that changed it."""
    found: dict[str, str] = {}
    commit = facts.commits.get(tip)
    while commit and paths - found.keys():
        for path in commit.changes:
            if path in paths:
                found.setdefault(path, commit.id)
        commit = facts.commits.get(commit.parents[0]) if commit.parents else None
    return found


def _revert(
    facts: Facts,
    at: Callable[[str], State],
    path: str,
    state: PathState,
    *,
    last: str,
    unclean: Mapping[str, PathState],
) -> str:
    """The ``git revert`` that ends the taint and takes nothing back that is in force, or empty."""
    if not last or not facts.commits[last].parents or isinstance(state.standing, Dispute):
        return ""
    commit = facts.commits[last]
    if at(commit.parents[0]).at(path).current != state.standing.entry:
        return ""
    if any(other not in unclean for other in commit.changes):
        return ""
    return f"git revert {'-m 1 ' if len(commit.parents) > 1 else ''}{last[:12]}"


def _remedy(facts: Facts, path: str, state: PathState, *, revert: str, code: str, tip: str) -> str:
    if isinstance(state.standing, Dispute) or code == codes.UNKNOWN_SIGNATURE.id:
        return codes.CODES[code].fix
    if code == codes.SEATS.id and path.isprintable():
        return (
            f"run tagboat reaffirm {shlex.quote(path)} and have it merged by a person who is"
            f" missing, with {_SIGNED}"
        )
    if code == codes.TRUST_ROOT.id:
        then = (
            f'or, to bring everything at this commit into force, set [trust] root = "{tip}" in'
            " tagboat.toml on the daemon's host"
        )
    else:
        then = _THEN.get(code, "then make the change anew on a branch and have it merged")
        if code in _STAYS and path.isprintable() and state.current is not None:
            then += f"; or, to keep it, have tagboat reaffirm {shlex.quote(path)} merged"
    if not revert and not path.isprintable():
        return f"on main, put the file back as it is in force; {then}"
    back = revert or f"{_restore(facts, path, state.standing)} && git commit -m 'Put it back'"
    return f"on main, run: {back} && git push; {then}"


def _by_word(meeting: Meeting, path: str, state: PathState, lawbook: Lawbook) -> str:
    """The approval that would stand for the merge, where one could."""
    promotion = coverable(meeting, path, state, lawbook=lawbook)
    if promotion is None:
        return ""
    release = f"{promotion.app}@{promotion.release}"
    environment = class_of(path).environment
    return (
        "; or have it approved by somebody else who may promote there:"
        f" tagboat approve {release} --to {environment}"
    )


def _remedy_by_request(
    facts: Facts, path: str, state: PathState, *, revert: str, code: str, tip: str
) -> str:
    """The same where nobody pushes to the branch: every way out is a merge request."""
    if code == codes.FORGE_SILENT.id or isinstance(state.standing, Dispute):
        return codes.CODES[code].fix
    if code == codes.TRUST_ROOT.id:
        then = f'or set [trust] root = "{tip}" in tagboat.toml on the daemon\'s host'
    else:
        then = "then open a new merge request with the change, and have its last commit approved"
    if not revert and not path.isprintable():
        return f"by a merge request, put the file back as it is in force; {then}"
    back = revert or f"{_restore(facts, path, state.standing)} && git commit -m 'Put it back'"
    return f"on a branch, run: {back}; have it merged by a merge request; {then}"


_SIGNED = "git merge --no-ff -S"
_STAYS = frozenset({codes.DIRECT.id, codes.NO_LONGER.id})
_THEN = {
    changes.CHANGED.id: "then add a new version",
    changes.REMOVED.id: "to keep it from being used, add its quarantine.yaml",
    codes.DIRECT.id: f"then commit it on a branch and have it merged with {_SIGNED}",
    codes.OWN_MERGE.id: f"then promote again and have somebody else merge it with {_SIGNED}",
    codes.NOT_PERMITTED.id: (
        f"then promote again and have somebody who may promote there merge it with {_SIGNED}"
    ),
    codes.MERGE_UNSIGNED.id: f"then promote again and have it merged with {_SIGNED}",
    codes.MERGE_UNLISTED.id: f"then promote again and have it merged with {_SIGNED}",
    codes.CONTENT_UNSIGNED.id: "then promote again with signed commits (git commit -S)",
    codes.CONTENT_UNLISTED.id: "then promote again with commits signed by a listed key",
    codes.MERGE_WROTE.id: (
        "then merge main into the branch, look at the file, and have the branch merged"
    ),
}


def _restore(facts: Facts, path: str, standing: Standing) -> str:
    """The command that puts the file back as it is in force; quoted, since people paste it."""
    if standing.entry is None:
        return f"git rm -- {shlex.quote(path)}"
    source = standing.admission.merge if standing.admission else facts.root
    return f"git restore --source={source[:12]} --staged --worktree -- {shlex.quote(path)}"
