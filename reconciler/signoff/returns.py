"""Asking to go back: a reconciler's commit that sets a promotion to what was proven in its place.

After a failed deployment the file still asks for what failed. The reconciler offers a branch that
puts it back, so that the branch says what runs; somebody who may promote there merges it. Its
commit is written by nobody: it holds, byte for byte, the file that a deployment was decided on
which the history says succeeded in that very place. So it makes nobody an author, and no second
pair of eyes is asked for what was agreed to before. Anything else that a reconciler signs is
content by nobody, which nobody can sign off.
"""

from reconciler.signoff.classes import Sort, class_of
from reconciler.signoff.facts import PLAIN_FILE, Commit, Facts, Signed


def returned_by(commit: Commit, keys: frozenset[str]) -> str:
    """The promotion that the commit sets anew and nothing else, signed by one of these keys."""
    by = commit.signature.by if isinstance(commit.signature, Signed) else ""
    if by not in keys or len(commit.parents) != 1 or len(commit.changes) != 1:
        return ""
    ((path, result),) = commit.changes.items()
    plain = result is not None and result.mode == PLAIN_FILE
    return path if plain and class_of(path).sort is Sort.PROMOTION else ""


def is_unproven(facts: Facts, commit: Commit) -> bool:
    """Whether it would count if the history knew of that deployment, which may yet come."""
    return (
        not facts.trains.whole
        and bool(returned_by(commit, facts.trains.keys))
        and commit.id not in facts.drafts
    )
