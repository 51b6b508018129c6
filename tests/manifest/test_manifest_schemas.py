import json
import re
from functools import cache
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from manifest_trees import CORPUS, tree_of
from referencing import Registry

from reconciler.manifest.document import Document, read_document
from reconciler.manifest.mapping import to_model
from reconciler.manifest.models import names_of
from reconciler.manifest.paths import Home, home_of
from reconciler.manifest.schemas import KINDS, modeline, schema_of, schema_text
from reconciler.model.base import Manifest

ROOT = Path(__file__).parents[2]
# What JSON Schema can't say, or what Python's reading of a pattern can't: `$` and a line feed,
# words that move, one line of text, durations that are too long, days and zones that aren't.
UNSAID = (
    "B20-newline-in-a-name",
    "B31-",
    "B34-line-feed",
    "B61-ten-years",
    "B61-years-of-a-step",
    "B96-header-with-line-feed",
    "B107-zone",
    "B108-no-such-day",
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
def test_a_schema_has_every_field_and_no_other_and_says_what_it_is(kind):
    schema = schema_of(kind)
    assert set(schema["properties"]) == set(names_of(KINDS[kind]))
    for part in (schema, *schema.get("$defs", {}).values()):
        assert part["additionalProperties"] is False
        assert part["title"]
        assert part["description"]
        undescribed = {
            each
            for each, said in part["properties"].items()
            if not {"description", "$ref"} & set(said)
        }
        assert undescribed <= {"kind"}


@pytest.mark.parametrize("kind", KINDS)
def test_the_example_of_a_schema_is_a_good_file(kind):
    schema = schema_of(kind)
    (example,) = schema["examples"]
    assert structurally_good(KINDS[kind], example)
    text = json.dumps(example, indent=2)
    document = read_document("example.yaml", text.encode())
    assert isinstance(document, Document)
    assert isinstance(to_model(document, KINDS[kind]), KINDS[kind])


@pytest.mark.parametrize("kind", KINDS)
def test_the_examples_of_fields_are_good_values(kind):
    def check(schema, part):
        for each in part.get("examples", ()):
            alone = {**part, "$defs": schema.get("$defs", {})}
            Draft202012Validator(alone, registry=Registry()).validate(each)
        for inner in part.values():
            for each in inner if isinstance(inner, list) else [inner]:
                if isinstance(each, dict):
                    check(schema, each)

    check(
        schema_of(kind),
        {"parts": schema_of(kind)["properties"], **schema_of(kind).get("$defs", {})},
    )


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("environments/people.yaml", "../schema/people.schema.json"),
        ("environments/dev/shop.yaml", "../../schema/promotion.schema.json"),
        (
            "releases/shop/1.0.0/approvals/dev/ana.yaml",
            "../../../../../schema/approval.schema.json",
        ),
    ],
)
def test_a_modeline_leads_from_the_file_to_its_schema(path, line):
    assert modeline(path) == f"# yaml-language-server: $schema={line}"


def test_a_path_of_no_kind_has_no_modeline():
    with pytest.raises(ValueError, match=r"no kind of file is called 'notes\.md' here"):
        modeline("releases/notes.md")


CASES = sorted(each for sort in ("valid", "invalid") for each in (CORPUS / sort).iterdir())


@cache
def validator_of(kind: str) -> Draft202012Validator:
    return Draft202012Validator(schema_of(kind), registry=Registry())


def structurally_good(kind: type[Manifest], value: object) -> bool:
    validator = validator_of(kind.__name__)
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
            assert structurally_good(home.kind, document.value) == good, f"{folder.name}: {path}"
            compared += 1
    assert compared > 80
