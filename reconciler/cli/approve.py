"""``tagboat approve`` and ``tagboat reject``: one's word for a release in an environment."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reconciler.cli.branch import committed, load_commit, put_forward
from reconciler.cli.options import FolderOption
from reconciler.cli.output import say
from reconciler.errors import RefusedError, UsageError

if TYPE_CHECKING:
    from reconciler.manifest.snapshot import Snapshot
    from reconciler.model.approval import Approval

ReleaseArgument = Annotated[
    str, typer.Argument(metavar="APP@VERSION", help="What the word is about.")
]
ToOption = Annotated[str, typer.Option("--to", metavar="ENV", help="Where it shall run.")]
RoleOption = Annotated[
    str, typer.Option("--role", metavar="ROLE", help="As whom; needed only if it isn't clear.")
]
BehalfOption = Annotated[
    str, typer.Option("--on-behalf", metavar="PERSON", help="Write this person's word down.")
]
EvidenceOption = Annotated[
    str, typer.Option(metavar="LINK", help="Where the word was given, or what was looked at.")
]
CommentOption = Annotated[str, typer.Option(metavar="TEXT", help="What is said besides.")]
BranchOption = Annotated[str, typer.Option(metavar="NAME", help="The protected branch.")]
LocalOption = Annotated[bool, typer.Option("--local", help="Make the branch, don't push it.")]


def approve(
    release: ReleaseArgument,
    to: ToOption,
    role: RoleOption = "",
    on_behalf: BehalfOption = "",
    evidence: EvidenceOption = "",
    comment: CommentOption = "",
    risk_accepted: Annotated[
        bool, typer.Option("--risk-accepted", help="Accept the risk without own tests.")
    ] = False,
    branch: BranchOption = "main",
    local: LocalOption = False,
    folder: FolderOption = Path(),
) -> None:
    """Give one's word for a release in an environment.

    A signed file on a new branch, for exactly what would run there. It covers the release, its
    slot, configuration, gates, pipeline and target, for one promotion,
    for 14 days. The file is its own proof: anybody may merge it, with or without a signature.
    """
    decision = "risk-accepted" if risk_accepted else "approved"
    said = _said(role, on_behalf, evidence, comment)
    _give(release, to, decision, said, branch=branch, local=local, folder=folder)


def reject(
    release: ReleaseArgument,
    to: ToOption,
    role: RoleOption = "",
    on_behalf: BehalfOption = "",
    evidence: EvidenceOption = "",
    comment: CommentOption = "",
    branch: BranchOption = "main",
    local: LocalOption = False,
    folder: FolderOption = Path(),
) -> None:
    """Say no to a release in an environment.

    A signed file on a new branch. It closes the gate `approvals` there until the same person has
    it removed.
    """
    said = _said(role, on_behalf, evidence, comment)
    _give(release, to, "rejected", said, branch=branch, local=local, folder=folder)


def _said(role: str, on_behalf: str, evidence: str, comment: str) -> dict[str, str]:
    given = {"role": role, "by": on_behalf, "evidence": evidence, "comment": comment}
    return {name: text for name, text in given.items() if text}


def _give(
    release: str,
    to: str,
    decision: str,
    said: dict[str, str],
    *,
    branch: str,
    local: bool,
    folder: Path,
) -> None:
    from reconciler.manifest.paths import approval_path
    from reconciler.model.approval import Approval
    from reconciler.repository.git import Git
    from reconciler.repository.signing import sign_word
    from reconciler.repository.workspace import Workspace
    from reconciler.system.caches import cache_folder

    app, _, version = release.partition("@")
    if not (app and version):
        raise typer.BadParameter("expected APP@VERSION, such as shop@1.1.0")
    workspace = Workspace.around(folder)
    key = workspace.signing_key()
    base = workspace.fetch(branch)
    git = Git(folder, cache_folder() / "git-home")
    snapshot, _ = load_commit(git, base)
    digest = _digest(snapshot, to, app, version)
    me = _person(snapshot, sign_word(b"who am I", key=key)[1])
    by = said.get("by", me)
    if by != me and by not in snapshot.people.people[me].records_for:  # type: ignore[union-attr]
        raise RefusedError(
            f"{me} may not record for {by}", hint=f"'records_for' of {me} in people.yaml names whom"
        )
    fields: dict[str, str] = {
        "apiVersion": "tagboat/v1",
        "kind": "Approval",
        "app": app,
        "version": version,
        "environment": to,
        "role": said.get("role") or _role(snapshot, to, app, by),
        "by": by,
        **({"recorded_by": me} if by != me else {}),
        "decision": decision,
        **{name: said[name] for name in ("evidence", "comment") if name in said},
        "digest": digest,
    }
    word = Approval.model_validate(fields)
    word = word.model_copy(update={"signature": sign_word(word.statement, key=key)[0]})
    path = approval_path(app, version, to, by)
    _require_seat(snapshot, path, word)
    verb = "reject" if decision == "rejected" else "approve"
    title = f"{verb.capitalize()} {app} {version} in {to}"
    commit = committed(workspace, git, base, {path: text_of(word).encode()}, title=title)
    say(f"{by} {decision} {app} {version} in {to} as {word.role}: {digest[:19]}…")
    put_forward(
        workspace,
        commit,
        wish=f"tagboat/{verb}/{to}/{app}/{version}/{by}",
        branch=branch,
        title=title,
        what=f"the word of {by}",
        local=local,
        anybody=True,
    )


def _digest(snapshot: "Snapshot", environment: str, app: str, version: str) -> str:
    from reconciler.cli.knowledge import suggestion
    from reconciler.manifest.binding import bound_digest

    promotion = snapshot.promotions.get((environment, app))
    mine = promotion if promotion is not None and promotion.release == version else None
    found = bound_digest(snapshot, environment, app, version=version, promotion=mine)
    if found is not None:
        return found
    if environment not in snapshot.environments:
        hint = suggestion(environment, sorted(snapshot.environments))
        raise UsageError(f"there is no environment {environment}", hint=hint)
    versions = sorted(snapshot.versions.get(app, ()))
    raise UsageError(f"there is no release {app} {version}", hint=suggestion(version, versions))


def _person(snapshot: "Snapshot", key: str) -> str:
    """Whose key this is."""
    people = snapshot.people.people if snapshot.people else {}
    for person, entry in people.items():
        if any(each.split()[:2] == key.split() for each in entry.keys):
            return person
    raise RefusedError(
        "your signing key is nobody's in environments/people.yaml",
        hint="have it added there, or set git config user.signingkey to the one that stands there",
    )


def _role(snapshot: "Snapshot", environment: str, app: str, person: str) -> str:
    """The one role that the person's word can be given in there.

    Whoever fills no seat, and may promote, gives it in a role of theirs: it stands for a merge.
    """
    from reconciler.manifest.layering import resolve

    here, people = resolve(snapshot, environment, app).environment, snapshot.people
    assert here is not None  # noqa: S101 - its digest is known
    assert people is not None  # noqa: S101 - the person is
    asked = [each.role for each in here.gates.approvals]
    lead = [each.removeprefix("role/") for each in here.permissions.promote]
    may = any(person in people.counting(each, here.customer) for each in here.permissions.promote)
    all_of_mine = [
        each for each in people.roles if person in people.counting(f"role/{each}", here.customer)
    ]
    names = dict.fromkeys(asked or people.roles)
    mine = [each for each in names if each in all_of_mine]
    if len(mine) != 1 and may and not (asked and mine):
        mine = [each for each in lead if each in all_of_mine][:1] or mine or all_of_mine
    if len(mine) == 1:
        return mine[0]
    if not mine:
        raise RefusedError(
            f"{person} has no role that counts in {environment}",
            hint=f"it asks for: {', '.join(names) or 'nobody'}",
        )
    raise UsageError(f"{person} has several roles there", hint=f"--role {' or --role '.join(mine)}")


def _require_seat(snapshot: "Snapshot", path: str, word: "Approval") -> None:
    """Raise `RefusedError` where nothing would count the word, which nobody may notice later."""
    from reconciler.manifest.layering import resolve
    from reconciler.validator.approvals import unseated

    here = resolve(snapshot, word.environment, word.app).environment
    if snapshot.people is None or here is None:
        return
    for fault in unseated(snapshot, path, word, snapshot.people):
        asked = ", ".join(dict.fromkeys(each.role for each in here.gates.approvals))
        none = f"{word.environment} asks for no role: leave --role out"
        hint = f"{fault.hint} ({word.environment} asks for: {asked})" if asked else none
        raise RefusedError(f"{fault.message}: nothing was pushed", hint=hint)


def text_of(word: "Approval") -> str:
    """The file that holds a signed word."""
    import json

    said = word.model_dump(mode="json", by_alias=True, exclude_none=True, exclude={"signature"})
    plain = {"apiVersion", "kind"}
    lines = [
        f"{name}: {text if name in plain else json.dumps(text, ensure_ascii=False)}"
        for name, text in said.items()
    ]
    armour = "".join(f"  {line}\n" for line in (word.signature or "").splitlines())
    return "\n".join(lines) + "\nsignature: |\n" + armour
