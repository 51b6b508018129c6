"""Promoting: what it makes, what it leaves alone, and when it refuses."""

import pytest

ENVIRONMENTS = ("dev", "production", "staging")


def traces(example):
    """Everything of the engineer's clone that promoting must not touch."""
    index = example.engineer / ".git" / "index"
    return (
        index.read_bytes(),
        index.stat().st_mtime_ns,
        example.git("rev-parse", "HEAD", "main"),
        (example.engineer / ".git" / "HEAD").read_text(),
    )


def branches(example):
    return example.git("for-each-ref", "--format=%(refname)", clone=example.layout.remote).split()


@pytest.mark.parametrize("dirty", [False, True], ids=["clean", "dirty"])
def test_promoting_touches_neither_work_tree_nor_index_nor_head(call, example, dirty):
    readme, new = example.engineer / "releases" / "shop" / "app.yaml", example.engineer / "new"
    before = readme.read_bytes()
    if dirty:
        readme.write_bytes(before + b"# half done\n")
        new.write_text("not yet added\n")
        (example.engineer / "staged").write_text("staged\n")
        example.git("add", "staged")
    try:
        status, trace = example.git("status", "--porcelain"), traces(example)
        code, out, _ = call("promote", "shop@1.1.0", "--to", "dev")
        assert code == 0
        assert traces(example) == trace
        assert example.git("status", "--porcelain") == status
        assert bool(status) == dirty
        assert out.count("\n") == 1
    finally:
        example.git("rm", "-q", "--cached", "--ignore-unmatch", "staged")
        for each in (new, example.engineer / "staged"):
            each.unlink(missing_ok=True)
        readme.write_bytes(before)


def test_the_printed_line_works_in_the_approvers_clone_and_the_promotion_counts(call, example):
    code, line, err = call("promote", "blog@2026.43.1", "--to", "staging")
    assert code == 0
    assert ": staging/blog 2026.41.1 → 2026.43.1\n" in err
    assert "merged by approver: staging/blog deploys 2026.43.1 over 2026.41.1\n" in err
    example.git("switch", "-q", "-c", "elsewhere", clone=example.approver)
    example.shell(line, clone=example.approver)
    example.git("branch", "-q", "-D", "elsewhere", clone=example.approver)
    try:
        _, out, _ = call("status", "staging/blog")
        assert "→ deploy" in out
    finally:
        example.reconcile()
    assert call("status", "staging/blog")[0] == 0


def test_the_commit_is_signed_has_one_file_and_keeps_what_people_wrote_in_it(call, example):
    call("promote", "blog@2026.43.1", "--to", "dev", "--local")
    name = "tagboat/promote/dev/blog/2026.43.1"
    assert example.git("diff", "--name-only", f"origin/main...{name}").split() == [
        "environments/dev/blog.yaml"
    ]
    changed = example.git("diff", "-U0", f"origin/main...{name}").splitlines()[5:]
    assert [line[0] for line in changed] == ["-", "+"]
    assert "gpgsig -----BEGIN SSH SIGNATURE-----" in example.git("cat-file", "commit", name)
    assert f"refs/heads/{name}" not in branches(example)


def test_a_branch_that_is_taken_gets_a_number_on_the_remote_and_here(call, example):
    for local in ([], ["--local"]):
        for _ in range(3):
            assert call("promote", "shop@1.2.0", "--to", "dev", *local)[0] == 0
    name = "refs/heads/tagboat/promote/dev/shop/1.2.0"
    assert {name, f"{name}-2", f"{name}-3"} <= set(branches(example))
    here = example.git("for-each-ref", "--format=%(refname)").split()
    assert {f"{name}-4", f"{name}-5", f"{name}-6"} <= set(here)


def test_several_promotions_are_one_branch_and_one_merge(call, example):
    words = ("promote", "shop@1.2.0", "blog@2026.46.1", "--to", "*", "--local")
    code, out, err = call(*words)
    assert (code, out) == (0, "")
    name = "tagboat/promote/all/shop-and-1-more/1.2.0"
    assert f"made branch {name} in this clone" in err
    assert example.git("log", "--format=%s", "-1", name) == (
        "Promote shop 1.2.0, blog 2026.46.1 to *\n"
    )
    changed = example.git("diff", "--name-only", f"{name}^", name).split()
    places = [
        f"environments/{each}/{app}.yaml" for each in ENVIRONMENTS for app in ("blog", "shop")
    ]
    assert changed == places
    assert call(*words)[2].startswith(f"a branch {name} is there already, so this is {name}-2\n")
    code, out, err = call("promote", "shop@1.2.0", "--to", "customer-*")
    assert (code, out) == (2, "")
    assert "no environment customer-* has shop" in err


def test_waves_are_one_merge_with_a_slot_for_each_environment(call, example):
    words = ("promote", "shop@1.2.0", "blog@2026.46.1", "--to", "*", "--local", "--waves", "2")
    code, _, err = call(*words, "--at", "2030-01-01T22:00:00+01:00", "--every", "24h")
    assert code == 0, err
    name = err.split("made branch ")[1].split()[0]
    slots = {}
    for each in ENVIRONMENTS:
        for app in ("blog", "shop"):
            text = example.git("cat-file", "blob", f"{name}:environments/{each}/{app}.yaml")
            slots.setdefault(each, set()).add(text.partition("at: ")[2].splitlines()[0])
    assert slots == {
        "dev": {'"2030-01-01T21:00:00+00:00"'},
        "production": {'"2030-01-02T21:00:00+00:00"'},
        "staging": {'"2030-01-02T21:00:00+00:00"'},
    }
    for more, said in (
        (("--every", "1d"), "--waves needs --at and --every"),
        (
            ("--at", "2030-01-01T22:00:00Z", "--every", "soon"),
            "--every soon: expected a whole number and one of s m h d w",
        ),
        (
            ("--at", "2030-01-01T22:00:00Z", "--every", "0m"),
            "--every 0m: expected more than nothing",
        ),
        (("--at", "2030-01-01", "--every", "1d"), "is no instant"),
    ):
        code, out, err = call(*words, *more)
        assert (code, out) == (2, "")
        assert said in err


def test_a_dry_run_prints_the_file_and_makes_nothing(call, example):
    before = branches(example)
    code, out, err = call("promote", "shop@1.1.0", "--to", "production", "--dry-run")
    assert (code, err) == (0, "")
    assert 'release: "1.1.0"\n' in out
    assert branches(example) == before


def test_what_is_promoted_already_is_said_and_nothing_is_made(call, example):
    before = branches(example)
    code, out, err = call("promote", "shop@1.0.0", "--to", "production")
    assert (code, out) == (0, "")
    assert err == (
        "production/shop is already promoted to 1.0.0 on main: nothing to do\n"
        "  hint: what became of it: tagboat explain production/shop\n"
    )
    assert branches(example) == before


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("shop@1.0.9", "--to", "dev"), "there is no release of shop 1.0.9\n  hint: did you mean"),
        (("shp@1.1.0", "--to", "dev"), "there is no app shp\n  hint: did you mean shop?"),
        (("shop@1.1.0", "--to", "prod"), "there is no environment prod\n  hint: "),
        (("shop", "--to", "dev"), "invalid value: expected APP@VERSION, such as shop@1.1.0"),
        (("@1.1.0", "--to", "dev"), "invalid value: expected APP@VERSION"),
        (("shop@", "--to", "dev"), "invalid value: expected APP@VERSION"),
        (("shop@1.1.0",), "missing option '--to'"),
        (("shop@1.1.0", "--to", "dev", "--branch", "x"), "origin has no branch x"),
        (("shop@1.1.0", "--to", "dev", "--branch", "x:y"), "origin has no branch x:y"),
        (("../../x@1.1.0", "--to", ".."), "there is no environment .."),
    ],
    ids=lambda each: "-".join(each) if isinstance(each, tuple) else "",
)
def test_wrong_words_end_with_2_and_the_nearest_names(call, words, said):
    code, out, err = call("promote", *words)
    assert (code, out) == (2, "")
    assert err.startswith(f"tagboat: {said}")


def test_without_a_key_it_ends_with_3_and_the_commands_that_set_one(call, example, tmp_path):
    example.git("clone", "-q", str(example.layout.remote), str(tmp_path / "clone"))
    words = ("promote", "shop@1.1.0", "--to", "dev")
    code, out, err = call(*words, at=tmp_path / "clone")
    assert (code, out) == (3, "")
    first, second = err.splitlines()[1].removeprefix("  hint: ").split(" && ")
    example.git(*first.split()[1:], clone=tmp_path / "clone")
    key = example.layout.keys / "engineer.pub"
    example.git(*second.split()[1:3], str(key), clone=tmp_path / "clone")
    code, _, err = call(*words, "--local", at=tmp_path / "clone")
    assert code == 3
    assert "git can't sign the commit: " in err
    for name, each in (("user.name", "engineer"), ("user.email", "engineer@localhost")):
        example.git("config", name, each, clone=tmp_path / "clone")
    assert call(*words, "--local", at=tmp_path / "clone")[0] == 0


@pytest.mark.parametrize(
    ("url", "code", "said"),
    [("/not/there.git", 4, "origin doesn't answer: "), ("", 3, "this clone has no remote origin")],
    ids=["gone", "none"],
)
def test_a_remote_that_cannot_be_asked_is_told_apart(call, example, tmp_path, url, code, said):
    clone = tmp_path / "clone"
    example.git("init", "-q", str(clone))
    example.git("config", "gpg.format", "ssh", clone=clone)
    example.git("config", "user.signingkey", "any", clone=clone)
    if url:
        example.git("remote", "add", "origin", url, clone=clone)
    got, out, err = call("promote", "shop@1.1.0", "--to", "dev", at=clone)
    assert (got, out) == (code, "")
    assert err.startswith(f"tagboat: {said}")


def test_outside_a_clone_it_ends_with_3(call, tmp_path):
    code, _, err = call("promote", "shop@1.1.0", "--to", "dev", at=tmp_path)
    assert code == 3
    assert err.startswith(f"tagboat: {tmp_path} is not in a git repository\n  hint: ")


def test_what_failed_before_is_a_warning_before_anybody_merges_it(call):
    code, _, err = call("promote", "shop@1.3.0", "--to", "dev", "--local")
    assert code == 0
    assert "merged by approver: dev/shop deploys 1.3.0" in err
    assert "\n  ! the same content failed in staging on " in err
    assert "as shop 1.3.0 (rollout: 1.3.0 doesn't come up): it was rolled back and has not" in err
