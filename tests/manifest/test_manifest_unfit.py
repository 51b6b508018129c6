from dataclasses import replace

from reconciler.manifest.layering import resolve
from reconciler.manifest.loading import load

PATH = "environments/dev/environment.yaml"


def test_layers_that_mean_nothing_together_are_refused_and_never_used(small):
    snapshot, _ = load("0" * 40, small)
    document = snapshot.documents[PATH]
    odd = replace(document, value={**document.value, "tier": 7})
    found = resolve(replace(snapshot, documents={**snapshot.documents, PATH: odd}), "dev")
    assert found.environment is None
    assert [each.code for each in found.findings] == ["TB104"]
