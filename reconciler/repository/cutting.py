"""What there is to be cut in an app's repository, for ``release cut`` and for trains alike."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from reconciler.canonical import canonical_json
from reconciler.changelog import changes_of
from reconciler.errors import TagboatError, UsageError
from reconciler.model.app import App
from reconciler.model.question import Cutting, Tagging
from reconciler.repository.app_artifacts import tarballs_at, trees_at
from reconciler.repository.commits import read_span
from reconciler.repository.git import Git
from reconciler.scaffold.cut import Sighted, proposed, version_to_cut
from reconciler.scaffold.trains import cut_from, train_facts
from reconciler.versions import newest_first, version_of

_TAGS = "refs/tags/"


@dataclass(frozen=True, slots=True)
class AppSource:
    """Where an app's commits are read, where its tags are pushed to, and where its tarballs lie."""

    git: Git
    remote: str
    artifacts: str | None = None

    def commit(self, revision: str, what: str) -> str:
        """The commit that a tag, a branch or an id leads to; raises `UsageError` without one."""
        found = self.git.resolve(revision)
        if found is None:
            raise UsageError(
                f"the app's repository has no {what}",
                hint=f"git -C {self.git.folder} fetch --tags, or name another",
            )
        return found

    def tip(self, branch: str) -> str:
        """The commit of a branch: as the remote had it last, or as it is here."""
        far = self.git.resolve(f"refs/remotes/{self.remote}/{branch}")
        return far or self.commit(f"refs/heads/{branch}", f"branch {branch}")

    def versions(self, app: App, *, within: str = "", at: str = "") -> dict[str, str]:
        """Version → tag, of the app's tags: all, those ``within`` a commit, or those ``at`` it."""
        only = [f"--merged={within}"] if within else []
        only += [f"--points-at={at}"] if at else []
        said = self.git.tell(["for-each-ref", "--format=%(refname)", *only, _TAGS])
        tags = [each.removeprefix(_TAGS) for each in said.splitlines()]
        return {found: each for each in tags if (found := version_of(app, each)) is not None}


@dataclass(frozen=True, slots=True)
class Finding:
    """What was seen of a commit, and the version that it has by a tag or gets; both may lack.

    ``nothing`` says why no version comes next by itself: all of it is released.
    """

    seen: Sighted
    version: str
    nothing: str


def find(
    theirs: AppSource,
    app: App,
    head: str,
    *,
    taken: Collection[str],
    day: date,
    version: str = "",
    since: str = "",
    hotfix: bool = False,
) -> Finding:
    """What is new at this commit since the newest version that it contains, and its version.

    ``taken`` are the versions that are released; a tag there without one, pushed by hand or by a
    cut that got no further, gives its version, unless one is named. ``day`` counts in calendar
    versions. Raises `UsageError` when no version can come next by itself.
    """
    tagged = [each for each in theirs.versions(app, at=head) if each not in taken]
    within = theirs.versions(app, within=head)
    contained = {version: tag for version, tag in within.items() if version not in tagged}
    line = next(iter(newest_first(app.versions, contained)), "")
    tag = since or contained.get(line, "")
    base = theirs.commit(f"{_TAGS}{tag}", f"tag {tag}") if tag else None
    seen = Sighted.of(head, line, changes_of(app, read_span(theirs.git, head, base)))
    if version or tagged:
        return Finding(seen, version or newest_first(app.versions, tagged)[0], "")
    if line in taken and theirs.git.resolve(f"{_TAGS}{contained[line]}") == head:
        return Finding(seen, "", f"nothing is new since {app.name} {line}")
    existing = {*theirs.versions(app), *taken}
    return Finding(seen, version_to_cut(app, seen, existing, day=day, hotfix=hotfix), "")


def facts_for_train(theirs: AppSource, head: str, cutting: Cutting) -> dict[str, str]:
    """What a sighting says of a slot: all that the release is cut from, or why none is.

    Raises `UsageError` or another `TagboatError` where that can't be told yet, such as for an
    artifact that isn't there.
    """
    app = cutting.app
    found = find(theirs, app, head, taken=cutting.taken, day=cutting.day)
    if found.nothing:
        return {"commit": head, "why": found.nothing}
    return _facts(theirs, app, found)


def facts_for_tags(theirs: AppSource, tagging: Tagging) -> dict[str, str]:
    """What a sighting says of an app's tags: the release of the oldest one that has none yet.

    The first look only says which are there; what was seen last stands while there is no other.
    Raises `TagboatError` where no release can be made of any of them.
    """
    app = tagging.app
    tags = {
        tag: commit
        for tag in theirs.versions(app).values()
        if (commit := theirs.git.resolve(f"{_TAGS}{tag}"))
    }
    new = proposed(app, tags, tagging.taken)
    if tagging.before is None:
        return {"before": canonical_json(sorted(version for version, _, _ in new))}
    why: TagboatError | None = None
    for version, _, head in reversed(new):
        if version in tagging.before:
            continue
        day = date.min  # the version is there already
        try:
            found = find(theirs, app, head, taken=tagging.taken, day=day, version=version)
            return _facts(theirs, app, found)
        except TagboatError as error:
            why = error
    if why is not None:
        raise why
    return dict(tagging.last)


def _facts(theirs: AppSource, app: App, found: Finding) -> dict[str, str]:
    """All that the release is cut from; raises `TagboatError` where an artifact isn't there."""
    head = found.seen.commit
    artifacts = trees_at(theirs.git, app, head, called=head[:12])
    artifacts |= tarballs_at(app, found.version, head, address=theirs.artifacts, without=artifacts)
    facts = train_facts(found.seen, found.version, artifacts)
    cut_from(app, facts)
    return facts
