"""What the teams that the format was made for have asked of their files."""

import re

import pytest
from manifest_trees import CORPUS, blob, tree_of
from pydantic import TypeAdapter, ValidationError

from reconciler.manifest.layering import effective_environments
from reconciler.manifest.loading import load
from reconciler.manifest.schemas import KINDS, schema_of
from reconciler.model.pipeline import Step
from reconciler.model.probe import Test as ModelTest
from reconciler.names import NAME_PATTERN, VERSION_PATTERN, Branch
from reconciler.validator import validate

APP = "releases/shop/app.yaml"
ENVIRONMENT = "environments/dev/environment.yaml"


def found(files):
    tree = tree_of(CORPUS / "valid" / "one-app")
    tree |= {path: blob(text) for path, text in files.items()}
    snapshot, report = load("0" * 40, tree)
    return snapshot, [
        (each.code, each.location.path) for each in (report + validate(snapshot)).errors
    ]


def text_of(path):
    return (CORPUS / "valid" / "one-app" / path).read_text()


def policy(name, text):
    head = f"apiVersion: tagboat/v1\nkind: Policy\nname: {name}\n"
    return {f"environments/policies/{name}.yaml": head + text}


def test_m14_every_step_and_every_test_may_link_to_its_guide():
    assert {"help"} <= set(Step.model_fields) & set(ModelTest.model_fields)
    guide = "https://wiki.example/cache"
    files = policy(
        "guided",
        "pipeline:\n"
        f'  prepare: {{cache: {{run: [./clear], help: "{guide}"}}}}\n'
        f'  smoke: {{home: {{http: {{url: /}}, help: "{guide}"}}}}\n',
    )
    files[ENVIRONMENT] = text_of(ENVIRONMENT) + "extends: guided\n"
    snapshot, errors = found(files)
    assert errors == []
    pipeline = effective_environments(snapshot)["dev"].pipeline
    assert pipeline.prepare["cache"].help == pipeline.smoke["home"].help == guide


def test_m15_steps_that_prepare_stand_in_the_policy_of_a_kind_of_place():
    files = policy("fresh", "pipeline: {prepare: {database: {run: [./recreate-database]}}}\n")
    files[ENVIRONMENT] = text_of(ENVIRONMENT) + "extends: fresh\n"
    snapshot, errors = found(files)
    assert errors == []
    prepare = effective_environments(snapshot)["dev"].pipeline.prepare
    assert prepare["database"].run == ("./recreate-database",)


@pytest.mark.parametrize("written", ["[shop, other]", "{url: x}", '"https://forge.example/shop"'])
def test_d21_x3_an_app_has_one_repository_by_a_name_that_the_host_knows(written):
    _, errors = found({APP: text_of(APP) + f"repository: {written}\n"})
    assert [path for _, path in errors] == [APP]
    snapshot, errors = found({APP: text_of(APP) + "repository: monorepo\n"})
    assert errors == []
    assert snapshot.apps["shop"].repository == "monorepo"


@pytest.mark.parametrize("zone", ["", ", timezone: Europe/Madrid", ", timezone: EST"])
def test_t17_a_schedule_is_a_file_in_a_named_zone(zone):
    schedule = f'{{days: [mon], time: "08:30"{zone}}}'
    _, errors = found({APP: text_of(APP) + f"train: {{schedule: {schedule}}}\n"})
    assert (APP in {path for _, path in errors}) is ("EST" in zone)


def test_p13_the_policy_says_what_is_productive_and_never_the_name():
    files = policy("live", "tier: production\ngates: {require: [smoke-tests]}\n")
    files["environments/acme-test/environment.yaml"] = (
        "apiVersion: tagboat/v1\nkind: Environment\nname: acme-test\nextends: live\n"
        "target: {driver: memory}\npermissions: {promote: [role/developer]}\n"
    )
    files["environments/production/environment.yaml"] = (
        "apiVersion: tagboat/v1\nkind: Environment\nname: production\ntier: dev\n"
        "target: {driver: memory}\npermissions: {promote: [role/developer]}\n"
    )
    snapshot, errors = found(files)
    assert errors == []
    in_force = effective_environments(snapshot)
    assert (in_force["acme-test"].tier, in_force["production"].tier) == ("production", "dev")
    assert in_force["acme-test"].gates.require == ("smoke-tests",)
    assert in_force["production"].gates.require == ()


HOSTILE = [
    *(
        "--output=x",
        "-rf",
        "ext::sh -c x",
        "$(x)",
        "`x`",
        "a;b",
        "a b",
        "a\nb",
        "a\n",
        "..",
        "a/../b",
    ),
    *("${HOME}", "@{-1}", "HEAD^", "a:b", "refs/*", "", "\x00", "a\\b", "~", "|x"),
]


@pytest.mark.parametrize("value", HOSTILE)
def test_x3_no_name_version_or_branch_reaches_git_as_something_else(value):
    for pattern in (NAME_PATTERN, VERSION_PATTERN):
        assert not re.fullmatch(pattern.removeprefix("^").removesuffix(r"\z"), value)
    with pytest.raises(ValidationError):
        TypeAdapter(Branch).validate_python(value)


def test_x3_no_kind_has_a_field_for_an_address_of_a_repository():
    for kind in KINDS:
        fields = set(schema_of(kind)["properties"])
        assert not fields & {"remote", "remotes", "git", "repository_url", "credentials"}, kind
