"""Which merges hold exactly what git makes of both sides: a fact that the judge is told.

Only files that the guards guard: two changes of the people file that git puts together are two
changes that were each looked at. Of a promotion, a release or an approval that can't be said: one
line decides, and a comment line between two changes makes git put together what nobody wrote.
"""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from reconciler.folders import FOLDERS
from reconciler.repository.git import Git, GitError
from reconciler.repository.objects import read_objects
from reconciler.signoff.classes import Sort, class_of
from reconciler.signoff.facts import PLAIN_FILE, Commit

_COMBINED = ("diff-tree", "--stdin", "-r", "-z", "-c", "--raw", "--no-renames", "--no-abbrev")


def composed_paths(git: Git, commits: Sequence[Commit]) -> dict[str, frozenset[str]]:
    """Merge → its guarded paths that are in neither parent and are what ``git merge-file`` gives.

    Merges of two parents with one base only.
    """
    merges = {
        each.id: each.bases[0][0]
        for each in commits
        if len(each.parents) == 2
        and len(each.bases[0]) == 1
        and any(class_of(path).sort in {Sort.GUARDED, Sort.HALT} for path in each.changes)
    }
    asked = [
        (merge, path, blobs)
        for merge, path, blobs in _in_neither(git, list(merges))
        if class_of(path).sort in {Sort.GUARDED, Sort.HALT}
    ]
    if not asked:
        return {}
    bases = _blobs(git, [(merges[merge], path) for merge, path, _ in asked])
    ids = {each for _, _, blobs in asked for each in blobs} | set(bases.values())
    texts = read_objects(git, sorted(ids))
    found: dict[str, frozenset[str]] = {}
    for merge, path, (result, one, two) in asked:
        base = texts.get(bases.get((merges[merge], path), ""))
        sides = (texts.get(one), base, texts.get(two))
        if None not in sides and _put_together(git, sides) == texts.get(result):
            found[merge] = found.get(merge, frozenset()) | {path}
    return found


def _in_neither(git: Git, merges: Sequence[str]) -> Iterator[tuple[str, str, tuple[str, str, str]]]:
    """Merge, path, and the ids of the result and of both parents, for plain files everywhere."""
    if not merges:
        return
    finished = git.ask(
        [*_COMBINED, "--", *FOLDERS],
        stdin="".join(f"{each}\n" for each in merges).encode(),
    )
    if finished.returncode:
        raise GitError(f"git diff-tree: {finished.complaint}", finished=finished)
    fields, merge = iter(finished.text.split("\0")), ""
    for each in fields:
        if each.startswith("::"):
            path = next(fields)
            one_mode, two_mode, mode, one, two, result, _ = each[2:].split(" ")
            if {one_mode, two_mode, mode} == {PLAIN_FILE}:
                yield merge, path, (result, one, two)
        elif each:
            merge = each


def _blobs(git: Git, asked: Sequence[tuple[str, str]]) -> Mapping[tuple[str, str], str]:
    """Commit and path → the blob there."""
    finished = git.ask(
        ["cat-file", "--batch-check=%(objectname) %(objecttype)"],
        stdin="".join(f"{commit}:{path}\n" for commit, path in asked).encode(),
    )
    if finished.returncode:
        raise GitError(f"git cat-file: {finished.complaint}", finished=finished)
    said = (line.split(" ") for line in finished.text.splitlines())
    pairs = zip(asked, said, strict=True)
    return {each: words[0] for each, words in pairs if words[1:] == ["blob"]}


def _put_together(git: Git, sides: Sequence[bytes | None]) -> bytes | None:
    """What git makes of one side, the base and the other side; nothing for a conflict."""
    scratch = git.home / "scratch"
    scratch.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=scratch, prefix="merge-") as folder:
        files = [Path(folder) / name for name in ("one", "base", "two")]
        for file, text in zip(files, sides, strict=True):
            file.write_bytes(text or b"")
        finished = git.ask(["merge-file", "-p", "-q", "--end-of-options", *map(str, files)])
    return finished.stdout if finished.returncode == 0 else None
