"""The commits of the protected branch since the trust root, as facts for the judge.

A handful of processes whatever the number of commits, besides one ssh-keygen for each signature
that isn't in the cache.
"""

import contextlib
import json
import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from reconciler.canonical import canonical_json, digest_of
from reconciler.errors import RewoundError, UnreachableError
from reconciler.folders import FOLDERS, managed
from reconciler.repository.composing import composed_paths
from reconciler.repository.git import Git, GitError
from reconciler.repository.objects import read_objects
from reconciler.repository.recutting import cuts_of, drafts_of
from reconciler.repository.returns import Settled, nowhere, returns_of
from reconciler.repository.signatures import check_keys, keys_in
from reconciler.repository.trees import entries
from reconciler.repository.words import words_of
from reconciler.signoff.ancestry import merge_bases
from reconciler.signoff.classes import Sort, class_of, decides_who
from reconciler.signoff.covers import spoken_of
from reconciler.signoff.facts import (
    PLAIN_FILE,
    Commit,
    Entry,
    Facts,
    Signature,
    Trains,
    Unknown,
    Unlisted,
    Word,
)
from reconciler.signoff.verdicts import lasting_of, lasts, text_of
from reconciler.visibility import visible

_Places = Sequence[Mapping[str, Entry | None]]
"""Path → entry, or nothing where a file went, of trees and of what commits changed."""

_FORMAT = 2
_NOTHING = "000000"
_WHO = re.compile(rb"^(?:author|committer) [^\n]*?<([^>\n]+)> ", re.MULTILINE)
_TRAILER = re.compile(rb"^[A-Za-z-]{1,40}-by: [^\n]*?<([^>\n]+)>", re.MULTILINE)
_AUTHOR = re.compile(rb"^author (?P<name>.*?) ?<[^>\n]*> ", re.MULTILINE)


def gather(
    git: Git,
    *,
    root: str,
    tip: str,
    cache: Path | None,
    before: Facts | None = None,
    verdicts: Mapping[str, Signature] | None = None,
    trains: Trains | None = None,
    settled: Settled = nowhere,
) -> Facts:
    """Everything the judge needs to know of the commits reachable from ``tip`` and not from root.

    ``cache`` keeps verdicts on signatures between runs; it is made anew when it can't be read, and
    never holds an unanswered question. ``before`` are earlier facts of the same root: only what is
    new is asked again. ``verdicts`` are those that somebody trusted has written down, ``trains``
    what the history and the host say of reconcilers, ``settled`` where it says that deployments of
    a promotion's place succeeded. Raises `RewoundError` when the tip doesn't
    contain the root.
    """
    trains = trains or Trains()
    known = before.commits if before and before.root == root else {}
    topology = _topology(git, root, tip, without=_tips(known))
    topology = {each: parents for each, parents in topology.items() if each not in known}
    parents = {**{each.id: each.parents for each in known.values()}, **topology}
    if not (_descends(tip, root, parents) or git.contains(root, within=tip)):
        raise RewoundError(
            f"{tip[:12]} doesn't contain the trust root {root[:12]}",
            hint="set [trust] root to a commit of this branch, or find out who rewrote it",
        )
    changes = _changes(git, list(topology))
    bases = _bases(git, root, list(topology), parents)
    commits = dict(known)
    for each, its_parents in topology.items():
        commits[each] = Commit(each, its_parents, changes.get(each, {}), bases.get(each, ()))
    for each, paths in composed_paths(git, [commits[each] for each in topology]).items():
        commits[each] = replace(commits[each], composed=paths)
    outside = {root}
    for commit in commits.values():
        outside.update(commit.parents, *commit.bases)
    trees = dict(before.trees) if before and before.root == root else {}
    new: list[Mapping[str, Entry | None]] = [commits[each].changes for each in topology]
    for each in sorted(outside - commits.keys() - trees.keys()):
        trees[each] = {path: Entry(mode, blob) for path, (mode, blob) in entries(git, each).items()}
        new.append(trees[each])
    texts = dict(before.texts) if before else {}
    deciding = _ids(new, decides_who)
    texts |= _texts(git, deciding | _ids(new, _is_promotion), known=texts)
    if missing := deciding - texts.keys():
        raise UnreachableError(
            f"object {min(missing)[:12]} is missing", hint="fetch the repository anew"
        )
    keys = frozenset().union(*(keys_in(texts[each]) for each in deciding))
    keys |= trains.keys | (before.keys if before else frozenset())
    signers = before.signers if before and keys == before.keys else digest_of(sorted(keys))
    asked = [each.id for each in commits.values() if _open(each, anew=_signers(before) != signers)]
    commits |= _signed(git, commits, asked, keys, cache=cache, verdicts=verdicts or {})
    anew = before is None or signers != before.signers
    words = {} if before is None or anew else dict(before.words)
    every = [*trees.values(), *(each.changes for each in commits.values())]
    doubtful = any(isinstance(each.signature, Unknown) for each in words.values())
    words = _words(git, every if anew or doubtful else new, keys, known=words)
    spoken = frozenset(spoken_of(words))
    more = spoken != frozenset(spoken_of(before.words if before else {}))
    texts |= _texts(git, _ids(every if more else new, spoken.__contains__), known=texts)
    cuts = cuts_of(git, trains, every, commits, known=before.cuts if before else {})
    drafts = drafts_of(trains, commits, cuts)
    drafts |= returns_of(git, commits, keys=trains.keys, settled=settled)
    return Facts(root, commits, trees, texts, words, signers, keys, trains, cuts, drafts)


def _words(
    git: Git, places: _Places, keys: frozenset[str], *, known: dict[str, Word]
) -> dict[str, Word]:
    """Object id → what it says, of every approval; an unanswered question is asked again."""
    where = {
        entry.id: path
        for each in places
        for path, entry in each.items()
        if entry and entry.mode == PLAIN_FILE and "/approvals/" in path
        if class_of(path).sort is Sort.APPROVAL
    }
    known = {each: word for each, word in known.items() if not isinstance(word.signature, Unknown)}
    data = read_objects(git, [each for each in where if each not in known])
    files = {each: (where[each], text) for each, text in data.items()}
    return known | words_of(files, keys, scratch=git.home / "scratch")


def _open(commit: Commit, *, anew: bool) -> bool:
    """Whether a signature is still to be asked about; other keys may make one a listed one."""
    if not _deciding(commit):
        return False
    signature = commit.signature
    return signature is None or isinstance(signature, (Unknown, Unlisted) if anew else Unknown)


def _signers(facts: Facts | None) -> str:
    return facts.signers if facts else ""


def _is_promotion(path: str) -> bool:
    return class_of(path).sort is Sort.PROMOTION


def _ids(places: _Places, needed: Callable[[str], bool]) -> set[str]:
    """The plain files at paths that are needed."""
    return {
        entry.id
        for each in places
        for path, entry in each.items()
        if entry and entry.mode == PLAIN_FILE and needed(path)
    }


def _texts(git: Git, ids: set[str], *, known: Mapping[str, bytes]) -> dict[str, bytes]:
    """Object id → content, of those that are there and aren't known yet."""
    return read_objects(git, sorted(ids - known.keys()))


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


def _descends(tip: str, root: str, parents: Mapping[str, tuple[str, ...]]) -> bool:
    """Whether first parents lead from the tip to the root."""
    commit = tip
    while commit != root and parents.get(commit):
        commit = parents[commit][0]
    return commit == root


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
    keys: frozenset[str],
    *,
    cache: Path | None,
    verdicts: Mapping[str, Signature],
) -> dict[str, Commit]:
    """The commits asked for, with their signature, and whom they name."""
    remembered = _recall(cache) if asked else {}
    raw = read_objects(git, asked)
    answers: dict[str, Signature] = {
        each: verdicts[each] for each in asked if each in verdicts and each not in remembered
    }
    unanswered = [each for each in asked if each not in remembered and each not in answers]
    answers |= check_keys(raw, unanswered, keys, scratch=git.home / "scratch")
    _remember(cache, remembered, answers)
    remembered.update(answers)
    return {
        each: replace(
            commits[each],
            signature=remembered[each],
            author=_author(raw.get(each, b"")),
            mails=mails_in(raw.get(each, b"")),
        )
        for each in asked
    }


def _author(raw: bytes) -> str:
    found = _AUTHOR.search(raw.partition(b"\n\n")[0])
    name = found["name"].decode(errors="replace") if found else ""
    return visible(name)[:100]


def mails_in(raw: bytes) -> tuple[str, ...]:
    """The addresses that a commit names, sorted: its author, committer and trailers."""
    head, _, message = raw.partition(b"\n\n")
    found = {*_WHO.findall(head), *_TRAILER.findall(message)}
    return tuple(sorted(each.decode(errors="replace") for each in found))[:100]


def _recall(cache: Path | None) -> dict[str, Signature]:
    """Verdicts of earlier runs; none if the file isn't there or isn't whole."""
    if cache is None:
        return {}
    try:
        said = json.loads(cache.read_text())
        if said["format"] != _FORMAT:
            return {}
        return {str(commit): lasting_of(word) for commit, word in said["verdicts"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _remember(
    cache: Path | None, remembered: Mapping[str, Signature], answers: Mapping[str, Signature]
) -> None:
    """Keep the verdicts; a disk that is full costs time and nothing else."""
    known = {**remembered, **answers}
    verdicts = {commit: text_of(each) for commit, each in known.items() if lasts(each)}
    if cache is None or verdicts.keys() <= remembered.keys():
        return
    beside = cache.with_name(f"{cache.name}.{os.getpid()}")
    with contextlib.suppress(OSError):
        cache.parent.mkdir(parents=True, exist_ok=True)
        beside.write_text(canonical_json({"format": _FORMAT, "verdicts": verdicts}))
        beside.replace(cache)
