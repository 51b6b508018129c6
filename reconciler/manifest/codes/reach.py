"""``TB33x`` and ``TB34x``: it is allowed, and can never be reached or never happens."""

from reconciler.manifest.codes.code import Code

TOO_FEW = Code(
    "TB330",
    "fewer persons than asked for",
    "A seat that can't be filled closes the place for good.",
    "ask for fewer, or give the role to more persons",
)
ALONE = Code(
    "TB331",
    "four eyes that nobody else has",
    "One person can't write a change and agree to it too, and there is nobody else.",
    "add another person, or set 'four_eyes: false'",
)
REQUIRED = Code(
    "TB332",
    "the place requires what isn't there",
    "The gate would stay closed for good.",
    "add what is required, or take the word out of 'gates.require'",
)
NO_WAY_BACK = Code(
    "TB333",
    "data that couldn't be put back",
    "Going back from a breaking migration restores the backup, under maintenance.",
    "give the pipeline 'maintenance' and a 'backup' with 'run' and 'restore'",
)
TEMPLATE = Code(
    "TB334",
    "another language of templates",
    "Nothing is evaluated in a text: it would be sent as it stands.",
    "use a word in single braces, such as {version}",
)
HOSTS = Code(
    "TB335",
    "not a host",
    "A host's name is given to another program: it holds letters, digits, dots and dashes.",
    "write the host's name or address only",
)
DEADLINE = Code(
    "TB336",
    "longer than the step around it",
    "The step's deadline ends it first, so it can only fail.",
    "make the step's 'timeout' longer, or this one shorter",
)
ASKING = Code(
    "TB341",
    "check that asks a person",
    "A check tells what became of a step, also after a crash: nobody is there to be asked then.",
    "ask the question in 'pipeline.smoke', and let the check be a command",
)
QUARANTINED = Code(
    "TB337",
    "release in quarantine",
    "Somebody has put the release aside for good: it starts nowhere.",
    "promote another release, or take the quarantine out",
)
SILENT = Code(
    "TB338",
    "nothing is done on tickets",
    "Somebody believes that tickets are told, and nothing tells them.",
    "add 'comment: true', 'transition:' or 'close: true', or take it out",
)
REMOTE_ROOT = Code(
    "TB339",
    "not a folder on the hosts",
    "The folder is given to programs of other machines, and its old contents are removed.",
    "write an absolute folder of at least two steps, without '.' and '..'",
)
PATTERN = Code(
    "TB340",
    "not a pattern",
    "Ids of tickets are found by a regular expression.",
    "correct the pattern, such as SHOP-[0-9]+",
)
TRAIN = Code(
    "TB342",
    "a train without a next version",
    "At each slot the train would have to make a version up, so it never cuts anything.",
    "give 'versions' scheme semver, or scheme calver with a 'pattern', such as YYYY.0M.0D.N",
)
NO_TRACKER = Code(
    "TB343",
    "tickets that are nowhere",
    "Where tickets stand is asked of the app's tracker: without one the gate stays unknown.",
    "add 'tracker:' to the app, or take 'gates.tickets' out",
)
