"""Evidence of decisions: written down beside them, and decided again from it (L2, pure)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from reconciler.canonical import digest_of
from reconciler.model.observation import Observation
from reconciler.model.place import Place
from reconciler.model.plan import Decision
from reconciler.model.records import Evidence, Observed
from reconciler.names import instant_of, instant_text
from reconciler.planner.inputs import Inputs


@dataclass(frozen=True)
class Witness:
    """Writes down what decisions of one plan were made from.

    ``edition`` is the version of Tagboat: another one may say the same in other words.
    """

    inputs: Inputs
    edition: str

    def evidence(self, decision: Decision) -> Evidence:
        """All that is needed to make this decision again."""
        inputs, place = self.inputs, decision.place
        seen = inputs.observations.get(place)
        return Evidence(
            now=instant_text(inputs.now),
            root=inputs.judgement.root,
            history=inputs.ledger.sequence,
            observed=_observed(seen) if seen else None,
            drivers=_sorted(inputs.drivers),
            repositories=_sorted(inputs.repositories),
            places_at_once=inputs.places_at_once,
            alarms=inputs.alarms,
            stopped=inputs.stopped.get(place, ""),
            inputs=dict(self.digests),
            decision=digest_of(decision.as_json()),
        )

    @cached_property
    def digests(self) -> Mapping[str, str]:
        """Input → digest, for those that git holds or this program brings."""
        inputs = self.inputs
        taints = [[each.path, each.code, each.culprit] for each in inputs.judgement.taints]
        admissions = {
            path: [each.merge, each.merged_by, *each.authors]
            for path, each in inputs.judgement.admissions.items()
        }
        return {
            "files": digest_of(dict(inputs.snapshot.blobs)),
            "branch": digest_of(dict(inputs.tip.blobs)),
            "sign-off": digest_of([taints, admissions]),
            "tagboat": self.edition,
        }


def recalled(inputs: Inputs, place: Place, evidence: Evidence) -> Inputs:
    """The inputs as the host had them: files, judgement and history are those given."""
    seen = evidence.observed
    return replace(
        inputs,
        now=instant_of(evidence.now),
        observations={place: Observation(**seen.model_dump())} if seen else {},
        drivers=_set(evidence.drivers),
        repositories=_set(evidence.repositories),
        places_at_once=evidence.places_at_once,
        alarms=evidence.alarms,
        stopped={place: evidence.stopped} if evidence.stopped else {},
    )


def _sorted(names: frozenset[str] | None) -> tuple[str, ...] | None:
    return None if names is None else tuple(sorted(names))


def _set(names: tuple[str, ...] | None) -> frozenset[str] | None:
    return None if names is None else frozenset(names)


def _observed(seen: Observation) -> Observed:
    return Observed(
        presence=seen.presence,
        digest=seen.digest,
        version=seen.version,
        fence=seen.fence,
        detail=seen.detail,
    )
