"""What every verb has in common: options, help, exit codes, and the voice of errors."""

import subprocess
import sys
import tempfile

import pytest
import typer.main
from cli_world import REPOSITORY
from filelock import FileLock

import reconciler
from reconciler.cli.application import application


def verbs():
    command = typer.main.get_command(application)
    for name, verb in sorted(command.commands.items()):
        yield (name,)
        yield from ((name, below) for below in sorted(getattr(verb, "commands", {})))


@pytest.mark.parametrize("words", [(), *verbs()], ids=" ".join)
def test_help_fits_80_columns_and_has_one_whole_line_for_each_verb(call, words):
    code, out, err = call(*words, "--help")
    assert (code, err) == (0, "")
    assert all(len(line) <= 80 for line in out.splitlines())
    assert "..." not in out.replace("[ARGS]...", "").replace("}...", "}")
    assert out == call(*words, "-h")[1]


def test_the_version_is_an_option_too(call):
    assert call("--version") == call("version") == call("-C", "/", "--version")


def test_nothing_at_all_is_answered_with_help_and_2(call):
    code, out, err = call()
    assert (code, err) == (2, "")
    assert out == call("--help")[1]


@pytest.mark.parametrize(
    ("words", "said", "hint"),
    [
        ("statu", "no such command 'statu'. Did you mean 'status'?", "tagboat --help"),
        ("site biuld", "no such command 'biuld'. Did you mean 'build'?", "tagboat site --help"),
        ("site", "missing command", "tagboat site --help"),
        ("status -o xml", "invalid value for '-o' / '--output': 'xml' is not", "tagboat status"),
        (
            "status --wait x",
            "invalid value for '--wait': expected a whole number",
            "tagboat status --help",
        ),
        ("history -n -1", "invalid value for '-n': expected at least 0", "tagboat history"),
        ("history --what", "no such option: --what", "tagboat history --help"),
        ("-C /not/there status", "invalid value for '-C': dir '/not/there' does not", "tagboat"),
        ("explain TB9", "there is no code TB9", "codes look like TB101"),
        ("schema relase", "there is no kind relase", "did you mean release?"),
        (
            "validate --commit nosuch",
            "there is no commit nosuch in ",
            "name a branch, a tag or an id",
        ),
        ("version now", "got unexpected extra argument", "tagboat version --help"),
    ],
)
def test_wrong_usage_ends_with_2_in_one_voice(call, words, said, hint):
    code, out, err = call(*words.split())
    assert (code, out) == (2, "")
    lines = err.splitlines()
    assert lines[0].startswith(f"tagboat: {said}")
    assert [line[: len(hint) + 8] for line in lines[1:]] == ([f"  hint: {hint}"] if hint else [])


@pytest.mark.parametrize(
    "words", ["status", "history", "plan", "logs x", "reconcile", "site build"]
)
def test_without_host_configuration_it_ends_with_3_and_says_where_to_name_one(
    call, words, tmp_path
):
    code, out, err = call(*words.split(), at=tmp_path)
    assert (code, out) == (3, "")
    assert err == (
        "tagboat: there is no host configuration\n"
        "  hint: go to a clone that has one, or name that with -C; or name the file: tagboat --config "
        "FILE, or git config tagboat.config FILE in the clone; tagboat config example prints one\n"
    )


def test_config_and_folder_may_stand_before_or_behind_the_verb(call, example, tmp_path):
    configuration = example.layout.configuration
    expected = call("history", "-o", "json")
    for words in (
        ("-C", example.engineer, "history"),
        ("history", "-C", example.engineer),
        ("--config", configuration, "history"),
        ("history", "--config", configuration),
        ("--config", "/not/there", "history", "--config", configuration),
    ):
        assert call(*words, "-o", "json", at=tmp_path) == expected
    asked = ("promote", "dev", "--as", "approver")
    assert call("-C", example.engineer, "can-i", *asked, at=tmp_path)[0] == 0
    for words in (("-C", "/", "new", "-C", example.engineer), ("-C", example.engineer, "new")):
        assert call(*words, "app", "x", "--dry-run", at=tmp_path)[0] == 0
    code, _, err = call("--config", "/not/there", "site", "build", at=tmp_path)
    assert code == 3
    assert err.startswith("tagboat: /not/there is not there\n")


def test_a_configuration_with_errors_ends_with_3_and_names_the_fields(call, tmp_path):
    file = tmp_path / "tagboat.toml"
    file.write_text("name = 3\nwhat = true\n")
    code, _, err = call("--config", file, "status")
    assert code == 3
    assert err.startswith(f"tagboat: {file}: ")
    assert "name: " in err
    assert "what is no setting" in err


@pytest.mark.parametrize("data", [b"what", b"\xff", None], ids=["no-toml", "no-text", "a-folder"])
def test_what_is_no_configuration_ends_with_3_and_names_the_file(call, tmp_path, data):
    file = tmp_path / "tagboat.toml"
    file.mkdir() if data is None else file.write_bytes(data)
    code, _, err = call("--config", file, "status")
    assert code == 3
    assert err.startswith(f"tagboat: {file}: ")


def test_without_git_it_ends_with_3_and_says_what_to_install(call, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    for words in (["status"], ["promote", "shop@1.1.0", "--to", "dev"]):
        assert call(*words) == (3, "", "tagboat: git is not there\n  hint: install git\n")


def test_f32_a_second_daemon_of_one_state_folder_ends_with_5(call, example):
    with FileLock(example.layout.state / "daemon.lock"):
        code, out, err = call("reconcile", "--once")
    assert (code, out) == (5, "")
    assert err.startswith("tagboat: another tagboat reconcile works in ")


def test_a_bug_leaves_its_traceback_in_a_file_that_is_named(call, monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setitem(sys.modules, "reconciler.registry", None)
    code, out, err = call("status")
    assert (code, out) == (70, "")
    (file,) = tmp_path.glob("tagboat-bug-*.txt")
    assert err == f"tagboat: this is a bug; its traceback is in {file}\n"
    assert "Traceback" in file.read_text()


def test_logs_are_told_by_place_and_by_deployment(call):
    code, out, _ = call("logs", "staging/shop")
    assert code == 0
    assert "rolled-back" in out.splitlines()[-1]
    assert call("logs", "no/body")[0] == 1


def test_validate_ends_with_1_and_gnu_lines_when_something_is_wrong(call, tmp_path):
    for each in ("releases", "environments"):
        subprocess.run(["cp", "-r", REPOSITORY / each, tmp_path], check=True)
    file = tmp_path / "environments" / "dev" / "shop.yaml"
    file.write_text(file.read_text().replace('release: "', 'release: "9'))
    code, out, err = call("validate", at=tmp_path)
    assert code == 1
    assert out.startswith("environments/dev/shop.yaml:")
    assert ": error TB" in out
    assert err.endswith("files, 1 error\n")
    assert call("-C", tmp_path, "validate", "--commit", "HEAD", at=tmp_path)[0] != 0


def test_validate_reads_a_commit_of_the_clone(call):
    code, out, err = call("validate", "--commit", "HEAD")
    assert (code, out) == (0, "")
    assert err.endswith("files, 0 errors\n")


def test_inside_a_folder_of_the_repository_validate_checks_all_of_it(call, tmp_path):
    for each in ("releases", "environments"):
        subprocess.run(["cp", "-r", REPOSITORY / each, tmp_path], check=True)
    (tmp_path / "releases" / "odd.txt").write_text("no manifest")
    code, out, err = call("validate", at=tmp_path / "environments")
    assert code == 1
    assert out.startswith("releases/odd.txt:")
    assert call("validate", at=tmp_path) == (code, out, err)


def test_outside_a_repository_validate_ends_with_3(call, tmp_path):
    code, _, err = call("validate", at=tmp_path)
    assert code == 3
    assert "hint: tagboat init makes a repository; or name one with -C" in err
    (tmp_path / "releases").mkdir()
    code, _, err = call("validate", at=tmp_path)
    assert code == 3
    assert f"there is no file in releases/ or environments/ of {tmp_path}" in err
    assert "hint: tagboat new app NAME writes the first one" in err


@pytest.mark.parametrize("cache", ["/proc/nowhere", "/dev/null", "relative"])
def test_a_cache_that_cannot_be_written_costs_validate_time_only(
    call, monkeypatch, tmp_path, cache
):
    for each in ("releases", "environments"):
        subprocess.run(["cp", "-r", REPOSITORY / each, tmp_path], check=True)
    monkeypatch.setenv("XDG_CACHE_HOME", cache)
    monkeypatch.setenv("HOME", "/proc/nowhere")
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    code, _, err = call("validate", at=tmp_path)
    assert (code, "0 errors" in err) == (0, True), err
    assert not (tmp_path / "relative").exists()
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    code, _, err = call("validate", "--staged", at=tmp_path)
    assert code == 3
    assert "hint: set XDG_CACHE_HOME to a folder that can be written" in err


def test_a_folder_beside_the_repository_is_not_below_it(call, tmp_path):
    (tmp_path / "here").mkdir()
    (tmp_path / "other").mkdir()
    subprocess.run(["cp", "-r", REPOSITORY / "releases", tmp_path / "here"], check=True)
    code, _, err = call("validate", "-C", "../other", at=tmp_path / "here")
    assert code == 3
    assert f"there is no releases/ or environments/ in {tmp_path / 'other'}" in err


@pytest.mark.parametrize("words", [["version"], ["--version"]])
def test_the_version_is_told(call, words):
    assert call(*words) == (0, f"{reconciler.__version__}\n", "")


HEAVY = frozenset(
    [
        "kubernetes",
        "jsonschema",
        "git",
        "httpx2",
        "rich",
        "starlette",
        "uvicorn",
        "mkdocs",
        "ruamel",
        "watchfiles",
        "filelock",
    ]
)


@pytest.mark.parametrize(
    ("words", "more"),
    [
        ("--help", {"pydantic", "yaml"}),
        ("version", {"pydantic", "yaml", "typer"}),
        ("validate", {"asyncio", "http", "ssl"}),
    ],
)
def test_a_quick_verb_loads_nothing_heavy(words, more):
    script = (
        "import sys\n"
        "from reconciler.cli import main\n"
        "code = main(sys.argv[1:])\n"
        "print(*sorted(sys.modules), file=sys.stderr)\n"
        "sys.exit(code)\n"
    )
    command = [sys.executable, "-c", script, *words.split()]
    done = subprocess.run(command, capture_output=True, text=True, cwd=REPOSITORY)
    assert done.returncode == 0, done.stderr
    loaded = set(done.stderr.splitlines()[-1].split())
    assert sorted(loaded & (HEAVY | more)) == []
