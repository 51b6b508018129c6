from zoneinfo import available_timezones

import pytest
from manifest_trees import CORPUS, blob, tree_of
from pydantic import TypeAdapter, ValidationError

from reconciler.diagnostics import Diagnostic
from reconciler.manifest.document import Document, read_document
from reconciler.manifest.loading import load
from reconciler.manifest.mapping import to_model
from reconciler.manifest.paths import Home, home_of
from reconciler.manifest.schemas import KINDS
from reconciler.model.base import Choice, Manifest, Model
from reconciler.model.environment import Environment
from reconciler.model.policy import Policy
from reconciler.model.promotion import Promotion
from reconciler.names import Branch, CalendarFile, Duration, Instant, Zone

EVERY = CORPUS / "valid" / "every-kind"
PROCESSES = sorted(CORPUS.glob("valid/process-*"))
VARIANTS = sorted(CORPUS.glob("valid/process-*/variants/*"))


def model_of(kind: type[Manifest], text: str) -> Manifest | list[Diagnostic]:
    document = read_document(
        "x.yaml", f"apiVersion: tagboat/v1\nkind: {kind.__name__}\n{text}".encode()
    )
    assert isinstance(document, Document)
    return to_model(document, kind)


def policy(text: str) -> Policy:
    found = model_of(Policy, f"name: p\n{text}")
    assert isinstance(found, Policy), found
    return found


def test_a_snapshot_holds_every_kind_by_the_names_of_its_path():
    snapshot, report = load("0" * 40, tree_of(EVERY))
    assert not report
    assert set(snapshot.policies) == {"base", "test"}
    assert set(snapshot.customers) == {"acme"}
    assert set(snapshot.calendars) == {"spain", "catalonia"}
    assert set(snapshot.freezes) == {"christmas", "everything"}
    assert set(snapshot.texts) == {("started", "es"), ("cut", "pt-BR")}
    assert set(snapshot.approvals) == {("shop", "1.0.0", "dev", "noor")}
    assert set(snapshot.quarantines) == {("blog", "1.0.0")}
    assert snapshot.connections is not None
    assert snapshot.people is not None
    assert snapshot.people.guards is not None


def test_every_field_of_every_kind_stands_in_the_corpus():
    """A field that no file uses was never read; the list of exceptions says why."""
    used: dict[type[Model], set[str]] = {}

    def note(value: object) -> None:
        match value:
            case Model():
                used.setdefault(type(value), set()).update(value.model_fields_set)
                for name in type(value).model_fields:
                    note(getattr(value, name))
            case dict():
                for each in value.values():
                    note(each)
            case tuple():
                for each in value:
                    note(each)

    for folder in sorted((CORPUS / "valid").iterdir()):
        snapshot, _ = load("0" * 40, tree_of(folder))
        for part in vars(snapshot).values():
            note(
                part if isinstance(part, Model) else dict(part) if hasattr(part, "items") else None
            )
    assert {each.__name__ for each in used} >= set(KINDS)
    used[Environment] |= used[Policy]  # both have the fields of a layer
    unused = {
        f"{model.__name__}.{name}"
        for model, names in used.items()
        for name in set(model.model_fields) - names
    }
    # Drivers that no process of the corpus uses, and what stands above as another sort.
    assert unused <= {
        *(f"Target.{each}" for each in ("cluster", "namespace", "path", "application")),
        *("Target.helm_release", "Artifact.chart", "MetricTest.above"),
        *("Temporary.commit", "Temporary.release"),
    }


@pytest.mark.parametrize("folder", PROCESSES, ids=lambda each: each.name)
def test_the_files_of_real_processes_are_read(folder):
    _, report = load("0" * 40, tree_of(folder))
    assert report.findings == ()


@pytest.mark.parametrize("folder", VARIANTS, ids=lambda each: each.name)
def test_variants_of_real_processes_are_read(folder):
    tree = tree_of(folder.parents[1]) | tree_of(folder)
    snapshot, report = load("0" * 40, tree)
    assert report.findings == ()
    assert len(snapshot.promotions) == sum(isinstance(home_of(each), Home) for each in tree) - sum(
        isinstance(home_of(each), Home) and home_of(each).kind is not Promotion for each in tree
    )


@pytest.mark.parametrize(
    "path",
    [
        "environments/policies/a/b.yaml",
        "environments/policies",
        "environments/texts/started.yaml",
        "environments/texts/started.es.ca.yaml",
        "environments/texts/begun.es.yaml",
        "environments/calendars/acme.ics",
        "releases/shop/latest/quarantine.yaml",
        "releases/shop/1.0.0/approvals/ana.yaml",
        "releases/shop/1.0.0/approvals/dev/Ana.yaml",
        "releases/shop/1.0.0/approvals/dev/x/ana.yaml",
        "releases/shop/1.0.0/notes.yaml",
        "releases/environment/app.yaml",
    ],
)
def test_b24_no_kind_of_file_is_there(path):
    assert isinstance(home_of(path), Diagnostic)


def test_a_file_that_says_nothing_of_what_it_shall_run_is_a_finding_and_no_crash():
    found = model_of(Promotion, "app: shop\n")
    assert [each.code for each in found] == ["TB110"]


def test_all_wrong_choices_of_a_file_are_said_at_once_with_its_other_findings():
    found = model_of(
        Policy,
        "name: p\n"
        "windows: [{booked: true, days: [mon]}]\n"
        "gates: {after: {tier: test, environment: dev}, aproved: true}\n",
    )
    assert sorted(each.code for each in found) == ["TB101", "TB102", "TB110"]


def test_tests_may_be_called_like_their_sorts():
    text = "pipeline: {smoke: {http: {tcp: {address: 'a:1'}}, tcp: {tcp: {address: 'a:2'}}}}\n"
    assert isinstance(policy(text), Policy)
    found = model_of(Policy, f"name: p\nodd: 1\n{text}")
    assert [each.code for each in found] == ["TB101"]


@pytest.mark.parametrize(
    "text",
    [
        "links: {logs: null}",
        "notices: {team: null}",
        "tickets: {started: null}",
        "permissions: {promote: null, resume: null}",
        *(
            f"pipeline: {{{each}: {{x: null}}}}"
            for each in ("prepare", "smoke", "tests", "cleanup")
        ),
    ],
)
def test_null_takes_a_named_thing_away_in_a_layer(text):
    assert isinstance(policy(text), Policy)


@pytest.mark.parametrize(
    "text",
    [
        *("target: null", "gates: null", "windows: null", "pipeline: null", "links: null"),
        *("gates: {after: null}", "pipeline: {smoke: null}", "pipeline: {backup: null}"),
        *("target: {root: null}", "pipeline: {smoke: {x: {http: null}}}", "windows: [null]"),
    ],
)
def test_null_is_no_value_anywhere_else(text):
    found = model_of(Policy, f"name: p\n{text}\n")
    assert [each.code for each in found] == ["TB105"]


def test_null_in_an_app_takes_nothing_away():
    text = "name: a\nversions: {scheme: semver}\ncomponents: [{name: w}]\npipeline: {smoke: {x: null}}\n"
    assert [each.code for each in model_of(KINDS["App"], text)] == ["TB105"]


def test_null_gives_a_verb_its_default_back():
    found = policy("permissions: {promote: null, abort: [role/a], resume: null}").permissions
    assert found.who("promote") == ("role/admin",)
    assert found.who("abort") == ("role/a",)
    assert found.who("resume") == found.who("pause") == ("role/admin",)
    assert found.who("retry") == ("initiator", "role/admin")
    assert {"promote", "resume"} <= found.model_fields_set


def test_a_field_that_says_the_default_is_not_used():
    assert policy("gates: {four_eyes: true, require: []}").gates.unenforced() == frozenset()
    assert policy("gates: {four_eyes: false, attended: true}").gates.unenforced() == frozenset()
    assert policy("drift: report\nsupport: x").unenforced() == {"support"}


def test_names_of_what_is_not_enforced_are_names_of_fields():
    def models(model: type[Model]) -> set[type[Model]]:
        return {model}.union(*(models(each) for each in model.__subclasses__()))

    for model in models(Model):
        files = {each.alias or name for name, each in model.model_fields.items()}
        assert set(model.model_fields) >= model.UNENFORCED, model
        told = {*model.ONE_OF, *model.AT_MOST_ONE, *model.NEEDS}
        assert files >= told, model
        assert not told or issubclass(model, Choice), f"nothing asks {model} for it"
        assert files >= {each for needed in model.NEEDS.values() for each in needed}, model


def test_somebody_outside_counts_in_their_customers_places_only():
    snapshot, _ = load("0" * 40, tree_of(EVERY))
    people = snapshot.people
    assert people.counting("role/customer", "acme") == {"noor"}
    assert people.counting("role/customer", "initech") == frozenset()
    assert people.counting("role/customer", None) == frozenset()
    assert people.counting("role/developer", "acme") == {"ana", "ben"}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ('release: "1.0.0"', "1.0.0"),
        ('commit: "9f1c2e0b7d3f4a5b6c7d8e9f0a1b2c3d4e5f6071"', "9f1c2e0b7d3f"),
        ("follow: {environment: dev}", "newest of dev"),
        ("follow: {branch: main}", "newest of branch main"),
        ('follow: {releases: "3.*"}', "newest release of 3.*"),
    ],
)
def test_a_promotion_says_what_it_wants(text, wanted):
    assert model_of(Promotion, f"app: shop\n{text}\n").wanted == wanted


def good(kind: object, value: object) -> bool:
    try:
        TypeAdapter(kind).validate_python(value, strict=True)
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize(
    "zone",
    [
        "localtime",
        "../../etc/passwd",
        "Europe/Nowhere",
        "posix/Europe/Madrid",
        "right/UTC",
        "Europe/Madrid\n",
        "Factory",
        "",
    ],
)
def test_b107_zones_are_iana_names_only(zone):
    assert not good(Zone, zone)


def test_every_city_that_the_host_knows_is_a_zone():
    cities = {each for each in available_timezones() if "/" in each}
    assert len(cities) > 400
    assert {each for each in cities if not good(Zone, each)} == set()
    assert good(Zone, "UTC")


@pytest.mark.parametrize(
    "value",
    [
        "2026-11-24T22:00:00",
        "2026-11-24 22:00:00Z",
        "2026-11-24",
        "20261124T220000Z",
        "2026-W47-2T22:00Z",
        "2026-13-01T00:00:00Z",
        "1766246400",
        "2026-11-24T24:00:00Z",
        1766246400,
    ],
)
def test_b108_b111_an_instant_has_a_date_a_time_and_an_offset(value):
    assert not good(Instant, value)
    assert good(Instant, "2026-11-24T22:00:00+03:00")
    assert good(Instant, "2026-11-24T22:00Z")


@pytest.mark.parametrize(
    "value", ["10y", "0s", "1.5h", "-5m", "1h30m", "367d", "53w", "5 m", "5M", "٣d", 5]
)
def test_b61_a_duration_is_a_whole_number_of_one_unit_and_a_year_at_most(value):
    assert not good(Duration, value)


@pytest.mark.parametrize(
    "value", ["a..b", "a//b", "/a", "a/", "-a", "a.lock", "a b", "a~1", "a/.b/c."]
)
def test_b36_a_branch_is_a_name_and_no_expression(value):
    assert not good(Branch, value)
    assert good(Branch, "BRI-412-gift-cards")


@pytest.mark.parametrize(
    "value",
    [
        "environments/x.ics",
        "releases/x.ics",
        "../x.ics",
        "/x.ics",
        "x.yaml",
        "a//x.ics",
        ".git/x.ics",
    ],
)
def test_a_calendar_file_stands_in_the_repository_outside_the_managed_folders(value):
    assert not good(CalendarFile, value)
    assert good(CalendarFile, "calendars/acme.ics")


def test_an_environment_of_four_lines_is_read():
    tree = {
        "environments/acme-production/environment.yaml": blob(
            "apiVersion: tagboat/v1\nkind: Environment\nname: acme-production\nextends: p\ncustomer: acme\n"
        )
    }
    snapshot, report = load("0" * 40, tree)
    assert not report
    (environment,) = snapshot.environments.values()
    assert isinstance(environment, Environment)
    assert environment.model_fields_set == {"apiVersion", "kind", "name", "extends", "customer"}
