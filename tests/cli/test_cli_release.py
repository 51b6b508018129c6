"""`tagboat release cut`: what it makes in two repositories, and when it refuses."""

import pytest

PATH = "releases/shop/1.3.2/release.yaml"


@pytest.fixture
def shop(example, tmp_path):
    """A clone of the shop with one commit more on its branch, which is pushed."""
    clone = tmp_path / "shop"
    example.git("clone", "-q", str(example.layout.app("shop")), str(clone))
    for name in ("user.name", "user.email"):
        example.git("config", name, "someone@shop.example", clone=clone)
    before = example.git("rev-parse", "HEAD", clone=clone).strip()
    example.git("commit", "-q", "--allow-empty", "-m", "fix: count #12 once", clone=clone)
    example.git("push", "-q", "origin", "HEAD:main", clone=clone)
    yield clone
    remote = example.layout.app("shop")
    example.git("update-ref", "refs/heads/main", before, clone=remote)
    for tag in example.git("tag", "--points-at", "HEAD", clone=clone).split():
        example.git("tag", "-d", tag, clone=clone)
    known = example.git("tag", clone=remote).split()
    for each in known:
        if each in {"v1.3.2", "v1.9.0"}:
            example.git("tag", "-d", each, clone=remote)


def test_it_makes_a_signed_tag_and_a_branch_with_the_file_T10_D19(call, example, shop):
    head = example.git("rev-parse", "HEAD", clone=shop).strip()
    code, out, err = call("release", "cut", "shop")
    assert (code, out.count("\n")) == (0, 1), err
    remote = example.layout.app("shop")
    tag = example.git("cat-file", "tag", "v1.3.2", clone=remote)
    name = example.git("config", "user.name").strip()
    assert tag.startswith(f"object {head}\ntype commit\ntag v1.3.2\ntagger {name} <")
    assert "-----BEGIN SSH SIGNATURE-----" in tag
    branch = "origin/tagboat/release/shop/1.3.2"
    assert example.git("diff", "--name-only", f"origin/main...{branch}").split() == [PATH]
    text = example.git("show", f"{branch}:{PATH}")
    assert f'commit: "{head}"' in text
    assert 'summary: "count #12 once"\n' in text
    tree = example.git("rev-parse", "HEAD^{tree}", clone=shop).strip()
    assert f'artifact: {{tree: "{tree}"}}' in text
    example.git("push", "-q", "origin", ":refs/heads/tagboat/release/shop/1.3.2")
    # Cut again, the tag is there: it goes on, and says the same.
    code, _, _ = call("release", "cut", "shop")
    assert code == 0
    assert example.git("show", f"{branch}:{PATH}") == text
    assert example.git("cat-file", "tag", "v1.3.2", clone=remote) == tag


def test_a_forge_that_takes_push_options_is_asked_for_a_merge_request(call, example, shop):
    remote, told = example.layout.remote, shop.parent / "told"
    example.git("config", "receive.advertisePushOptions", "true", clone=remote)
    hook = remote / "hooks" / "post-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f'#!/bin/sh\nenv | grep GIT_PUSH_OPTION_ | sort > "{told}"\n')
    hook.chmod(0o755)
    try:
        assert call("release", "cut", "shop")[0] == 0
    finally:
        hook.unlink()
        example.git("config", "--unset", "receive.advertisePushOptions", clone=remote)
    assert told.read_text().splitlines() == [
        "GIT_PUSH_OPTION_0=merge_request.create",
        "GIT_PUSH_OPTION_1=merge_request.target=main",
        "GIT_PUSH_OPTION_2=merge_request.title=Release shop 1.3.2",
        "GIT_PUSH_OPTION_COUNT=3",
    ]


def test_a_dry_run_prints_the_file_and_makes_nothing(call, example, shop):
    code, out, err = call("release", "cut", "shop", "--dry-run", "--version", "1.9.0")
    assert (code, err) == (0, "")
    assert 'version: "1.9.0"\ntag: "v1.9.0"\n' in out
    assert "v1.9.0" not in example.git("tag", clone=example.layout.app("shop"))


def test_locally_it_makes_the_tag_in_the_clone_and_pushes_nothing(call, example, shop):
    code, out, err = call("release", "cut", "shop", "--local", "--source", shop)
    assert (code, out) == (0, "")
    assert "made branch tagboat/release/shop/1.3.2" in err
    assert " in this clone; nothing was pushed: " in err
    assert "v1.3.2" in example.git("tag", clone=shop)
    assert "v1.3.2" not in example.git("tag", clone=example.layout.app("shop"))


def test_a_hotfix_counts_up_from_the_release_it_mends_T10(call, example, shop):
    base = example.git("rev-parse", "v1.1.0^{commit}", clone=shop).strip()
    example.git("switch", "-q", "-c", "mend", base, clone=shop)
    example.git("commit", "-q", "--allow-empty", "-m", "fix: mend", clone=shop)
    words = ("--hotfix", "--commit", "mend", "--source", shop, "--dry-run")
    _, out, _ = call("release", "cut", "shop", *words)
    assert 'version: "1.1.1"' in out
    assert "hotfix: true" in out
    assert 'summary: "mend"' in out


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ("shp", 2, "there is no app shp\n  hint: did you mean shop?"),
        ("shop", 2, "nothing is new since shop 1.3.1"),
        ("shop --commit nosuch", 2, "the app's repository has no commit nosuch"),
        ("shop --since v9", 2, "the app's repository has no tag v9"),
        ("shop --version 1.0.0", 2, "shop 1.0.0 is released already"),
        ("shop --version latest", 2, ""),
        ("shop --local", 2, "a tag that isn't pushed needs a clone"),
        ("blog --version 2026.40.1 --artifact api=x@sha256:0", 2, "blog has no component api"),
    ],
)
def test_what_cannot_be_cut_is_refused_before_anything_is_made(call, example, words, code, said):
    before = example.git("for-each-ref", clone=example.layout.app("shop"))
    got, out, err = call("release", "cut", *words.split())
    assert (got, out) == (code, "")
    assert err.startswith(f"tagboat: {said}")
    assert example.git("for-each-ref", clone=example.layout.app("shop")) == before
