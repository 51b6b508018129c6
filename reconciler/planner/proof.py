"""Proof: a past decision made again from its evidence, and whether it comes out the same (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from reconciler.canonical import digest_of
from reconciler.model.place import Place
from reconciler.model.plan import Decision, Departed, Verdict
from reconciler.model.records import Claim, Departure, Evidence, Reason, Refusal
from reconciler.planner.evidence import Witness, has_journal, recalled
from reconciler.planner.gates import supported
from reconciler.planner.inputs import Inputs
from reconciler.planner.plan import decide


class Agreement(StrEnum):
    """What became of deciding again."""

    SAME = "same"
    """Byte for byte."""
    OTHER_WORDS = "other-words"
    """Another version of Tagboat decided; the verdict and every gate's answer are the same.

    Gates that held it then, and that this version doesn't ask there, have no say in that; nor has
    the gate ``supported`` where this version does all that the files ask for.
    """
    DIFFERENT = "different"
    """Something is not as it was."""
    NO_EVIDENCE = "no-evidence"
    """The record is from before evidence was kept."""


@dataclass(frozen=True, slots=True)
class Proof:
    """One decision proved, or why it can't be; ``changed`` names inputs and what else differs."""

    sequence: int
    place: Place
    subject: str
    agreement: Agreement
    changed: tuple[str, ...] = ()

    def as_json(self) -> dict[str, object]:
        """The proof as plain JSON."""
        return {
            "sequence": self.sequence,
            "place": str(self.place),
            "subject": self.subject,
            "agreement": self.agreement.value,
            "changed": list(self.changed),
        }

    @property
    def holds(self) -> bool:
        """Whether the decision comes out as it was recorded."""
        return self.agreement in {Agreement.SAME, Agreement.OTHER_WORDS}


def prove(
    record: Claim | Refusal | Departure, inputs: Inputs, *, editions: Mapping[str, str]
) -> Proof:
    """Decide again what the record decided.

    ``inputs`` hold the files of the record's basis and the history up to its evidence's
    ``history``; the rest is taken from the evidence. ``editions`` are those at hand: one that is
    another than it was is named if the decision comes out otherwise, and else does no harm.
    """
    place = Place(record.environment, record.app)
    evidence = record.evidence
    if evidence is None:
        return Proof(record.sequence, place, record.subject, Agreement.NO_EVIDENCE)
    then = recalled(inputs, place, evidence)
    decision = decide(then, place)
    other = [name for name, known in editions.items() if evidence.inputs.get(name) != known]
    wrong = [
        *_inputs_that_changed(evidence, then, place, editions),
        *_not_as_recorded(record, decision, other_version="tagboat" in other),
    ]
    same = digest_of(decision.as_json()) == evidence.decision
    if same and not wrong:
        agreement = Agreement.SAME
    elif not wrong and "tagboat" in other:
        agreement = Agreement.OTHER_WORDS
    else:
        agreement = Agreement.DIFFERENT
        rules = [name for name in other if name != "tagboat" and name in evidence.inputs]
        wrong = [*rules, *wrong] or ["what was decided"]
    return Proof(record.sequence, place, record.subject, agreement, tuple(wrong))


def _inputs_that_changed(
    evidence: Evidence, then: Inputs, place: Place, editions: Mapping[str, str]
) -> list[str]:
    digests = Witness(then, editions).digests(place)
    found = [
        name
        for name, digest in sorted(evidence.inputs.items())
        if name not in editions and digests.get(name) != digest
    ]
    if has_journal(then, place) != evidence.journalled:
        found.append("journal")
    if then.ledger.sequence != evidence.history:
        found.append("history")
    if then.judgement.root != evidence.root:
        found.append("trust root")
    return found


def _not_as_recorded(
    record: Claim | Refusal | Departure, decision: Decision, *, other_version: bool
) -> list[str]:
    """What the record says besides its evidence, compared with what is decided now.

    Every word of the same version is, and of another one gates and their states.
    """
    said = _answers if other_version else tuple
    match record:
        case Claim():
            # Earlier versions didn't write down when it goes again.
            untold = other_version and not record.expires
            checks = {
                "verdict": decision.verdict is Verdict.DEPLOY,
                "assignment": decision.assignment == record.assignment,
                "sign-off": decision.sign_off == record.sign_off,
                "gates": said(decision.reasons) == said(record.reasons),
                "estimate": decision.estimate == record.estimate,
                "summary": decision.summary == record.summary,
                "slot": decision.slot == record.slot,
                "expires": untold or decision.expires == record.expires,
            }
        case Refusal():
            then = _still_asked(record.reasons, decision) if other_version else record.reasons
            now, freed = decision.closed, False
            if other_version and _does_more(record.reasons, decision):
                # What wasn't done then can be asked for now: only what else was said is compared.
                then = tuple(each for each in then if each.gate != supported.NAME)
                now = tuple(each for each in now if each.gate in {one.gate for one in then})
                freed = not then
            checks = {
                "verdict": freed or decision.verdict in {Verdict.HOLD, Verdict.BROKEN},
                "wanted": decision.wanted == record.wanted,
                "gates": said(now) == said(then),
            }
        case Departure():
            told = Departed(record.slot, record.fate, record.why, record.sign_off)
            closed = decision.closed if record.fate == "missed" else ()
            checks = {
                "slot": any(
                    _is_told(told, each, other_version=other_version)
                    for each in decision.departures
                ),
                "wanted": decision.wanted == record.wanted,
                "gates": said(closed) == said(record.reasons),
            }
    return [name for name, holds in checks.items() if not holds]


def _still_asked(recorded: tuple[Reason, ...], decision: Decision) -> tuple[Reason, ...]:
    """What another version said of gates that this one asks there too.

    Earlier ones asked of what is in force also where the branch shows another release.
    """
    asked = {each.gate for each in decision.reasons}
    return tuple(each for each in recorded if each.gate in asked)


def _does_more(recorded: tuple[Reason, ...], decision: Decision) -> bool:
    """Whether files asked for something that wasn't done by the version then, and is by this."""
    refused = any(each.gate == supported.NAME for each in recorded)
    return refused and any(
        each.gate == supported.NAME and each.state == "open" for each in decision.reasons
    )


def _is_told(told: Departed, found: Departed, *, other_version: bool) -> bool:
    """Whether the slot is told of; another version may say otherwise why."""
    return told == (replace(found, why=told.why) if other_version else found)


def _answers(reasons: tuple[Reason, ...]) -> list[tuple[str, str]]:
    return [(each.gate, each.state) for each in reasons]
