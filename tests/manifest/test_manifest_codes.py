import re
from pathlib import Path

import pytest

import reconciler
from reconciler.manifest.codes import CODES, explain

SOURCE = Path(reconciler.__file__).parent
TABLES = (
    *("reading", "fields", "references", "links", "policy", "reach", "times", "integrity"),
    *("changes", "layers"),
)


@pytest.mark.parametrize("code", sorted(CODES))
def test_every_code_says_what_why_and_how(code):
    entry = CODES[code]
    assert re.fullmatch(r"TB\d{3}", code)
    assert entry.manual.startswith(f"{code}: {entry.title}")
    assert entry.why.endswith(".")
    assert entry.fix
    assert not entry.fix.endswith(".")
    assert explain(code.lower()) == entry.manual


def test_no_code_is_lost_to_a_second_meaning():
    texts = [(SOURCE / f"manifest/codes/{name}.py").read_text() for name in TABLES]
    written = re.findall(r'"(TB\d{3})"', "".join(texts))
    assert sorted(written) == sorted(CODES)


def test_codes_of_sign_off_are_left_to_it():
    assert not [code for code in CODES if code.startswith("TB45")]


def test_an_unknown_code_is_an_error():
    with pytest.raises(KeyError):
        explain("TB999")


def test_every_code_is_used_and_shown_by_the_corpus_or_a_test():
    tests = Path(__file__).parent.parent
    shown = "".join(each.read_text() for each in tests.glob("corpus/*/*/expected.txt"))
    shown += "".join(
        each.read_text()
        for folder in ("manifest", "daemon")
        for each in tests.glob(f"{folder}/*.py")
    )
    assert {code for code in CODES if code not in shown} == set()
