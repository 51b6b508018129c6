"""What of the protected branch is in force: a fold over facts that are given to it (L2, pure).

No git in here: `reconciler.repository.arrivals` gathers the facts.

How judging works
-----------------
The trust root's tree is admitted whole, and so are the trees of its ancestors. From there on every
commit gets a state, parents first: for each managed path what the tree holds (`current`), what is
in force (`standing`), and the content commits that no sign-off covers (`trail`); and the law, who
may what by the files in force there. A state depends on nothing but the commit, its parents' and
bases' states and signatures, so a verdict at a tip is the same in one step and in any number of
steps.

A commit with one parent admits nothing but what counts at once: a freeze or a quarantine by one
person of the role, and an approval, which is its own proof. Such an approval stands for the merge
of a promotion that came without one (`covers`). A path that it brings back to what is
in force is clean again, whoever did it; any other change waits for a merge.

A merge with two parents is compared, path by path and whole entry by whole entry, with what its
parents and their base give. If an entry comes from the second parent only, it crosses the
first-parent edge: the merge is the sign-off of the content commits that it brings there. It counts
if a listed person signed it who may, by the law before the merge, and is on the author side of none
of those commits, and each of them is signed by somebody listed. Where the guards are several, each
of them merges the same entry, and it is in force with the last one. If a merge doesn't count, the
path is refused until it is brought back to what is in force, or until every bit of it comes anew
from a branch that began where it was in force: a merge that was no sign-off doesn't become one by
what is merged on top of it.

What is in force follows the newer sign-off where lines meet. Sign-offs are told apart by their
merge, so going back is a newer sign-off too. If both sides have one, whoever may promote chooses by
a signed merge that takes one of them whole; anything else is a dispute, and nothing is in force. A
sign-off by somebody from whom the other line took the right isn't one any more (`lines`).

Content that is in neither parent, or isn't what they give, is content by whoever signed the merge.
On main it is held. On a branch it waits for somebody else's merge, which is why "merge main into
the branch and look" is the way out. Merges with more than two parents, or of unrelated histories,
sign nothing off, nor do those whose several bases differ at the path.

Files of no known kind are held whatever merged them: the operator sets a new trust root. A release
is admitted once and never changed. A people file that would leave nobody who may change it never
comes into force.

A sign-off counts wherever it lies: a signed merge on any branch signs off what it brings. That
includes ``git pull`` with a signature, which brings what others pushed directly; so a person who
may promote looks at what a pull brings before signing it.

A release that a train has cut needs no second person: the reconciler's commit counts if it is, byte
for byte, what follows from a sighting in the history (`trains`).

All of this is mode ``signed``. Where a forge's merge requests are the sign-off, `requested` folds
over the first-parent line by what the history holds of the forge's answers. In mode ``author``
nothing is judged (`named`).
"""

from reconciler.signoff.authority import Authority
from reconciler.signoff.judging import Judgement, Progress, judge
from reconciler.signoff.named import Named, judge_named
from reconciler.signoff.requested import Answers, judge_requests
from reconciler.signoff.standing import Admission
from reconciler.signoff.taints import Taint

__all__ = [
    "Admission",
    "Answers",
    "Authority",
    "Judgement",
    "Named",
    "Progress",
    "Taint",
    "judge",
    "judge_named",
    "judge_requests",
]
