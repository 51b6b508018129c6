import re
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from manifest_trees import CORPUS, tree_of
from referencing import Registry

from reconciler.manifest.document import Document, read_document
from reconciler.manifest.mapping import to_model
from reconciler.manifest.paths import Home, home_of
from reconciler.manifest.schemas import KINDS, schema_of, schema_text

ROOT = Path(__file__).parents[2]
# What JSON Schema can't say, or what Python's reading of a pattern can't: `$` and a line feed,
# words that move, one line of text, durations that are too long.
UNSAID = (
    "B20-newline-in-a-name",
    "B31-",
    "B34-line-feed",
    "B61-ten-years",
    "B96-header-with-line-feed",
)


@pytest.mark.parametrize("kind", KINDS)
def test_the_published_schema_is_current(kind):
    path = ROOT / "schema" / f"{kind.lower()}.schema.json"
    assert path.read_text() == schema_text(kind), f"run: tagboat schema {kind} > {path.name}"


@pytest.mark.parametrize("kind", KINDS)
def test_a_schema_is_one_of_draft_2020_12_and_points_nowhere_else(kind):
    schema = schema_of(kind)
    Draft202012Validator.check_schema(schema)
    assert schema["$id"] == f"urn:tagboat:schema:v1:{kind.lower()}"
    references = re.findall(r'"\$ref": "([^"]*)"', schema_text(kind))
    assert all(each.startswith("#/$defs/") for each in references)


@pytest.mark.parametrize("kind", KINDS)
def test_fields_that_are_not_supported_yet_are_not_in_the_schema(kind):
    schema = schema_of(kind)
    names = set(KINDS[kind].model_fields)
    assert set(schema["properties"]) == names
    assert not KINDS[kind].NOT_YET & set(schema["properties"])
    assert schema["additionalProperties"] is False


CASES = sorted(each for sort in ("valid", "invalid") for each in (CORPUS / sort).iterdir())


def structurally_good(home: Home, value: object) -> bool:
    kind = home.kind.__name__
    validator = Draft202012Validator(schema_of(kind), registry=Registry())
    return not list(validator.iter_errors(listed(value)))


def listed(value: object) -> object:
    match value:
        case dict():
            return {key: listed(each) for key, each in value.items()}
        case tuple():
            return [listed(each) for each in value]
        case _:
            return value


def test_schema_and_models_agree_on_every_file_of_the_corpus():
    compared = 0
    seen = set()
    for folder in CASES:
        for path, blob in tree_of(folder).items():
            home = home_of(path)
            if not isinstance(home, Home) or (path, blob.id) in seen:
                continue
            seen.add((path, blob.id))
            document = read_document(path, blob.data)
            if not isinstance(document, Document):
                continue
            good = not isinstance(to_model(document, home.kind), list)
            if not good and folder.name.startswith(UNSAID):
                continue
            assert structurally_good(home, document.value) == good, f"{folder.name}: {path}"
            compared += 1
    assert compared > 80
