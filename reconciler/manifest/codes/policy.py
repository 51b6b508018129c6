"""``TB3xx``: it can be read, but it isn't allowed."""

from reconciler.manifest.codes.code import Code

MOVING = Code(
    "TB301",
    "version that moves",
    "A version names one content for ever; latest, main or v1 mean something else tomorrow.",
    "write a full version such as 1.4.0",
)
SECRET = Code(
    "TB302",
    "looks like a secret",
    "What is committed is read by everybody who can read the repository, for ever.",
    "take it out, replace the secret at its source, and keep the new one in host configuration",
)
SHARED_KEY = Code(
    "TB303",
    "key of two persons",
    "A signature must lead to one person; with a shared key the first one listed would win.",
    "give each person a key of their own",
)
SHARED_LOGIN = Code(
    "TB319",
    "login of two persons",
    "A forge's answer must lead to one person; a login that two have is nobody's.",
    "give each person the login of their own account",
)
KEY_FORM = Code(
    "TB304",
    "not a public ssh key",
    "Persons are known by public ssh keys, written as a type and base64.",
    "copy the line of the .pub file",
)
NOBODY = Code(
    "TB305",
    "nobody may promote",
    "A merge is a sign-off only by somebody who may promote there.",
    "let 'permissions.promote' lead to a person",
)
SAME_TARGET = Code(
    "TB306",
    "two places in one",
    "Two places with one folder or one address would overwrite each other.",
    "give each place a folder and an address of its own",
)
ROOT_OUTSIDE = Code(
    "TB307",
    "folder outside the driver's",
    "A place's folder is inside the one that host configuration gives the driver.",
    "write a relative folder without '.' and '..'",
)
LISTEN = Code(
    "TB308",
    "not an address to listen on",
    "A place answers on one address and port.",
    "write host:port with a port from 1 to 65535, such as 127.0.0.1:8101",
)
SCHEME = Code(
    "TB309",
    "not a web address",
    "Only http and https are asked; other schemes read files or speak other protocols.",
    "write an address that starts with http:// or https://, or with /",
)
USERINFO = Code(
    "TB310",
    "name or password in an address",
    "They are secrets, and they make an address look like another one.",
    "take out what stands before the @",
)
HOST = Code(
    "TB311",
    "host written in an unusual way",
    "Numbers such as 127.1 or 0x7f000001 mean an address that the reader doesn't see.",
    "write the host's name or its usual address",
)
ARTIFACT_PATH = Code(
    "TB312",
    "artifact path leaves its folder",
    "Artifacts are below the app's artifact address.",
    "write a relative path without '.', '..' and '//'",
)
PROGRAM = Code(
    "TB313",
    "not a program",
    "A command is a list of arguments: './…' inside the release, or a program of the host.",
    "write ./program, a plain program name or an absolute path first, and each argument apart",
)
VARIABLE = Code(
    "TB314",
    "environment variable that can't be set",
    "It would change which program runs, or what the driver itself hands over.",
    "choose another name",
)
HEADER = Code(
    "TB315",
    "not a header",
    "Header names are letters, digits and dashes.",
    "correct the header's name",
)
JSON_PATH = Code(
    "TB316",
    "not a JSON path",
    "Values of an answer are found by paths such as $.version or $.items[0].name.",
    "write a path that starts with $",
)
DRIVER = Code(
    "TB317",
    "unknown driver",
    "Nobody knows how to make such a place run anything.",
    "write one of the drivers shown",
)
TARGET_FIELD = Code(
    "TB318",
    "the target needs another field",
    "The driver can't find the place without it.",
    "add the field shown",
)
