"""A small deployment to fold: two contents of one app, four steps forward, three back."""

import pytest

from reconciler.model.content import Content, ContentComponent, PlaceTarget
from reconciler.model.deployment import Assignment, Lanes, StepSpec, Work
from reconciler.model.records import Claim, SignOff
from reconciler.model.release import Artifact


def content(version: str) -> Content:
    return Content(
        app="shop",
        repository="shop",
        version=version,
        tag=f"v{version}",
        commit="a" * 40,
        components=(
            ContentComponent(name="web", version=version, artifact=Artifact(tree="b" * 40)),
        ),
    )


@pytest.fixture
def claim() -> Claim:
    forward = (
        StepSpec(name="prepare", work=Work.PREPARE, timeout=60),
        StepSpec(name="apply", work=Work.APPLY, timeout=60),
        StepSpec(name="smoke", work=Work.SMOKE, timeout=60),
        StepSpec(name="cleanup", work=Work.CLEANUP, timeout=60),
    )
    backward = (
        StepSpec(name="back/apply", work=Work.APPLY, timeout=60),
        StepSpec(name="back/smoke", work=Work.SMOKE, timeout=60),
        StepSpec(name="back/cleanup", work=Work.CLEANUP, timeout=60),
    )
    return Claim(
        id="r1",
        sequence=7,
        at="2026-11-20T10:00:00.000Z",
        reconciler="one",
        environment="production",
        app="shop",
        deployment="production.shop.7",
        assignment=Assignment(
            target=PlaceTarget(environment="production", app="shop", driver="memory"),
            content=content("2.0.0"),
            previous=content("1.0.0"),
            lanes=Lanes(forward=forward, backward=backward),
        ),
        basis="c" * 40,
        sign_off=SignOff(commit="d" * 40, merged_by="ana", authors=("ben",)),
    )
