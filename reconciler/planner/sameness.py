"""When two contents are the same work, whatever they are called and wherever they run."""

from collections.abc import Mapping

from reconciler.model.content import Content


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
    mine, theirs = wanted.work, verified.work
    if not mine or not mine.keys() <= theirs.keys():
        return False
    if all(mine[name] == theirs[name] for name in mine):
        return True
    alike = all(mine[name][0] == theirs[name][0] for name in mine)
    return not alike and wanted.commit == verified.commit and _agree(mine, theirs)


def _agree(mine: Mapping[str, tuple[str, str]], theirs: Mapping[str, tuple[str, str]]) -> bool:
    """Whether those that can be compared are the same."""
    return all(mine[name] == theirs[name] for name in mine if mine[name][0] == theirs[name][0])
