"""Changes that somebody else merges: a signed commit on a new branch, checked before it leaves."""

import re
import shlex
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, assert_never

from reconciler.cli.output import say
from reconciler.errors import ConfigurationError, TagboatError
from reconciler.visibility import visible

if TYPE_CHECKING:
    from reconciler.diagnostics import Report
    from reconciler.manifest.snapshot import Snapshot
    from reconciler.model.host import Forge
    from reconciler.repository.git import Git
    from reconciler.repository.workspace import Workspace

_SHORT = re.compile(r"([^/:]+):/?([^/].*)")
"""What git takes for ssh: ``git@git.example:acme/deploy.git``."""

_TOLD = 5
"""Places that what comes of a merge is told of."""


def load_commit(git: "Git", commit: str) -> "tuple[Snapshot, Report]":
    """The managed files at a commit, and what is wrong with each."""
    from reconciler.manifest.loading import load
    from reconciler.repository.trees import blobs, entries

    return load(commit, blobs(git, entries(git, commit)))


def committed(
    workspace: "Workspace", git: "Git", base: str, files: Mapping[str, bytes | None], *, title: str
) -> str:
    """A signed commit with these files, which nobody sees yet.

    Raises `TagboatError` with the findings when a file would be wrong.
    """
    from reconciler.validator import validate

    commit = workspace.commit(base, files, f"{title}\n")
    snapshot, report = load_commit(git, commit)
    report = report + validate(snapshot)
    own = [each for each in report.findings if each.location.path in files]
    if own:
        told = "\n".join(str(each) for each in own)
        raise TagboatError(f"the file would be wrong\n{told}", hint="nothing was pushed")
    return commit


def put_forward(
    workspace: "Workspace",
    commit: str,
    *,
    wish: str,
    branch: str,
    title: str,
    what: str,
    local: bool,
    anybody: bool = False,
    then: Sequence[str] = (),
) -> None:
    """Push the commit as a merge request or a branch, or only make it here; say how it is merged.

    ``wish`` is its name unless somebody has taken that, ``branch`` the one it is to be merged into.
    ``anybody`` may merge what is its own proof; all else is signed off by its merge. ``then`` is
    what comes of that, a line each.
    """
    forge = None if local else _forge_of(workspace)
    merged_by = "anybody may merge it" if anybody else "the approver approves and merges it"
    if forge is not None and forge.type == "gitea" and _leads_there(workspace, forge):
        number, name = workspace.request_merge(commit, wish, target=branch, title=title)
        if number:
            say(f"opened merge request {number}, here branch {name}: {what}")
            _say_then(then, _plan_line(workspace, branch, name))
            say(f"{merged_by}:")
            print(visible(f"{_web_address(forge)}/pulls/{number}"))
            return
    name = workspace.free_branch(wish, local=local)
    if name != wish:
        say(f"a branch {wish} is there already, so this is {name}")
    if local:
        workspace.keep(commit, name)
        say(f"made branch {name} in this clone; nothing was pushed: {what}")
        _say_then(then, _plan_line(workspace, branch, name))
        return
    workspace.publish(commit, name, target=branch, title=title)
    say(f"pushed {name}: {what}")
    _say_then(then, _plan_line(workspace, branch, name))
    if forge is not None:
        say(f"open its merge request, unless the forge did so; {merged_by}:")
        print(visible(request_address(forge, branch=branch, name=name)))
        return
    own = "the approver looks at it and merges it, in a clone of their own"
    say(f"{'anybody may merge it, you too' if anybody else own}:")
    print(visible(_merge_line(workspace.remote, branch, name, title)))


def _say_then(lines: Sequence[str], plan: str) -> None:
    for each in lines[:_TOLD]:
        for line in each.splitlines():
            say(line)
    more = len(lines) - _TOLD
    if more > 0:
        say(f"and {more} more place{'s' * (more > 1)}, see: {plan}")


def _plan_line(workspace: "Workspace", branch: str, name: str) -> str:
    return f"tagboat plan --base {workspace.remote}/{branch} --head {name}"


def _forge_of(workspace: "Workspace") -> "Forge | None":
    """The forge whose merge requests are the sign-off, as far as this machine knows."""
    from reconciler.system.configuration import find_configuration

    try:
        host = find_configuration(None, start=workspace.folder).host
    except ConfigurationError:
        return None
    return host.forge if host.trust.mode == "forge" else None


def _leads_there(workspace: "Workspace", forge: "Forge") -> bool:
    """Whether a push goes to the forge; any other remote would keep a ref that is no request."""
    if is_at(forge, workspace.push_address()):
        return True
    where = f"{forge.repository} at {forge.url}"
    say(f"the address of {workspace.remote} isn't that of {where}: no merge request is opened")
    return False


def is_at(forge: "Forge", address: str) -> bool:
    """Whether an address that git pushes to is the forge's own for the repository.

    By host and path, over http or ssh; another host may be anything.
    """
    from urllib.parse import urlsplit

    short = _SHORT.match(address)
    address = f"ssh://{short[1]}/{short[2]}" if short else address
    try:
        there, own = urlsplit(address), urlsplit(forge.url)
    except ValueError:
        return False
    above = own.path.rstrip("/") if there.scheme in {"http", "https"} else ""
    path = there.path.rstrip("/").removesuffix(".git")
    same = path.casefold() == f"{above}/{forge.repository}".casefold()
    return same and bool(own.hostname) and there.hostname == own.hostname


def request_address(forge: "Forge", *, branch: str, name: str) -> str:
    """Where a person opens the merge request of a branch into another one."""
    from urllib.parse import quote, urlencode

    at = _web_address(forge)
    match forge.type:
        case "gitlab":
            asked = {
                "merge_request[source_branch]": name,
                "merge_request[target_branch]": branch,
            }
            return f"{at}/-/merge_requests/new?{urlencode(asked)}"
        case "gitea" | "github":
            return f"{at}/compare/{quote(branch)}...{quote(name)}"
        case _:
            assert_never(forge.type)


def _web_address(forge: "Forge") -> str:
    """Where people look at the repository."""
    at = forge.url.rstrip("/").replace("https://api.github.com", "https://github.com")
    return f"{at}/{forge.repository}"


def _merge_line(remote: str, branch: str, name: str, title: str) -> str:
    """One line of shell for the approver's own clone, whatever branch it is on."""
    far, here = shlex.quote(remote), shlex.quote(branch)
    main, wish = shlex.quote(f"{remote}/{branch}"), shlex.quote(f"{remote}/{name}")
    return (
        f"git fetch -q {far} && git switch -q {here} && git merge -q --ff-only {main} && "
        f"git merge --no-ff -S -m {shlex.quote(title)} {wish} && git push -q {far} {here}"
    )
