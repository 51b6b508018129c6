"""A bare remote, keys, and as many reconcilers with clones of their own as a test asks for."""

import itertools
import uuid
from dataclasses import dataclass, field
from pathlib import Path

from reconciler.model.content import Content, ContentComponent, PlaceTarget
from reconciler.model.deployment import Assignment, Lanes
from reconciler.model.records import Claim, End, Outcome, Refusal, Restart, SignOff
from reconciler.model.release import Artifact
from reconciler.repository.git import Git
from reconciler.repository.history import BRANCH, HistoryBranch

NAMES = ("one", "two", "three")
AT = "2026-11-20T10:00:00.000Z"


def content(version: str, *, app: str = "shop") -> Content:
    part = ContentComponent(name="web", version=version, artifact=Artifact(tree="b" * 40))
    return Content(
        app=app,
        repository=app,
        version=version,
        tag=f"v{version}",
        commit="a" * 40,
        components=(part,),
    )


def a_claim(
    version: str = "1.0.0",
    *,
    environment: str = "dev",
    app: str = "shop",
    by: str = "one",
    merge: str = "c" * 40,
    previous: Content | None = None,
) -> Claim:
    return Claim(
        id=uuid.uuid4().hex,
        at=AT,
        reconciler=by,
        environment=environment,
        app=app,
        assignment=Assignment(
            target=PlaceTarget(environment=environment, app=app, driver="memory"),
            content=content(version, app=app),
            previous=previous,
            lanes=Lanes(forward=(), backward=()),
        ),
        basis="d" * 40,
        sign_off=SignOff(commit=merge, merged_by="ada", authors=("eve",)),
    )


def an_end(
    claim: Claim,
    outcome: Outcome = Outcome.SUCCEEDED,
    *,
    running: Content | None = None,
    ended: str = AT,
) -> End:
    wanted = claim.assignment.content
    return End(
        id=uuid.uuid4().hex,
        at=ended,
        reconciler=claim.reconciler,
        environment=claim.environment,
        app=claim.app,
        deployment=claim.deployment,
        outcome=outcome,
        version=wanted.version,
        running=wanted if outcome is Outcome.SUCCEEDED else running,
        steps=(),
        started=AT,
        ended=ended,
        seconds=0,
    )


def a_restart(
    why: str = "the process ended", *, by: str = "one", app: str = "shop", environment: str = "dev"
) -> Restart:
    return Restart(
        id=uuid.uuid4().hex,
        at=AT,
        reconciler=by,
        environment=environment,
        app=app,
        version="1.0.0",
        why=why,
    )


def a_refusal(*gates: tuple[str, str], app: str = "shop") -> Refusal:
    return Refusal.model_validate(
        {
            "id": uuid.uuid4().hex,
            "at": AT,
            "reconciler": "one",
            "environment": "dev",
            "app": app,
            "wanted": "1.0.0",
            "basis": "d" * 40,
            "reasons": tuple({"gate": gate, "state": state, "why": "so"} for gate, state in gates),
        }
    )


@dataclass
class World:
    """One remote, and whoever writes to it."""

    folder: Path
    keys: dict[str, Path]
    counter: "itertools.count[int]" = field(default_factory=itertools.count)

    @property
    def url(self) -> str:
        return str(self.folder / "remote.git")

    @property
    def remote(self) -> Git:
        return Git(self.folder / "remote.git", self.folder / "home")

    def public(self, *names: str) -> dict[str, tuple[str, ...]]:
        return {name: (self.keys[name].with_suffix(".pub").read_text(),) for name in names or NAMES}

    def clone(self) -> Git:
        """A new bare clone: an empty disk."""
        folder = self.folder / f"clone{next(self.counter)}.git"
        Git(self.folder, self.folder / "home").tell(["init", "-q", "--bare", str(folder)])
        return Git(folder, self.folder / "home")

    def writer(
        self, name: str = "one", *, git: Git | None = None, timeout: float = 30.0
    ) -> HistoryBranch:
        """A reconciler, on a clone of its own unless one is given, that has read everything."""
        branch = HistoryBranch(
            git or self.clone(),
            remote=self.url,
            reconcilers=self.public(),
            scratch=self.folder / f"scratch{next(self.counter)}",
            key=self.keys[name],
            timeout=timeout,
        )
        branch.fetch()
        branch.refresh()
        return branch

    def reader(self, git: Git | None = None) -> HistoryBranch:
        """A reader on an empty disk that has fetched and read nothing yet."""
        branch = HistoryBranch(
            git or self.clone(),
            remote=self.url,
            reconcilers=self.public(),
            scratch=self.folder / f"scratch{next(self.counter)}",
        )
        branch.fetch()
        return branch

    def tip(self) -> str | None:
        return self.remote.resolve(BRANCH)

    def bodies(self) -> list[str]:
        """Bodies of the remote's records, oldest first, as git says without any code of ours."""
        said = self.remote.tell(["log", "--reverse", "--format=%b", BRANCH])
        return [line for line in said.split("\n") if line]

    def commit(
        self,
        message: str,
        *parents: str,
        key: str | None = None,
        tree: str = "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
    ) -> str:
        """Any commit, made by hand in the remote."""
        sign = ["-c", f"user.signingKey={self.keys[key]}"] if key else []
        flag = ["-S"] if key else []
        before = [word for parent in parents for word in ("-p", parent)]
        return self.remote.tell(
            [*sign, "commit-tree", *flag, *before, tree], stdin=message.encode()
        )

    def move(self, commit: str | None) -> None:
        """Put the remote's branch anywhere, or away."""
        if commit is None:
            self.remote.tell(["update-ref", "-d", BRANCH])
        else:
            self.remote.tell(["update-ref", BRANCH, commit])

    def hook(self, name: str, script: str) -> None:
        """Let the remote run a hook: its own configuration stands above ours."""
        hooks = self.folder / "hooks"
        hooks.mkdir(exist_ok=True)
        (hooks / name).write_text("#!/bin/sh\n" + script)
        (hooks / name).chmod(0o755)
        self.remote.tell(["config", "core.hooksPath", str(hooks)])
