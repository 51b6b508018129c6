"""``TB4xx``: git holds something else than a plain file there. ``TB45x`` belongs to sign-off."""

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
