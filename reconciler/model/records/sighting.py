"""Sighting: a fact from outside, written down so that what follows from it can be computed."""

from typing import Literal

from reconciler.model.records.base import RecordBase
from reconciler.names import Line

Sort = Literal[
    "branch",
    "commit",
    "tag",
    "ancestry",
    "artifacts",
    "readiness",
    "ticket",
    "tickets",
    "tracker",
    "approval",
    "forge",
    "key",
    "train",
    "tags",
    "return",
]
"""``branch``: its head, and the folders of an app's components there. ``commit``: the same of one
commit. ``tag``: where it leads, and how it was made. ``ancestry``: whether one commit contains
another. ``artifacts``: whether a release's are there as it says. ``readiness``: whether content
could be fetched and put back in a place. ``ticket``: the column that it stands in. ``tickets``:
those that an app's commits name, from one to another. ``tracker``: whether it answers.
``approval``: when a file with somebody's word was first seen. ``forge``: what a forge says of a
merge request. ``key``: when a person's key came into force that the trust root doesn't have, and
when any went. ``train``: what was there to be cut at a slot of an app's train; of one slot the
first one counts, for ever. ``tags``: of an app, those without a release that were there at the
first look, and from then on the release of one that was pushed by hand; of an app's version, the
branch it is proposed on.
``return``: of a deployment, the branch that puts its place's file back, and the commit it had; no
commit where somebody had gone on with it already."""


class Sighting(RecordBase):
    """What was seen of one thing; the newest with its sort and ``about`` counts.

    Written when it differs from the one before. No fact at all means: it isn't there.
    """

    kind: Literal["Sighting"] = "Sighting"
    sort: Sort
    about: Line
    """What it speaks of: words separated by spaces, the app or repository first."""
    facts: dict[str, str] = {}

    @property
    def is_news(self) -> bool:
        """Whether it speaks of what reconcilers do by themselves, or of something that is gone."""
        return self.sort in {"train", "tags", "return"} or self.facts.get("ready") == "no"

    @property
    def subject(self) -> str:
        """The sentence people read; facts about a part of it, whose name has two words, lack."""
        if self.sort == "train":
            return self._of_train
        if self.sort == "tags":
            return self._of_tags
        if self.sort == "return":
            return f"{self.about} went back; {self.facts.get('branch', '')} puts its file back"
        told = sorted(each for each in self.facts.items() if " " not in each[0])
        facts = ", ".join(f"{name} {value}" for name, value in told)
        return f"{self.sort} {self.about} seen: {facts or 'not there'}"

    @property
    def _of_train(self) -> str:
        app, _, slot = self.about.partition(" ")
        at = f"{slot[:16].replace('T', ' ')} UTC"
        commit, version = self.facts.get("commit", "")[:12], self.facts.get("version")
        if version:
            return f"{app} {version} is cut by the train of {at}, from {commit}"
        return f"{app} cut nothing at {at}: {self.facts.get('why', 'nobody says why')}"

    @property
    def _of_tags(self) -> str:
        app, _, version = self.about.partition(" ")
        if version:
            return f"{app} {version} is proposed on {self.facts.get('branch', '')}"
        if "version" in self.facts:
            commit = self.facts["commit"][:12]
            return f"{app} {self.facts['version']} was tagged by hand, at {commit}"
        return f"{app} takes releases from tags that are pushed from now on"
