"""``TB26x``: policies that can't be laid over each other."""

from reconciler.manifest.codes.code import Code

POLICY = Code(
    "TB261",
    "unknown policy",
    "What an environment inherits decides about it; without the policy nobody knows what holds.",
    "correct the name, or add environments/policies/<name>.yaml",
)
CYCLE = Code(
    "TB262",
    "policy extends itself",
    "What is inherited must be found without going in circles.",
    "take 'extends' out of one of the policies shown",
)
LEVELS = Code(
    "TB263",
    "too many policies over each other",
    "Four levels can still be followed by a reader; what is hidden deeper is overlooked.",
    "extend a policy that is nearer to the first one",
)
