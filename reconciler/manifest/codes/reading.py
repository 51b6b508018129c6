"""``TB0xx``: the bytes can't be read as one plain document."""

from reconciler.manifest.codes.code import Code

SYNTAX = Code(
    "TB001",
    "not valid YAML",
    "The file can't be read at all, so nothing in it is in force.",
    "correct the file at the line and column shown",
)
ENCODING = Code(
    "TB002",
    "not UTF-8 text",
    "Other encodings, and byte order marks, make tools read different text from the same bytes.",
    "save the file as UTF-8 without a byte order mark",
)
CHARACTER = Code(
    "TB003",
    "character that isn't allowed",
    "Tabs, carriage returns, control, invisible and direction-changing characters make a reviewer"
    " see other text than a program reads.",
    "take the character out; indent with spaces and end lines with a line feed only",
)
TOO_LARGE = Code(
    "TB004",
    "file too large",
    "A file has at most 256 KiB, so that reading it can't stall the daemon.",
    "make the file smaller",
)
TOO_DEEP = Code(
    "TB005",
    "nested too deeply",
    "Values are nested at most 32 levels deep; no field needs more than a few.",
    "flatten the value",
)
TOO_MANY = Code(
    "TB006",
    "too many values",
    "A file has at most 20,000 values, so that reading it can't stall the daemon.",
    "make the file smaller",
)
ANCHOR = Code(
    "TB007",
    "anchor, alias or merge key",
    "What is decided must be what stands in the line that a reviewer reads, and not a copy of"
    " another place.",
    "write the value out",
)
TAG = Code(
    "TB008",
    "tag or directive",
    "Tags and directives change how a value is read; none is needed.",
    "take it out",
)
DOCUMENTS = Code(
    "TB009",
    "more than one document",
    "One file says one thing. A second document, or an explicit end, hides text from some tools.",
    "keep one document, without '...'",
)
DUPLICATE_KEY = Code(
    "TB010",
    "field written twice",
    "Some tools take the first of two equal fields and some the last.",
    "keep one of them",
)
KEY = Code(
    "TB011",
    "field name isn't text",
    "Names of fields are plain text; numbers, lists and empty names are read in different ways.",
    "write the name as text, in quotes if need be",
)
QUOTE = Code(
    "TB012",
    "plain word that is read in different ways",
    "YAML readers disagree on words such as no, on, 1.10, 007, 22:00 and dates.",
    "quote it",
)
FORM = Code(
    "TB013",
    "way of writing that isn't allowed",
    "Folded and multi-line values, block text with indentation signs, and pairs inside lists are"
    " easily misread.",
    "write the value on one line, or as a block after '|'",
)
LITERAL = Code(
    "TB014",
    "not read as it is written",
    "The value that a program reads must be the text that a reviewer sees.",
    'write the value plainly; in double quotes only \\n \\t \\" and \\\\ stand for something else',
)
CONFLICT = Code(
    "TB015",
    "merge conflict",
    "The file still holds the marks of a merge that wasn't finished.",
    "choose one side and remove the marks",
)
LFS = Code(
    "TB016",
    "Git LFS pointer instead of the file",
    "Files that decide are read from git itself; LFS keeps them elsewhere.",
    "take the file out of Git LFS and commit its text",
)
EMPTY = Code(
    "TB017",
    "empty file",
    "An empty file says nothing; removing a file is done by removing it.",
    "write the file's fields, or remove the file",
)
ROOT = Code(
    "TB018",
    "not a mapping",
    "A file is a mapping of fields to values.",
    "start with 'apiVersion: tagboat/v1' and 'kind:'",
)
NUMBER = Code(
    "TB019",
    "number too long",
    "Numbers have at most 18 digits; longer ones are ids, and ids are text.",
    "quote it",
)
FLOOD = Code(
    "TB020",
    "too many findings",
    "After 100 findings the rest of a file isn't shown.",
    "correct the findings shown, then look again",
)
