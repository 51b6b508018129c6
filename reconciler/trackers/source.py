"""Looking at tickets: in which columns they stand, and whether the tracker answers."""

from collections.abc import Callable, Mapping, Sequence

from reconciler.errors import TagboatError, UnreachableError
from reconciler.model.connections import Tracker as Settings
from reconciler.model.question import Question
from reconciler.model.sight import Facts, Sight, Unseen
from reconciler.planner.tickets import ticket_of
from reconciler.ports import Clock, Tracker


class TrackerSource:
    """The trackers that admitted files name, asked with this host's secrets."""

    def __init__(
        self,
        opener: Callable[[Settings], Tracker],
        *,
        secrets: frozenset[str],
        clock: Clock,
        most: float = 60.0,
    ) -> None:
        """``opener`` gives the tracker of these settings, or raises `TagboatError`.

        ``secrets`` are the names of those that this host has, and ``most`` the seconds that one
        round of questions takes at most, besides the last answer's own deadline.
        """
        self.secrets = secrets
        self._open = opener
        self._clock = clock
        self._most = most

    def look(self, questions: Sequence[Question]) -> Mapping[Question, Sight]:
        """Where each ticket stands, no fact if it isn't there; and whether the tracker answers.

        After it once didn't answer it isn't asked again for the rest.
        """
        found: dict[Question, Sight] = {}
        until = self._clock.monotonic() + self._most
        tracker, away = self._opened(questions)
        for each in sorted(questions, key=lambda each: each.sort == "tracker"):
            if each.sort == "tracker":
                away = away or self._silent(tracker)
                found[each] = Facts({"answers": "no", "why": away} if away else {"answers": "yes"})
                continue
            if not away and self._clock.monotonic() > until:
                away = f"{each.source} took longer than {self._most:g} s"
            found[each] = Unseen(away) if away or tracker is None else _column(tracker, each)
            match found[each]:
                case Unseen(why=why):
                    away = why
        return found

    def _opened(self, questions: Sequence[Question]) -> tuple[Tracker | None, str]:
        settings = next((each.tracker for each in questions if each.tracker), None)
        if settings is None:
            return None, "nobody knows where the tracker is"
        try:
            return self._open(settings), ""
        except TagboatError as error:
            return None, error.message

    def _silent(self, tracker: Tracker | None) -> str:
        """Why it doesn't answer; empty if it does."""
        try:
            if tracker is not None:
                tracker.check()
        except UnreachableError as error:
            return error.message
        return ""


def _column(tracker: Tracker, question: Question) -> Sight:
    try:
        column = tracker.column_of(ticket_of(question.about))
    except UnreachableError as error:
        return Unseen(error.message)
    return Facts({"state": column} if column else {})
