"""When two contents are the same work, whatever they are called and wherever they run."""

from collections.abc import Mapping

from reconciler.model.content import Content
from reconciler.model.release import Artifact


def is_same_work(wanted: Content, verified: Content) -> bool:
    """Whether what was verified elsewhere is what is wanted here (M16, D7, P6, T11).

    Of the same app, and every component that is wanted was verified with the very same artifact:
    the same tree of the repository, the same sha256, the same image or chart digest. Names of
    versions, tags and paths, commands and configuration don't count. Where both have artifacts of
    the same sort they decide, even against an equal commit: a tarball that was built once more is
    not the one that was tested. Where a component's artifacts are of different sorts, such as a
    tree on a test place and a tarball in the release, nothing but the commit can be compared, and
    an equal commit is the same work.
    """
    if (wanted.app, wanted.repository) != (verified.app, verified.repository):
        return False
    mine, theirs = _artifacts(wanted), _artifacts(verified)
    if not mine or not mine.keys() <= theirs.keys():
        return False
    if all(mine[name] == theirs[name] for name in mine):
        return True
    alike = all(mine[name][0] == theirs[name][0] for name in mine)
    return not alike and wanted.commit == verified.commit and _agree(mine, theirs)


def _agree(mine: Mapping[str, tuple[str, str]], theirs: Mapping[str, tuple[str, str]]) -> bool:
    """Whether those that can be compared are the same."""
    return all(mine[name] == theirs[name] for name in mine if mine[name][0] == theirs[name][0])


def _artifacts(content: Content) -> dict[str, tuple[str, str]]:
    return {each.name: _identity(each.artifact) for each in content.components}


def _identity(artifact: Artifact) -> tuple[str, str]:
    """What sort it is, and what tells it from any other of that sort."""
    match artifact:
        case Artifact(sha256=str() as sha256):
            return "tarball", sha256
        case Artifact(image=str() as image):
            return "image", image.rpartition("@")[2]
        case Artifact(chart=str() as chart):
            return "chart", chart.rpartition("@")[2]
        case _:
            return "tree", artifact.tree or ""
