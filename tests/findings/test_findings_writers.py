import json
import re
from xml.etree import ElementTree as ET

import pytest

from reconciler.diagnostics import Diagnostic, Location, Report
from reconciler.findings import FORMATS, writer

PATH = "environments/production/environment.yaml"
TEXT = 'apiVersion: tagboat/v1\nkind: Environment\ngates:\n  approvals: "x"\n'
FINDING = Diagnostic(
    Location(PATH, 4, 14, "gates.approvals"), "TB102", "gates.approvals: found 'x'", "write a list"
)
WHOLE = Diagnostic(Location("releases/50% a:b,c/é.yaml"), "TB201", "no kind\nof file", "move it")
WARNING = Diagnostic(Location(PATH, 2, 1, "kind"), "TB999", "odd", severity="warning")
REPORT = Report.of([FINDING, WHOLE, WARNING])
NOTHING = Report()


def said(form, report=REPORT, text=TEXT):
    return writer(form)(report, source=lambda path: text if path == PATH else None)


@pytest.mark.parametrize("form", FORMATS)
def test_equal_reports_give_equal_bytes_and_end_with_a_line_feed(form):
    assert said(form) == said(form, Report.of(reversed(REPORT.findings)))
    assert said(form).endswith("\n")


def test_text_has_the_gnu_line_and_a_caret_below_the_value():
    lines = said("text", Report.of([FINDING])).splitlines()
    assert lines == [
        f"{PATH}:4:14: error TB102 gates.approvals: found 'x' hint: write a list",
        '  4 |   approvals: "x"',
        "    |              ^",
    ]
    assert said("text", NOTHING) == ""


def test_a_caret_stands_right_in_a_cut_line_and_behind_written_out_characters():
    line = "x" * 200 + "\x1b[31mfault" + "y" * 500
    finding = Diagnostic(Location(PATH, 1, 206), "TB001", "here")
    first, shown, caret = said("text", Report.of([finding]), line).splitlines()
    assert first.startswith(PATH)
    assert "\x1b" not in shown
    assert len(shown) < 120
    assert shown[caret.index("^") :].startswith("fault")


@pytest.mark.parametrize(
    "text",
    [
        "db_password: hunter2\n",
        "config: {DB_PASSWORD: hunter2}\n",
        "api_key: |\n  hunter2\n",
        "headers:\n  Authorization:\n    - hunter2\n",
        "key: |\n  -----BEGIN OPENSSH PRIVATE KEY-----\n  hunter2\n",
    ],
)
def test_no_line_is_quoted_that_may_hold_a_secret(text):
    for number in range(1, text.count("\n") + 1):
        finding = Diagnostic(Location(PATH, number, 1), "TB101", "unknown field")
        assert "hunter2" not in said("text", Report.of([finding]), text)


def test_a_line_is_quoted_beside_a_secret_of_another_name():
    text = "db_password: hunter2\nkind: App\n"
    finding = Diagnostic(Location(PATH, 2, 1), "TB101", "unknown field")
    assert "kind: App" in said("text", Report.of([finding]), text)


def test_a_line_is_not_quoted_where_the_message_masks_it():
    finding = Diagnostic(Location(PATH, 1, 1), "TB101", "found '***'")
    assert "hunter2" not in said("text", Report.of([finding]), "x: hunter2\n")


def test_json_has_every_part_of_every_finding_and_a_version():
    data = json.loads(said("json"))
    assert data["version"] == 1
    assert data["findings"][1] == {
        "path": PATH,
        "line": 4,
        "column": 14,
        "node": "gates.approvals",
        "code": "TB102",
        "severity": "error",
        "message": "gates.approvals: found 'x'",
        "hint": "write a list",
    }
    assert json.loads(said("json", NOTHING)) == {"version": 1, "findings": []}


def test_annotations_are_escaped_so_that_no_file_can_write_a_command():
    lines = said("github").splitlines()
    assert len(lines) == 3
    assert f"::error file={PATH},title=TB102,line=4,col=14::" in lines[0]
    assert (
        "file=releases/50%25 a%3Ab%2Cc/é.yaml,title=TB201::no kind%0Aof file%0Amove it" in lines[1]
    )
    assert lines[2].startswith("::warning file=")


def test_annotations_beyond_what_github_shows_are_counted():
    many = [Diagnostic(Location(PATH, each, 1), "TB101", "x") for each in range(1, 26)]
    lines = said("github", Report.of(many)).splitlines()
    assert len(lines) == 10
    assert lines[-1] == "::error title=tagboat validate::16 more like these, see the log"
    exactly = said("github", Report.of(many[:10])).splitlines()
    assert all("file=" in each for each in exactly)
    assert len(exactly) == 10


def test_gitlab_gets_what_its_schema_asks_for():
    data = json.loads(said("gitlab"))
    for each in data:
        assert set(each) == {"description", "check_name", "fingerprint", "severity", "location"}
        assert each["severity"] in {"info", "minor", "major", "critical", "blocker"}
        assert re.fullmatch("[0-9a-f]{64}", each["fingerprint"])
        assert each["location"]["lines"]["begin"] >= 1
        assert not each["location"]["path"].startswith(("/", "./"))
    assert json.loads(said("gitlab", NOTHING)) == []


def test_sarif_has_the_parts_that_2_1_0_demands():
    data = json.loads(said("sarif"))
    assert data["version"] == "2.1.0"
    assert data["$schema"].endswith("sarif-2.1.0.json")
    (run,) = data["runs"]
    driver = run["tool"]["driver"]
    ids = [each["id"] for each in driver["rules"]]
    assert driver["name"] == "tagboat"
    assert ids == sorted(set(ids))
    assert run["columnKind"] in {"utf16CodeUnits", "unicodeCodePoints"}
    for each in run["results"]:
        assert ids[each["ruleIndex"]] == each["ruleId"]
        assert each["level"] in {"none", "note", "warning", "error"}
        assert each["message"]["text"]
        assert each["partialFingerprints"]
        (location,) = each["locations"]
        where = location["physicalLocation"]
        assert where["artifactLocation"]["uriBaseId"] in run["originalUriBaseIds"]
        assert re.fullmatch(r"[A-Za-z0-9._~/%-]+", where["artifactLocation"]["uri"])
        if "region" in where:
            assert where["region"]["startLine"] >= 1
            assert where["region"]["startColumn"] >= 1
    known = next(each for each in driver["rules"] if each["id"] == "TB102")
    assert known["shortDescription"]["text"]
    assert json.loads(said("sarif", NOTHING))["runs"][0]["results"] == []


@pytest.mark.parametrize("form", ["gitlab", "sarif"])
def test_a_fingerprint_survives_a_moved_line_and_no_two_findings_share_one(form):
    def prints(line):
        places = [Location(PATH, line, 1, "a"), Location(PATH, line + 1, 1, "a")]
        report = Report.of(Diagnostic(each, "TB102", "x") for each in places)
        return re.findall(r'"[0-9a-f]{64}"', said(form, report))

    assert prints(3) == prints(30)
    assert len(set(prints(3))) == 2


def test_junit_counts_what_it_holds():
    root = ET.fromstring(said("junit"))
    (suite,) = root
    assert root.tag == "testsuites"
    assert (suite.get("tests"), suite.get("failures")) == ("3", "2")
    assert len(suite.findall("testcase")) == 3
    assert len(suite.findall("testcase/failure")) == 2
    failure = suite.find("testcase/failure")
    assert failure.get("type") == "TB102"
    assert "write a list" in failure.text
    (good,) = ET.fromstring(said("junit", NOTHING)).iter("testcase")
    assert list(good) == []


def test_junit_is_xml_whatever_a_path_holds():
    finding = Diagnostic(Location("releases/\x00\x1b<&\ufffe.yaml"), "TB201", "\x00 <x>")
    ET.fromstring(said("junit", Report.of([finding])))
