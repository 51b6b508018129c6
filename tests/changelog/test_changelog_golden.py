"""Changelogs of real repositories; TAGBOAT_UPDATE_GOLDEN=1 writes what is expected anew."""

import json
import os
from pathlib import Path

import pytest
from changelog_repositories import REPOSITORIES

from reconciler.changelog import changes_of
from reconciler.publish.changelog import Changelog, Point, changelog_json, changelog_markdown
from reconciler.repository.commits import read_span

GOLDEN = Path(__file__).parent / "golden"


def changelog(git, app, since, until):
    head, base = git.resolve(until), git.resolve(since) if since else None
    changes = changes_of(app, read_span(git, head, base))
    start = Point(since.removeprefix("v"), base) if since else None
    return Changelog(app.name, app.title, start, Point(until.removeprefix("v"), head), changes)


@pytest.mark.parametrize("name", REPOSITORIES)
def test_the_changelog_of_a_repository_is_as_expected_T4(story, shop, name):
    found = changelog(story(name), shop, "v1.0.0", "v1.1.0")
    texts = {
        f"{name}.md": changelog_markdown(found),
        f"{name}.json": json.dumps(changelog_json(found), indent=1, ensure_ascii=True) + "\n",
    }
    for path, text in texts.items():
        if os.environ.get("TAGBOAT_UPDATE_GOLDEN"):
            (GOLDEN / path).write_text(text)
        assert text == (GOLDEN / path).read_text()
