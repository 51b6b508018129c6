"""`tagboat changelog`: between what, from where, and in which form."""

import json
from shutil import copytree, ignore_patterns

import pytest


def test_it_tells_what_the_newest_release_changed_T4(call):
    code, out, err = call("changelog", "shop", "-o", "json")
    assert (code, err) == (0, "")
    found = json.loads(out)
    assert (found["from"]["version"], found["to"]["version"]) == ("1.3.0", "1.3.1")
    assert found["commits"] == len(found["changes"]) == 1


def test_in_a_place_it_tells_what_the_promotion_would_bring_T4(call):
    _, out, _ = call("changelog", "blog", "--in", "production", "-o", "json")
    found = json.loads(out)
    assert (found["from"]["version"], found["to"]["version"]) == ("2026.41.1", "2026.43.1")
    assert found["changes"]
    assert not found["gone"]


def test_going_back_names_what_would_be_gone(call):
    _, out, _ = call("changelog", "shop", "--from", "1.1.0", "--to", "1.0.0", "-o", "markdown")
    assert "## No longer contained\n\n- " in out


def test_another_start_can_be_named_by_its_tag_T4(call):
    by_tag = call("changelog", "shop", "--since", "v1.0.0")
    assert by_tag == call("changelog", "shop", "--from", "1.0.0")
    assert by_tag[0] == 0
    assert len(by_tag[1].splitlines()) > 3
    assert call("changelog", "shop", "--since", "v9")[:2] == (2, "")


def test_a_machine_without_the_apps_repository_says_so_and_goes_on(alone, example, tmp_path):
    files = copytree(example.engineer, tmp_path / "files", ignore=ignore_patterns(".git"))
    code, out, err = alone("changelog", "shop", "-o", "markdown", at=files)
    assert code == 0
    assert out == "# Harbour Shop: `1.3.0` → `1.3.1`\n\nIts commits are not known here.\n"
    assert err.startswith("this machine doesn't know the repository of shop: name its clone")
    source = example.layout.app("shop")
    code, out, err = alone("changelog", "shop", "--source", source, at=files)
    assert (code, err) == (0, "")
    assert "Fixed" in out or "Changed" in out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("shp", "there is no app shp\n  hint: did you mean shop?"),
        ("shop --from 1.0.9", "there is no release of shop 1.0.9"),
        ("shop --to 1.0.9", "there is no release of shop 1.0.9"),
        ("shop --in nowhere", "there is no place nowhere/shop"),
        ("shop --in dev --since v1.0.0", "--since, --from and --in exclude one another"),
    ],
)
def test_what_isnt_there_is_told_with_2(call, words, said):
    code, out, err = call("changelog", *words.split())
    assert (code, out) == (2, "")
    assert err.startswith(f"tagboat: {said}")
