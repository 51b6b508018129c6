"""People who ask a daemon for something, with real git and real signatures."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count

from reconciler.model.records import Answer
from reconciler.model.request import Request
from reconciler.names import instant_text
from reconciler.repository.request_refs import Sealed, sign_request

HOUR = timedelta(hours=1)
_NUMBERS = count(1)


@dataclass
class Office:
    """A world, and what its people ask for."""

    world: object

    def request(self, verb, app="shop", *, environment="dev", ago=timedelta(0), **more) -> Request:
        now = datetime.now(UTC) - ago
        return Request(
            repository=more.pop("repository", self.world.root),
            verb=verb,
            environment=environment,
            app=app,
            at=instant_text(now),
            expires=instant_text(now + HOUR),
            nonce=f"{next(_NUMBERS):032x}",
            **more,
        )

    def seal(self, by: str, request: Request) -> Sealed:
        return sign_request(request, key=str(self.world.folder / by))

    def post(self, sealed: Sealed, *, ref: str = "") -> str:
        """Put it on the remote as anybody who may push can; its commit."""
        git = self.world.git
        tree = git.tell(["mktree"])
        commit = git.tell(["commit-tree", tree], stdin=sealed.message.encode())
        git.tell(["update-ref", ref or sealed.ref, commit])
        return commit

    def ask(self, by: str, verb: str, app="shop", **more) -> str:
        """Somebody asks; the request's id."""
        sealed = self.seal(by, self.request(verb, app, **more))
        self.post(sealed)
        return sealed.id

    def waiting(self) -> list[str]:
        """The requests that the remote has."""
        said = self.world.git.tell(
            ["for-each-ref", "--format=%(refname)", "refs/heads/tagboat/requests"]
        )
        return said.splitlines()


def answers(daemon) -> list[Answer]:
    return [each for each in daemon.view.records if isinstance(each, Answer)]
