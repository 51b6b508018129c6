"""Saying below each open merge request what merging it will do, and keeping that up to date."""

from collections.abc import Callable
from dataclasses import dataclass, field

from reconciler.daemon.view import View
from reconciler.errors import RefusedError, TagboatError, UnreachableError, UsageError
from reconciler.model.merge_request import OpenRequest
from reconciler.ports import Forge
from reconciler.publish.comment import MARKER
from reconciler.repository.git import GitError

_FOLLOWED = "refs/tagboat/requests"
AT_ONCE = 20
"""Requests that are told of in one look; the rest waits for the next."""


@dataclass(slots=True)
class Commenting:
    """Comments with a view of its own, which no other thread uses.

    ``write`` gives the text for a base and a head, both commits of the view's clone.
    """

    view: View
    forge: Forge
    write: Callable[[str, str], str]
    tell: Callable[[str], None]
    _said: dict[int, tuple[str, str, str | None]] = field(default_factory=dict)
    _trouble: str = ""

    def look(self) -> int:
        """Say what has changed since the last look; how many comments were looked at.

        A forge or remote that doesn't answer is told once, and asked again the next time.
        """
        try:
            done = self._look()
            self._trouble = ""
        except TagboatError as error:
            if error.message != self._trouble:
                self.tell(f"no comments on merge requests: {error.message}")
            self._trouble = error.message
            return 0
        return done

    def _look(self) -> int:
        self.view.refresh()
        branch, seen = self.view.configuration.host.remote.branch, self.view.tip
        requests = self.forge.open_requests(branch)
        open_ = {each.number for each in requests}
        self._said = {number: key for number, key in self._said.items() if number in open_}
        done = 0
        for each in requests:
            key = (each.head, seen, self.view.history.tip)
            if self._said.get(each.number) == key or done == AT_ONCE:
                continue
            if self._bring(each):
                self.forge.comment(each.number, self._text(each), marker=MARKER)
                self._said[each.number] = key
                done += 1
        return done

    def _bring(self, request: OpenRequest) -> bool:
        """Bring the head here; false if the forge has moved on meanwhile."""
        ref = f"{_FOLLOWED}/{request.number}"
        try:
            self.view.git.fetch(self.view.remote, f"+{request.ref}:{ref}")
        except GitError as error:
            raise UnreachableError(f"{request.ref} can't be fetched: {error.message}") from error
        return self.view.git.resolve(ref) == request.head

    def _text(self, request: OpenRequest) -> str:
        try:
            return self.write(self.view.tip, request.head)
        except (RefusedError, UsageError) as error:
            hint = f"\n\n{error.hint}" if error.hint else ""
            return f"{MARKER}\n\nWhat merging it will do can't be told: {error.message}{hint}\n"
