"""The commits of the protected branch since the trust root, as facts for the judge.

A handful of processes whatever the number of commits, besides one ssh-keygen for each signature
that isn't in the cache.
"""

import contextlib
import json
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from reconciler.canonical import canonical_json, digest_of
from reconciler.errors import RewoundError
from reconciler.folders import FOLDERS, managed
from reconciler.repository.git import Git, GitError
from reconciler.repository.objects import read_objects
from reconciler.repository.signatures import check_texts
from reconciler.repository.trees import entries
from reconciler.signoff.ancestry import merge_bases
from reconciler.signoff.facts import (
    Bad,
    Commit,
    Entry,
    Facts,
    Signature,
    Signed,
    Unknown,
    Unlisted,
    Unsigned,
)
from reconciler.visibility import visible

_NOTHING = "000000"
_AUTHOR = re.compile(rb"^author (?P<name>.*?) ?<[^>\n]*> ", re.MULTILINE)


def gather(
    git: Git,
    *,
    root: str,
    tip: str,
    people_keys: Mapping[str, Sequence[str]],
    cache: Path | None,
    before: Facts | None = None,
) -> Facts:
    """Everything the judge needs to know of the commits reachable from ``tip`` and not from root.

    ``people_keys``: person → public keys. ``cache`` keeps verdicts on signatures between runs; it
    is made anew when it can't be read, and never holds an unanswered question. ``before`` are
    earlier facts of the same root: only what is new is asked again. Raises `RewoundError` when the
    tip doesn't contain the root.
    """
    if tip != root and not git.contains(root, within=tip):
        raise RewoundError(
            f"{tip[:12]} doesn't contain the trust root {root[:12]}",
            hint="set [trust] root to a commit of this branch, or find out who rewrote it",
        )
    signers = digest_of({person: list(keys) for person, keys in people_keys.items()})
    known = before.commits if before and before.root == root else {}
    topology = _topology(git, root, tip, without=_tips(known))
    topology = {each: parents for each, parents in topology.items() if each not in known}
    parents = {**{each.id: each.parents for each in known.values()}, **topology}
    changes = _changes(git, list(topology))
    bases = _bases(git, root, list(topology), parents)
    commits = dict(known)
    for each, its_parents in topology.items():
        commits[each] = Commit(each, its_parents, changes.get(each, {}), bases.get(each, ()))
    if before is None or before.signers != signers:
        open_questions = [each.id for each in commits.values() if _deciding(each)]
    else:
        open_questions = [
            each.id
            for each in commits.values()
            if _deciding(each) and (each.signature is None or isinstance(each.signature, Unknown))
        ]
    commits |= _signed(git, commits, open_questions, people_keys, signers=signers, cache=cache)
    outside = {root}
    for commit in commits.values():
        outside.update(commit.parents, *commit.bases)
    trees = dict(before.trees) if before and before.root == root else {}
    for each in sorted(outside - commits.keys() - trees.keys()):
        trees[each] = {path: Entry(mode, blob) for path, (mode, blob) in entries(git, each).items()}
    return Facts(root, commits, trees, signers)


def _deciding(commit: Commit) -> bool:
    return len(commit.parents) > 1 or bool(commit.changes)


def _tips(known: Mapping[str, Commit]) -> list[str]:
    """The known commits that no other known one builds on."""
    return sorted(known.keys() - {each for commit in known.values() for each in commit.parents})


def _topology(
    git: Git, root: str, tip: str, *, without: Iterable[str]
) -> dict[str, tuple[str, ...]]:
    """Commit → parents, parents first, for commits in ``tip`` that are in none of the others."""
    asked = "".join(f"{each}\n" for each in (tip, f"^{root}", *(f"^{each}" for each in without)))
    said = git.tell(
        ["rev-list", "--topo-order", "--reverse", "--parents", "--stdin"], stdin=asked.encode()
    )
    lines = (line.split() for line in said.splitlines())
    return {commit: tuple(parents) for commit, *parents in lines}


def _changes(git: Git, commits: Sequence[str]) -> dict[str, dict[str, Entry | None]]:
    """Commit → managed path → entry, where it differs from its first parent; no renames."""
    if not commits:
        return {}
    finished = git.ask(
        [
            "diff-tree",
            "--stdin",
            "-r",
            "-z",
            "--raw",
            "--root",
            "--no-renames",
            "--no-abbrev",
            "--no-textconv",
            "--no-ext-diff",
            "--ignore-submodules=none",
            "--diff-merges=first-parent",
            "--",
            *FOLDERS,
        ],
        stdin="".join(f"{each}\n" for each in commits).encode(),
    )
    if finished.returncode:
        raise GitError(f"git diff-tree: {finished.complaint}", finished=finished)
    found: dict[str, dict[str, Entry | None]] = {}
    fields = iter(finished.text.split("\0"))
    current: dict[str, Entry | None] = {}
    for each in fields:
        if each.startswith(":"):
            path = next(fields)
            _, mode, _, blob, _ = each.split(" ")
            if managed(path):
                current[path] = None if mode == _NOTHING else Entry(mode, blob)
        elif each:
            current = found.setdefault(each, {})
    return found


def _bases(
    git: Git, root: str, commits: Sequence[str], parents: Mapping[str, tuple[str, ...]]
) -> dict[str, tuple[tuple[str, ...], ...]]:
    """Merge → for each further parent, all merge bases of it and the first one.

    Where every line starts at the root, its descendants are all there is to know. A line that
    starts at an older commit, or at none, is git's to answer.
    """
    order = {root: 0} | {each: number for number, each in enumerate(parents, start=1)}
    whole = all(each in order for some in parents.values() for each in some) and all(
        parents.values()
    )
    found: dict[str, tuple[tuple[str, ...], ...]] = {}
    for commit in commits:
        first, *others = parents[commit] or ("",)
        if others:
            found[commit] = tuple(
                merge_bases(first, each, parents=parents, order=order)
                if whole
                else _asked_bases(git, first, each)
                for each in others
            )
    return found


def _asked_bases(git: Git, one: str, two: str) -> tuple[str, ...]:
    finished = git.ask(["merge-base", "--all", one, two])
    # 1 means that there is none.
    if finished.returncode > 1:
        raise GitError(f"git merge-base: {finished.complaint}", finished=finished)
    return tuple(sorted(finished.text.split()))


def _signed(
    git: Git,
    commits: Mapping[str, Commit],
    asked: Sequence[str],
    keys: Mapping[str, Sequence[str]],
    *,
    signers: str,
    cache: Path | None,
) -> dict[str, Commit]:
    """The commits asked for, with their signature and the author's name as they state it."""
    remembered = _recall(cache, signers)
    raw = read_objects(git, asked)
    unanswered = [each for each in asked if each not in remembered]
    answers = check_texts(raw, unanswered, keys, scratch=git.home / "scratch")
    _remember(cache, signers, remembered, answers)
    remembered.update(answers)
    return {
        each: replace(commits[each], signature=remembered[each], author=_author(raw.get(each, b"")))
        for each in asked
    }


def _author(raw: bytes) -> str:
    found = _AUTHOR.search(raw.partition(b"\n\n")[0])
    name = found["name"].decode(errors="replace") if found else ""
    return visible(name)[:100]


_WORDS: Mapping[str, Signature] = {"unsigned": Unsigned(), "unlisted": Unlisted(), "bad": Bad()}


def _recall(cache: Path | None, signers: str) -> dict[str, Signature]:
    """Verdicts of earlier runs for these keys; none if the file isn't there or isn't whole."""
    if cache is None:
        return {}
    try:
        said = json.loads(cache.read_text())
        if said["signers"] != signers:
            return {}
        return {
            str(commit): _WORDS[word] if word in _WORDS else Signed(_person(word))
            for commit, word in said["verdicts"].items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _person(word: str) -> str:
    sort, _, person = word.partition(" ")
    if sort != "signed" or not person:
        raise ValueError(word)
    return person


def _remember(
    cache: Path | None,
    signers: str,
    remembered: Mapping[str, Signature],
    answers: Mapping[str, Signature],
) -> None:
    """Keep the verdicts; a disk that is full costs time and nothing else."""
    words = {value: word for word, value in _WORDS.items()}
    verdicts = {
        commit: f"signed {each.person}" if isinstance(each, Signed) else words[each]
        for commit, each in {**remembered, **answers}.items()
        if not isinstance(each, Unknown)
    }
    if cache is None or verdicts.keys() <= remembered.keys():
        return
    beside = cache.with_name(f"{cache.name}.{os.getpid()}")
    with contextlib.suppress(OSError):
        cache.parent.mkdir(parents=True, exist_ok=True)
        beside.write_text(canonical_json({"signers": signers, "verdicts": verdicts}))
        beside.replace(cache)
