"""More places and more records for a scene of the planner's tests."""

from datetime import datetime, timedelta

from reconciler.deployer.lanes import Before
from reconciler.deployer.pipeline import assign
from reconciler.manifest.binding import bound_digest
from reconciler.manifest.layering import resolve
from reconciler.model.deployment import Assignment, Lanes, StepSpec, Work
from reconciler.model.place import Place
from reconciler.model.plan import Decision
from reconciler.model.records import (
    Answer,
    Claim,
    End,
    Outcome,
    Sighting,
    SignOff,
    Verification,
)
from reconciler.names import instant_text
from reconciler.planner.plan import make_plan

ENVIRONMENT = "environments/production/environment.yaml"
PROMOTION = "environments/production/shop.yaml"
PEOPLE = """apiVersion: tagboat/v1
kind: People
people:
  ana: {name: Ana}
  ben: {name: Ben}
  cara: {name: Cara}
  dan: {name: Dan, customer: acme}
  eve: {name: Eve, customer: globex}
roles:
  admin: [ana]
  qa: [cara, ben]
  manager: [ana, cara]
  customer: [dan, eve]
"""


def distinct(scene):
    """Give release 1.2.0 work of its own; otherwise all releases of a scene are the same work."""
    path = "releases/shop/1.2.0/release.yaml"
    scene.files[path] = scene.files[path].replace("a" * 40, "c" * 40).replace("b" * 40, "d" * 40)


def gates(scene, text):
    """Ask for these gates in production, and let there be people."""
    scene.files["environments/people.yaml"] = PEOPLE
    for name in ("acme", "globex"):
        scene.files[f"environments/customers/{name}.yaml"] = (
            f"apiVersion: tagboat/v1\nkind: Customer\nname: {name}\n"
        )
    scene.files[ENVIRONMENT] += f"gates: {text}\n"


def add_environment(scene, name, *, version=None, more=""):
    """Another environment of the driver memory, with a promotion of shop if a version is given."""
    scene.files[f"environments/{name}/environment.yaml"] = (
        f"apiVersion: tagboat/v1\nkind: Environment\nname: {name}\ntarget: {{driver: memory}}\n"
        f"{more}"
    )
    if version:
        scene.files[f"environments/{name}/shop.yaml"] = promotion(version)


def promotion(version, more=""):
    return f'apiVersion: tagboat/v1\nkind: Promotion\napp: shop\nrelease: "{version}"\n{more}'


def decision(scene, place="production/shop") -> Decision:
    return next(each for each in make_plan(scene.inputs()).decisions if str(each.place) == place)


def gate(scene, name, place="production/shop"):
    """What one gate says of a place; nothing if it isn't asked."""
    return next((each for each in decision(scene, place).reasons if each.gate == name), None)


def hours(scene, ago: float) -> datetime:
    return scene.now - timedelta(hours=ago)


def claimed(scene, environment, version, *, ago, tested=False, merge="9" * 40, reasons=()) -> Claim:
    """A claim in any environment, so many hours ago."""
    snapshot = scene.snapshot(scene.files)
    found = resolve(snapshot, environment, "shop").environment
    made = assign(snapshot.apps["shop"], snapshot.releases["shop", version], found, before=Before())
    tests = (StepSpec(name="tests", work=Work.SMOKE, timeout=60),) if tested else ()
    lanes = Lanes(forward=made.lanes.forward, backward=made.lanes.backward, verification=tests)
    scene.add(
        Claim(
            id=f"c{len(scene.records)}",
            at=instant_text(hours(scene, ago)),
            reconciler="one",
            environment=environment,
            app="shop",
            assignment=Assignment(target=made.target, content=made.content, lanes=lanes),
            basis="2" * 40,
            sign_off=SignOff(commit=merge),
            reasons=reasons,
        )
    )
    return scene.records[-1]


def ended(scene, claim, *, ago, outcome=Outcome.SUCCEEDED, running=None) -> None:
    good = outcome is Outcome.SUCCEEDED
    at = instant_text(hours(scene, ago))
    scene.add(
        End(
            id=f"e{len(scene.records)}",
            at=at,
            reconciler="one",
            environment=claim.environment,
            app=claim.app,
            deployment=claim.deployment,
            outcome=outcome,
            version=claim.assignment.content.version,
            running=claim.assignment.content if good else running,
            steps=(),
            why="" if good else "smoke: version: found 1.0.0",
            started=claim.at,
            ended=at,
            seconds=3,
        )
    )


def ran(scene, environment, version, *, ago, tested=False) -> Claim:
    """A deployment that succeeded so many hours ago."""
    claim = claimed(scene, environment, version, ago=ago, tested=tested)
    ended(scene, claim, ago=ago)
    return claim


def verified(scene, claim, *, ago, passed=True) -> None:
    content = claim.assignment.content
    scene.add(
        Verification(
            id=f"v{len(scene.records)}",
            at=instant_text(hours(scene, ago)),
            reconciler="one",
            environment=claim.environment,
            app=claim.app,
            deployment=claim.deployment,
            digest=content.digest,
            version=content.version,
            commit=content.commit,
            passed=passed,
            why="" if passed else "e2e: 2 of 80 failed",
        )
    )


def saw(scene, sort, about, *, ago=0, **facts) -> None:
    scene.add(
        Sighting(
            id=f"s{len(scene.records)}",
            at=instant_text(hours(scene, ago)),
            reconciler="one",
            sort=sort,
            about=about,
            facts=facts,
        )
    )


def confirmed(scene, *, app="shop", by="ana", verb="confirm", **more) -> None:
    scene.add(
        Answer(
            id=f"a{len(scene.records)}",
            at=instant_text(scene.now),
            reconciler="one",
            request=f"r{len(scene.records)}",
            verb=verb,
            environment="production",
            app=app,
            by=by,
            granted=True,
            **more,
        )
    )


def approved(
    scene, person, role, *, decision="approved", version="1.1.0", digest="", more=""
) -> str:
    """Somebody's word in a file, for what production would get now; the file's path."""
    path = f"releases/shop/{version}/approvals/production/{person}.yaml"
    scene.files[path] = (
        "apiVersion: tagboat/v1\nkind: Approval\napp: shop\n"
        f'version: "{version}"\nenvironment: production\nrole: {role}\nby: {person}\n'
        f'decision: {decision}\ndigest: "{digest or bound(scene, version)}"\n{more}'
    )
    return path


def bound(scene, version="1.1.0") -> str:
    snapshot = scene.snapshot(scene.files)
    wanted = snapshot.promotions.get(("production", "shop"))
    return bound_digest(snapshot, "production", "shop", version=version, promotion=wanted)


PLACE = Place("production", "shop")
