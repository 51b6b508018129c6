"""Which commits of reconcilers only set a promotion to what was proven in its place."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from reconciler.manifest.snapshot import parse
from reconciler.model.promotion import Promotion
from reconciler.repository.git import Git
from reconciler.repository.objects import read_objects
from reconciler.signoff.facts import Commit
from reconciler.signoff.returns import returned_by

Success = tuple[str, str]
"""A deployment that succeeded: the commit that it was decided on, and what has run since."""
Settled = Callable[[str], Iterable[Success]]
"""A promotion's path → the successes in its place."""


def nowhere(_path: str) -> tuple[Success, ...]:
    """No deployment anywhere has succeeded, as far as anybody knows."""
    return ()


@dataclass(frozen=True, slots=True)
class BranchFiles:
    """What promotions said on the protected branch; ``git`` is a clone that has its commits."""

    git: Git

    def newest(self, path: str, successes: Iterable[Success], *, onto: str) -> bytes | None:
        """The newest file at this path that asked for what then had success.

        Nothing where there is none, or where ``onto`` has one of them.
        """
        proven = proven_files(self.git, path, successes)
        if not proven or blobs_at(self.git, path, [onto]).get(onto) in proven:
            return None
        return [*proven.values()][-1]


def returns_of(
    git: Git, commits: Mapping[str, Commit], *, keys: frozenset[str], settled: Settled
) -> frozenset[str]:
    """The commits that hold, to the byte, a file that asked for what then had success.

    It was decided on before they were made: what succeeds later proves nothing of them.
    """
    found: set[str] = set()
    for each in commits.values():
        if path := returned_by(each, keys):
            entry = each.changes[path]
            wanted = entry.id if entry is not None else ""
            bases = _proven(git, path, settled(path)).get(wanted, (b"", []))[1]
            if any(git.contains(basis, within=each.parents[0]) for basis in bases):
                found.add(each.id)
    return frozenset(found)


def proven_files(git: Git, path: str, successes: Iterable[Success]) -> dict[str, bytes]:
    """Blob → content of each file at this path that asked for what then had success, by age.

    A deployment on request leads to something else than its file asks for, and what follows
    something asks for whatever that will be: neither is among them.
    """
    return {blob: data for blob, (data, _) in _proven(git, path, successes).items()}


def _proven(
    git: Git, path: str, successes: Iterable[Success]
) -> dict[str, tuple[bytes, list[str]]]:
    """The same, with the commits that these deployments were decided on, oldest first."""
    wanted = list(dict.fromkeys(successes))
    blobs = blobs_at(git, path, (commit for commit, _ in wanted))
    texts = read_objects(git, sorted(set(blobs.values())))
    found: dict[str, tuple[bytes, list[str]]] = {}
    for commit, version in wanted:
        blob = blobs.get(commit, "")
        if blob in texts and _asked_for(path, texts[blob]) == version:
            found.setdefault(blob, (texts[blob], []))[1].append(commit)
    return found


def blobs_at(git: Git, path: str, commits: Iterable[str]) -> dict[str, str]:
    """Commit → the blob that it has at this path, where it has one."""
    wanted = list(dict.fromkeys(commits))
    asked = "".join(f"{each}:{path}\n" for each in wanted).encode()
    said = git.tell(["cat-file", "--batch-check"], stdin=asked).splitlines() if wanted else []
    pairs = zip(wanted, (each.split(" ") for each in said), strict=True)
    return {commit: words[0] for commit, words in pairs if words[1:2] == ["blob"]}


def _asked_for(path: str, data: bytes) -> str:
    """The one content that a promotion names; empty for one that names none for good."""
    model = parse(path, data).model
    lasting = isinstance(model, Promotion) and not model.follow and not model.temporary
    return model.wanted if lasting and isinstance(model, Promotion) else ""
