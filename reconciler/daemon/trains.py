"""Trains: at each slot a release is cut, and what was cut comes to the protected branch.

Everything that is still to be done follows from the history and the branch, so a kill anywhere
loses nothing and repeats nothing. First the sighting is recorded; then the tag is made, which is
the same one however often that is tried; then the file is added, if the branch is still where it
was looked at. Whoever finds it there is done.
"""

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future, wait
from dataclasses import dataclass, field

from reconciler.daemon.backoff import Backoff
from reconciler.errors import TagboatError, UnreachableError
from reconciler.model.app import App
from reconciler.model.question import Question
from reconciler.model.records import Sighting, Skip
from reconciler.names import instant_text
from reconciler.planner.inputs import Inputs
from reconciler.planner.trains import calls, to_be_cut
from reconciler.ports import Clock, Cutter, Failpoints
from reconciler.scaffold.trains import cut_from
from reconciler.versions import tag_of


@dataclass(slots=True)
class Trains:
    """The trains of all apps. Only the deciding thread calls it; tags are made in threads."""

    cutter: Cutter
    clock: Clock
    failpoints: Failpoints
    wake: Callable[[], None]
    """Called from another thread when a tag has been made, or hasn't."""
    patience: float = 3.0
    """Seconds that a decision waits for a tag."""
    troubles: dict[str, str] = field(default_factory=dict)
    """``train`` and the app → why its release isn't there yet; empty once it is."""
    _tags: dict[str, Future[None]] = field(default_factory=dict)
    """Sighting's id → the tag's making."""
    _backoff: Backoff = field(init=False)

    def __post_init__(self) -> None:
        """Nothing has gone wrong yet."""
        self._backoff = Backoff(self.clock)

    @property
    def pending(self) -> bool:
        """Whether a tag is being made."""
        return any(not each.done() for each in self._tags.values())

    def called(
        self, inputs: Inputs, troubles: Mapping[str, str]
    ) -> tuple[list[Skip], frozenset[Question]]:
        """The slots to be accounted for, and what to look at for those that have come."""
        found = calls(inputs, troubles=troubles).values()
        skips = [skip for each in found for skip in each.skips if skip.id not in inputs.ledger]
        return skips, frozenset(each.question for each in found if each.question)

    def cut(self, inputs: Inputs) -> bool:
        """Bring what was cut a step nearer to the branch; whether the branch has moved."""
        waiting = list(to_be_cut(inputs))
        here = {sighting.id for _, sighting in waiting}
        self._tags = {name: each for name, each in self._tags.items() if name in here}
        for name in self.troubles.keys() - {f"train {app.name}" for app, _ in waiting}:
            self.troubles[name] = ""
        ready = [each for each in waiting if self._backoff.is_due(each[1].id)]
        begun = [self._tagging(app, sighting) for app, sighting in ready]
        wait(begun, timeout=self.patience)
        # One at a time: the next one is added to what the branch is then.
        return any(
            self._add(inputs, app, sighting)
            for (app, sighting), tag in zip(ready, begun, strict=True)
            if tag.done() and self._went_well(app, sighting, tag)
        )

    def _tagging(self, app: App, sighting: Sighting) -> Future[None]:
        if sighting.id in self._tags:
            return self._tags[sighting.id]
        job = self._tags[sighting.id] = Future()
        version, commit = sighting.facts["version"], sighting.facts["commit"]

        def work() -> None:
            try:
                self.failpoints.reach("train.tag.before")
                self.cutter.tag(
                    app.repository or app.name,
                    tag_of(app, version),
                    commit,
                    message=f"{app.title or app.name} {version}",
                    at=sighting.at,
                )
                self.failpoints.reach("train.tag.after")
                job.set_result(None)
            except BaseException as error:  # noqa: BLE001 - raised in the deciding thread
                job.set_exception(error)
            self.wake()

        # Not a pool's: those are waited for when the process ends, and a repository may hang.
        threading.Thread(target=work, name=f"tag {app.name} {version}", daemon=True).start()
        return job

    def _went_well(self, app: App, sighting: Sighting, tag: Future[None]) -> bool:
        try:
            tag.result()
        except TagboatError as error:
            del self._tags[sighting.id]
            self._failed(app, sighting, error)
            return False
        return True

    def _add(self, inputs: Inputs, app: App, sighting: Sighting) -> bool:
        version = sighting.facts["version"]
        try:
            file = cut_from(app, sighting.facts)
            self.failpoints.reach("train.push.before")
            self.cutter.add(
                {file.path: file.text.encode()},
                onto=inputs.basis,
                message=_message(app, version, sighting),
                at=instant_text(self.clock.now()),
            )
            self.failpoints.reach("train.push.after")
        except UnreachableError:
            raise
        except TagboatError as error:
            self._failed(app, sighting, error)
            return False
        self.troubles[f"train {app.name}"] = ""
        self._backoff.went_well(sighting.id)
        # Where it was lost, somebody else has moved the branch.
        return True

    def _failed(self, app: App, sighting: Sighting, error: TagboatError) -> None:
        said = f"{app.name} {sighting.facts['version']}: {error.message}"
        self.troubles[f"train {app.name}"] = said
        self._backoff.failed(sighting.id)


def _message(app: App, version: str, sighting: Sighting) -> str:
    slot = sighting.about.partition(" ")[2]
    return f"Release {app.name} {version}\n\nCut by the train of {slot}: record {sighting.id}.\n"
