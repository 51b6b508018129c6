"""What the deciding path accepts means the same to another reader of YAML 1.2."""

import datetime as dt
import io

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq, TaggedScalar
from ruamel.yaml.scalarbool import ScalarBoolean
from ruamel.yaml.scalarfloat import ScalarFloat
from ruamel.yaml.scalarint import ScalarInt

from reconciler.manifest.document import Document, read_document

TRICKY = """
    yes no on off true True null ~ y = << 1 -1 0 007 0x1F 0b1 0o7 1_0 1.0 1.10 1e5 .5 5. .inf .nan
    12:30 2026-11-24 2026-02-30 1.4.0 v1 a b-c 9f1c2e0b 12e4567 0b0101 -_ + - -0 -0.0 ? : , a:b
    a#b a\\nb % @ ` ! & * é {x} 1,000 1- 1e +.5 0o8 0777 00 0.10 1:2:3 1__2 _1 .e5 1.e5 - a
"""
WORDS = TRICKY.split()
SCALARS = st.one_of(
    st.sampled_from(WORDS),
    st.text("0123456789.-_:eExobT+~", max_size=8),
    st.text("ab01 \n'\"\\#:,-?|>&*!%{}[]é", max_size=8),
)
QUOTED = st.one_of(
    SCALARS.map(lambda each: "'" + each.replace("'", "''") + "'"),
    SCALARS.map(lambda each: f'"{each}"'),
)
FLOWS = st.recursive(
    st.one_of(SCALARS, QUOTED),
    lambda inside: st.one_of(
        st.lists(inside, max_size=3).map(lambda some: f"[{', '.join(some)}]"),
        st.lists(st.tuples(SCALARS, inside), max_size=3).map(
            lambda some: "{" + ", ".join(f"{key}: {each}" for key, each in some) + "}"
        ),
    ),
    max_leaves=5,
)
BLOCKS = st.tuples(
    st.sampled_from(["|", "|-", "|+", ">", "|2", "| # x", "|\n"]),
    st.lists(st.tuples(st.sampled_from(["", "  ", "   ", " "]), SCALARS), max_size=4),
).map(lambda each: each[0] + "\n" + "\n".join(indent + text for indent, text in each[1]))
ODD_LINES = st.tuples(
    st.sampled_from(["", "", "  ", "- ", "  - ", "? ", "# "]),
    st.one_of(st.sampled_from(["a", "b", "c", "d"]), SCALARS, QUOTED),
    st.sampled_from([": ", ": ", ": ", ":", " : ", ""]),
    st.one_of(FLOWS, BLOCKS),
    st.sampled_from(["", "", "", " # c", " ", "\n"]),
).map("".join)
PLAIN_LINES = st.one_of(FLOWS, BLOCKS, SCALARS, st.sampled_from(WORDS))
LINES = st.one_of(
    st.lists(ODD_LINES, min_size=1, max_size=4),
    st.lists(PLAIN_LINES, min_size=1, max_size=3).map(
        lambda some: [f"k{index}: {each}" for index, each in enumerate(some)]
    ),
)
TEXTS = st.tuples(
    st.sampled_from(["", "", "---\n", "--- ", "# c\n"]),
    LINES.map("\n".join),
    st.sampled_from(["\n", "", "\n\n", "\n# end", "\n  "]),
).map("".join)


def plain(value: object) -> object:
    """The referee's value without its wrappers."""
    match value:
        case CommentedMap():
            return {plain(key): plain(each) for key, each in value.items()}
        case CommentedSeq():
            return tuple(plain(each) for each in value)
        case TaggedScalar():
            return plain(value.value)
        case ScalarBoolean():
            return bool(value)
        case ScalarInt():
            return int(value)
        case ScalarFloat():
            return float(value)
        case str():
            return str(value)
        case dt.date():
            return value.isoformat()
        case _:
            return value


def referee(text: str) -> object:
    reader = YAML(typ="rt", pure=True)
    return plain(reader.load(io.StringIO(text)))


@settings(
    max_examples=300,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
@given(TEXTS)
def test_an_accepted_document_has_the_same_values_for_the_referee(text):
    found = read_document("a.yaml", text.encode())
    if isinstance(found, Document):
        other = referee(text)
        assert repr(found.value) == repr(other)


def test_the_referee_agrees_on_words_that_may_stay_plain():
    accepted = 0
    for word in WORDS:
        text = f"a: {word}\n"
        found = read_document("a.yaml", text.encode())
        if isinstance(found, Document):
            accepted += 1
            assert repr(found.value) == repr(referee(text))
    assert accepted > len(WORDS) // 4
