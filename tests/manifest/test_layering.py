"""What lies over what, law by law, and where each value came from."""

import pytest
from manifest_trees import blob

from reconciler.diagnostics import Location
from reconciler.manifest.layering import effective_environments, resolve
from reconciler.manifest.loading import load
from reconciler.validator.layers import layers

HEAD = "apiVersion: tagboat/v1\nkind: {}\nname: {}\n"
ENVIRONMENT = "environments/dev/environment.yaml"
APP = """apiVersion: tagboat/v1
kind: App
name: shop
versions: {scheme: semver}
components:
  - {name: web}
"""
TARGET = "target: {driver: local, root: a}\n"


def written(*, app="", policies=None, environment="", here=""):
    """A repository of one environment ``dev`` and one app ``shop``; layers as text."""
    files = {
        "releases/shop/app.yaml": APP + app,
        ENVIRONMENT: HEAD.format("Environment", "dev") + environment,
    }
    if here:
        files[ENVIRONMENT] += f"apps:\n  shop:\n{here}"
    for name, text in (policies or {}).items():
        files[f"environments/policies/{name}.yaml"] = HEAD.format("Policy", name) + text
    snapshot, report = load("0" * 40, {path: blob(text) for path, text in files.items()})
    assert not report, [str(each) for each in report.findings]
    return snapshot


def found(**layers_):
    resolved = resolve(written(**layers_), "dev", "shop")
    assert resolved.findings == ()
    assert resolved.environment
    return resolved


def line(resolved, *node):
    place = resolved.locate(node)
    return f"{place.path}:{place.line}"


def test_the_order_is_app_then_policies_parents_first_then_environment_then_the_app_there():
    smoke = "pipeline: {{smoke: {{home: {{http: {{url: {}}}}}}}}}\n"
    layer = {
        "app": smoke.format("/1"),
        "policies": {
            "base": smoke.format("/2"),
            "strict": "extends: base\n" + smoke.format("/3"),
        },
        "environment": "extends: strict\n" + TARGET + smoke.format("/4"),
        "here": "    " + smoke.format("/5"),
    }

    def url():
        return found(**layer).environment.pipeline.smoke["home"].http.url

    assert url() == "/5"
    layer["here"] = ""
    assert url() == "/4"
    layer["environment"] = "extends: strict\n" + TARGET
    assert url() == "/3"
    layer["policies"]["strict"] = "extends: base\n"
    assert url() == "/2"
    layer["policies"]["base"] = ""
    assert url() == "/1"


def test_maps_are_merged_by_key_and_each_value_keeps_its_line():
    resolved = found(
        policies={"base": "gates:\n  four_eyes: false\n  attended: true\n" + TARGET},
        environment="extends: base\ngates:\n  attended: false\n",
    )
    assert resolved.value["gates"] == {"four_eyes": False, "attended": False}
    assert line(resolved, "gates", "four_eyes") == "environments/policies/base.yaml:5"
    assert line(resolved, "gates", "attended") == f"{ENVIRONMENT}:6"
    assert line(resolved, "target", "driver") == "environments/policies/base.yaml:7"


def test_lists_are_replaced_whole():
    resolved = found(
        policies={
            "base": TARGET + "windows:\n  - {from: '22:00', until: '23:00'}\n  - booked: true\n"
            "permissions: {promote: [person/ana, person/ben]}\n"
        },
        environment="extends: base\nwindows: [{booked: true}]\npermissions: {promote: [role/qa]}\n",
    )
    assert resolved.value["windows"] == ({"booked": True},)
    assert resolved.environment.permissions.promote == ("role/qa",)
    assert line(resolved, "windows", 0, "booked") == f"{ENVIRONMENT}:5"


def test_null_takes_a_named_thing_away():
    resolved = found(
        app="pipeline: {smoke: {home: {http: {url: /}}, version: {http: {url: /v}}}}\n",
        policies={
            "base": TARGET + "links: {logs: 'https://l.example', board: 'https://b.example'}\n"
        },
        environment="extends: base\nlinks: {logs: null}\npipeline: {smoke: {home: null}}\n",
    )
    assert resolved.value["links"] == {"board": "https://b.example"}
    assert resolved.value["pipeline"]["smoke"] == {"version": {"http": {"url": "/v"}}}


def test_null_of_a_permission_gives_its_default_back():
    resolved = found(
        policies={"base": TARGET + "permissions: {promote: [person/ana]}\n"},
        environment="extends: base\npermissions: {promote: null}\n",
    )
    assert resolved.environment.permissions.promote == ("role/admin",)


def test_what_one_layer_takes_away_the_next_gives_anew_without_the_old_rest():
    resolved = found(
        app="pipeline: {smoke: {home: {http: {url: /}, timeout: 5s}}}\n",
        policies={"base": TARGET + "pipeline: {smoke: {home: null}}\n"},
        environment="extends: base\npipeline: {smoke: {home: {http: {url: /new}}}}\n",
    )
    assert resolved.value["pipeline"]["smoke"]["home"] == {"http": {"url": "/new"}}


def test_null_where_nothing_lies_below_says_nothing():
    resolved = found(environment=TARGET + "links: {logs: null}\n")
    assert resolved.value["links"] == {}


@pytest.mark.parametrize(
    ("lower", "upper", "value"),
    [
        pytest.param(
            "target: {driver: ssh, hosts: [a], root: /srv}\n",
            "target: {driver: local, root: b}\n",
            {"target": {"driver": "local", "root": "b"}},
            id="another-driver",
        ),
        pytest.param(
            "target: {driver: local, root: a}\n",
            "target: {driver: local, listen: '127.0.0.1:1'}\n",
            {"target": {"driver": "local", "root": "a", "listen": "127.0.0.1:1"}},
            id="same-driver",
        ),
        pytest.param(
            "target: {driver: flux, kustomization: a}\n",
            "target: {driver: flux, helm_release: b}\n",
            {"target": {"driver": "flux", "helm_release": "b"}},
            id="another-flux",
        ),
        pytest.param(
            TARGET + "gates: {after: {tier: test, soak: 1d}}\n",
            "gates: {after: {environment: uat}}\n",
            {"gates": {"after": {"environment": "uat"}}},
            id="after-another-place",
        ),
        pytest.param(
            TARGET + "gates: {after: {tier: test}}\n",
            "gates: {after: {soak: 1d}}\n",
            {"gates": {"after": {"tier": "test", "soak": "1d"}}},
            id="after-with-soak",
        ),
        pytest.param(
            TARGET + "pipeline: {smoke: {a: {http: {url: /}, timeout: 5s}}}\n",
            "pipeline: {smoke: {a: {tcp: {address: 'a:1'}}}}\n",
            {"pipeline": {"smoke": {"a": {"tcp": {"address": "a:1"}}}}},
            id="another-test",
        ),
        pytest.param(
            TARGET + "pipeline: {smoke: {a: {http: {url: /}, timeout: 5s}}}\n",
            "pipeline: {smoke: {a: {timeout: 9s}}}\n",
            {"pipeline": {"smoke": {"a": {"http": {"url": "/"}, "timeout": "9s"}}}},
            id="test-without-sort",
        ),
        pytest.param(
            TARGET + "pipeline: {tests: {a: {metric: {query: q, above: 1, for: 5m}}}}\n",
            "pipeline: {tests: {a: {metric: {query: q, below: 2}}}}\n",
            {"pipeline": {"tests": {"a": {"metric": {"query": "q", "below": 2}}}}},
            id="other-side-of-a-figure",
        ),
        pytest.param(
            TARGET + "pipeline: {migrate: {run: [./a], check: {http: {url: /}}}}\n",
            "pipeline: {migrate: {check: {command: {run: [./c]}}}}\n",
            {"pipeline": {"migrate": {"run": ("./a",), "check": {"command": {"run": ("./c",)}}}}},
            id="check-of-a-step",
        ),
    ],
)
def test_b54_a_map_is_replaced_whole_when_its_sort_changes_and_merged_otherwise(
    lower, upper, value
):
    resolved = found(policies={"base": lower}, environment="extends: base\n" + upper)
    for name, each in value.items():
        assert resolved.value[name] == each


def test_for_an_app_its_own_url_target_pipeline_and_windows_are_in_force():
    resolved = found(
        environment="url: 'https://dev.example'\n" + TARGET,
        here="    url: 'https://shop.example'\n    target: {listen: '127.0.0.1:1'}\n"
        "    config: {A: b}\n    secrets: {C: d}\n",
    )
    environment = resolved.environment
    assert environment.url == "https://shop.example"
    assert (environment.target.root, environment.target.listen) == ("a", "127.0.0.1:1")
    assert resolved.value["apps"] == {"shop": {"config": {"A": "b"}, "secrets": {"C": "d"}}}
    assert line(resolved, "url") == f"{ENVIRONMENT}:8"
    assert line(resolved, "apps", "shop", "config", "A") == f"{ENVIRONMENT}:10"


def test_without_an_app_nothing_of_apps_is_laid_over():
    snapshot = written(
        app="pipeline: {smoke: {home: {http: {url: /}}}}\n",
        environment=TARGET,
        here="    url: 'https://shop.example'\n",
    )
    environment = resolve(snapshot, "dev").environment
    assert environment.url is None
    assert environment.pipeline.smoke == {}
    assert environment.apps["shop"].url == "https://shop.example"


def test_every_value_has_an_origin_and_a_missing_one_that_of_its_parent():
    resolved = found(
        app="pipeline: {smoke: {home: {http: {url: /}}}}\n",
        policies={"base": TARGET},
        environment="extends: base\nlinks: {logs: 'https://l.example'}\n",
    )
    assert resolved.origin["pipeline", "smoke", "home", "http", "url"] == Location(
        "releases/shop/app.yaml", 7, 39
    )
    assert resolved.origin["links",].line == 5
    assert all(each.line for each in resolved.origin.values())
    assert line(resolved, "target", "listen") == "environments/policies/base.yaml:4"
    assert line(resolved, "drift") == f"{ENVIRONMENT}:1"


def chain(number):
    policies = {f"p{each}": f"extends: p{each + 1}\n" for each in range(1, number)}
    return {**policies, f"p{number}": TARGET}


def said(snapshot):
    return [f"{each.location.path}:{each.location.line} {each.code}" for each in layers(snapshot)]


def test_four_levels_of_policies_are_followed():
    resolved = found(policies=chain(4), environment="extends: p1\n")
    assert resolved.policies == ("p1", "p2", "p3", "p4")
    assert resolved.environment.target.root == "a"


def test_a_fifth_level_is_refused_where_it_begins():
    snapshot = written(policies=chain(5), environment="extends: p1\n")
    assert resolve(snapshot, "dev").environment is None
    assert said(snapshot) == ["environments/policies/p1.yaml:4 TB263"]
    assert effective_environments(snapshot) == {}


def test_b49_policies_in_a_circle_are_told_once():
    policies = {"a": "extends: b\n", "b": "extends: c\n", "c": "extends: b\n"}
    snapshot = written(policies=policies, environment="extends: a\n")
    assert resolve(snapshot, "dev").environment is None
    assert said(snapshot) == ["environments/policies/b.yaml:4 TB262"]


def test_a_policy_that_extends_itself_is_a_circle():
    snapshot = written(policies={"a": "extends: a\n"}, environment="extends: a\n")
    assert said(snapshot) == ["environments/policies/a.yaml:4 TB262"]


def test_b39_an_unknown_policy_is_told_where_it_is_named_with_a_near_name():
    snapshot = written(policies={"customer": TARGET}, environment="extends: custmer\n")
    (finding,) = layers(snapshot)
    assert finding == resolve(snapshot, "dev").findings[0]
    assert str(finding) == (
        f"{ENVIRONMENT}:4:10: error TB261 policy 'custmer' has no environments/policies/custmer.yaml"
        " hint: did you mean 'customer'?"
    )


def test_a_broken_policy_takes_its_environments_with_it_and_is_told_by_itself():
    tree = {
        ENVIRONMENT: blob(HEAD.format("Environment", "dev") + "extends: base\n"),
        "environments/policies/base.yaml": blob("kind: [\n"),
    }
    snapshot, _ = load("0" * 40, tree)
    assert resolve(snapshot, "dev").environment is None
    assert list(layers(snapshot)) == []


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("", f"{ENVIRONMENT}:1:1: error TB102 target.driver: the field is missing"),
        (
            "target: {driver: local, root: a, application: b}\n",
            f"{ENVIRONMENT}:4:34: error TB101 driver 'local' has no field 'application'",
        ),
        (
            TARGET + "pipeline: {smoke: {a: {timeout: 5s}}}\n",
            (
                f"{ENVIRONMENT}:5:20: error TB110 test 'a': found none of them, expected one of"
                " 'http', 'tcp', 'command', 'metric', 'manual'"
            ),
        ),
        (
            TARGET + "pipeline: {backup: {timeout: 5s}}\n",
            f"{ENVIRONMENT}:5:12: error TB102 pipeline.backup.run: the field is missing",
        ),
        (
            TARGET + "notices: {a: {to: [role/qa]}}\n",
            f"{ENVIRONMENT}:5:11: error TB102 notices.a.events: the field is missing",
        ),
        (
            TARGET + "gates: {after: {soak: 1d}}\n",
            (
                f"{ENVIRONMENT}:5:9: error TB110 gates.after: found none of them, expected one of"
                " 'environment', 'tier'"
            ),
        ),
    ],
    ids=["driver", "field-of-another-driver", "sort-of-a-test", "run", "events", "after"],
)
def test_b53_what_no_layer_gives_is_missing(text, finding):
    (only,) = layers(written(environment=text))
    assert str(only).startswith(finding)


def test_no_layer_needs_what_another_gives():
    snapshot = written(
        policies={"base": "pipeline: {smoke: {a: {timeout: 5s}}}\ngates: {after: {soak: 1d}}\n"},
        environment="extends: base\n" + TARGET + "gates: {after: {tier: test}}\n",
        here="    pipeline: {smoke: {a: {http: {url: 'https://a.example'}}}}\n",
    )
    assert said(snapshot) == []


def test_the_same_snapshot_gives_the_same_object_and_a_new_one_another():
    layer = {"policies": {"base": TARGET}, "environment": "extends: base\n"}
    one, two = written(**layer), written(**layer)
    assert resolve(one, "dev", "shop") is resolve(one, "dev", "shop")
    assert resolve(one, "dev") is not resolve(two, "dev")


def test_apps_of_which_nothing_is_said_share_one_environment():
    shared = written(environment=TARGET)
    assert resolve(shared, "dev", "shop") is resolve(shared, "dev")
    own = written(environment=TARGET, app="pipeline: {rollback: {keep: 7}}\n")
    assert resolve(own, "dev", "shop") is not resolve(own, "dev")
    some = written(environment=TARGET, here="    config: {A: b}\n")
    assert resolve(some, "dev", "blog") is resolve(some, "dev", "wiki")
    assert resolve(some, "dev", "blog").environment.apps == {}
    assert resolve(some, "dev", "shop").environment.apps
    assert resolve(some, "dev").environment.apps


def test_an_environment_that_is_not_there_has_nothing():
    resolved = resolve(written(environment=TARGET), "prod")
    assert (resolved.environment, resolved.value, resolved.findings) == (None, {}, ())
