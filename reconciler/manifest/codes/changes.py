"""``TB42x``: a change that may not be made; found by comparing two commits."""

from reconciler.manifest.codes.code import Code

CHANGED = Code(
    "TB420",
    "release changed after its merge",
    "What was approved and proven must be what is deployed, for ever.",
    "restore the file, and add a release with a new version",
)
REMOVED = Code(
    "TB421",
    "release removed",
    "What runs, or ran, must stay known, or nobody can go back to it.",
    "restore the file; to keep it from being used add its quarantine.yaml",
)
MASS = Code(
    "TB422",
    "removes too much at once",
    "So much is removed by mistake more often than by intent.",
    "split the change, so that each removes less",
)
RENAMED = Code(
    "TB423",
    "environment renamed",
    "What runs there is known by the old name; under the new one it would be deployed beside it.",
    "keep the name and change 'title', or add the new environment first and remove the old later",
)
LOWER = Code(
    "TB424",
    "lower version",
    "The place asks that what comes contains what runs, and an older version doesn't.",
    "release it again with a higher version, or write an override of 'require/not-behind'",
)
