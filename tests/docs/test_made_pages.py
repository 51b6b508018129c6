"""Pages that are made from the code; TAGBOAT_UPDATE_DOCS=1 writes them anew."""

import os
from pathlib import Path

from reconciler.manifest.codes import CODES
from reconciler.manifest.reference import reference_text
from reconciler.signoff.codes import CODES as SIGN_OFF

SITE = Path(__file__).parents[2] / "site"


def page() -> str:
    head = (
        "# Codes\n\n"
        "What `tagboat validate`, the plan and the daemon say is wrong has a permanent code.\n"
        "`tagboat explain CODE` prints its entry here.\n"
    )
    every = {**CODES, **SIGN_OFF}
    entries = []
    for code in sorted(every):
        said = every[code]
        fix = said.fix[:1].upper() + said.fix[1:]
        entries.append(f"\n## {code}: {said.title}\n\n{said.why}\n\n**How to fix:** {fix}.\n")
    return head + "".join(entries).replace("<", "&lt;")


def test_no_code_stands_for_two_things():
    assert not CODES.keys() & SIGN_OFF.keys()


def test_every_code_is_in_the_docs_as_the_command_explains_it():
    assert kept("codes.md", page()) == page()


def test_every_field_of_every_kind_is_in_the_reference():
    assert kept("fields.md", reference_text()) == reference_text()


def kept(name: str, text: str) -> str:
    if os.environ.get("TAGBOAT_UPDATE_DOCS"):
        (SITE / name).write_text(text)
    return (SITE / name).read_text()
