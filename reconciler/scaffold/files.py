"""New files of each kind: path → text, head and modeline included."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from reconciler.diagnostics import Diagnostic
from reconciler.errors import UsageError
from reconciler.manifest.paths import (
    app_path,
    calendar_path,
    customer_path,
    environment_path,
    freeze_path,
    home_of,
    policy_path,
)
from reconciler.manifest.schemas import modeline
from reconciler.manifest.snapshot import Snapshot
from reconciler.scaffold.editing import edited
from reconciler.scaffold.wording import quoted, word, words

_NAME = re.compile(r"^name:.*$", re.MULTILINE)
_MODELINE = re.compile(r"\A# yaml-language-server:.*\n")
_GROUP = re.compile(r"customer/([a-z0-9-]+)")
_LEVELS = 4
_LOOPBACK = re.compile(r"\b(?:127\.0\.0\.1|localhost):([1-9][0-9]{0,4})\b")


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file that isn't there yet."""

    path: str
    text: str


def new_file(path: str, kind: str, *lines: str) -> NewFile:
    """A file of these lines below the head that every file has.

    Raises `UsageError` when no file of this kind may be there: the name in the path is none.
    """
    home = home_of(path)
    if isinstance(home, Diagnostic):
        raise UsageError(home.message, hint=home.hint or "take another name")
    if home.kind.__name__ != kind:
        raise UsageError(f"{path} can't be a file of kind {kind}", hint="take another name")
    head = (modeline(path), "apiVersion: tagboat/v1", f"kind: {kind}")
    return NewFile(path, "\n".join([*head, *(each for each in lines if each)]) + "\n")


def like(path: str, text: str, name: str) -> NewFile:
    """A copy of an existing file's text under another name; its comments stay."""
    rest = _NAME.sub(lambda _: f"name: {word(name)}", _MODELINE.sub("", text), count=1)
    return NewFile(path, f"{modeline(path)}\n{rest}")


def with_own_ports(text: str, others: Iterable[str]) -> str:
    """The text with other ports of this machine than those that it and the other texts name.

    A place listens on an address of its own, and its ``url`` leads there.
    """
    taken = {int(each[1]) for other in (text, *others) for each in _LOOPBACK.finditer(other)}
    instead: dict[str, int] = {}
    for port in sorted({each[1] for each in _LOOPBACK.finditer(text)}, key=int):
        free = next((each for each in range(int(port) + 1, 65536) if each not in taken), None)
        if free is None:
            raise UsageError(f"no port above {port} is free", hint="write the address yourself")
        taken.add(free)
        instead[port] = free
    return _LOOPBACK.sub(lambda each: each[0].removesuffix(each[1]) + str(instead[each[1]]), text)


def app(name: str, *, title: str = "", owner: str = "") -> NewFile:
    """An app of one component that is a tarball, with one smoke test."""
    return new_file(
        app_path(name),
        "App",
        f"name: {word(name)}",
        _line("title", title),
        f"owner: {word(owner)}" if owner else "",
        "# A version is a tag of the app's own repository.",
        'versions: {scheme: semver, tag: "v{version}"}',
        "# In the order in which they are put in place.",
        "components:",
        "  - name: web",
        "    # A path below the app's artifact address, which the host's configuration has.",
        '    artifact: {tarball: "web-{version}.tar.gz"}',
        "    # What runs as long as the release does. Left out: files only.",
        "    run: [./server]",
        "# When one of these fails, the release before it comes back by itself.",
        "pipeline:",
        "  smoke:",
        '    home: {http: {url: "/", status: 200}, timeout: 10s}',
    )


def environment(name: str, *, extends: str = "", customer: str = "", tier: str = "") -> NewFile:
    """An environment: what its policy doesn't give, or without one a place on this machine."""
    lines = [f"name: {word(name)}"]
    if extends:
        lines.append(f"extends: {word(extends)}")
    if customer:
        lines.append(f"customer: {word(customer)}")
    if tier:
        lines.append(f"tier: {word(tier)}")
    if not extends:
        lines += [
            "# Folders and processes of the machine that the reconciler runs on.",
            'target: {driver: local, root: "{environment}/{app}"}',
            "# Whose merge is a sign-off here. Nobody merges a change of their own.",
            "permissions: {promote: [role/admin]}",
        ]
    return new_file(environment_path(name), "Environment", *lines)


def temporary(made: NewFile, owner: str, expires: str, *, until_released: bool) -> NewFile:
    """The environment's file with an end, instead of the one that it had."""
    from ruamel.yaml.comments import CommentedMap
    from ruamel.yaml.scalarstring import DoubleQuotedScalarString

    ends = CommentedMap(owner=owner, expires=DoubleQuotedScalarString(expires))
    if until_released:
        ends["delete_when"] = "released"
    ends.fa.set_flow_style()

    def change(node: CommentedMap) -> None:
        if "temporary" in node:
            node["temporary"] = ends
        else:
            node.insert(list(node).index("name") + 1, "temporary", ends)

    return NewFile(made.path, edited(made.text.encode(), change).decode())


def policy(name: str, *, extends: str = "", tier: str = "") -> NewFile:
    """A policy; what stands in it holds for every environment that extends it."""
    lines = [f"name: {word(name)}"]
    if extends:
        lines.append(f"extends: {word(extends)}")
    if tier:
        lines.append(f"tier: {word(tier)}")
    if not extends:
        lines += ["# Whose merge is a sign-off there.", "permissions: {promote: [role/admin]}"]
    return new_file(policy_path(name), "Policy", *lines)


def customer(
    name: str,
    *,
    title: str = "",
    language: str = "",
    calendar: str = "",
    groups: Iterable[str] = ("managers",),
) -> NewFile:
    """A customer with these groups of contacts, nobody in them yet."""
    return new_file(
        customer_path(name),
        "Customer",
        f"name: {word(name)}",
        _line("title", title),
        f"language: {word(language)}" if language else "",
        f"calendar: {word(calendar)}" if calendar else "",
        "# Groups of people; notices say customer/managers.",
        "contacts:",
        *(f"  {word(each)}: []" for each in groups),
    )


def groups_of(snapshot: Snapshot, base: str) -> tuple[str, ...]:
    """The groups of a customer's contacts that ``base`` and the policies below it speak of."""
    found = {"managers"}
    for each in snapshot.policies:
        line = tuple(_line_of(snapshot, each))
        if base in line:
            for above in line:
                found.update(_groups(snapshot.documents[policy_path(above)].value))
    return tuple(sorted(found))


def _groups(value: object) -> Iterator[str]:
    match value:
        case str():
            if named := _GROUP.fullmatch(value):
                yield named[1]
        case Mapping():
            for each in value.values():
                yield from _groups(each)
        case list() | tuple():
            for each in value:
                yield from _groups(each)


def calendar(name: str, *, extends: str = "", country: str = "", region: str = "") -> NewFile:
    """A calendar of weekends, and of a country's public holidays where one is given."""
    place = [f"country: {quoted(country)}"] if country else []
    place += [f"region: {quoted(region)}"] if region else []
    return new_file(
        calendar_path(name),
        "Calendar",
        f"name: {word(name)}",
        f"extends: {word(extends)}" if extends else "",
        f"holidays: {{{', '.join(place)}}}" if place else "",
        "" if extends else "weekend: [sat, sun]",
        "# Stretches of days, both ends included:",
        '# vacations: [{title: Christmas, from: "2026-12-24", until: "2027-01-06"}]',
    )


def freeze(
    name: str, *, starts: str, until: str, reason: str, scope: Mapping[str, Sequence[str]]
) -> NewFile:
    """A freeze between two instants; ``scope`` says where, and is everything when empty."""
    parts = [f"{key}: {words(each)}" for key, each in scope.items() if each]
    return new_file(
        freeze_path(name),
        "Freeze",
        f"name: {word(name)}",
        f"scope: {{{', '.join(parts)}}}",
        f"from: {quoted(starts)}",
        f"until: {quoted(until)}",
        _line("reason", reason),
    )


def environments_of(snapshot: Snapshot, name: str, base: str) -> list[NewFile]:
    """One environment of five lines for each tier that the policies below ``base`` have.

    Raises `UsageError` when there is no such policy, none of a tier, or two of one tier.
    """
    if (path := policy_path(base)) in snapshot.broken:
        raise UsageError(f"{path} has errors", hint="tagboat validate says which: mend them first")
    if base not in snapshot.policies:
        raise UsageError(
            f"there is no policy {base}", hint=_choice(snapshot.policies, "tagboat new policy NAME")
        )
    tiers: dict[str, list[str]] = {}
    for each in snapshot.policies.values():
        if each.tier and base in _line_of(snapshot, each.name):
            tiers.setdefault(each.tier, []).append(each.name)
    if not tiers:
        raise UsageError(
            f"no policy that extends {base} has a tier",
            hint=f"write one: tagboat new policy {base}-test --extends {base} --tier test",
        )
    for tier, names in tiers.items():
        if len(names) > 1:
            raise UsageError(
                f"two policies are of tier {tier}: {' and '.join(sorted(names)[:2])}",
                hint="name the one to extend with --extends",
            )
    return [
        environment(f"{name}-{tier}", extends=names[0], customer=name)
        for tier, names in sorted(tiers.items())
    ]


def _line_of(snapshot: Snapshot, policy_name: str) -> Iterable[str]:
    """The policy and those it is laid over."""
    at: str | None = policy_name
    for _ in range(_LEVELS):
        found = snapshot.policies.get(at) if at else None
        if found is None:
            return
        yield found.name
        at = found.extends


def _line(field: str, text: str) -> str:
    return f"{field}: {quoted(text)}" if text else ""


def _choice(names: Iterable[str], otherwise: str) -> str:
    known = sorted(names)
    return f"there are: {', '.join(known)}" if known else otherwise
