"""Built beside and swapped; nothing of a repository is run; a failure keeps the old site."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from reconciler.errors import ConfigurationError, TagboatError
from reconciler.system.site import build_site
from reconciler.system.site_settings import DEFAULTS, settings_text

ROOT = Path(__file__).parents[2]
PAGES = {
    "index.md": "# Home\n\n[one](deployments/one.md)\n",
    "deployments/index.md": "# Deployments\n",
    "deployments/one.md": "# One\n",
    "apps/index.md": "# Apps\n",
    "environments/index.md": "# Environments\n",
    "data/matrix.json": "{}\n",
    "feed.atom": "<feed/>\n",
}


def settings(config: Path | None, docs: frozenset[str] = frozenset()) -> dict[str, object]:
    text = settings_text(
        config, docs=docs, docs_dir=Path("docs"), site_dir=Path("built"), title="A <b> & c"
    )
    return dict(json.loads(text))


def test_a_failed_build_keeps_the_old_site_and_says_why_F55(tmp_path: Path) -> None:
    into = tmp_path / "site"
    first = build_site(PAGES, docs=None, config=None, into=into, title="First")
    assert first == into / "current"
    before = (first / "index.html").read_text()
    assert (first / "deployments/one.html").exists()
    assert (first / "data/matrix.json").exists()
    assert (first / "feed.atom").exists()
    assert (into / "markdown/index.md").read_text() == PAGES["index.md"]

    broken = {**PAGES, "index.md": "# Home\n\n[gone](deployments/gone.md)\n"}
    with pytest.raises(TagboatError, match=r"deployments/gone\.md"):
        build_site(broken, docs=None, config=None, into=into, title="Second")
    assert (into / "current/index.html").read_text() == before
    assert (into / "markdown/index.md").read_text() == PAGES["index.md"]

    build_site(PAGES, docs=None, config=None, into=into, title="Third")
    assert "Third" in (into / "current/index.html").read_text()
    build_site(PAGES, docs=None, config=None, into=into, title="Fourth")
    assert sorted(each.name for each in (into / "versions").iterdir()) == ["2", "3"]
    assert not (into / "building").exists()


def test_the_repositorys_own_docs_are_built_with_the_generated_pages(tmp_path: Path) -> None:
    into = tmp_path / "site"
    build_site(PAGES, docs=ROOT / "site", config=ROOT / "mkdocs.yml", into=into, title="Ours")
    assert "Home" in (into / "current/index.html").read_text()
    assert "About Tagboat" in (into / "current/welcome.html").read_text()
    assert (into / "current/trust.html").exists()
    assert not list((into / "current").rglob("*.bundle"))
    assert not list((into / "current").rglob("server.py"))


def test_plain_mkdocs_builds_the_hand_written_docs_alone(tmp_path: Path) -> None:
    arguments = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "-d", tmp_path]
    quiet = {"NO_MKDOCS_2_WARNING": "1", "DISABLE_MKDOCS_2_WARNING": "true"}
    done = subprocess.run(
        arguments,
        cwd=ROOT,
        env={**os.environ, **quiet},
        capture_output=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    assert (tmp_path / "trust.html").exists()
    assert not list(tmp_path.rglob("*.bundle"))


def test_links_that_lead_out_of_the_docs_are_not_followed(tmp_path: Path) -> None:  # X20
    (tmp_path / "secret.md").write_text("# Secret\n")
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "secret.md").symlink_to(tmp_path / "secret.md")
    (docs / ".hidden.md").write_text("# Hidden\n")
    (docs / "fine.md").write_text("# Fine\n")
    (docs / "index.html").write_text("<script>alert(1)</script>")
    into = tmp_path / "site"
    build_site(PAGES, docs=docs, config=None, into=into, title="T")
    built = {each.name for each in (into / "markdown").rglob("*") if each.is_file()}
    assert "fine.md" in built
    assert not built & {"secret.md", ".hidden.md", "index.html"}


@pytest.mark.parametrize(
    "text",
    [
        "hooks: [evil.py]",
        "plugins: [macros]",
        "markdown_extensions: [pymdownx.snippets]",
        "theme: {name: material, custom_dir: evil}",
        "extra_javascript: [https://elsewhere.example/x.js]",
        "repo_url: https://elsewhere.example/x",
        "edit_uri: x",
        "watch: [/]",
        "site_name: !!python/object/apply:os.system [echo]",
        "site_name: !ENV [HOME]",
        "site_name: [unclosed",
        "- a list",
        "nav: [{Evil: 'javascript:alert(1)'}]",
        "nav: ['../../etc/passwd.md']",
        "nav: [/etc/passwd.md]",
        "nav: [{a: b.md, c: d.md}]",
        "nav: [1]",
    ],
)
def test_a_repositorys_settings_can_only_name_pages(tmp_path: Path, text: str) -> None:  # X20
    config = tmp_path / "mkdocs.yml"
    config.write_text(text + "\n")
    with pytest.raises(ConfigurationError):
        settings(config)


def test_navigation_starts_with_the_generated_pages_and_names_the_repositorys(
    tmp_path: Path,
) -> None:
    config = tmp_path / "mkdocs.yml"
    config.write_text("nav:\n  - Home: index.md\n  - <i>Deep</i>: [a/b.md, 'https://x.example/']\n")
    nav = settings(config)["nav"]
    assert isinstance(nav, list)
    assert nav[0] == {"What runs where": "index.md"}
    assert nav[-1] == {
        "About": [
            {"Home": "welcome.md"},
            {"&lt;i&gt;Deep&lt;/i&gt;": ["a/b.md", "https://x.example/"]},
        ]
    }


def test_the_title_is_escaped_for_templates_that_dont(tmp_path: Path) -> None:  # X19
    assert settings(None)["site_name"] == "A &lt;b&gt; &amp; c"


def test_the_settings_of_every_site_run_no_code_and_ask_nobody() -> None:  # X20
    found = settings(None)
    assert found["plugins"] == ["search"]
    assert "hooks" not in found
    theme = found["theme"]
    assert isinstance(theme, dict)
    assert theme["font"] is False
    assert "custom_dir" not in theme
    assert "!" not in (DEFAULTS / "mkdocs.yml").read_text().partition("use_directory")[2]


@pytest.mark.parametrize("name", ["../outside.md", "/etc/outside.md"])
def test_a_page_outside_the_site_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(TagboatError, match="can't be written"):
        build_site({name: "x"}, docs=None, config=None, into=tmp_path / "site", title="T")
    assert not (tmp_path / "site" / "current").exists()
