"""``TB40x``: git holds something that can't count. ``TB45x`` belongs to sign-off."""

from reconciler.manifest.codes.code import Code

SYMLINK = Code(
    "TB401",
    "symbolic link",
    "A link's target can be outside the repository, and changes without this file changing.",
    "commit the file itself",
)
SUBMODULE = Code(
    "TB402",
    "submodule",
    "What stands in a submodule isn't signed off here.",
    "commit the files themselves",
)
MODE = Code(
    "TB403",
    "unusual file mode",
    "Managed files are plain files; an executable one invites somebody to run it.",
    "run git update-index --chmod=-x on it and commit",
)
MISSING = Code(
    "TB404",
    "objects are missing",
    "A shallow, partial or damaged copy of a repository holds only a part of what it names, and"
    " what can't be read can't be judged. Nothing new starts from it.",
    "bring them with git fetch --unshallow or git fetch --refetch; on the remote, ask git fsck",
)
MALFORMED = Code(
    "TB405",
    "malformed object",
    "Git's own check refuses it, for a name such as '.git' or a mode written in an odd way. Git's"
    " commands don't agree on what such a folder holds.",
    "make the commit anew with git add and git commit; git fsck names the object",
)
GONE = Code(
    "TB406",
    "branch gone or empty",
    "A branch that is gone, or has no managed file, says nothing of what shall run. What runs stays"
    " as it is, and nothing new starts.",
    "push the branch again, or give its new name as [remote] branch in tagboat.toml",
)
REWRITTEN = Code(
    "TB407",
    "branch rewritten",
    "The branch no longer holds the commit that was seen on it, so what was signed off there may"
    " be gone. What was seen last stays in force, and nothing new starts.",
    "find out who rewrote it; then push what was there before, or set a new trust root",
)
HISTORY = Code(
    "TB408",
    "history that can't be relied on",
    "Records are only ever added, each signed by a reconciler. A history that went back or was"
    " written by somebody else doesn't say what runs, so nothing new starts.",
    "find out who changed the branch tagboat/history, then push what was there before",
)


def of_mode(mode: str) -> Code | None:
    """What is wrong with a path of this mode; nothing if it is a plain file."""
    match mode:
        case "100644":
            return None
        case "120000":
            return SYMLINK
        case "160000":
            return SUBMODULE
        case _:
            return MODE
