"""What a person's command knows of the remote: asked now, or what was known before."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.cli.output import say
from reconciler.errors import ConfigurationError, UnreachableError, UsageError

if TYPE_CHECKING:
    from reconciler.daemon.view import View
    from reconciler.model.place import Place


@dataclass(slots=True)
class Known:
    """The repository as it was last seen, and why the remote didn't answer now, if it didn't."""

    view: "View"
    silence: UnreachableError | None = None

    def refresh(self) -> None:
        """Ask the remote again."""
        try:
            self.view.refresh()
            self.silence = None
        except UnreachableError as error:
            self.silence = error

    def places(self) -> "set[Place]":
        """The places that files or the history name."""
        from reconciler.model.place import Place

        judged = self.view.judged()
        named = {*judged.admitted.promotions, *judged.shown.promotions}
        return {*self.view.ledger.places, *(Place(*each) for each in named)}


def known(config: Path | None, folder: Path) -> Known:
    """The repository as the remote has it now; when it doesn't answer, as it was.

    Raises `UnreachableError` when it doesn't answer and never did.
    """
    from reconciler.registry import open_reader
    from reconciler.signoff.named import BANNER
    from reconciler.system.configuration import find_configuration

    seen = Known(open_reader(find_configuration(config, start=folder)))
    seen.refresh()
    if seen.silence:
        try:
            seen.view.recall()
        except ConfigurationError:
            raise seen.silence from None
    if seen.view.configuration.host.trust.mode == "author":
        say(f"! {BANNER}")
    for alarm in seen.view.alarms:
        say(f"alarm: {alarm}")
        say(f"hint: {alarm.remedy}")
    return seen


def require_answer(seen: Known) -> None:
    """Raise `UnreachableError` if what was shown is only what was known before."""
    if seen.silence:
        raise UnreachableError(
            f"{seen.silence.message}; this is what was known before", hint=seen.silence.hint
        )


def chosen_places(places: "Iterable[Place]", where: str) -> "set[Place]":
    """The places that ``ENV`` or ``ENV/APP`` means, all for nothing.

    Raises `UsageError` when it means none.
    """
    every = set(places)
    chosen = {each for each in every if not where or where in {str(each), each.environment}}
    if where and not chosen:
        own = sorted(str(each) for each in every if each.app == where)
        if own:
            raise UsageError(f"{where} is an app", hint=f"name a place of it: {', '.join(own)}")
        names = sorted({str(each) for each in every} | {each.environment for each in every})
        raise UsageError(f"there is no place {where}", hint=suggestion(where, names))
    return chosen


def suggestion(name: str, names: Iterable[str]) -> str:
    """What to do about a name that leads nowhere: the nearest ones, or else all there are."""
    every = list(names)
    found = get_close_matches(name, every, 3, 0.6)
    if found:
        return f"did you mean {' or '.join(found)}?"
    return f"there are: {', '.join(every)}" if every else "there are none yet"
