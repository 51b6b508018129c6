"""Components of a release come in the order of their needs, whatever order they are written in."""

import pytest

from reconciler.model.content import Content, ContentComponent
from reconciler.model.plan import Verdict
from reconciler.model.release import Artifact

APP = "releases/shop/app.yaml"
RELEASE = "releases/shop/1.1.0/release.yaml"
TREE = "b" * 40

WRITTEN = """components:
  - {{name: mail, artifact: {{tree: mail}}, run: [./mail], needs: [{mail}]}}
  - {{name: web, artifact: {{tree: "."}}, run: [./serve], listens: socket, needs: [{web}]}}
  - {{name: assets, artifact: {{tree: assets}}, needs: [{assets}]}}
  - {{name: db, artifact: {{tree: db}}, run: [./db]}}
"""


def wanted(scene, *, carried=("mail", "web", "assets", "db"), **needs) -> Content:
    """What production/shop would get with components that need each other so."""
    needs = {"mail": "", "web": "", "assets": "", **needs}
    before, _, after = scene.files[APP].partition("components:\n")
    rest = after.partition("pipeline:")[2]
    scene.files[APP] = f"{before}{WRITTEN.format(**needs)}pipeline:{rest}"
    line = f'  - {{name: web, artifact: {{tree: "{TREE}"}}}}\n'
    parts = "".join(line.replace("web", each) for each in carried)
    scene.files[RELEASE] = scene.files[RELEASE].replace(line, parts)
    decision = scene.decision()
    assert decision.verdict is Verdict.DEPLOY, decision.closed
    return decision.assignment.content


def names(content: Content) -> list[str]:
    return [each.name for each in content.components]


def test_p9_each_component_comes_after_those_that_it_needs_and_else_as_it_is_written(scene):
    content = wanted(scene, web="assets", assets="db")
    assert names(content) == ["mail", "db", "assets", "web"]
    assert {each.name: each.needs for each in content.components}["web"] == ("assets",)


def test_components_that_need_nothing_keep_their_order(scene):
    assert names(wanted(scene)) == ["mail", "web", "assets", "db"]


def test_a_component_that_a_release_does_not_carry_is_not_waited_for(scene):
    content = wanted(scene, web="assets, db", carried=("mail", "web", "db"))
    assert names(content) == ["mail", "db", "web"]
    assert {each.name: each.needs for each in content.components}["web"] == ("db",)


def test_b49_components_that_need_each_other_hold_the_place(scene):
    with pytest.raises(AssertionError, match="TB"):
        wanted(scene, web="assets", assets="web")


def test_content_without_needs_has_the_digest_that_it_had_before_they_were_kept():
    component = ContentComponent(name="web", version="1.0.0", artifact=Artifact(tree=TREE))
    content = Content(
        app="shop",
        repository="shop",
        version="1.0.0",
        tag="v1.0.0",
        commit="a" * 40,
        components=(component,),
    )
    assert content.digest == (
        "sha256:84fe78a6b5df5204aabb9de9f5e2d3e755ec3ae4d12851614a0f2610838eefb2"
    )
    said = content.model_dump(mode="json")
    assert "needs" not in said["components"][0]
    assert Content.model_validate(said, strict=False) == content
