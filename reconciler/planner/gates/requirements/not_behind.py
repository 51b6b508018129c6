"""Gate ``require/not-behind``: what is to come contains what runs there (M2).

Where nobody can tell what runs, it is what was proven there last.
"""

from collections.abc import Iterator

from reconciler.manifest.codes import changes
from reconciler.model.content import Content
from reconciler.model.question import Question
from reconciler.model.records import Reason
from reconciler.planner.inputs import Ask
from reconciler.planner.reasons import closed, opened, undecided, unfounded
from reconciler.versions import rank

NAME = "require/not-behind"


def answer(ask: Ask) -> Reason:
    """Open if what runs is the same commit or an ancestor, and where nothing runs."""
    content, running = ask.content, ask.standing.last_good
    if content is None:
        return unfounded(NAME)
    if running is None:
        return opened(NAME, "nothing runs here that it could lack")
    if running.commit == content.commit:
        return opened(NAME, f"the same commit as {_told(ask, running)}")
    seen = ask.inputs.ledger.sighting("ancestry", _about(content, running))
    match seen.facts.get("contains") if seen else None:
        case "yes":
            return opened(NAME, f"contains {_told(ask, running)}")
        case "no":
            branch = ask.app.branch if ask.app else "the branch"
            theirs = running.tag or running.commit[:12]
            remedy = f"merge {theirs} into {branch}, release that, and promote it"
            why = f"{_code(ask, running)}lacks commits of {_told(ask, running)}"
            return closed(NAME, why, remedy=remedy)
        case _:
            why = f"nobody has looked yet whether it contains {running.version}"
            remedy = f"wait until the repository {content.repository} has answered"
            return undecided(NAME, why, remedy=remedy)


def _told(ask: Ask, before: Content) -> str:
    last = "which runs" if ask.running is not None else "which was proven here last"
    return f"{before.version}, {last}"


def _code(ask: Ask, running: Content) -> str:
    """The code that `validate` gives a lower version (B41)."""
    content, app = ask.content, ask.app
    if content is None or app is None or app.versions.scheme == "opaque":
        return ""
    both = content.released and running.released
    lower = both and rank(app.versions, content.version) < rank(app.versions, running.version)
    return f"{changes.LOWER.id} " if lower else ""


def questions(ask: Ask) -> Iterator[Question]:
    """Whether the wanted commit contains the one that runs."""
    content, running = ask.content, ask.standing.last_good
    if content is not None and running is not None and running.commit != content.commit:
        yield Question("ancestry", _about(content, running), content.repository, content, running)


def _about(content: Content, before: Content) -> str:
    return f"{content.repository} {content.commit} {before.commit}"
