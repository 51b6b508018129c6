import subprocess
import sys
from textwrap import dedent

import pytest

from reconciler.diagnostics import Location
from reconciler.manifest.builder import DEEPEST, MOST
from reconciler.manifest.document import Document, read_document


def read(text: str | bytes) -> Document | list[str]:
    data = text if isinstance(text, bytes) else text.encode()
    found = read_document("a.yaml", data)
    return found if isinstance(found, Document) else [f"{x.code} {x.location}" for x in found]


def value(text: str) -> object:
    found = read(text)
    assert isinstance(found, Document), found
    return found.value


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("true", True),
        ("false", False),
        ("null", None),
        ("0", 0),
        ("-7", -7),
        ("123456789012345678", 123456789012345678),
        ("1.5", 1.5),
        ("1.4.0", "1.4.0"),
        ("3.2026.47.0", "3.2026.47.0"),
        ("9f1c2e0b7d", "9f1c2e0b7d"),
        ("127.0.0.1:8101", "127.0.0.1:8101"),
        ("https://a.example/x?y=1#z", "https://a.example/x?y=1#z"),
        ("a # b", "a"),
        ("nothing", "nothing"),
        ("'no'", "no"),
        ("'it''s'", "it's"),
        ('"1.10"', "1.10"),
        ('"a\\n\\t\\"\\\\b"', 'a\n\t"\\b'),
        ("'a\\n'", "a\\n"),
        ("[]", ()),
        ("[a, [b], {c: d}]", ("a", ("b",), {"c": "d"})),
        ("# b\n  c: d # e\n  # f\n  g: h", {"c": "d", "g": "h"}),
        ("# b\n  - c", ("c",)),
        ("\n  b", "b"),
        ("{}", {}),
        ("|\n  a\n   b\n\n  c\n", "a\n b\n\nc\n"),
        ("|-\n  a\n", "a"),
        ("|+\n  a\n", "a\n\n"),
        ("|\n  # no comment\n# a comment\n", "# no comment\n"),
        ("é😀 b", "é😀 b"),
    ],
)
def test_a_value_is_what_it_says(written, meant):
    found = value(f"a: {written}\n")["a"]
    assert found == meant
    assert type(found) is type(meant)


AMBIGUOUS = """
    yes No ON off y N True FALSE Null ~ = 1.10 1.0e3 1e5 12e4567 007 0o17 0x1F 0b1 1_0 +1 -0 -0.0 -_
    .5 5. 1. .inf -.INF .nan 12:30 1:2:3.5 2026-11-24 2026-1-2 2026-11-24T22:00:00Z
"""


@pytest.mark.parametrize("word", AMBIGUOUS.split())
def test_b17_b29_b30_a_word_that_readers_disagree_on_must_be_quoted(word):
    assert read(f"a: {word}\n") == ["TB012 a.yaml:1:4"]
    assert value(f"a: '{word}'\n") == {"a": word}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        pytest.param("a: b\x00", "TB003", id="B11-NUL"),
        pytest.param("a:\n\tb: c", "TB003", id="B13-tab"),
        pytest.param("a: b\r\n", "TB003", id="carriage-return"),
        pytest.param("a: \x85b", "TB003", id="next-line"),
        pytest.param("a: \u2028b", "TB003", id="line-separator"),
        pytest.param("a: \u202eb", "TB003", id="B20-direction"),
        pytest.param("a: b\u200bc", "TB003", id="B20-zero-width"),
        pytest.param("a: b\ufffe", "TB003", id="no-character"),
        pytest.param("\ufeffa: b".encode(), "TB002", id="byte-order-mark"),
        pytest.param("a: \ufeffb", "TB003", id="byte-order-mark-inside"),
        pytest.param("a: b".encode("utf-16"), "TB002", id="B12-UTF-16"),
        pytest.param("a: b".encode("utf-16-be"), "TB003", id="B12-UTF-16-unmarked"),
        pytest.param(b"a: \xff", "TB002", id="B12-invalid"),
        pytest.param(b"a: \xed\xa0\x80", "TB002", id="B12-surrogate"),
        pytest.param(b"a: " + b"x" * (1 << 20), "TB004", id="B10-one-MiB"),
        pytest.param("[" * 1000, "TB005", id="B09-thousand-brackets"),
        pytest.param("a: " + "{a: " * 1000, "TB005", id="B09-thousand-braces"),
        pytest.param("a: [" + "a," * MOST + "]", "TB006", id="too-many-values"),
        pytest.param("a: " + "9" * 5000, "TB019", id="B18-long-number"),
        pytest.param("a: 0." + "1" * 5000, "TB019", id="B18-long-fraction"),
        pytest.param("a: &x 1\nb: *x", "TB007", id="B08-alias"),
        pytest.param("&x a: 1", "TB007", id="anchor-on-a-name"),
        pytest.param("<<: {a: b}", "TB007", id="merge-key"),
        pytest.param("a: !!str 1", "TB008", id="tag"),
        pytest.param("a: ! b", "TB008", id="tag-that-says-nothing"),
        pytest.param("!!map {a: b}", "TB008", id="tag-on-the-root"),
        pytest.param("%TAG ! x\n---\na: b", "TB008", id="directive"),
        pytest.param("%FOO\n---\na: b", "TB001", id="unknown-directive"),
        pytest.param("a: b\n--- \nc: d", "TB009", id="second-document"),
        pytest.param("a: b\n...\n", "TB009", id="explicit-end"),
        pytest.param("a: 1\n'a': 2", "TB010", id="duplicate-after-decoding"),
        pytest.param("'': 1", "TB011", id="empty-name"),
        pytest.param("?\n: 1", "TB011", id="no-name"),
        pytest.param("{a: 1}: 1", "TB011", id="mapping-as-name"),
        pytest.param("true: 1", "TB011", id="truth-as-name"),
        pytest.param("on: 1", "TB012", id="word-as-name"),
        pytest.param("a: [b: c]", "TB013", id="pair-in-a-list"),
        pytest.param("a: >\n  b\n", "TB013", id="folded"),
        pytest.param("a: b\n  c", "TB013", id="plain-on-two-lines"),
        pytest.param('a: "b\n  c"', "TB013", id="quoted-on-two-lines"),
        pytest.param("? |\n  a\n: b", "TB013", id="block-as-name"),
        pytest.param("? a\n: b", "TB013", id="name-without-its-colon"),
        pytest.param("? a\n\n# c", "TB013", id="name-without-a-value"),
        pytest.param("a: {b}", "TB013", id="name-without-a-colon"),
        pytest.param("a: # b\n  c\n\nd: e", "TB013", id="comment-before-a-value"),
        pytest.param("a: # b\n  |\n  c", "TB013", id="comment-before-a-block"),
        pytest.param('a: "\\x41"', "TB014", id="escape"),
        pytest.param('a: "\\0"', "TB014", id="B11-escaped-NUL"),
        pytest.param("a: |2\n  b\n", "TB014", id="indentation-sign"),
        pytest.param("a: | # b\n  c\n", "TB014", id="comment-after-the-sign"),
        pytest.param("a: |\n\n  b\n", "TB014", id="blank-first-line"),
        pytest.param("a: |\n", "TB014", id="empty-block"),
        pytest.param("<<<<<<< HEAD\na: b", "TB015", id="B27-conflict"),
        pytest.param("a: |\n  b\n=======\nc: d", "TB015", id="B27-conflict-middle"),
        pytest.param(
            "version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "TB016", id="B25-LFS"
        ),
        pytest.param("", "TB017", id="B01-empty"),
        pytest.param("---\n", "TB017", id="B01-only-a-start"),
        pytest.param("- a", "TB018", id="B02-list"),
        pytest.param("a", "TB018", id="B02-scalar"),
        pytest.param("a: @b", "TB001", id="reserved-character"),
        pytest.param("a: 'b", "TB001", id="unclosed-quote"),
        pytest.param("a: b: c", "TB001", id="two-colons"),
    ],
)
def test_what_a_reviewer_may_misread_is_refused(text, code):
    found = read(text)
    assert isinstance(found, list)
    assert code in {each.split()[0] for each in found}


def test_nesting_up_to_the_limit_is_read():
    inside = DEEPEST - 1
    assert isinstance(read("a: " + "[" * inside + "]" * inside), Document)
    assert read("a: " + "[" * DEEPEST + "]" * DEEPEST) == [f"TB005 a.yaml:1:{3 + DEEPEST}"]


def test_findings_of_a_file_are_capped():
    found = read("a: 1\n" * 5000)
    assert len(found) == 101
    assert found[-1].startswith("TB020")


def test_all_findings_of_a_file_come_in_one_run():
    assert read("a: no\nb: &x 1\nc: >\n  d\ne: [f: g]\n") == [
        "TB012 a.yaml:1:4",
        "TB007 a.yaml:2:4",
        "TB013 a.yaml:3:4",
        "TB013 a.yaml:5:5",
    ]


def test_positions_count_characters_from_one():
    document = read(
        dedent("""\
        # é
        "é😀": {b: [c,   {d: e}]}
        f:
          - g
        """)
    )
    assert isinstance(document, Document)
    at = {
        ("é😀",): (2, 1),
        ("é😀", "b"): (2, 11),
        ("é😀", "b", 0): (2, 12),
        ("é😀", "b", 1): (2, 17),
        ("é😀", "b", 1, "d"): (2, 21),
        ("f", 0): (4, 5),
        ("f", 7): (3, 1),
        ("f", "missing", 3): (3, 1),
        ("missing",): (1, 1),
        (): (1, 1),
    }
    assert {
        node: (place.line, place.column) for node in at for place in [document.locate(node)]
    } == at
    assert document.locate(("é😀", "b", 1, "d"), key=True) == Location("a.yaml", 2, 18)


def test_findings_never_hold_what_a_terminal_acts_on():
    found = read_document("a.yaml", b'"\\e[31m": b\nc: "\\x1b[0m"')
    assert isinstance(found, list)
    assert all(each.message.isprintable() for each in found)


def test_without_libyaml_reading_stops_instead_of_guessing():
    script = """
import sys
sys.modules["yaml._yaml"] = None
from reconciler.errors import ConfigurationError
from reconciler.manifest.document import read_document
try:
    read_document("a.yaml", b"a: b")
except ConfigurationError as error:
    print(error.message)
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == "PyYAML was installed without libyaml\n"


def test_reading_needs_neither_referee_nor_schema_checker():
    script = """
import sys
import reconciler.manifest.snapshot, reconciler.manifest.schemas, reconciler.validator
print(sorted({"ruamel", "ruamel.yaml", "jsonschema", "git"} & set(sys.modules)))
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == "[]\n"


def test_a_file_with_crlf_is_one_finding_that_counts_its_lines_and_hides_no_other():
    found = read_document("f.yaml", ("a: b\r\n" * 50 + "c:\td\r\n").encode())
    assert [(each.code, each.location.line) for each in found] == [("TB003", 1), ("TB003", 51)]
    assert "a carriage return, U+000D, at the end of 51 lines" in found[0].message
    assert "a tab" in found[1].message
