"""Gate ``tag``: the tag still leads to the release's commit, and artifacts are where they were.

Always on, and never overridden. A reconciler looks before it starts; until it has an answer the
gate is unknown, and so it is on a host that doesn't know the app's repository, unless the driver
puts no content anywhere. It isn't in the way in a plan that is made elsewhere than on a
reconciler's host. What was seen counts everywhere. Content is compared once more, byte for byte,
when it is fetched.
"""

from collections.abc import Iterator, Mapping

from reconciler.manifest.support import PUTTING_NOTHING
from reconciler.model.content import Content
from reconciler.model.question import Question
from reconciler.model.records import Reason
from reconciler.planner.inputs import Ask
from reconciler.planner.reasons import at_the_start, closed, opened, undecided, unfounded

NAME = "tag"

_NEW = "find out who did it; cut a new release and promote that"


def answer(ask: Ask) -> Reason | None:
    """Closed when the tag is gone or leads elsewhere, and when an artifact is gone or differs."""
    release = ask.release
    if ask.content is None or release is None:
        return None
    tag = ask.inputs.ledger.sighting("tag", _about_tag(ask))
    there = ask.inputs.ledger.sighting("artifacts", _about_artifacts(ask))
    if tag is not None and tag.facts.get("commit") != release.commit:
        found = tag.facts.get("commit", "")
        leads = f"leads to {found[:12]}" if found else "is gone"
        why = f"{release.tag} {leads}, the release says {release.commit[:12]}"
        return closed(NAME, why, remedy=_NEW)
    if there is not None and there.facts.get("there") != "yes":
        why = there.facts.get("why", "its artifacts are not there")
        return closed(NAME, why, remedy="bring the artifact back as it was, or cut a new release")
    if tag is not None and there is not None:
        why = f"{release.tag} leads to {release.commit[:12]}, the artifacts are there"
        return opened(NAME, why)
    return _not_seen(ask, ask.content, release.tag)


def _not_seen(ask: Ask, content: Content, tag: str) -> Reason:
    here, repository = ask.inputs.repositories, content.repository
    if here is None:
        return at_the_start(NAME, f"whether {tag} and the artifacts are as they were released")
    driver = ask.assignment.target.driver if ask.assignment else ""
    if repository not in here and driver in PUTTING_NOTHING:
        return opened(NAME, f"not asked: the driver {driver} puts nothing anywhere")
    return unseen(NAME, repository, here, f"nobody has looked yet where {tag} leads")


def unseen(gate: str, repository: str, here: frozenset[str] | None, why: str) -> Reason:
    """What a gate answers that needs a look at a repository which nobody has taken.

    ``here`` are those that this host can look at, nothing where the host isn't known.
    """
    if here is not None and repository not in here:
        remedy = f"name it in [repositories.{repository}] of the reconciler's host"
        return undecided(gate, f"this host doesn't know the repository {repository}", remedy=remedy)
    return undecided(gate, why, remedy=f"wait until the repository {repository} has answered")


def questions(ask: Ask) -> Iterator[Question]:
    """Where the tag leads, and whether the artifacts are there."""
    if ask.content is not None and ask.release is not None:
        repository = ask.content.repository
        yield Question("tag", _about_tag(ask), repository, ask.content)
        yield Question("artifacts", _about_artifacts(ask), repository, ask.content)


def known_tag(ask: Ask, gate: str) -> Mapping[str, str] | Reason:
    """What is known of the release's tag; else what a gate that has to know answers."""
    if ask.content is None:
        return unfounded(gate)
    if ask.release is None:
        remedy = "promote a release"
        return closed(gate, "content without a release has no tag", remedy=remedy)
    seen = ask.inputs.ledger.sighting("tag", _about_tag(ask))
    if seen is not None:
        return seen.facts
    here, why = ask.inputs.repositories, f"nobody has looked yet at {ask.release.tag}"
    return unseen(gate, ask.content.repository, here, why)


def _about_tag(ask: Ask) -> str:
    assert ask.content is not None  # noqa: S101 - asked only with content
    return f"{ask.content.repository} {ask.content.tag}"


def _about_artifacts(ask: Ask) -> str:
    assert ask.content is not None  # noqa: S101 - asked only with content
    return f"{ask.content.app} {ask.content.version}"
