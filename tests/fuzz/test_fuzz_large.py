"""Files as large as they may be, made to be slow to judge, are judged in a moment."""

from time import process_time

import pytest

from reconciler.manifest.loading import load
from reconciler.manifest.snapshot import Blob
from reconciler.validator import validate

LONGEST = 3.0
"""Seconds of CPU; what was found took from ten seconds to for ever."""
MANY = 3_000
HEADS = {
    "environments/dev/environment.yaml": (
        "apiVersion: tagboat/v1\nkind: Environment\nname: dev\ntarget: {driver: memory}\n"
        "permissions: {promote: [role/r0]}\n"
    ),
    "environments/people.yaml": "apiVersion: tagboat/v1\nkind: People\npeople: {ana: {name: Ana}}\n",
    "releases/shop/1.0.0/release.yaml": (
        "apiVersion: tagboat/v1\nkind: Release\napp: shop\nversion: 1.0.0\n"
    ),
}
ENVIRONMENT, PEOPLE, RELEASE = HEADS
EACH = range(MANY)
FILES = {
    "numbers-for-texts": (RELEASE, f"tickets: [{','.join('1' for _ in EACH)}]\n"),
    "unknown-fields": (RELEASE, "".join(f"f{each}: 1\n" for each in EACH)),
    "empty-components": (RELEASE, "components:\n" + "- {}\n" * MANY),
    "numbers-for-names": (RELEASE, "components:\n" + "- {name: 1}\n" * MANY),
    "sorts-of-nothing": (ENVIRONMENT, "windows:\n" + "  - {}\n" * MANY),
    "names-that-are-none": (ENVIRONMENT, "links:\n" + "".join(f"  T{x}: x\n" for x in EACH)),
    "tests": (
        ENVIRONMENT,
        "pipeline:\n  smoke:\n" + "".join(f"    t{x}: {{htp: 1}}\n" for x in EACH),
    ),
    "apps-that-are-none": (
        ENVIRONMENT,
        "apps:\n" + "".join(f"  t{x}: {{config: {{A: b}}}}\n" for x in EACH),
    ),
    "roles-in-a-chain": (
        PEOPLE,
        "roles:\n" + "".join(f"  r{x}: [role/r{x + 1}]\n" for x in EACH) + f"  r{MANY}: [ana]\n",
    ),
    "roles-twice-in-each-other": (
        PEOPLE,
        "roles:\n"
        + "".join(f"  r{x}: [role/r{x + 1}, role/r{x + 1}]\n" for x in range(60))
        + "  r60: [ana]\n",
    ),
}


@pytest.mark.parametrize("name", FILES)
def test_x4_b10_a_large_file_is_judged_in_a_moment(name):
    path, text = FILES[name]
    texts = {**HEADS, path: HEADS[path] + text}
    tree = {each: Blob("100644", said, said.encode()) for each, said in texts.items()}
    began = process_time()
    snapshot, report = load("0" * 40, tree)
    findings = (report + validate(snapshot)).findings
    assert process_time() - began < LONGEST
    assert findings
    if path == PEOPLE:  # whoever stands at the end of it all may promote
        assert "TB305" not in {each.code for each in findings}
