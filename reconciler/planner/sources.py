"""Where a promotion's content comes from: a release, a commit, or whatever is newest somewhere."""

from collections import defaultdict
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from itertools import chain

from reconciler.model.app import App
from reconciler.model.content import Content
from reconciler.model.desired import Desired
from reconciler.model.place import Place
from reconciler.model.promotion import Follow, Promotion, Temporary
from reconciler.model.unreleased import Unreleased
from reconciler.names import instant_of, instant_text
from reconciler.planner.inputs import Inputs
from reconciler.planner.sameness import is_same_work
from reconciler.planner.verified import Stay, stays_of
from reconciler.versions.ordering import newest_first, rank


@dataclass(frozen=True, slots=True)
class Seeker:
    """Finds what one place shall run; ``here`` is what runs there, if anything does."""

    inputs: Inputs
    place: Place
    app: App
    here: Content | None

    def of(self, promotion: Promotion) -> Desired:
        """What the promotion comes to, its schedule aside."""
        match promotion:
            case Promotion(temporary=Temporary() as temporary) if self._still(temporary):
                return self._temporary(temporary)
            case Promotion(release=str() as version):
                return self._release(version)
            case Promotion(commit=str() as commit):
                return self._seen("commit", commit)
            case Promotion(follow=Follow() as follow):
                return self._followed(follow)
            case _:
                return Desired(None, missing="the promotion names nothing")

    def _still(self, temporary: Temporary) -> bool:
        return self.inputs.now < instant_of(temporary.expires)

    def _temporary(self, temporary: Temporary) -> Desired:
        match temporary:
            case Temporary(release=str() as version):
                found = self._release(version)
            case Temporary(commit=str() as commit):
                found = self._seen("commit", commit)
            case Temporary(branch=str() as branch):
                found = self._seen("branch", branch)
            case _:
                found = Desired(None, missing="the promotion names nothing")
        expires = instant_text(instant_of(temporary.expires))
        why = f"{temporary.owner}'s until {temporary.expires}"
        return replace(found, why=why, expires=expires, at_once=True)

    def _release(self, version: str) -> Desired:
        release = self.inputs.snapshot.releases.get((self.app.name, version))
        missing = "" if release else "the admitted files don't name a release for this place"
        return Desired(release, missing=missing)

    def _seen(self, sort: str, name: str) -> Desired:
        """The commit, or the branch's head, as it was seen last."""
        assert sort in {"commit", "branch"}  # noqa: S101 - two literals above
        about = f"{self.app.name} {name}"
        seen = self.inputs.ledger.sighting("commit" if sort == "commit" else "branch", about)
        if seen is None:
            return Desired(
                None, missing=f"nobody has looked yet at the {sort} {name}", unknown=True
            )
        commit = seen.facts.get("commit", "")
        if not commit:
            return Desired(None, missing=f"the {sort} {name} is gone")
        trees = {
            key.removeprefix("tree "): value
            for key, value in seen.facts.items()
            if key.startswith("tree ")
        }
        branch = name if sort == "branch" else ""
        why = f"head of {name}" if branch else ""
        new = self.here is None or self.here.released or self.here.commit != commit
        return Desired(Unreleased(commit, trees, branch), why=why, new=new)

    def _before(self) -> Content | None:
        """What ran here before something that was there for a while, and still is.

        It comes back at once, while what is newest waits for its slot.
        """
        settled = self.inputs.ledger.at(self.place).settled
        if self.here is None or not settled or not settled[-1].expires:
            return None
        lasting = (each.assignment.content for each in reversed(settled) if not each.expires)
        return next(lasting, None)

    def _followed(self, follow: Follow) -> Desired:
        before = self._before() if follow.schedule else None
        if before is not None:
            return replace(self._of_content(before), why="what was here before", at_once=True)
        match follow:
            case Follow(environment=str() as environment):
                return self._of_environment(environment, queue=follow.mode == "queue")
            case Follow(branch=str() as branch):
                return self._seen("branch", branch)
            case Follow(releases=str() as pattern):
                return self._of_releases(pattern, queue=follow.mode == "queue")
            case _:
                return Desired(None, missing="the promotion follows nothing")

    def _of_environment(self, environment: str, *, queue: bool) -> Desired:
        """The newest content that is verified there and came there after what runs here.

        What is or was there for a while only is nobody's to follow, until its place asks for it.
        """
        place = Place(environment, self.app.name)
        fresh = self._arrivals(place)
        newest = next(fresh, None)
        if newest is None:
            return self._as_it_is(f"{environment} has verified nothing yet")
        if queue:
            content = [newest, *fresh][-1]
        else:
            proven = (each for each in chain([newest], fresh) if self._is_proven(each, place))
            content = next(proven, newest)
        stay = self._stay(content, place)
        found = self._of_content(content)
        return replace(found, why=f"newest in {environment}", unproven=_unproven(stay, environment))

    def _arrivals(self, place: Place) -> Iterator[Content]:
        """What came to a place after what runs here did, newest first, each work once."""
        promotion = self.inputs.snapshot.promotions.get((place.environment, place.app))
        told: defaultdict[Hashable, list[Content]] = defaultdict(list)
        for claim in reversed(self.inputs.ledger.at(place).settled):
            content = claim.assignment.content
            if self.here is not None and is_same_work(self.here, content):
                break
            if claim.expires and not _names(promotion, content):
                continue
            akin = (each for trace in content.traces for each in told[trace])
            if any(is_same_work(each, content) for each in akin):
                continue
            for trace in content.traces:
                told[trace].append(content)
            yield content

    def _stay(self, content: Content, place: Place) -> Stay | None:
        return next(iter(stays_of(content, place, self.inputs.ledger)), None)

    def _is_proven(self, content: Content, place: Place) -> bool:
        stay = self._stay(content, place)
        return stay is not None and stay.proven is not None

    def _of_releases(self, pattern: str, *, queue: bool) -> Desired:
        """The newest release that matches, none below what runs here, none in quarantine."""
        snapshot, versions = self.inputs.snapshot, self.app.versions
        mine = snapshot.versions.get(self.app.name, ())
        matching = [each for each in mine if fnmatchcase(each, pattern)]
        if self.here is not None and self.here.released:
            floor = rank(versions, self.here.version)
            matching = [each for each in matching if rank(versions, each) > floor]
        free = [each for each in matching if not self.inputs.quarantined(self.app.name, each)]
        found = newest_first(versions, free or matching)
        if not found:
            return self._as_it_is(f"no release matches {pattern}")
        version = found[-1] if queue else found[0]
        return Desired(
            snapshot.releases[self.app.name, version], why=f"newest release of {pattern}"
        )

    def _as_it_is(self, missing: str) -> Desired:
        """Nothing new: what runs here, with today's configuration."""
        if self.here is None:
            return Desired(None, missing=missing)
        return replace(self._of_content(self.here), new=False)

    def _of_content(self, content: Content) -> Desired:
        if not content.released:
            trees = {each.name: each.artifact.tree or "" for each in content.components}
            return Desired(Unreleased(content.commit, trees, content.branch or ""))
        return self._release(content.version)


def _names(promotion: Promotion | None, content: Content) -> bool:
    """Whether a promotion itself asks for this content by its name."""
    if promotion is None:
        return False
    wanted = promotion.release if content.released else promotion.commit
    return wanted == (content.version if content.released else content.commit)


def _unproven(stay: Stay | None, environment: str) -> str:
    if stay is None or stay.proven is not None:
        return ""
    if stay.test is None:
        return f"its tests in {environment} have not ended"
    return f"its tests in {environment} failed: {stay.test.why}"
