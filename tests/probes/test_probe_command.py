"""The probe command with real programs."""

from pathlib import Path

import pytest

from reconciler.errors import StepErroredError, StepFailedError
from reconciler.model.deployment import TestSpec
from reconciler.probes.command import CommandProbe


def check(folder: Path | None, *argv: str, timeout: float = 10) -> None:
    spec = TestSpec(name="try", probe="command", settings={"run": list(argv)}, timeout=60)
    CommandProbe(programs=frozenset({"true", "sh"})).check(spec, folder, timeout=timeout)


def program(folder: Path, text: str) -> Path:
    path = folder / "try.sh"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def test_a_program_of_the_release_that_ends_with_0_passes(tmp_path: Path) -> None:
    program(tmp_path, 'test "$1" = "a b" && test -f try.sh && test -z "$DAEMONS_SECRET"')
    check(tmp_path, "./try.sh", "a b")


def test_nothing_of_the_daemons_environment_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAEMONS_SECRET", "x")
    program(tmp_path, 'test -z "$DAEMONS_SECRET"')
    check(tmp_path, "./try.sh")


def test_another_exit_code_has_failed_with_its_last_words_X22(tmp_path: Path) -> None:
    program(tmp_path, "echo first; printf 'all is \\033[31mlost\\n' >&2; exit 4")
    with pytest.raises(StepFailedError, match=r"exit code 4: all is \\x1b\[31mlost"):
        check(tmp_path, "./try.sh")


def test_a_program_that_takes_too_long_has_failed_and_its_tree_is_gone_F49(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    program(tmp_path, f"(sleep 600 & echo $! >> {pids}; wait) & echo $! >> {pids}; wait")
    with pytest.raises(StepFailedError, match="took longer than 1 s"):
        check(tmp_path, "./try.sh", timeout=1)
    for pid in pids.read_text().split():
        stat = Path(f"/proc/{pid}/stat")
        assert not stat.exists() or ") Z " in stat.read_text()


def test_a_program_the_host_allows_is_found(tmp_path: Path) -> None:
    check(tmp_path, "true")
    check(None, "true")
    with pytest.raises(StepFailedError, match="exit code 1: it said nothing"):
        check(tmp_path, "sh", "-c", "exit 1")


@pytest.mark.parametrize("name", ["rm", "/bin/true", "../try.sh", "./../try.sh"])
def test_any_other_program_is_not_run(tmp_path: Path, name: str) -> None:
    inside = tmp_path / "release"
    inside.mkdir()
    program(tmp_path, "exit 0")
    with pytest.raises(StepErroredError):
        check(inside, name)


def test_a_program_the_release_lacks_has_failed(tmp_path: Path) -> None:
    with pytest.raises(StepFailedError, match=r"no program \./try\.sh"):
        check(tmp_path, "./try.sh")
    with pytest.raises(StepErroredError, match="no folder"):
        check(None, "./try.sh")


def test_a_program_without_its_interpreter_could_not_be_told(tmp_path: Path) -> None:
    program(tmp_path, "").write_text("#!/nowhere/at/all\n")
    with pytest.raises(StepErroredError, match="can't be run"):
        check(tmp_path, "./try.sh")
