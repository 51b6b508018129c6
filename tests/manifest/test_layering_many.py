"""Two hundred customers share policies: four lines each, and quick to lay out."""

import time

from manifest_trees import blob

from reconciler.manifest.layering import effective_environments, resolve
from reconciler.manifest.loading import load

TIERS = ("test", "pre", "production")
SECONDS = 5.0
"""Of processor time; it takes about a tenth of that."""


def tree():
    files = {
        "environments/policies/customer.yaml": """apiVersion: tagboat/v1
kind: Policy
name: customer
timezone: Europe/Madrid
target: {driver: ssh, hosts: ["{environment}.example"], root: "/opt/{app}"}
links: {logs: "https://logs.example/{environment}"}
permissions: {promote: [role/release-manager], abort: [role/operator]}
notices:
  start: {to: [customer/managers], events: [started, succeeded]}
  stuck: {to: [role/operator], events: [stuck], after: 10m, repeat: 1h}
pipeline:
  backup: {run: [./bin/backup], restore: [./bin/restore]}
  smoke: {home: {http: {url: /}}, login: {http: {url: /login, contains: Welcome}}}
"""
    }
    for tier in TIERS:
        files[f"environments/policies/{tier}.yaml"] = (
            f"apiVersion: tagboat/v1\nkind: Policy\nname: {tier}\nextends: customer\ntier: {tier}\n"
            "gates: {approvals: [{role: qa}], require: [way-back]}\n"
        )
    for number in range(200):
        for tier in TIERS:
            name = f"c{number}-{tier}"
            files[f"environments/{name}/environment.yaml"] = (
                f"apiVersion: tagboat/v1\nkind: Environment\nname: {name}\nextends: {tier}\n"
            )
    files["releases/shop/app.yaml"] = """apiVersion: tagboat/v1
kind: App
name: shop
versions: {scheme: semver}
components: [{name: web}]
pipeline: {smoke: {version: {http: {url: /version}}}}
"""
    return {path: blob(text) for path, text in files.items()}


def test_p1_six_hundred_environments_of_four_lines_are_laid_out_quickly():
    snapshot, report = load("0" * 40, tree())
    assert not report
    began = time.process_time()
    found = effective_environments(snapshot)
    placed = [resolve(snapshot, name, "shop").environment for name in snapshot.environments]
    assert time.process_time() - began < SECONDS
    assert len(found) == len(placed) == 600
    assert found["c7-pre"].tier == "pre"
    assert found["c7-pre"].permissions.promote == ("role/release-manager",)
    assert sorted(placed[0].pipeline.smoke) == ["home", "login", "version"]


def test_p1_the_origin_of_every_line_of_all_of_them_is_known():
    snapshot, _ = load("0" * 40, tree())
    began = time.process_time()
    places = [
        each for name in snapshot.environments for each in resolve(snapshot, name).origin.values()
    ]
    assert time.process_time() - began < SECONDS
    assert all(each.line for each in places)
    assert len(places) > 600 * 40
