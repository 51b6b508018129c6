"""``tagboat new``: files that are valid from the start, never over old ones."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reconciler.cli.new_release import DryRunOption, release
from reconciler.cli.options import FolderOption
from reconciler.cli.output import say
from reconciler.errors import UsageError

if TYPE_CHECKING:
    from reconciler.manifest.snapshot import Snapshot
    from reconciler.scaffold.files import NewFile

new = typer.Typer(help="Write a new file of some kind, valid from the start.")
new.command()(release)

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="Its name.")]
ExtendsOption = Annotated[str, typer.Option(metavar="NAME", help="What it is laid over.")]
LikeOption = Annotated[str, typer.Option(metavar="NAME", help="Copy this one, comments too.")]
TitleOption = Annotated[str, typer.Option(metavar="TEXT", help="How people call it.")]
TierOption = Annotated[str, typer.Option(metavar="NAME", help="Its class, such as production.")]


@new.command()
def app(
    name: NameArgument,
    title: TitleOption = "",
    owner: Annotated[str, typer.Option(metavar="REFERENCE", help="Whom to ask.")] = "",
    like: LikeOption = "",
    dry_run: DryRunOption = False,
    folder: FolderOption = Path(),
) -> None:
    """Write an app: one component and one smoke test to start from."""
    from reconciler.manifest.paths import app_path
    from reconciler.scaffold import files

    top, made = _top(folder), files.app(name, title=title, owner=owner)
    _add(top, [_copied(top, app_path(like), made) if like else made], dry_run=dry_run)


@new.command()
def environment(
    name: NameArgument,
    extends: ExtendsOption = "",
    customer: Annotated[str, typer.Option(metavar="NAME", help="Whose it is.")] = "",
    tier: TierOption = "",
    like: LikeOption = "",
    owner: Annotated[
        str, typer.Option(metavar="ID", help="Who answers for it; with --expires.")
    ] = "",
    expires: Annotated[
        str, typer.Option(metavar="INSTANT", help="It is temporary: taken away then.")
    ] = "",
    until_released: Annotated[
        bool, typer.Option("--until-released", help="Or once a release holds what runs there.")
    ] = False,
    dry_run: DryRunOption = False,
    folder: FolderOption = Path(),
) -> None:
    """Write an environment.

    Below a policy it needs no more than names; else it is a place on this machine.
    """
    from reconciler.manifest.paths import environment_path
    from reconciler.scaffold import files

    if bool(owner) != bool(expires) or (until_released and not expires):
        raise UsageError(
            "a temporary environment has an owner and an end",
            hint="--owner ID --expires 2026-12-04T18:00:00+00:00",
        )
    top = _top(folder)
    made = files.environment(name, extends=extends, customer=customer, tier=tier)
    if like:
        copied = _copied(top, environment_path(like), made)
        others = (each.read_text("utf-8") for each in top.glob("environments/*/*.yaml"))
        made = replace(copied, text=files.with_own_ports(copied.text, others))
    if expires:
        made = files.temporary(made, owner, expires, until_released=until_released)
    _add(top, [made], dry_run=dry_run)


@new.command()
def policy(
    name: NameArgument,
    extends: ExtendsOption = "",
    tier: TierOption = "",
    like: LikeOption = "",
    dry_run: DryRunOption = False,
    folder: FolderOption = Path(),
) -> None:
    """Write a policy, which environments extend."""
    from reconciler.manifest.paths import policy_path
    from reconciler.scaffold import files

    top, made = _top(folder), files.policy(name, extends=extends, tier=tier)
    _add(top, [_copied(top, policy_path(like), made) if like else made], dry_run=dry_run)


@new.command()
def customer(
    name: NameArgument,
    extends: Annotated[
        str,
        typer.Option(metavar="POLICY", help="Also an environment for each tier below it."),
    ] = "",
    title: TitleOption = "",
    language: Annotated[str, typer.Option(metavar="CODE", help="Of notices.")] = "",
    calendar: Annotated[str, typer.Option(metavar="NAME", help="Days of no deployments.")] = "",
    dry_run: DryRunOption = False,
    folder: FolderOption = Path(),
) -> None:
    """Write a customer, and its environments."""
    from reconciler.scaffold import files

    top = _top(folder)
    groups: tuple[str, ...] = ("managers",)
    made: list[NewFile] = []
    if extends:
        snapshot = _snapshot(top)
        made = files.environments_of(snapshot, name, extends)
        groups = files.groups_of(snapshot, extends)
    own = files.customer(name, title=title, language=language, calendar=calendar, groups=groups)
    _add(top, [own, *made], dry_run=dry_run)


@new.command()
def calendar(
    name: NameArgument,
    extends: ExtendsOption = "",
    country: Annotated[
        str, typer.Option(metavar="CODE", help="Its public holidays, such as ES.")
    ] = "",
    region: Annotated[str, typer.Option(metavar="CODE", help="Those of a region too.")] = "",
    like: LikeOption = "",
    dry_run: DryRunOption = False,
    folder: FolderOption = Path(),
) -> None:
    """Write a calendar: days on which nothing starts."""
    from reconciler.manifest.paths import calendar_path
    from reconciler.scaffold import files

    top = _top(folder)
    made = files.calendar(name, extends=extends, country=country, region=region)
    _add(top, [_copied(top, calendar_path(like), made) if like else made], dry_run=dry_run)


@new.command()
def freeze(
    name: NameArgument,
    starts: Annotated[
        str, typer.Option("--from", metavar="INSTANT", help="Such as 2026-11-25T17:00:00-05:00.")
    ],
    until: Annotated[str, typer.Option(metavar="INSTANT", help="Until then.")],
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why.")],
    environments: Annotated[
        list[str] | None, typer.Option("--environment", metavar="NAME", help="Only there.")
    ] = None,
    tiers: Annotated[
        list[str] | None, typer.Option("--tier", metavar="NAME", help="Only in this class.")
    ] = None,
    customers: Annotated[
        list[str] | None, typer.Option("--customer", metavar="NAME", help="Only for them.")
    ] = None,
    apps: Annotated[
        list[str] | None, typer.Option("--app", metavar="NAME", help="Only this app.")
    ] = None,
    dry_run: DryRunOption = False,
    folder: FolderOption = Path(),
) -> None:
    """Write a freeze: a stretch of time in which nothing starts.

    Without a scope it holds everywhere.
    """
    from reconciler.scaffold import files

    scope = {
        "environments": environments or [],
        "tiers": tiers or [],
        "customers": customers or [],
        "apps": apps or [],
    }
    made = files.freeze(name, starts=starts, until=until, reason=reason, scope=scope)
    _add(_top(folder), [made], dry_run=dry_run)


@new.command()
def person(
    name: Annotated[str, typer.Argument(metavar="ID", help="The person's id.")],
    called: Annotated[str, typer.Option("--name", metavar="TEXT", help="How others call them.")],
    mail: Annotated[str, typer.Option(metavar="ADDRESS", help="Where they are reached.")] = "",
    key: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Their public key, a .pub file.", dir_okay=False),
    ] = None,
    roles: Annotated[
        list[str] | None, typer.Option("--role", metavar="NAME", help="A role they are given.")
    ] = None,
    dry_run: DryRunOption = False,
    folder: FolderOption = Path(),
) -> None:
    """Add a person to environments/people.yaml.

    Comments and order stay.
    """
    from reconciler.cli.tree import write
    from reconciler.manifest.paths import PEOPLE
    from reconciler.scaffold.people import with_person

    top = _top(folder)
    public = _public_key(key) if key else ""
    file = top / PEOPLE
    text = file.read_text(encoding="utf-8") if file.exists() else ""
    changed = with_person(
        text, name, called=called, mail=mail, key=public, roles=tuple(roles or ())
    )
    write(top, {PEOPLE: changed}, dry_run=dry_run)
    if not public:
        say(f"{name} can't sign yet: write their public key below 'keys' of {PEOPLE}")


def _top(folder: Path) -> Path:
    from reconciler.cli.tree import top_of

    return top_of(folder)


def _snapshot(top: Path) -> "Snapshot":
    from reconciler.cli.tree import snapshot_of

    return snapshot_of(top)


def _add(top: Path, files: "list[NewFile]", *, dry_run: bool) -> None:
    from reconciler.cli.tree import add

    add(top, files, dry_run=dry_run)


def _copied(top: Path, example: str, made: "NewFile") -> "NewFile":
    """An existing file's text in place of a built-in one."""
    from reconciler.scaffold.files import like

    file = top / example
    if not file.is_file():
        raise UsageError(f"there is no {example}", hint="name one that is there with --like")
    return like(made.path, file.read_text(encoding="utf-8"), name_in(made.path))


def name_in(path: str) -> str:
    """The name that the path of an app, an environment or a shared file has."""
    from reconciler.manifest.paths import Home, home_of

    home = home_of(path)
    if not isinstance(home, Home):
        raise UsageError(home.message, hint=home.hint)
    return home.name("name")


def _public_key(file: Path) -> str:
    """The one line of a .pub file, without its comment's secrets: never a private key."""
    try:
        text = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{file} can't be read", hint="name a .pub file") from error
    if "PRIVATE KEY" in text or "\n" in text or not text.startswith(("ssh-", "ecdsa-", "sk-")):
        raise UsageError(f"{file} is no public key", hint=f"name the other half: {file}.pub")
    return text
