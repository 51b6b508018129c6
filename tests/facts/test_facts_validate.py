import json
import subprocess
from xml.etree import ElementTree as ET

import pytest
from manifest_trees import CORPUS, tree_of

SHOP = "environments/dev/shop.yaml"


@pytest.fixture
def files():
    tree = tree_of(CORPUS / "valid" / "one-app")
    return {path: each.data for path, each in tree.items()}


@pytest.fixture
def started(clone, files):
    clone.commit(files)
    return clone


def broken(files, path, field=b"nonsense"):
    return {path: files[path] + field + b": 1\n"}


def promotion(files):
    return next(each for each in files if each.count("/") == 2 and "environment.yaml" not in each)


def test_m4_the_index_is_looked_at_and_not_the_folder(started, files):
    path = promotion(files)
    started.write(broken(files, path))
    assert started.call("validate").returncode == 1
    assert started.call("validate", "--staged").returncode == 0
    started.git.tell(["add", "-A"])
    started.write({path: files[path]})
    assert started.call("validate").returncode == 0
    told = started.call("validate", "--staged")
    assert told.returncode == 1
    assert f"{path}:" in told.stdout
    assert "nonsense: 1" in told.stdout, "the line of the index is quoted"


def test_a_hook_sees_the_index_of_the_commit_that_is_made(started, files):
    path, app = promotion(files), next(each for each in files if each.endswith("app.yaml"))
    hook = started.folder / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho $GIT_INDEX_FILE > ../index\ncp $GIT_INDEX_FILE ../kept\n")
    hook.chmod(0o755)
    started.write({**broken(files, path), **broken(files, app)})
    command = ["git", "-c", "user.name=x", "-c", "user.email=x@x", "commit", "-qm", "m", path]
    subprocess.run(command, cwd=started.folder, check=True)
    assert "index" in (started.folder.parent / "index").read_text()
    started.git.tell(["read-tree", "HEAD~1"])
    assert started.call("validate", "--staged").returncode == 0
    started.environment["GIT_INDEX_FILE"] = "../kept"
    told = started.call("validate", "--staged")
    assert told.returncode == 1
    assert told.stdout.count(": error ") == 1
    assert f"{path}:" in told.stdout


def test_a_base_shows_only_what_came_since(started, files):
    path = promotion(files)
    app = next(each for each in files if each.endswith("app.yaml"))
    old = started.commit(broken(files, app))
    started.git.tell(["switch", "-q", "-c", "topic"])
    started.commit(broken(files, path, b"other"))
    started.git.tell(["switch", "-q", "main"])
    started.commit({"environments/README.md": b"stray"})
    started.git.tell(["switch", "-q", "topic"])
    told = started.call("validate", "--base", "main", "--format", "json")
    assert told.returncode == 1
    (finding,) = json.loads(told.stdout)["findings"]
    assert (finding["path"], finding["node"]) == (path, "other")
    assert started.call("validate").stdout.count(": error ") == 2
    assert started.call("validate", "--base", old, "--commit", old).returncode == 0


def test_a_base_sees_what_a_removed_file_leaves_behind(started, files):
    release = next(each for each in files if each.endswith("release.yaml"))
    started.commit({release: None})
    told = started.call("validate", "--base", "HEAD~1")
    assert told.returncode == 1
    assert promotion(files) in told.stdout


def test_a_base_may_stand_against_the_index(started, files):
    path = promotion(files)
    started.write(broken(files, path))
    started.git.tell(["add", "-A"])
    assert started.call("validate", "--base", "HEAD").returncode == 0
    assert started.call("validate", "--base", "HEAD", "--staged").returncode == 1


def test_without_a_common_commit_a_base_ends_with_3_and_a_way_out(started):
    started.git.tell(["switch", "-q", "--orphan", "alone"])
    started.commit({"environments/x": b""})
    told = started.call("validate", "--base", "main")
    assert told.returncode == 3
    assert "hint: fetch more" in told.stderr


def test_every_format_in_one_run(started, files):
    started.write(broken(files, promotion(files)))
    forms = {"json": json.loads, "gitlab": json.loads, "sarif": json.loads, "junit": ET.fromstring}
    options = [f"--output-file={form}=out/{form}" for form in (*forms, "github", "text")]
    told = started.call("validate", *options)
    assert told.returncode == 1
    out = started.folder / "out"
    for form, read in forms.items():
        assert read((out / form).read_text())
    assert (out / "github").read_text().startswith("::error file=")
    assert (out / "text").read_text() == told.stdout


@pytest.mark.parametrize("option", ["json", "xml=a", "json="])
def test_a_format_that_is_none_ends_with_2(started, option):
    told = started.call("validate", "--output-file", option)
    assert told.returncode == 2
    assert "hint: formats: text, json" in told.stderr


def test_staged_and_commit_exclude_each_other(started):
    assert started.call("validate", "--staged", "--commit", "HEAD").returncode == 2


def test_the_folder_the_commit_and_the_index_say_the_same_cold_and_warm(clone, tmp_path):
    for name in ("B39-unknown-app", "B43-component-twice"):
        folder = CORPUS / "invalid" / name
        tree = tree_of(folder)
        clone.commit({path: each.data for path, each in tree.items()})
        cache = tmp_path / f"cache-{folder.name}"
        said = set()
        for words in ([], ["--commit", "HEAD"], ["--staged"]):
            told = clone.call("validate", "--format", "json", *words, cache=cache)
            assert told.returncode == 1
            said.add((told.stdout, told.stderr))
        assert len(said) == 1
        clone.commit(dict.fromkeys(tree))


def test_a_file_written_again_at_once_is_seen(started, files):
    path = promotion(files)
    for number in range(3):
        started.write(broken(files, path) if number % 2 else {path: files[path]})
        assert started.call("validate").returncode == number % 2


def test_unchanged_files_are_neither_parsed_nor_brought_from_git(started, files, tmp_path):
    trace = tmp_path / "trace"
    started.environment["GIT_TRACE"] = str(trace)
    assert started.call("validate", "--commit", "HEAD").returncode == 0
    assert "cat-file" in trace.read_text()
    path = promotion(files)
    started.commit({path: files[path] + b"# said more\n"})
    trace.unlink()
    assert started.call("validate", "--commit", "HEAD").returncode == 0
    assert trace.read_text().count("cat-file") >= 1
    trace.unlink()
    assert started.call("validate", "--commit", "HEAD").returncode == 0
    assert "ls-tree" in trace.read_text()
    assert "cat-file" not in trace.read_text()


def test_b121_attributes_of_the_repository_change_nothing_that_is_read(started):
    odd = b"*.yaml text eol=crlf ident export-ignore filter=other working-tree-encoding=UTF-16\n"
    blob = started.git.tell(["hash-object", "-w", "--stdin"], stdin=odd)

    def attributes(path):
        started.git.tell(["update-index", "--add", "--cacheinfo", f"100644,{blob},{path}"])
        started.write({path: odd})
        started.git.tell(["commit", "-q", "-m", "m"])

    attributes(".gitattributes")
    for words in (["--commit", "HEAD"], ["--staged"], ["--base", "HEAD~1"], []):
        assert started.call("validate", *words).returncode == 0, words
    attributes("environments/.gitattributes")
    told = started.call("validate", "--commit", "HEAD")
    assert "environments/.gitattributes: error TB202" in told.stdout
    assert told.stdout.count(": error ") == 1


def test_m4_nothing_of_the_work_tree_reaches_what_is_said_of_a_commit(started, files):
    clean = started.call("validate", "--commit", "HEAD", "--format", "json")
    started.write({**dict.fromkeys(files), "environments/odd.txt": b"x"})
    dirty = started.call("validate", "--commit", "HEAD", "--format", "json")
    assert (dirty.returncode, dirty.stdout) == (clean.returncode, clean.stdout) == (0, clean.stdout)
