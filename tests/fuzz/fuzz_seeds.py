"""Where mutations start: every file of the corpus, and short texts full of YAML's traps."""

from functools import cache
from pathlib import Path

CORPUS = Path(__file__).parent.parent / "corpus"

TRAPS = (
    "a: |\n  b\n   c\n\n  d\ne: f\n",
    "a: |-\n  b\n# c\nd: |+\n  e\n\n",
    "a:\n  b: |\n    c: d # e\n    # f\n  # g\n  h: i\n",
    "a: >-\n  b\n  c\nd: e\n",
    "- a: b\n  c: d\n- - e\n  - f\n-\n  - g\n",
    "a:\n- b\n- c: d\n  e: [f, 'g', \"h\"]\n",
    "a: {b: c, 'd': \"e\", f: [g, {h: i}]}\n",
    "a: [b: c, {d}, [], {}, ]\n",
    "'a b': 'it''s'\n\"c\\td\": \"e\\n\\\"f\\\\\"\n",
    "? a\n: b\n? [c]\n: d\n",
    "a: &b c\nd: *b\n<<: {e: f}\n",
    "a: !!str 1\nb: ! c\n!!map d: e\n",
    "%YAML 1.2\n---\na: b\n...\n---\nc: d\n",
    "--- \na: b # c\n#d\n",
    "a:b: c\nd: e:f\ng: -h\ni: ?j\nk: :l\nm#n: o#p\n",
    "a: 1\nb: -1.5\nc: 1e5\nd: 007\ne: 0x1F\nf: 12:30\ng: 2026-11-24\nh: 1_000\ni: 1.10\n",
    "a: yes\nb: No\nc: ~\nd: null\ne:\nf: true\ng: True\nh: .inf\ni: =\n",
    "é: ü # ö\n日本: 語\n\U0001f600: [\U0001f601, 'x\u00a0y']\n",
    "a: 'b\n  c'\nd: \"e\n\n  f\\\n  g\"\nh: i\n  j\n",
    "a:   b   \n\n   \n  \nc:    # d\n  e\n",
    "{a: b, c: d}\n",
    "{\n  a: b, # c\n  d: [\n    e,\n  ],\n}\n",
    'a: "\\x41\\u00e9\\U0001f600\\0\\e\\/\\ \\_\\N"\n',
    "a: b\nb: c\na: d\n",
)


@cache
def seeds() -> tuple[bytes, ...]:
    """The texts, in an order that depends on nothing but their names."""
    files = sorted(CORPUS.rglob("*.yaml"), key=lambda each: each.relative_to(CORPUS).as_posix())
    found = (each.read_bytes() for each in files if each.is_file() and not each.is_symlink())
    return (*dict.fromkeys(found), *(each.encode() for each in TRAPS))
