"""What a change comes to, as it comes out in each place."""

import json
import subprocess
from shutil import copytree

import pytest
from cli_world import REPOSITORY

CUSTOMERS = REPOSITORY / "tests" / "corpus" / "valid" / "process-customers"


class Tree:
    """A repository whose files a test edits and commits."""

    def __init__(self, top):
        self.top = top
        self.git("init", "-q", "-b", "main")
        self.commit()

    def git(self, *words):
        identity = ("-c", "user.name=x", "-c", "user.email=x@y")
        command = ["git", "-C", str(self.top), *identity, *words]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    def commit(self):
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", "x")
        return self.git("rev-parse", "HEAD")

    def edit(self, path, old, new):
        file = self.top / path
        text = file.read_text()
        assert old in text
        file.write_text(text.replace(old, new))


@pytest.fixture
def tree(tmp_path):
    return Tree(copytree(CUSTOMERS, tmp_path / "gitops"))


def asked(alone, tree, *words):
    code, out, err = alone("diff", *words, "-o", "json", at=tree.top)
    assert err == "" or code == 0
    return code, json.loads(out)


def test_nothing_differs_ends_with_0(alone, tree):
    tree.commit()
    code, out, err = alone("diff", "HEAD^", at=tree.top)
    assert (code, out) == (0, "")
    assert err.endswith(" say the same\n")


def test_a_comment_changes_a_file_and_no_place(alone, tree):
    path = "environments/diba-test/environment.yaml"
    tree.edit(path, "customer: diba", "customer: diba # theirs")
    tree.commit()
    code, found = asked(alone, tree, "HEAD^")
    assert code == 1
    assert found["places"] == []
    assert found["files"] == [
        {"path": path, "kind": "Environment", "change": "changed", "fields": []}
    ]


def test_a_policys_change_is_told_in_every_place_that_it_reaches(alone, tree):
    tree.edit("environments/policies/customer.yaml", 'root: "/opt/idm"', 'root: "/srv"')
    tree.commit()
    code, found = asked(alone, tree, "HEAD^", "HEAD")
    assert code == 1
    change = {"field": "target.root", "before": "/opt/idm", "after": "/srv"}
    assert found["places"] == [
        {"place": place, "change": "changed", "fields": [change]}
        for place in ("diba-production/diba", "diba-test/diba")
    ]
    assert [(each["kind"], each["fields"]) for each in found["files"]] == [("Policy", [change])]
    _, out, _ = alone("diff", "HEAD^", at=tree.top)
    assert out == (
        "~ diba-production/diba, diba-test/diba\n"
        "    target.root: /opt/idm → /srv\n"
        "\n"
        "Policy\n"
        "~ environments/policies/customer.yaml\n"
        "    target.root: /opt/idm → /srv\n"
    )


def test_gates_are_told_as_they_come_out(alone, tree):
    tree.edit(
        "environments/diba-production/environment.yaml",
        "customer: diba\n",
        "customer: diba\ngates: {require: [way-back]}\n",
    )
    tree.commit()
    _, found = asked(alone, tree, "HEAD^")
    assert found["places"] == [
        {
            "place": "diba-production/diba",
            "change": "changed",
            "fields": [
                {
                    "field": "gates.require",
                    "before": ["way-back", "rollback-ready", "pinned-artifacts"],
                    "after": ["way-back"],
                }
            ],
        }
    ]


def test_new_and_removed_places_and_files_are_told(alone, tree):
    promotion = "environments/diba-test/diba.yaml"
    (tree.top / promotion).unlink()
    tree.commit()
    _, found = asked(alone, tree, "HEAD^")
    (place,) = found["places"]
    assert (place["place"], place["change"]) == ("diba-test/diba", "removed")
    assert all(each["after"] is None for each in place["fields"])
    assert [(each["path"], each["change"]) for each in found["files"]] == [(promotion, "removed")]
    _, found = asked(alone, tree, "HEAD", "HEAD^")
    assert found["places"][0]["change"] == found["files"][0]["change"] == "added"


def test_a_file_that_cant_be_read_is_told_and_its_place_left_out(alone, tree):
    promotion = "environments/diba-test/diba.yaml"
    (tree.top / promotion).write_text("a: [")
    tree.commit()
    code, found = asked(alone, tree, "HEAD^")
    assert code == 1
    assert [each["path"] for each in found["files"]] == [promotion]


def test_b58_what_looks_like_a_secret_is_masked(alone, tree):
    tree.edit(
        "environments/diba-test/environment.yaml",
        "customer: diba\n",
        "customer: diba\napps: {diba: {config: {DB_PASSWORD: hunter2}}}\n",
    )
    tree.commit()
    for form in ("json", "yaml", "table"):
        _, out, _ = alone("diff", "HEAD^", "-o", form, at=tree.top)
        assert "config.DB_PASSWORD" in out
        assert "hunter2" not in out


def test_without_words_it_is_what_the_branch_did_since_it_left_main(alone, tree):
    tree.git("update-ref", "refs/remotes/origin/main", "HEAD")
    base = tree.git("rev-parse", "HEAD")
    tree.edit("environments/diba-test/environment.yaml", "diba-test\n", "diba-test # x\n")
    head = tree.commit()
    code, found = asked(alone, tree)
    assert (code, found["base"], found["head"]) == (1, base, head)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nosuch"], "there is no commit nosuch in "),
        (["HEAD", "nosuch"], "there is no commit nosuch in "),
        ([], "there is no origin/main in "),
        (["--", "--output=/x"], "there is no commit --output=/x in "),
    ],
)
def test_an_unknown_commit_ends_with_2(alone, tree, words, said):
    code, out, err = alone("diff", *words, at=tree.top)
    assert (code, out) == (2, "")
    assert err.startswith(f"tagboat: {said}")


def test_outside_a_repository_diff_ends_with_3(alone, tmp_path):
    assert alone("diff", "HEAD", at=tmp_path)[0] == 3
