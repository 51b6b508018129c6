"""Values are written so that the deciding path reads them again as the same."""

from pathlib import Path

import pytest
from manifest_trees import CORPUS, tree_of

from reconciler.manifest.document import Document, read_document
from reconciler.manifest.layering import resolve
from reconciler.manifest.loading import load
from reconciler.manifest.rendering import as_yaml

CASES = sorted((CORPUS / "valid").iterdir())


def again(text: str):
    document = read_document("x.yaml", text.encode())
    assert isinstance(document, Document), document
    return document.value


@pytest.mark.parametrize("folder", CASES, ids=lambda each: each.name)
def test_every_file_and_every_environment_in_force_is_read_again_as_the_same(folder: Path):
    snapshot, _ = load("0" * 40, tree_of(folder))
    for document in snapshot.documents.values():
        assert again(as_yaml(document.value)) == document.value
        assert again(as_yaml(document.value, lambda _: "a: [")) == document.value
    for name in snapshot.environments:
        for app in (None, *snapshot.apps):
            resolved = resolve(snapshot, name, app)
            assert again(as_yaml(resolved.ordered)) == resolved.value


@pytest.mark.parametrize(
    "text",
    ["no", "22:00", "1.10", "~", "a # b", "a: b", "- a", "", " a", 'a\nb\t"c\\', "{x}", "é", "2d"],
)
def test_text_stays_text(text):
    assert again(as_yaml({"a": text, "b": (text,), "c": ({"d": text},)})) == {
        "a": text,
        "b": (text,),
        "c": ({"d": text},),
    }


def test_every_sort_of_value_is_written():
    value = {
        "a": {},
        "b": (),
        "c": None,
        "d": True,
        "e": -3,
        "f": 0.5,
        "g": (("x", "y"), {}, {"h": {"i": ({"j": 1, "k": 2},)}}),
    }
    assert again(as_yaml(value)) == value
