"""Where content comes from: real git repositories, real tarballs."""

import gzip
import hashlib
import io
import os
import subprocess
import tarfile
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from reconciler.errors import StepErroredError, StepFailedError
from reconciler.model.content import Content, ContentComponent
from reconciler.model.host import AppRepository
from reconciler.model.release import Artifact
from reconciler.repository.artifacts import RepositoryArtifacts
from reconciler.repository.git import Git
from reconciler.repository.mirrors import Mirrors


@dataclass
class Source:
    """An app's repository with a work tree, and a folder of artifacts."""

    git: Git
    work: Path
    tarballs: Path
    artifacts: RepositoryArtifacts
    into: Path

    def tag(self, name: str = "v1.0.0", *, force: bool = False) -> str:
        self.git.tell(["add", "--all"])
        self.git.tell(["commit", "--quiet", "--allow-empty", "-m", "x"])
        self.git.tell(["tag", *(["--force"] if force else []), "-a", "-m", "x", name])
        return self.git.tell(["rev-parse", "HEAD"])

    def tree(self, path: str = "") -> str:
        return self.git.tell(["rev-parse", f"HEAD:{path}"])

    def fetch(self, commit: str, **artifact: str) -> Path:
        component = ContentComponent(name="web", version="1.0.0", artifact=Artifact(**artifact))
        content = Content(
            app="shop",
            repository="shop",
            version="1.0.0",
            tag="v1.0.0",
            commit=commit,
            components=(component,),
        )
        self.into.mkdir(exist_ok=True)
        self.artifacts.fetch(content, component, self.into, timeout=30)
        return self.into

    def tarball(self, data: bytes, name: str = "web.tar.gz") -> dict[str, str]:
        (self.tarballs / name).write_bytes(data)
        return {"tarball": name, "sha256": hashlib.sha256(data).hexdigest()}


@pytest.fixture
def source(tmp_path: Path) -> Source:
    work, tarballs = tmp_path / "work", tmp_path / "tarballs"
    work.mkdir()
    tarballs.mkdir()
    git = Git(work, tmp_path / "home")
    git.tell(["init", "--quiet", "."])
    (work / "web").mkdir()
    (work / "web" / "run.sh").write_text("#!/bin/sh\n")
    (work / "web" / "run.sh").chmod(0o755)
    (work / "web" / "page.txt").write_text("grüezi\r\n")
    (work / "README").write_text("root\n")
    repository = AppRepository(url=str(work), artifacts=str(tarballs))
    home = tmp_path / "home"
    mirrors = Mirrors({"shop": repository}, folder=tmp_path / "apps", home=home)
    artifacts = RepositoryArtifacts(mirrors, home=home)
    return Source(git, work, tarballs, artifacts, tmp_path / "into")


def test_a_folders_tree_is_written_with_its_modes(source: Source) -> None:
    into = source.fetch(source.tag(), tree=source.tree("web"))
    assert sorted(each.name for each in into.iterdir()) == ["page.txt", "run.sh"]
    assert (into / "page.txt").read_bytes() == "grüezi\r\n".encode()
    assert (into / "run.sh").stat().st_mode & 0o777 == 0o755
    assert (into / "page.txt").stat().st_mode & 0o777 == 0o644


def test_the_root_tree_is_written(source: Source) -> None:
    into = source.fetch(source.tag(), tree=source.tree())
    assert (into / "README").read_text() == "root\n"
    assert (into / "web" / "run.sh").exists()


def test_attributes_of_the_repository_change_nothing_B121(source: Source) -> None:
    (source.work / "web" / ".gitattributes").write_text("*.txt text eol=lf\n*.sh export-ignore\n")
    source.git.tell(["-c", "core.autocrlf=false", "add", "--all"])
    into = source.fetch(source.tag(), tree=source.tree("web"))
    assert (into / "run.sh").exists()


def test_a_moved_tag_is_refused_with_both_ids_B114(source: Source) -> None:
    first, tree = source.tag(), source.tree()
    source.fetch(first, tree=tree)
    (source.work / "README").write_text("other\n")
    second = source.tag(force=True)
    with pytest.raises(StepFailedError, match=f"leads to {second}, the release says {first}"):
        source.fetch(first, tree=tree)


def test_a_missing_tag_has_failed(source: Source) -> None:
    commit = source.tag("v2.0.0")
    with pytest.raises(StepFailedError, match=r"no tag v1\.0\.0"):
        source.fetch(commit, tree=source.tree())


def test_a_tree_of_another_commit_is_refused(source: Source) -> None:
    other = source.tag("v0.9.0") and source.tree()
    (source.work / "README").write_text("other\n")
    commit = source.tag()
    with pytest.raises(StepFailedError, match="has no folder"):
        source.fetch(commit, tree=other)


def test_a_repository_that_is_away_could_not_be_told(source: Source) -> None:
    commit = source.tag()
    source.work.rename(source.work.with_name("gone"))
    with pytest.raises(StepErroredError, match="doesn't answer"):
        source.fetch(commit, tree="a" * 40)


def test_a_repository_nobody_named_could_not_be_told(source: Source) -> None:
    home = source.into / "home"
    source.artifacts = RepositoryArtifacts(Mirrors({}, folder=source.into, home=home), home=home)
    with pytest.raises(StepErroredError, match="knows no repository shop"):
        source.fetch("a" * 40, tree="a" * 40)


@pytest.mark.parametrize("aim", ["/etc/passwd", "../outside", "web/../../outside"])
def test_a_link_that_leaves_is_refused_X1(source: Source, aim: str) -> None:
    blob = source.git.tell(["hash-object", "-w", "--stdin"], stdin=aim.encode())
    source.git.tell(["update-index", "--add", "--cacheinfo", f"120000,{blob},evil"])
    source.git.tell(["commit", "--quiet", "-m", "x"])
    source.git.tell(["tag", "v1.0.0"])
    commit = source.git.tell(["rev-parse", "HEAD"])
    with pytest.raises(StepFailedError, match="leads out of the release"):
        source.fetch(commit, tree=source.tree())
    assert not (source.into / "evil").is_symlink()


def test_a_link_that_stays_inside_is_made(source: Source) -> None:
    blob = source.git.tell(["hash-object", "-w", "--stdin"], stdin=b"web/page.txt")
    source.git.tell(["add", "--all"])
    source.git.tell(["update-index", "--add", "--cacheinfo", f"120000,{blob},page"])
    source.git.tell(["commit", "--quiet", "-m", "x"])
    source.git.tell(["tag", "v1.0.0"])
    commit = source.git.tell(["rev-parse", "HEAD"])
    into = source.fetch(commit, tree=source.tree())
    assert (into / "page").resolve() == (into / "web" / "page.txt").resolve()


def test_a_submodule_is_refused_X1(source: Source) -> None:
    first = source.tag("v0.1.0")
    source.git.tell(["update-index", "--add", "--cacheinfo", f"160000,{first},sub"])
    source.git.tell(["commit", "--quiet", "-m", "x"])
    source.git.tell(["tag", "v1.0.0"])
    commit = source.git.tell(["rev-parse", "HEAD"])
    with pytest.raises(StepFailedError, match="submodule"):
        source.fetch(commit, tree=source.tree())


def test_many_places_at_once_share_one_clone(source: Source, tmp_path: Path) -> None:
    commit, tree = source.tag(), source.tree()
    component = ContentComponent(name="web", version="1.0.0", artifact=Artifact(tree=tree))
    content = Content(
        app="shop",
        repository="shop",
        version="1.0.0",
        tag="v1.0.0",
        commit=commit,
        components=(component,),
    )
    folders = [tmp_path / f"into{number}" for number in range(12)]
    for each in folders:
        each.mkdir()
    with ThreadPoolExecutor(12) as pool:
        work = [
            pool.submit(source.artifacts.fetch, content, component, each, timeout=30)
            for each in folders
        ]
    assert all(each.result() is None for each in work)
    assert all((each / "README").exists() for each in folders)


def tar_of(*members: tuple[tarfile.TarInfo, bytes]) -> bytes:
    kept = io.BytesIO()
    with tarfile.open(fileobj=kept, mode="w:gz") as archive:
        for info, data in members:
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return kept.getvalue()


def member(
    name: str, sort: bytes = tarfile.REGTYPE, *, link: str = "", mode: int = 0o644
) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.mode = sort, link, mode
    return info


def test_a_tarball_is_checked_and_unpacked_X25(source: Source) -> None:
    data = tar_of(
        (member("./", tarfile.DIRTYPE), b""),
        (member("./bin", tarfile.DIRTYPE, mode=0o700), b""),
        (member("./bin/run", mode=0o6777), b"#!/bin/sh\n"),
        (member("page.txt"), b"hello"),
        (member("here", tarfile.SYMTYPE, link="bin/run"), b""),
    )
    into = source.fetch(source.tag(), **source.tarball(data))
    assert (into / "bin" / "run").stat().st_mode & 0o7777 == 0o755
    assert (into / "page.txt").read_text() == "hello"
    assert (into / "here").read_text() == "#!/bin/sh\n"


def test_a_wrong_checksum_has_failed_before_anything_is_unpacked_X25_B44(source: Source) -> None:
    wanted = source.tarball(tar_of((member("a"), b"a")))
    (source.tarballs / "web.tar.gz").write_bytes(tar_of((member("a"), b"b")))
    with pytest.raises(StepFailedError, match="has sha256"):
        source.fetch(source.tag(), **wanted)
    assert list(source.into.iterdir()) == []


@pytest.mark.parametrize(
    "members",
    [
        pytest.param([member("../evil")], id="dots"),
        pytest.param([member("a/../../evil")], id="dots-inside"),
        pytest.param([member("/evil")], id="absolute"),
        pytest.param([member("a/.git/config")], id="git"),
        pytest.param([member("x", tarfile.SYMTYPE, link="../..")], id="link-out"),
        pytest.param([member("x", tarfile.SYMTYPE, link="/etc/passwd")], id="link-absolute"),
        pytest.param(
            [
                member("a", tarfile.SYMTYPE, link="."),
                member("b", tarfile.SYMTYPE, link="a/.."),
            ],
            id="links-that-add-up",
        ),
        pytest.param(
            [member("x", tarfile.SYMTYPE, link=".."), member("x/evil")], id="file-through-link"
        ),
        pytest.param([member("a"), member("x", tarfile.LNKTYPE, link="a")], id="hard-link"),
        pytest.param([member("x", tarfile.FIFOTYPE)], id="fifo"),
        pytest.param([member("x", tarfile.CHRTYPE)], id="device"),
        pytest.param([member("a"), member("a")], id="twice"),
        pytest.param([member("a"), member("a/b")], id="file-as-folder"),
    ],
)
def test_members_that_lead_astray_are_refused_X1(
    source: Source, members: list[tarfile.TarInfo]
) -> None:
    data = tar_of(*((each, b"") for each in members))
    with pytest.raises(StepFailedError):
        source.fetch(source.tag(), **source.tarball(data))
    assert not (source.into.parent / "evil").exists()


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"no archive at all", id="not-gzip"),
        pytest.param(gzip.compress(b"no archive" * 100), id="not-tar"),
        pytest.param(tar_of((member("a"), os.urandom(50_000)))[:-20_000], id="torn"),
    ],
)
def test_a_broken_archive_has_failed(source: Source, data: bytes) -> None:
    with pytest.raises(StepFailedError):
        source.fetch(source.tag(), **source.tarball(data))


def test_anything_else_is_put_there_as_it_is(source: Source) -> None:
    into = source.fetch(source.tag(), **source.tarball(b"\x7fELF", "builds-shop"))
    assert (into / "builds-shop").read_bytes() == b"\x7fELF"
    assert (into / "builds-shop").stat().st_mode & 0o777 == 0o755


def test_a_tarball_that_is_not_there_has_failed(source: Source) -> None:
    commit = source.tag()
    with pytest.raises(StepFailedError, match="no artifact"):
        source.fetch(commit, tarball="web.tar.gz", sha256="a" * 64)
    with pytest.raises(StepFailedError, match="not a path below"):
        source.fetch(commit, tarball="../web.tar.gz", sha256="a" * 64)


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


def test_a_tarball_is_fetched_over_http(source: Source, tmp_path: Path) -> None:
    wanted = source.tarball(tar_of((member("page.txt"), b"hello")))
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(source.tarballs)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        address = f"http://127.0.0.1:{server.server_address[1]}/"
        repository = AppRepository(url=str(source.work), artifacts=address)
        home = tmp_path / "home"
        mirrors = Mirrors({"shop": repository}, folder=tmp_path / "apps2", home=home)
        source.artifacts = RepositoryArtifacts(mirrors, home=home)
        commit = source.tag()
        assert (source.fetch(commit, **wanted) / "page.txt").read_text() == "hello"
        with pytest.raises(StepFailedError, match="no artifact"):
            source.fetch(commit, tarball="none.tar.gz", sha256="a" * 64)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    with pytest.raises(StepErroredError, match="artifact address"):
        source.fetch(commit, **wanted)


def test_no_git_process_is_left_behind(source: Source) -> None:
    source.fetch(source.tag(), tree=source.tree())
    said = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=False)
    assert not [line for line in said.stdout.splitlines() if str(source.into.parent) in line]
