"""``TB1xx``: a field is missing, unknown, or has a value it can't have."""

from reconciler.manifest.codes.code import Code

KIND = Code(
    "TB100",
    "kind that doesn't belong here",
    "The path of a file says what kind it is; the file says the same.",
    "write the kind that belongs to this path, or move the file",
)
UNKNOWN = Code(
    "TB101",
    "unknown field",
    "A field that nobody reads may be a slip of the pen in one that matters.",
    "correct the name, or take the field out",
)
MISSING = Code(
    "TB102",
    "field is missing",
    "Without it the file doesn't say what it must.",
    "add the field",
)
TYPE = Code(
    "TB103",
    "wrong type of value",
    "Values are never converted: a number isn't text, and text isn't a number.",
    "write a value of the type shown",
)
VALUE = Code(
    "TB104",
    "value that the field can't have",
    "The value doesn't have the form, or isn't one of the choices, that the field asks for.",
    "write a value of the form shown",
)
EMPTY_VALUE = Code(
    "TB105",
    "value is missing",
    "A field without a value is null, which no field can have.",
    "write a value, or take the field out",
)
# TB106, TB107 and TB108 said that something wasn't supported yet; they stay unused.
API_VERSION = Code(
    "TB109",
    "unknown format",
    "Files say which format they are written in; this version reads tagboat/v1.",
    "write 'apiVersion: tagboat/v1'",
)
EXACTLY_ONE = Code(
    "TB110",
    "exactly one is needed",
    "These fields choose a sort; none, or two of them, say nothing clear.",
    "keep exactly one of the fields shown",
)
