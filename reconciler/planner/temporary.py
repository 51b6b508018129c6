"""Places of a temporary environment: when their time is up, and that they are left empty then.

The file that sets ``expires`` was signed off, and that is the standing approval to take the place
away: nobody asks for it again, and what a removal of the file would need isn't needed. Putting
``expires`` later, in a merge like any other, brings the place back.
"""

from collections.abc import Iterator

from reconciler.manifest.paths import environment_path
from reconciler.model.content import Content
from reconciler.model.environment import TemporaryPlace
from reconciler.model.plan import Decision, Verdict
from reconciler.model.question import Question
from reconciler.model.records import Reason, SignOff
from reconciler.model.release import Release
from reconciler.names import instant_of
from reconciler.planner.asking import signed_off
from reconciler.planner.inputs import Ask
from reconciler.planner.reasons import closed, opened
from reconciler.planner.retiring import emptied
from reconciler.versions.ordering import newest_first

NAME = "temporary"


def over(ask: Ask) -> str:
    """Why the time of the place is up; empty while it isn't, and where none is set."""
    temporary = _temporary(ask)
    if temporary is None:
        return ""
    if ask.now >= instant_of(temporary.expires):
        return f"{temporary.owner}'s until {temporary.expires}"
    release = _became(ask, temporary)
    return f"{temporary.owner}'s until its content became {release.version}" if release else ""


def taken_away(ask: Ask) -> Decision | None:
    """What is to be done in a place whose time is up; nothing where it isn't."""
    why = over(ask)
    if not why:
        return None
    if ask.running is None:
        return _is_empty(ask, why)
    return emptied(ask, (opened(NAME, why), _hold(ask)), _sign_off(ask))


def questions(ask: Ask) -> Iterator[Question]:
    """Whether the newest release contains what runs in a place that goes once it does."""
    temporary, content = _temporary(ask), _was_here(ask)
    release = _newest(ask)
    if temporary is None or temporary.delete_when != "released":
        return
    if content is None or content.released or release is None:
        return
    if release.commit != content.commit:
        named = {"version": release.version, "commit": release.commit, "tag": release.tag}
        newest = content.model_copy(update={**named, "branch": None})
        about = _about(content, release)
        yield Question("ancestry", about, content.repository, newest, content)


def _temporary(ask: Ask) -> TemporaryPlace | None:
    return ask.environment.temporary if ask.environment else None


def _was_here(ask: Ask) -> Content | None:
    """What runs, or what was taken away last: a place that went doesn't come back by that."""
    claim, end = ask.standing.last_claim, ask.standing.last_end
    if ask.running is not None or claim is None or end is None or not end.retired:
        return ask.running
    return claim.assignment.content


def _became(ask: Ask, temporary: TemporaryPlace) -> Release | None:
    """The release that holds what runs here; only content without a release becomes one."""
    content, release = _was_here(ask), _newest(ask)
    if temporary.delete_when != "released" or content is None or content.released:
        return None
    if release is None or release.commit == content.commit:
        return release
    seen = ask.inputs.ledger.sighting("ancestry", _about(content, release))
    return release if seen is not None and seen.facts.get("contains") == "yes" else None


def _newest(ask: Ask) -> Release | None:
    if ask.app is None:
        return None
    snapshot = ask.inputs.snapshot
    found = newest_first(ask.app.versions, snapshot.versions.get(ask.app.name, ()))
    return snapshot.releases[ask.app.name, found[0]] if found else None


def _about(content: Content, release: Release) -> str:
    return f"{content.repository} {release.commit} {content.commit}"


def _is_empty(ask: Ask, why: str) -> Decision:
    """Nothing runs that could be taken away, or nobody can tell whether anything does."""
    end, path = ask.standing.last_end, environment_path(ask.place.environment)
    gone = f"{end.deployment} took {end.version} away" if end and end.retired else "nothing runs"
    later = f"merge {_lasting(ask)} in {path}"
    stuck = ask.standing.stuck
    remedy = f"look what runs there, take it away by hand, and remove {path}; or {later}"
    return Decision(
        place=ask.place,
        verdict=Verdict.HOLD if stuck else Verdict.IN_SYNC,
        wanted="",
        running="",
        reasons=(closed(NAME, "nobody can tell what runs there", remedy=remedy),) if stuck else (),
        sentence=f"its time is up ({why}); {'what runs nobody can tell' if stuck else gone}",
        notes=() if stuck else (f"to have it back, {later}; else remove its folder",),
    )


def _lasting(ask: Ask) -> str:
    """What the environment's file would have to say for the place to be there."""
    temporary = _temporary(ask)
    if temporary is None:
        return ""
    late = "a later 'expires'" if ask.now >= instant_of(temporary.expires) else ""
    became = "'delete_when: expired'" if _became(ask, temporary) else ""
    return " and ".join(filter(None, (late, became)))


def _hold(ask: Ask) -> Reason:
    """Taking it away isn't tried again by itself where it has failed."""
    claim, end = ask.standing.last_claim, ask.standing.last_end
    failed = ask.standing.failed.get(ask.running.digest) if ask.running else None
    retires = claim is not None and claim.assignment.lanes.retires
    if failed is None or not retires or end is None or end.deployment != failed.deployment:
        return opened("hold", "no failure holds it back")
    why = f"taking it away {failed.outcome.value} in {failed.deployment}: {failed.why}"
    return closed("hold", why, remedy=f"try it again: tagboat retry {ask.place}")


def _sign_off(ask: Ask) -> SignOff:
    """Who signed the environment's file off, which says until when it is there."""
    path = environment_path(ask.place.environment)
    admission = ask.inputs.judgement.admissions.get(path)
    return ask.inputs.of_root if admission is None else signed_off(admission)
