"""The commits of an app's repository, as values."""

from reconciler.changelog import Commit, Person, Span
from reconciler.repository.git import Git, GitError

AT_MOST = 10_000
"""Commits that are read of one span."""

_FIELDS = 5
_FORMAT = "--format=%H%x00%P%x00%an%x00%ae%x00%B"
_LONGEST = 20_000
_SECONDS = 300


def read_span(git: Git, head: str, base: str | None, *, at_most: int = AT_MOST) -> Span:
    """The commits between two, with what each touches; with no ``base`` all that lead to ``head``.

    Both must be there. At most ``at_most`` are read of either side, the newest ones.
    """
    commits = _read(git, [head, f"^{base}"] if base else [head], at_most)
    left = _read(git, [base, f"^{head}"], at_most) if base else ()
    partial = len(commits) > at_most or len(left) > at_most
    return Span(base, head, commits[:at_most], left[:at_most], partial)


def _read(git: Git, ends: list[str], at_most: int) -> tuple[Commit, ...]:
    asked = [*ends, "--"]
    order = ["log", "--topo-order", f"--max-count={at_most + 1}", "--encoding=UTF-8"]
    texts = _log(git, [*order, "-z", "--no-notes", "--no-mailmap", _FORMAT, *asked]).split("\0")
    rows = zip(*(texts[each::_FIELDS] for each in range(_FIELDS)), strict=False)
    paths = _paths(git, [*order, *asked])
    return tuple(
        Commit(
            id=found,
            parents=tuple(parents.split()),
            author=Person(name, mail),
            message=message[:_LONGEST],
            paths=paths.get(found, ()),
        )
        for found, parents, name, mail, message in rows
        if found
    )


def _paths(git: Git, order: list[str]) -> dict[str, tuple[str, ...]]:
    """Commit → the files that differ from its first parent."""
    # No path is empty, so two NULs stand for nothing but the beginning of a commit.
    asked = ["--format=%x00%x00%H", "--name-only", "--no-renames", "--diff-merges=first-parent"]
    said = _log(git, [order[0], "-z", *asked, *order[1:]])
    found: dict[str, tuple[str, ...]] = {}
    for entry in said.split("\0\0"):
        commit, _, names = entry.strip("\0").partition("\0\n")
        found[commit] = tuple(each for each in names.split("\0") if each)
    return found


def _log(git: Git, arguments: list[str]) -> str:
    said = git.ask(arguments, timeout=_SECONDS)
    if said.returncode:
        raise GitError(f"git log: {said.complaint}", finished=said)
    return said.stdout.decode(errors="replace")
