"""``TB2xx``: something is named that isn't there, or not so."""

from reconciler.manifest.codes.code import Code

PATH_NAME = Code(
    "TB201",
    "name differs from the path",
    "A file that was copied and not changed would speak for another place.",
    "write the name that the path has, or move the file",
)
STRAY = Code(
    "TB202",
    "file doesn't belong here",
    "Every file below releases/ and environments/ has a meaning; one that is silently ignored may"
    " be one that somebody relies on.",
    "move the file out of the managed folders, or correct its name",
)
CASE = Code(
    "TB203",
    "two paths differ only in case",
    "On some machines these are one file.",
    "rename one of them",
)
RESERVED = Code(
    "TB204",
    "reserved name",
    "The name already means something else in these folders.",
    "choose another name",
)
APP = Code(
    "TB205",
    "unknown app",
    "There is no app.yaml for this name.",
    "correct the name, or add releases/<app>/app.yaml",
)
RELEASE = Code(
    "TB206",
    "unknown release",
    "There is no release.yaml for this version of the app.",
    "correct the version, or add its release.yaml",
)
ENVIRONMENT = Code(
    "TB207",
    "unknown environment",
    "There is no environment.yaml in this folder.",
    "correct the folder's name, or add environment.yaml",
)
COMPONENTS = Code(
    "TB208",
    "components aren't the app's",
    "A release carries components that its app names, in the app's order, each once.",
    "name components of app.yaml in its order",
)
PARTY = Code(
    "TB209",
    "unknown person, team or role",
    "A reference that leads to nobody would be a lock without a key, or a notice to nobody.",
    "correct the name, or add it to environments/people.yaml",
)
CYCLE = Code(
    "TB210",
    "role contains itself",
    "Who holds a role must be found without going in circles.",
    "take one of the roles out of the other",
)
PLACEHOLDER = Code(
    "TB211",
    "unknown placeholder",
    "A word in braces is filled in; an unknown one would be noticed only when it is used.",
    "use a word that is filled in here, or take the braces out",
)
TAG_NAME = Code(
    "TB212",
    "tag isn't the app's",
    "The app says how its versions are tagged; another tag may be another version.",
    "write the tag that the app's 'versions.tag' gives for this version",
)
NO_ADDRESS = Code(
    "TB213",
    "relative address without a beginning",
    "An address that starts with '/' begins at the place's 'url', and there is none.",
    "give the environment or apps.<app> a 'url', or write the whole address",
)
