"""Mode author: names in commits are believed, for trials on one's own machine (pure).

Nobody has to sign, merge or agree: what the branch holds is in force, and who wrote it is what the
commit says. Everything that shows what is in force says so.
"""

from dataclasses import dataclass

from reconciler.folders import managed
from reconciler.signoff.authority import Authority
from reconciler.signoff.classes import decides_who
from reconciler.signoff.facts import Commit, Facts
from reconciler.signoff.judging import Judgement, Progress
from reconciler.signoff.law import Lawbook
from reconciler.signoff.requested import line_to
from reconciler.signoff.standing import Admission

BANNER = (
    "trust mode author: nothing is proven, and whoever may push decides;"
    " for trials on one's own machine only"
)
_SOMEBODY = "somebody"


@dataclass(frozen=True, slots=True)
class Named:
    """That names are believed: what stands in for signatures, or for a forge's answers."""


def judge_named(facts: Facts, *, tip: str) -> Judgement:
    """What the branch holds at ``tip``, with whom its commits name.

    Raises `RefusedError` when the first-parent line doesn't lead to the trust root.
    """
    admitted = dict(facts.trees[facts.root])
    last: dict[str, Commit] = {}
    for commit in line_to(facts, tip):
        for path, entry in commit.changes.items():
            if not managed(path):
                continue
            last[path] = commit
            admitted.pop(path, None)
            if entry is not None:
                admitted[path] = entry
    lawbook = Lawbook(facts.texts)
    law = lawbook.of({path: each for path, each in admitted.items() if decides_who(path)})
    admissions = {path: _admission(law.authority, each) for path, each in last.items()}
    return Judgement(
        root=facts.root,
        tip=tip,
        authority=law.authority,
        admitted=admitted,
        admissions=admissions,
        taints=(),
        undecided=False,
        progress=Progress(facts.root, {}, lawbook),
        banner=BANNER,
    )


def _admission(authority: Authority, commit: Commit) -> Admission:
    named = sorted(authority.named(commit.mails)) or [commit.author or _SOMEBODY]
    return Admission(commit.id, named[0], tuple(named), (commit.id,))
