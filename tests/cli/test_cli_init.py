"""A repository is started by one command, and is valid from the start."""

import json
import os
import subprocess

import pytest
from cli_world import REPOSITORY

from reconciler import __version__
from reconciler.manifest.schemas import KINDS


def test_init_makes_a_repository_that_validates_without_errors(alone, tmp_path):
    top = tmp_path / "gitops"
    code, out, err = alone("init", top)
    assert code == 0
    made = sorted(each.relative_to(top).as_posix() for each in top.rglob("*") if each.is_file())
    made = [each for each in made if not each.startswith(".git/")]
    assert made == sorted(out.splitlines())
    assert {
        ".github/workflows/validate.yml",
        ".gitignore",
        ".gitlab-ci.yml",
        ".pre-commit-config.yaml",
        ".vscode/settings.json",
        "README.md",
        "environments/dev/environment.yaml",
        "environments/people.yaml",
        "releases/hello/app.yaml",
    } == {each for each in made if not each.startswith("schema/")}
    assert "tagboat doctor" in err
    code, out, err = alone("validate", at=top)
    assert (code, out) == (0, "")
    assert err == "3 files, 0 errors\n"


def test_init_makes_branch_main_unless_it_is_in_a_repository(alone, tmp_path):
    outer = tmp_path / "outer"
    alone("init", at=_folder(outer))
    head = ["git", "-C", str(outer), "symbolic-ref", "HEAD"]
    assert subprocess.run(head, capture_output=True, text=True).stdout == "refs/heads/main\n"
    alone("init", "inner", at=outer)
    assert (outer / "inner" / "releases").is_dir()
    assert not (outer / "inner" / ".git").exists()


@pytest.mark.parametrize("there", ["README.md", "releases/x.yaml", "schema/app.schema.json"])
def test_init_writes_over_nothing_and_then_makes_nothing(alone, tmp_path, there):
    file = tmp_path / there
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("mine")
    code, out, err = alone("init", tmp_path)
    assert (code, out) == (2, "")
    assert "is there already\n  hint: " in err
    assert "name an empty folder: tagboat init FOLDER\n" in err
    assert [each for each in tmp_path.rglob("*") if each.is_file()] == [file]
    assert file.read_text() == "mine"


def test_init_leaves_other_files_of_an_apps_own_repository_alone(alone, tmp_path):
    (tmp_path / "main.py").write_text("print()\n")
    assert alone("init", tmp_path)[0] == 0
    assert (tmp_path / "main.py").read_text() == "print()\n"


def test_every_managed_file_of_a_new_repository_names_its_schema(alone, tmp_path):
    alone("init", tmp_path)
    for folder in ("releases", "environments"):
        for file in (tmp_path / folder).rglob("*.yaml"):
            schema = file.read_text().splitlines()[0].partition("$schema=")[2]
            assert (file.parent / schema).resolve().is_file()
    for kind in KINDS:
        name = f"{kind.lower()}.schema.json"
        assert (tmp_path / "schema" / name).read_text() == (
            REPOSITORY / "schema" / name
        ).read_text()
    mapped = json.loads((tmp_path / ".vscode" / "settings.json").read_text())["yaml.schemas"]
    for schema, patterns in mapped.items():
        assert (tmp_path / schema).is_file()
        assert all(each.startswith(("releases/", "environments/")) for each in patterns)


def test_the_checks_of_a_new_repository_run_this_version_of_validate(alone, tmp_path):
    alone("init", tmp_path)
    for name in (".gitlab-ci.yml", ".github/workflows/validate.yml"):
        text = (tmp_path / name).read_text()
        assert f"tagboat=={__version__}\n" in text
        assert "tagboat validate" in text
        assert "{version}" not in text
    base = {'"origin/$GITHUB_BASE_REF"': "main", '"$CI_MERGE_REQUEST_DIFF_BASE_SHA"': "main"}
    commands = [
        [base.get(each, each) for each in line.rpartition("tagboat validate ")[2].split()]
        for name in (".gitlab-ci.yml", ".github/workflows/validate.yml", ".pre-commit-config.yaml")
        for line in (tmp_path / name).read_text().splitlines()
        if "tagboat validate -" in line
    ]
    assert sum(each[0] == "--base" for each in commands) == 2, "changes are judged too"
    assert len(commands) == 5
    git = ["git", "-C", str(tmp_path), "-c", "user.name=x", "-c", "user.email=x@x"]
    for words in (["init", "-qb", "main"], ["add", "."], ["commit", "-qm", "m"]):
        subprocess.run([*git, *words], check=True)
    for each in commands:
        assert alone("validate", *each, at=tmp_path)[0] == 0, each


def test_migrate_says_that_there_is_one_format(alone, tmp_path):
    alone("init", tmp_path)
    for words in (["migrate"], ["migrate", "--check"]):
        code, out, err = alone(*words, at=tmp_path)
        assert (code, out) == (0, "")
        assert err == "tagboat/v1 is the only format there is: nothing to migrate\n"


def test_b28_migrate_tells_files_of_another_format(alone, tmp_path):
    alone("init", tmp_path)
    file = tmp_path / "releases" / "hello" / "app.yaml"
    file.write_text(file.read_text().replace("tagboat/v1", "tagboat/v2"))
    code, out, _ = alone("migrate", "--check", at=tmp_path)
    assert code == 1
    assert out.startswith("releases/hello/app.yaml: found format tagboat/v2")


def test_init_asks_nothing_and_needs_no_home(alone, tmp_path):
    assert alone("init", tmp_path / "x")[0] == 0
    assert os.listdir(tmp_path) == ["x"]  # noqa: PTH208 - hidden ones too


def _folder(path):
    path.mkdir()
    return path
