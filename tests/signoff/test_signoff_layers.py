"""Who may promote is what all layers say together at the trust root."""

import hashlib
from dataclasses import replace

from reconciler.manifest.layering import effective_environments
from reconciler.manifest.loading import load
from reconciler.manifest.snapshot import Blob
from reconciler.signoff import Authority

HEAD = "apiVersion: tagboat/v1\nkind: {}\n"
FILES = {
    "environments/people.yaml": HEAD.format("People")
    + "people: {ana: {name: Ana}, ben: {name: Ben}}\nroles: {admin: [ben]}\n",
    "environments/policies/base.yaml": HEAD.format("Policy")
    + "name: base\npermissions: {promote: [person/ana]}\n",
    "environments/dev/environment.yaml": HEAD.format("Environment")
    + "name: dev\nextends: base\ntarget: {driver: memory}\n",
}


def authority(**changed: str) -> Authority:
    files = {**FILES, **{f"environments/{name}.yaml": each for name, each in changed.items()}}
    tree = {
        path: Blob("100644", hashlib.sha1(text.encode()).hexdigest(), text.encode())
        for path, text in files.items()
    }
    snapshot, _ = load("0" * 40, tree)
    return Authority.of(replace(snapshot, environments=effective_environments(snapshot)))


def test_x13_a_policys_permission_counts_in_the_environments_that_extend_it() -> None:
    found = authority()
    assert found.may_promote("ana", "dev")
    assert not found.may_promote("ben", "dev")


def test_what_an_environment_takes_away_from_its_policy_has_its_default_back() -> None:
    environment = FILES["environments/dev/environment.yaml"] + "permissions: {promote: null}\n"
    found = authority(**{"dev/environment": environment})
    assert found.may_promote("ben", "dev")
    assert not found.may_promote("ana", "dev")


def test_nobody_may_promote_where_a_policy_is_broken() -> None:
    found = authority(**{"policies/base": "kind: [\n"})
    assert not found.may_promote("ana", "dev")
    assert not found.may_promote("ben", "dev")
