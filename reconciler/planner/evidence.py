"""Evidence of decisions: written down beside them, and decided again from it (L2, pure)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from reconciler.canonical import digest_of
from reconciler.manifest.layering import resolve
from reconciler.manifest.snapshot import Snapshot
from reconciler.model.observation import Observation
from reconciler.model.place import Place
from reconciler.model.plan import Decision
from reconciler.model.records import Evidence, Observed
from reconciler.names import instant_of, instant_text
from reconciler.planner.inputs import Inputs
from reconciler.signoff import Judgement
from reconciler.timetable.almanac import almanac_of, calendar_of
from reconciler.timetable.holidays import UnknownDaysError


@dataclass(frozen=True)
class Witness:
    """Writes down what decisions of one plan were made from.

    ``editions``: name → version of what decides besides the inputs. Another ``tagboat`` may say the
    same in other words, another ``tzdata`` may know other local times.
    """

    inputs: Inputs
    editions: Mapping[str, str]

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
            full=inputs.full,
            alarms=inputs.alarms,
            stopped=inputs.stopped.get(place, ""),
            host=inputs.host,
            journalled=has_journal(inputs, place),
            inputs=self.digests(place),
            decision=digest_of(decision.as_json()),
        )

    def digests(self, place: Place) -> dict[str, str]:
        """Input → digest, for those that git holds or libraries bring."""
        closed = _closed_days(self.inputs, place)
        host = digest_of(_of_host(self.inputs, place))
        return {**self._shared, "host": host, **({"calendar": closed} if closed else {})}

    @cached_property
    def _shared(self) -> Mapping[str, str]:
        return {**_of_files(self.inputs), **self.editions}


def _of_host(inputs: Inputs, place: Place) -> list[object]:
    """All that evidence has in so many words: what decides nothing today is noticed too."""
    seen = inputs.observations.get(place)
    of_claims = (inputs.host, has_journal(inputs, place))  # records from before have neither
    return [
        instant_text(inputs.now),
        _observed(seen).model_dump(mode="json") if seen else None,
        _sorted(inputs.drivers),
        _sorted(inputs.repositories),
        inputs.places_at_once,
        [each.model_dump(mode="json") for each in inputs.alarms],
        inputs.stopped.get(place, ""),
        *(of_claims if any(of_claims) else ()),
        *((inputs.full,) if inputs.full else ()),
    ]


def has_journal(inputs: Inputs, place: Place) -> bool:
    """Whether the host can go on with what is under way in a place."""
    claim = inputs.ledger.open_claim(place)
    return claim is not None and claim.deployment in inputs.journalled


@dataclass(frozen=True, slots=True)
class _OfFiles:
    snapshot: Snapshot
    tip: Snapshot
    judgement: Judgement
    digests: Mapping[str, str]


def _of_files(inputs: Inputs) -> Mapping[str, str]:
    """Digests of what git holds; made once for the same files, judged alike."""
    kept = inputs.snapshot.layered.get(_KEY)
    now = (inputs.snapshot, inputs.tip, inputs.judgement)
    if isinstance(kept, _OfFiles) and all(
        one is other
        for one, other in zip((kept.snapshot, kept.tip, kept.judgement), now, strict=True)
    ):
        return kept.digests
    taints = [[each.path, each.code, each.culprit] for each in inputs.judgement.taints]
    admissions = {
        path: [each.merge, each.merged_by, *each.authors, *filter(None, (each.word, each.since))]
        for path, each in inputs.judgement.admissions.items()
    }
    digests = {
        "files": digest_of(dict(inputs.snapshot.blobs)),
        "branch": digest_of(dict(inputs.tip.blobs)),
        "sign-off": digest_of([taints, admissions]),
    }
    inputs.snapshot.layered[_KEY] = _OfFiles(*now, digests)
    return digests


_KEY = "digests"


def recalled(inputs: Inputs, place: Place, evidence: Evidence) -> Inputs:
    """The inputs as the host had them: files, judgement and history are those given."""
    seen, claim = evidence.observed, inputs.ledger.open_claim(place)
    return replace(
        inputs,
        now=instant_of(evidence.now),
        observations={place: Observation(**seen.model_dump())} if seen else {},
        drivers=_set(evidence.drivers),
        repositories=_set(evidence.repositories),
        places_at_once=evidence.places_at_once,
        full=evidence.full,
        alarms=evidence.alarms,
        host=evidence.host,
        journalled=frozenset({claim.deployment} if claim and evidence.journalled else ()),
        stopped={place: evidence.stopped} if evidence.stopped else {},
    )


def _sorted(names: frozenset[str] | None) -> tuple[str, ...] | None:
    return None if names is None else tuple(sorted(names))


def _set(names: tuple[str, ...] | None) -> frozenset[str] | None:
    return None if names is None else frozenset(names)


def _closed_days(inputs: Inputs, place: Place) -> str:
    """The digest of the closed days around now, which a library may know otherwise one day."""
    environment = resolve(inputs.snapshot, place.environment, place.app).environment
    name = calendar_of(inputs.snapshot, environment) if environment else None
    if environment is None or name is None:
        return ""
    zone = environment.timezone or "Etc/UTC"
    try:
        return almanac_of(inputs.snapshot).digest(name, zone, at=inputs.now)
    except UnknownDaysError:
        return "unknown"


def _observed(seen: Observation) -> Observed:
    return Observed(
        presence=seen.presence,
        digest=seen.digest,
        version=seen.version,
        fence=seen.fence,
        detail=seen.detail,
        altered=seen.altered,
    )
