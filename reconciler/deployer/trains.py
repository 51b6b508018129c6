"""What is known of an app's train: a fold of its slots, which have one account each (L2, pure)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from reconciler.model.records import Sighting, Skip


@dataclass(frozen=True, slots=True)
class Line:
    """One app's train. The first account of a slot counts; what comes later about it says nothing.

    ``known`` is the newest slot that has one, ``schedule`` what is counted by, empty without a
    train. ``cut`` are the sightings that a release is cut from, by version. ``tagged`` are the
    same of tags that were pushed by hand; ``before``: the versions of tags that were there at the
    first look, as canonical JSON. ``last`` is the newest account, of a slot or of a beginning.
    """

    known: str = ""
    schedule: str = ""
    cut: Mapping[str, Sighting] = field(default_factory=dict)
    tagged: Mapping[str, Sighting] = field(default_factory=dict)
    before: str = ""
    last: Skip | Sighting | None = None

    @property
    def newest(self) -> Sighting | None:
        """The sighting of the release that was cut last."""
        return next((self.cut[each] for each in reversed([*self.cut])), None)

    def takes(self, sighting: Sighting) -> bool:
        """Whether this is the first account of its slot, and of its version."""
        slot = sighting.about.partition(" ")[2]
        return slot > self.known and sighting.facts.get("version") not in self.cut

    def after(self, record: Skip | Sighting) -> "Line":
        """The same with one more record."""
        match record:
            case Skip(fate="counting"):
                known = max(self.known, record.slot)
                return replace(self, known=known, schedule=record.schedule, last=record)
            case Skip(fate="ended"):
                return replace(self, schedule="", last=record)
            case Skip():
                later = replace(self, known=record.slot, last=record)
                return later if record.slot > self.known else self
            case Sighting(sort="tags", facts={"before": before}):
                return replace(self, before=self.before or before)
            case Sighting(sort="tags", facts={"version": version}):
                first = self.tagged.get(version, record)
                return replace(self, tagged={**self.tagged, version: first})
            case Sighting():
                return self._seen(record)

    def _seen(self, sighting: Sighting) -> "Line":
        if not self.takes(sighting):
            return self
        slot, version = sighting.about.partition(" ")[2], sighting.facts.get("version", "")
        cut = {**self.cut, version: sighting} if version else self.cut
        return replace(self, known=slot, cut=cut, last=sighting)
