"""Obstacles: why what somebody wants to do can't be done (any more), and what to do instead (pure).

One function for each verb; who may ask is another matter.
"""

from collections.abc import Callable, Mapping

from reconciler.deployer.ledger import Standing
from reconciler.model.content import Content
from reconciler.model.place import Place
from reconciler.model.records import Answer, End, Outcome
from reconciler.names import instant_of, instant_text
from reconciler.planner.asking import ask_of, way_back
from reconciler.planner.inputs import Inputs
from reconciler.planner.inquiries import named
from reconciler.planner.maintenance import turning_off, turning_on
from reconciler.planner.obstacle import Obstacle, explaining
from reconciler.planner.permission import Deed
from reconciler.planner.window import until_of


def obstacle(inputs: Inputs, deed: Deed, by: str) -> Obstacle | None:
    """What is in the way of granting it to somebody who may; nothing if it can be done."""
    judge = _answer if deed.question else _JUDGES[deed.verb]
    return judge(inputs, deed, by)


def _place(deed: Deed) -> Place:
    return Place(deed.environment, deed.app)


def _standing(inputs: Inputs, deed: Deed) -> Standing:
    return inputs.ledger.at(_place(deed))


def _promoting(deed: Deed, content: Content | None = None) -> str:
    version = content.version if content else "VERSION"
    return f"have it promoted: tagboat promote {deed.app}@{version} --to {deed.environment}"


def _waiting(deed: Deed) -> str:
    return f"wait for it: tagboat status {deed.scope} --wait 600"


def _pause(inputs: Inputs, deed: Deed, by: str) -> Obstacle | None:
    del by
    standing = _paused(inputs).get((deed.environment, deed.app or None))
    if standing is None:
        return None
    remedy = f"to pause it otherwise, first: tagboat resume {deed.scope}"
    return Obstacle(f"{deed.scope} is paused by {standing.by} already", remedy)


def _resume(inputs: Inputs, deed: Deed, by: str) -> Obstacle | None:
    del by
    paused = _paused(inputs)
    if (deed.environment, deed.app or None) in paused:
        return None
    why = f"{deed.scope} is not paused"
    if deed.app and (deed.environment, None) in paused:
        wide = deed.environment
        return Obstacle(f"{why}, but {wide} is", f"tagboat resume {wide}")
    return Obstacle(why, explaining(deed))


def _paused(inputs: Inputs) -> Mapping[tuple[str, str | None], Answer]:
    return {
        (each.environment, each.app): each
        for each in inputs.ledger.pauses
        if not each.until or inputs.now < instant_of(each.until)
    }


def unasked(inputs: Inputs, deed: Deed, question: str) -> Obstacle:
    """Why a question can't be answered: somebody has, or nobody asks it."""
    standing = _standing(inputs, deed)
    names = {question, f"smoke/{question}", f"tests/{question}"}
    given = [each for each in standing.confirmations if each.question in names]
    if given and not named(standing.questions, question):
        last = given[-1]
        return Obstacle(f"{last.by} answered {last.said} to that already", explaining(deed))
    if len(standing.questions) > 1:
        steps = ", ".join(each.step for each in standing.questions)
        return Obstacle(f"several questions are open there: {steps}", "name one: --question STEP")
    why = f"no question {question} is open there" if question else "no question is open there"
    return Obstacle(why, explaining(deed))


def _answer(inputs: Inputs, deed: Deed, by: str) -> Obstacle | None:
    """It counts when it is judged, not when it was asked for."""
    del by
    inquiry = _standing(inputs, deed).inquiries[deed.question]
    if inputs.now < instant_of(inquiry.until):
        return None
    return Obstacle(f"time was up at {inquiry.until}: it counts as no", explaining(deed))


def _confirm(inputs: Inputs, deed: Deed, by: str) -> Obstacle | None:
    if deed.deployment:
        return _confirm_deployment(inputs, deed, by)
    content = deed.content
    if content in inputs.moved:
        waits = True
    elif not deed.app:
        why = f"no merge {content[:12]} changes promotions that are in force"
        return Obstacle(why, explaining(deed))
    else:
        asked = ask_of(inputs, _place(deed))
        digest = asked.content.digest if asked.content else ""
        if content and content != digest:
            remedy = f"look at it, then ask again: tagboat explain {deed.scope}"
            return Obstacle("what is wanted there is another by now", remedy)
        content = content or digest
        waits = asked.gates.attended and bool(content)
    given = inputs.ledger.confirmations(_place(deed)) if deed.app else ()
    if any(each.content == content for each in given):
        return Obstacle(f"{given[-1].by} confirmed it already", explaining(deed))
    if waits:
        return None
    return Obstacle("nothing there waits for a confirmation", explaining(deed))


def _confirm_deployment(inputs: Inputs, deed: Deed, by: str) -> Obstacle | None:
    """Of an ended one: it looks back at what was set aside."""
    standing = _standing(inputs, deed)
    claim = next((each for each in standing.overrode if each.deployment == deed.deployment), None)
    if claim is None:
        return Obstacle(f"{deed.deployment} waits for no confirmation", explaining(deed))
    if deed.deployment in standing.reviewed:
        return Obstacle(f"{deed.deployment} was looked at already", explaining(deed))
    if by in {each.aside.by for each in claim.reasons if each.aside}:
        why = f"{by} set its gate aside: another person has to look at it"
        return Obstacle(why, "have another person confirm it")
    return None


def _retry(inputs: Inputs, deed: Deed, by: str) -> Obstacle | None:
    del by
    standing = _standing(inputs, deed)
    if wrong := _not_the_last(standing, deed):
        return wrong
    if standing.last_end is None:
        return Obstacle(f"nothing was deployed to {deed.scope} yet", _promoting(deed))
    if standing.open_claim:
        return Obstacle(f"{deed.deployment} is under way", _waiting(deed))
    if standing.drifted is not None:
        return _put_back(standing, deed)
    if standing.last_end.outcome is Outcome.SUCCEEDED:
        return Obstacle(f"{deed.deployment} has succeeded", explaining(deed))
    held = {each.deployment for each in (*standing.held.values(), *standing.failed.values())}
    why = f"{deed.deployment} was allowed to be tried again already"
    return None if deed.deployment in held else Obstacle(why, explaining(deed))


def _put_back(standing: Standing, deed: Deed) -> Obstacle | None:
    """What was changed by hand is put back, unless somebody has asked for that already."""
    if standing.put_back is None:
        return None
    return Obstacle(f"{standing.put_back.by} asked for it already", _waiting(deed))


def _abort(inputs: Inputs, deed: Deed, by: str) -> Obstacle | None:
    under_way = _standing(inputs, deed).open_claim
    if under_way is None:
        back = _rollback(inputs, deed, by) is None
        remedy = f"to take back what stands: tagboat rollback {deed.scope}"
        return Obstacle("nothing is under way there", remedy if back else explaining(deed))
    if under_way.deployment != deed.deployment:
        why = f"{deed.deployment} is not under way, {under_way.deployment} is"
        return Obstacle(why, f"tagboat abort {deed.scope} means that one")
    before = inputs.ledger.said_of(deed.deployment, _place(deed))
    aborts = [each.by for each in before if each.verb == "abort"]
    return Obstacle(f"{aborts[0]} aborted it already", _waiting(deed)) if aborts else None


def _verify(inputs: Inputs, deed: Deed, by: str) -> Obstacle | None:
    del by
    standing = _standing(inputs, deed)
    claim, end = standing.last_claim, standing.last_end
    if standing.open_claim or claim is None or end is None:
        return Obstacle("nothing stands there, or something is under way", explaining(deed))
    if wrong := _not_the_last(standing, deed):
        return wrong
    if end.outcome is not Outcome.SUCCEEDED or standing.drifted is not None:
        return _nothing_to_test(standing, deed)
    if not claim.assignment.lanes.verification:
        remedy = "declare them in pipeline.tests; what is deployed from then on has them"
        return Obstacle("no long tests are declared there", remedy)
    asked = inputs.ledger.asked_to_verify(_place(deed))
    said = max((each.sequence for each in standing.verifications.values()), default=0)
    if asked is not None and asked.sequence > max(said, claim.sequence):
        why = f"{asked.by} asked for that already, and the tests are under way"
        return Obstacle(why, f"see what they said: tagboat history {deed.scope}")
    return None


def _nothing_to_test(standing: Standing, deed: Deed) -> Obstacle:
    if standing.drifted is None:
        return Obstacle(f"{deed.deployment} did not succeed", explaining(deed))
    why = f"{standing.drifted.found}: tests would say nothing of {standing.drifted.version}"
    return Obstacle(why, f"first have it put back: tagboat retry {deed.scope}")


def _rollback(inputs: Inputs, deed: Deed, by: str) -> Obstacle | None:
    if shut := _window_shut(inputs, deed, by):
        return shut
    asked = ask_of(inputs, _place(deed))
    claim = asked.standing.last_claim
    before = claim.assignment.previous if claim else None
    if claim is None or before is None:
        return Obstacle("nothing ran there before", _promoting(deed))
    release = inputs.snapshot.releases.get((claim.app, claim.assignment.content.version))
    if release is not None and release.migration == "breaking":
        why = f"{release.version} changed the data, and maintenance is off"
        return Obstacle(why, "call an operator")
    if not asked.content or asked.content.digest != claim.assignment.content.digest:
        why = "the files ask for something else there by now"
        return Obstacle(why, _promoting(deed, before))
    if way_back(asked) is None:
        return Obstacle(f"{before.shown} can't be made as it was", _promoting(deed, before))
    return None


def _dismiss(inputs: Inputs, deed: Deed, by: str) -> Obstacle | None:
    shut = _window_shut(inputs, deed, by)
    return shut and Obstacle(shut.why, explaining(deed))


def _window_shut(inputs: Inputs, deed: Deed, by: str) -> Obstacle | None:
    """Why nobody may roll it back on request any more; nothing while somebody may."""
    del by
    standing = _standing(inputs, deed)
    end = standing.last_end
    if wrong := _not_the_last(standing, deed):
        return wrong
    if standing.open_claim:
        remedy = f"to stop that: tagboat abort {deed.scope}"
        return Obstacle(f"{standing.open_claim.deployment} is under way", remedy)
    if end is None or end.outcome is not Outcome.SUCCEEDED:
        return _nothing_to_take_back(standing, deed)
    last = standing.last_claim
    before = last.assignment.previous if last else None
    why = _window_over(inputs, standing, end)
    if deed.deployment in standing.dismissed:
        why = why or f"the way back of {deed.deployment} was dismissed"
    if last is not None and last.mends:
        why = f"{deed.deployment} only put back what was changed by hand: it leads to itself"
        before = next(iter(standing.last_settled(2)[1:]), None)
    if why:
        return Obstacle(why, _promoting(deed, before))
    if standing.rollback is not None:
        return Obstacle(f"{standing.rollback.by} asked for it already", _waiting(deed))
    return None


def _nothing_to_take_back(standing: Standing, deed: Deed) -> Obstacle:
    if standing.last_end is None:
        return Obstacle(f"nothing was deployed to {deed.scope} yet", _promoting(deed))
    runs = standing.running.shown if standing.running else "nothing"
    why = f"the last one, {standing.last_end.deployment}, did not succeed: {runs} runs there"
    return Obstacle(why, explaining(deed))


def _window_over(inputs: Inputs, standing: Standing, end: End) -> str:
    """Also where the clock says something else by now: once it is over, it stays over (F37)."""
    if standing.expired is not None:
        return f"that was possible until {standing.expired.until}"
    until = until_of(inputs.snapshot, standing.place, end)
    if until is None:
        return "nothing is rolled back on request there"
    return f"that was possible until {instant_text(until)}" if inputs.now >= until else ""


def _not_the_last(standing: Standing, deed: Deed) -> Obstacle | None:
    last = standing.last_claim
    if last is None or last.deployment == deed.deployment:
        return None
    why = f"{deed.deployment} is not the last deployment there, {last.deployment} is"
    return Obstacle(why, f"tagboat {deed.verb} {deed.scope} means that one")


def _adopt(inputs: Inputs, deed: Deed, by: str) -> Obstacle | None:
    """What runs was put there by hand: the history knows of nothing, and the files name it."""
    del by
    if not deed.app:
        return _of_one_place(deed)
    place, asked = _place(deed), ask_of(inputs, _place(deed))
    if last := asked.standing.last_claim:
        why = f"{last.deployment} was deployed there: the history knows what runs"
        return Obstacle(why, explaining(deed))
    if asked.standing.granted is not None:
        return Obstacle(f"{asked.standing.granted.by} asked for it already", _waiting(deed))
    if not deed.content or asked.desired.shown != deed.content:
        wanted = asked.desired.shown or "nothing"
        why = f"the files in force ask for {wanted} there, not for {deed.content}"
        command = f"tagboat promote {deed.app}@{deed.content} --to {deed.environment}"
        return Obstacle(why, f"have it promoted first: {command}")
    if asked.content:
        return None
    return Obstacle(f"the files in force don't lead to anything in {place}", "tagboat validate")


def _retire(inputs: Inputs, deed: Deed, by: str) -> Obstacle | None:
    """The file is gone, by a signed-off merge; then somebody may ask that the place follows."""
    del by
    if not deed.app:
        return _of_one_place(deed)
    key, standing = (deed.environment, deed.app), _standing(inputs, deed)
    if key in inputs.snapshot.promotions or key in inputs.tip.promotions:
        path = _place(deed).promotion_path
        remedy = f"have its removal merged: tagboat retire {deed.scope} makes the branch"
        return Obstacle(f"{path} still asks for something", remedy)
    if standing.open_claim is not None:
        return Obstacle(f"{standing.open_claim.deployment} is under way", _waiting(deed))
    if standing.running is None:
        why = "nothing runs there, as far as the history knows"
        return Obstacle(why, explaining(deed))
    if standing.granted is not None:
        return Obstacle(f"{standing.granted.by} asked for it already", _waiting(deed))
    return _not_the_last(standing, deed)


def _of_one_place(deed: Deed) -> Obstacle:
    remedy = f"name one: tagboat {deed.verb} {deed.environment}/APP"
    return Obstacle("it is for one place", remedy)


_JUDGES: Mapping[str, Callable[[Inputs, Deed, str], Obstacle | None]] = {
    "pause": _pause,
    "resume": _resume,
    "confirm": _confirm,
    "retry": _retry,
    "rollback": _rollback,
    "dismiss": _dismiss,
    "abort": _abort,
    "verify": _verify,
    "maintenance-on": turning_on,
    "maintenance-off": turning_off,
    "adopt": _adopt,
    "retire": _retire,
}
