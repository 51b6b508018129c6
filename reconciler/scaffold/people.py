"""The file of people with one more in it."""

from typing import Any

from reconciler.errors import TagboatError, UsageError
from reconciler.manifest.paths import PEOPLE
from reconciler.manifest.schemas import modeline
from reconciler.scaffold.editing import edited


def with_person(
    text: str, person: str, *, called: str, mail: str, key: str, roles: tuple[str, ...]
) -> str:
    """The text with this person, and in these roles; comments and order stay.

    An empty text becomes a file. Raises `UsageError` when the person is in it already, and
    `TagboatError` when it can't be read.
    """
    from ruamel.yaml.comments import CommentedMap
    from ruamel.yaml.error import YAMLError

    def add(document: Any) -> None:
        if not document.get("people"):
            document["people"] = CommentedMap()
        if person in document["people"]:
            raise UsageError(f"{person} is in {PEOPLE} already", hint="take another id")
        document["people"][person] = _entry(called, mail, key)
        for role in roles:
            _give(document, role, person)

    start = f"{modeline(PEOPLE)}\napiVersion: tagboat/v1\nkind: People\npeople: {{}}\n"
    try:
        return edited((text or start).encode(), add).decode()
    except (YAMLError, AttributeError, TypeError) as error:
        raise TagboatError(f"{PEOPLE} can't be read", hint="tagboat validate") from error


def _entry(called: str, mail: str, key: str) -> object:
    from ruamel.yaml.comments import CommentedMap, CommentedSeq
    from ruamel.yaml.scalarstring import DoubleQuotedScalarString

    entry = CommentedMap({"name": DoubleQuotedScalarString(called)})
    if mail:
        entry["mail"] = DoubleQuotedScalarString(mail)
    if key:
        keys = CommentedSeq([DoubleQuotedScalarString(key)])
        keys.fa.set_flow_style()
        entry["keys"] = keys
    return entry


def _give(document: Any, role: str, person: str) -> None:
    from ruamel.yaml.comments import CommentedMap, CommentedSeq

    roles = document.get("roles")
    if roles is None:
        roles = document["roles"] = CommentedMap()
    if role not in roles:
        roles[role] = CommentedSeq()
        roles[role].fa.set_flow_style()
    if person not in roles[role]:
        roles[role].append(person)
