"""``TB45x`` and ``TB46x``: a managed path holds something that nobody has signed off."""

from collections.abc import Mapping
from types import MappingProxyType

from reconciler.manifest.codes.code import Code

_AGAIN = "run git revert -m 1 on the merge, then have a new commit merged by somebody else"

DIRECT = Code(
    "TB450",
    "no merge brought it",
    "A merge is the sign-off. What was pushed directly, fast-forwarded, squashed or rebased onto"
    " the branch came without one. Somebody else's approval of exactly that stands for it.",
    "have it approved with tagboat approve, or revert it and have it merged: git merge --no-ff -S",
)
OWN_MERGE = Code(
    "TB451",
    "merged by its own author",
    "Two persons look at every change: whoever wrote a part of it can't sign it off.",
    _AGAIN,
)
MERGE_UNSIGNED = Code(
    "TB452",
    "merge without a signature",
    "Only a signature says who merged; the name in a commit is free text.",
    "run git revert -m 1 on the merge, then merge a new commit with -S",
)
MERGE_UNLISTED = Code(
    "TB453",
    "merge signed by an unlisted key",
    "Only keys of environments/people.yaml lead to a person.",
    "run git revert -m 1 on the merge, then merge a new commit with a listed key",
)
BAD_SIGNATURE = Code(
    "TB454",
    "bad signature",
    "The signature names a listed key but isn't that key's signature over this commit.",
    "revert it, and find out who made the commit",
)
UNKNOWN_SIGNATURE = Code(
    "TB455",
    "signature could not be checked",
    "The verifier did not answer. Nothing is known, and what isn't known is closed.",
    "make ssh-keygen work on the daemon's host; it is asked again by itself",
)
NOT_PERMITTED = Code(
    "TB456",
    "merged by somebody who may not",
    "The environment's 'promote' permission says whose merge is a sign-off there.",
    "run git revert -m 1 on the merge, then have a new commit merged by a permitted person",
)
CONTENT_UNSIGNED = Code(
    "TB457",
    "content without a signature",
    "Without a signature nobody knows who wrote it, so nobody can be another person than that.",
    "revert the merge, then sign a new commit with -S and have it merged",
)
CONTENT_UNLISTED = Code(
    "TB458",
    "content signed by an unlisted key",
    "Without a listed key nobody knows who wrote it, so nobody can be another person than that.",
    "revert the merge, then sign a new commit with a listed key and have it merged",
)
MERGE_WROTE = Code(
    "TB459",
    "content decided by the merge itself",
    "The merge holds something that isn't what its parents give: a conflict that was settled, even"
    " by taking the branch's side as it is, text put together from both, or a change on the way."
    " Whoever merged decided it, and nobody else has looked.",
    "revert the merge, then merge main into the branch, look, and have the branch merged",
)
TRUST_ROOT = Code(
    "TB461",
    "needs a new trust root",
    "Nobody is named who could sign this off: the path is of no known kind, or"
    " environments/people.yaml has no 'guards'. Only the host's operator brings it into force.",
    'set [trust] root = "<commit>" in tagboat.toml on the daemon\'s host, or revert the change',
)
MANY_PARENTS = Code(
    "TB462",
    "merge of more than two parents",
    "Nobody can say which parent's change was looked at.",
    "revert it, then merge one branch at a time",
)
MANY_BASES = Code(
    "TB463",
    "merge with several bases that differ",
    "Both sides had merged one another before, so what the merge changes has no single answer.",
    "revert it, then merge a new branch that starts at main",
)
UNRELATED = Code(
    "TB464",
    "from an unrelated history",
    "It shares no commit with the trust root, so nobody can say what was changed.",
    "revert the merge, then bring the change as a commit on main",
)
TWO_SIGN_OFFS = Code(
    "TB465",
    "two sign-offs that contradict",
    "Two lines of history hold different content, both signed off, and nobody who may do so chose"
    " one of them.",
    "promote anew with a file that differs from both, a comment will do, and have it merged",
)
UNTRACEABLE = Code(
    "TB467",
    "nobody can be named who wrote it",
    "The merge brings content whose commits were taken back or signed off elsewhere since.",
    "revert the merge, then bring the change as a new commit on main",
)

OTHER_APPROVED = Code(
    "TB475",
    "approval of something else",
    "A word counts for exactly what it was given for: the release, its slot, configuration, gates,"
    " pipeline and target. One of them has changed since.",
    "approve again",
)
SEATS = Code(
    "TB468",
    "more persons have to merge it",
    "The guards of environments/people.yaml say how many persons agree to such a change. Each of"
    " them merges the very same content: one merges the branch into a branch of their own, the next"
    " one merges that one; or tagboat reaffirm offers it anew. Authors don't count.",
    "have it merged by the persons who are missing",
)
DEADLOCK = Code(
    "TB469",
    "would leave nobody who may change it",
    "With this people file in force, nobody could ever change people or policies again: it can't"
    " be read, names no guards, or asks for more persons than have a key.",
    "mend the file on a branch and have it merged again",
)
NO_LONGER = Code(
    "TB470",
    "signed off by somebody who may not any more",
    "While this was merged on one line of history, another line took the right away from whoever"
    " merged it. Both are asked where they meet.",
    "run tagboat reaffirm on the file and have it merged by somebody who may",
)

NO_REQUEST = Code(
    "TB480",
    "no merge request brought it",
    "In mode forge a merge request is the sign-off, and the forge names none for these commits.",
    "revert the commit, then have the change merged by a merge request",
)
FORGE_SILENT = Code(
    "TB481",
    "the forge has not been asked, or didn't answer",
    "Which merge request brought it isn't in the history yet. What isn't known is closed.",
    "let the reconciler reach the forge; it is asked again by itself",
)
NOBODY_AGREED = Code(
    "TB482",
    "nobody is proven to have agreed to this head",
    "An approval counts for exactly the head that it was given for, as long as it stands. Whoever"
    " merged counts only where the forge proves that a person did, then and there.",
    "open a new merge request, and have it approved at its last commit",
)
UNKNOWN_LOGIN = Code(
    "TB483",
    "a login that nobody has",
    "Four eyes need to know whose they are. Whoever opens, pushes or writes a merge request has a"
    " login in environments/people.yaml, and one login is one person's.",
    "add the login to people.yaml, then open the merge request again",
)
OTHER_BASE = Code(
    "TB484",
    "a merge request for another branch",
    "It was approved for another branch than the protected one.",
    "open a merge request for the protected branch",
)
NOT_AS_APPROVED = Code(
    "TB485",
    "not what the merge request holds",
    "The branch holds something else than the approved head: the forge put two changes together, or"
    " somebody else's commit was passed off as the outcome of the request.",
    "bring the branch up to date, then open a new merge request and have it approved",
)
UNPROVEN = Code(
    "TB471",
    "approval without its person's signature",
    "An approval is its own proof: the file carries a signature by a key of 'by', or of"
    " 'recorded_by' if that person may record for them. Whoever merges it lends it nothing, and one"
    " that was taken back doesn't come again.",
    "take it out, and let the person run tagboat approve",
)

CODES: Mapping[str, Code] = MappingProxyType(
    {value.id: value for value in list(vars().values()) if isinstance(value, Code)}
)
"""Every code of sign-off by its id."""


def explain(code: str) -> str:
    """The manual text of a code such as ``TB450``; raises `KeyError` for an unknown one."""
    return CODES[code.upper()].manual
