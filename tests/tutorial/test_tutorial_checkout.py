"""Reading the tree of a checkout: every member of the archive is checked by us."""

import io
import tarfile
from pathlib import Path

import pytest

from reconciler.errors import ConfigurationError, RefusedError
from reconciler.repository.git import Git
from reconciler.tutorial.checkout import export, head_of, unpack


def archive_of(name: str, kind: bytes = tarfile.REGTYPE, link: str = "") -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as tar:
        member = tarfile.TarInfo(name)
        member.type = kind
        member.linkname = link
        tar.addfile(member, io.BytesIO(b""))
    return made.getvalue()


@pytest.mark.parametrize(
    "archive",
    [
        pytest.param(archive_of("../outside"), id="X1-parent"),
        pytest.param(archive_of("/outside"), id="X1-absolute"),
        pytest.param(archive_of("a", tarfile.SYMTYPE, "/etc/passwd"), id="X1-symlink"),
        pytest.param(archive_of("a", tarfile.LNKTYPE, "/etc/passwd"), id="X1-hard-link"),
        pytest.param(archive_of("a", tarfile.CHRTYPE), id="X1-device"),
        pytest.param(archive_of("a", tarfile.FIFOTYPE), id="X1-pipe"),
        pytest.param(archive_of("a/.GIT/hooks/post-checkout"), id="X2-git-folder"),
    ],
)
def test_an_archive_with_anything_but_plain_files_inside_is_refused(
    archive: bytes, tmp_path: Path
) -> None:
    into = tmp_path / "into"
    into.mkdir()
    with pytest.raises(RefusedError):
        unpack(archive, into)
    assert list(tmp_path.iterdir()) == [into]
    assert list(into.iterdir()) == []


def test_an_exported_tree_is_the_committed_one_with_its_executable_files(
    checkout: Path, tmp_path: Path, home: Path
) -> None:
    (checkout / "releases" / "not-committed").write_text("")
    commit = head_of(checkout, home)
    export(checkout, commit, into=tmp_path / "tree", home=home)
    git = Git(checkout, home)
    listed = git.tell(["ls-tree", "-r", "--name-only", commit]).splitlines()
    found = [p for p in (tmp_path / "tree").rglob("*") if p.is_file()]
    assert sorted(listed) == sorted(str(p.relative_to(tmp_path / "tree")) for p in found)
    assert (tmp_path / "tree" / "site/tutorial/apps/server.py").stat().st_mode & 0o111


def test_a_shallow_detached_checkout_can_be_exported(
    checkout: Path, tmp_path: Path, home: Path
) -> None:
    git = Git(checkout, home)
    git.tell(["commit", "--quiet", "--allow-empty", "-m", "Second"])
    shallow = tmp_path / "shallow"
    Git(tmp_path, home).tell(
        ["clone", "--quiet", "--depth", "1", f"file://{checkout}", str(shallow)]
    )
    Git(shallow, home).tell(["checkout", "--quiet", "--detach"])
    export(shallow, head_of(shallow, home), into=tmp_path / "tree", home=home)
    assert (tmp_path / "tree" / "environments" / "people.yaml").is_file()


def test_a_folder_that_is_no_checkout_is_explained(tmp_path: Path, home: Path) -> None:
    with pytest.raises(ConfigurationError, match="not a git checkout") as raised:
        head_of(tmp_path, home)
    assert "clone" in raised.value.hint
