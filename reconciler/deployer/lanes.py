"""The lanes of one deployment: what its pipeline says, in the one order that there is."""

from collections.abc import Mapping
from dataclasses import dataclass

from reconciler.deployer.screens import left_up
from reconciler.deployer.standing import Standing
from reconciler.deployer.tests import test_spec, test_specs, words_of
from reconciler.model.content import Content, PlaceTarget
from reconciler.model.deployment import CommandSpec, Lanes, Page, Result, StepSpec, Work
from reconciler.model.pipeline import Maintenance, Pipeline, Step
from reconciler.model.probe import Test
from reconciler.names import Command, seconds_of

PREPARE_SECONDS = 600
APPLY_SECONDS = 120
ROLLOUT_SECONDS = 120
SETTLE_SECONDS = 30
"""What settling may take besides its own time, where nobody can tell at first."""
CLEANUP_SECONDS = 60
MAINTENANCE_SECONDS = 120
ADVANCE_SECONDS = 120

_ANY = (Result.FAILED, Result.ERRORED)


@dataclass(frozen=True, slots=True)
class Before:
    """What a deployment finds in its place."""

    content: Content | None = None
    """What it goes back to."""
    migrate: StepSpec | None = None
    """How the data of that content were migrated, with what takes it back."""
    leaves: bool = False
    """Whether that content leaves without being followed by a descendant of its commit."""
    maintained: bool = False
    """Whether visitors see a page of maintenance, since the place is stuck."""
    screened: bool = False
    """Whether they see one that a person has put up: it is up before, and stays up afterwards."""
    stuck: bool = False
    """Whether what is there is neither that content nor another one that was proven."""
    doubtful: bool = False
    """Whether nobody can tell of which content the data are."""

    @classmethod
    def of(cls, standing: Standing, *, leaves: bool, screened: bool = False) -> "Before":
        """What the history says of a place; the rest is for who knows commits and the time."""
        content = standing.last_good
        # What only put it back left data alone: it says nothing of how they were migrated.
        came = (
            each
            for each in reversed(standing.settled)
            if each.assignment.content == content and not each.mends
        )
        brought = next(came, None)
        steps = brought.assignment.lanes.forward if brought else ()
        return cls(
            content=content,
            migrate=next((each for each in steps if each.name == "migrate"), None),
            leaves=leaves,
            maintained=left_up(standing) is not None,
            screened=screened,
            stuck=standing.stuck,
            doubtful=standing.stuck and standing.doubtful,
        )


@dataclass(frozen=True, slots=True)
class Lane:
    """All that lanes are made from; every method gives steps in their order."""

    pipeline: Pipeline
    target: PlaceTarget
    content: Content
    before: Before
    customer: str | None
    downtime: int
    """Seconds of downtime that the release has; 0 for none."""
    estimate: int
    breaking: bool
    """Whether the release's migration breaks what was there."""

    def lanes(self) -> Lanes:
        """Forward, back, what cleans up after both have failed, and what proves it later."""
        return Lanes(
            forward=self._forward(),
            backward=self._backward(),
            stopped=self._commands("stopped/cleanup", self.pipeline.cleanup),
            verification=self._tests("tests", self.pipeline.tests, Work.TESTS),
        )

    @property
    def _maintenance(self) -> bool:
        when = self.pipeline.maintenance.when
        wanted = when == "always" or (when == "downtime" and self.downtime > 0)
        return wanted or self.before.maintained or self._screened

    @property
    def _screened(self) -> bool:
        return self.before.screened and self._by_driver

    @property
    def _by_driver(self) -> bool:
        return self.pipeline.maintenance.run is None and self.pipeline.maintenance.undo is None

    @property
    def _restores(self) -> bool:
        """Whether going back, once data may have changed, puts the backup back."""
        asked = self.pipeline.rollback.restore
        return asked == "always" or (asked == "breaking" and self.breaking)

    @property
    def _restorable(self) -> bool:
        """By itself only if visitors were kept out since the backup: else their data is lost."""
        backup = self.pipeline.backup
        kept = backup is not None and backup.run is not None and backup.restore is not None
        return kept and self._maintenance

    def _forward(self) -> tuple[StepSpec, ...]:
        pipeline = self.pipeline
        return (
            StepSpec(name="prepare", work=Work.PREPARE, timeout=PREPARE_SECONDS),
            *self._commands("prepare", pipeline.prepare),
            *self._maintain("maintenance-on", Work.MAINTENANCE_ON),
            *self._backup(),
            *self._leave(),
            *self._migrate(),
            self._guarded("apply", Work.APPLY, APPLY_SECONDS),
            self._guarded("rollout", Work.ROLLOUT, ROLLOUT_SECONDS),
            *self._settle(),
            *self._tests("smoke", pipeline.smoke, Work.SMOKE, stops=self._stops("smoke")),
            *self._maintain("maintenance-off", Work.MAINTENANCE_OFF, stops=_ANY),
            *self._advance(),
            *self._commands("cleanup", pipeline.cleanup, tolerated=True),
            StepSpec(name="cleanup", work=Work.CLEANUP, timeout=CLEANUP_SECONDS),
        )

    def _backward(self) -> tuple[StepSpec, ...]:
        """What undoes what was begun; the data first, then the content, visitors last.

        A place that was stuck goes back as a whole, since nothing that is there was proven.
        """
        data = ("unmigrate", "migrate", "apply")
        changed = () if self.before.stuck else data
        kept_out = () if self.before.stuck else ("maintenance-on",)
        content = self.before.content
        smoke = (
            self._tests("back/smoke", self.pipeline.smoke, Work.SMOKE, undoes=changed, of=content)
            if content
            else ()
        )
        # Going back waits for nobody: what comes back was answered for when it came.
        smoke = tuple(each for each in smoke if each.work is not Work.ASK)
        on, off = Work.MAINTENANCE_ON, Work.MAINTENANCE_OFF
        return (
            *self._maintain("back/maintenance-on", on, undoes=kept_out),
            *self._data_back(data),
            StepSpec(name="back/apply", work=Work.APPLY, timeout=APPLY_SECONDS, undoes=changed),
            StepSpec(
                name="back/rollout", work=Work.ROLLOUT, timeout=ROLLOUT_SECONDS, undoes=changed
            ),
            *smoke,
            *self._maintain("back/maintenance-off", off, undoes=kept_out),
            *self._unprepare(),
            *self._commands("back/cleanup", self.pipeline.cleanup, tolerated=True),
            StepSpec(name="back/cleanup", work=Work.CLEANUP, timeout=CLEANUP_SECONDS),
        )

    def _data_back(self, changed: tuple[str, ...]) -> tuple[StepSpec, ...]:
        if self.before.doubtful:
            # A backup of them would put back what nobody knows, below code that is let in to it.
            why = "the place was stuck, and nobody can tell of which version its data are"
            return (_call("back/restore", why),)
        if self._restores and not self._restorable:
            why = "its data would have to be put back, and visitors weren't kept out since a backup"
            return (_call("back/restore", why, undoes=changed),)
        backup = self.pipeline.backup
        if self._restores and backup is not None:
            return (
                self._step("back/restore", Work.RESTORE, backup, backup.restore, undoes=changed),
            )
        steps = []
        migrate = self.pipeline.migrate
        if migrate is not None and migrate.undo is not None:
            steps.append(
                self._step(
                    "back/unmigrate", Work.COMMAND, migrate, migrate.undo, undoes=("migrate",)
                )
            )
        if self._leaving is not None and self.before.migrate is not None:
            again = self.before.migrate.model_copy(
                update={"name": "back/migrate", "undoes": ("unmigrate",), "undo": None}
            )
            steps.append(_of_previous(again))
        return tuple(each.model_copy(update={"once": True, "retries": 0}) for each in steps)

    @property
    def _leaving(self) -> CommandSpec | None:
        """What takes back the migration of the content that leaves; nothing if it stays below."""
        migrate = self.before.migrate
        return migrate.undo if migrate is not None and self.before.leaves else None

    def _leave(self) -> tuple[StepSpec, ...]:
        undo, migrate = self._leaving, self.before.migrate
        if undo is None or migrate is None:
            return ()
        step = StepSpec(
            name="unmigrate",
            work=Work.COMMAND,
            timeout=migrate.timeout,
            command=undo,
            once=True,
            retries=0,
            stops=self._doubt(undoable=False),
            help=migrate.help,
        )
        return (_of_previous(step),)

    def _migrate(self) -> tuple[StepSpec, ...]:
        migrate = self.pipeline.migrate
        if migrate is None or migrate.run is None:
            return ()
        step = self._step("migrate", Work.COMMAND, migrate, migrate.run)
        changes = {
            "once": True,
            "retries": 0,
            "stops": self._doubt(undoable=migrate.undo is not None),
            "undo": _command(migrate.undo) if migrate.undo else None,
        }
        return (step.model_copy(update=changes),)

    def _doubt(self, *, undoable: bool) -> tuple[Result, ...]:
        """When nobody can tell how far the data is, only putting all of it back undoes it (I7).

        Said no, its own undo may be asked as well.
        """
        if self._restores:
            return ()  # put back, or an operator is called on the way
        return (Result.ERRORED,) if undoable or not self.breaking else _ANY

    def _backup(self) -> tuple[StepSpec, ...]:
        backup = self.pipeline.backup
        if backup is None or backup.run is None:
            return ()
        return (self._step("backup", Work.BACKUP, backup, backup.run),)

    def _maintain(
        self,
        name: str,
        work: Work,
        *,
        stops: tuple[Result, ...] = (),
        undoes: tuple[str, ...] = (),
    ) -> tuple[StepSpec, ...]:
        if not self._maintenance or (self._screened and work is Work.MAINTENANCE_OFF):
            return ()
        maintenance: Maintenance = self.pipeline.maintenance
        command = maintenance.run if work is Work.MAINTENANCE_ON else maintenance.undo
        page = Page(title=self.content.app, retry_after=max(self.downtime, self.estimate, 60))
        return (
            StepSpec(
                name=name,
                work=work,
                timeout=MAINTENANCE_SECONDS,
                command=_command(command) if command else None,
                page=page if self._by_driver else None,
                stops=stops,
                undoes=undoes,
            ),
        )

    def _settle(self) -> tuple[StepSpec, ...]:
        """What doesn't stay up has not come up: it is one with a failed rollout."""
        lasts = seconds_of(self.pipeline.settle) if self.pipeline.settle else 0
        if not lasts:
            return ()
        timeout, stops = lasts + SETTLE_SECONDS, self._stops("rollout")
        return (
            StepSpec(name="settle", work=Work.SETTLE, timeout=timeout, hold=lasts, stops=stops),
        )

    def _guarded(self, name: str, work: Work, timeout: int) -> StepSpec:
        return StepSpec(name=name, work=work, timeout=timeout, stops=self._stops(name))

    def _stops(self, name: str) -> tuple[Result, ...]:
        return () if name in self.pipeline.rollback.after else _ANY

    def _tests(
        self,
        name: str,
        tests: Mapping[str, Test | None],
        work: Work,
        *,
        stops: tuple[Result, ...] = (),
        undoes: tuple[str, ...] = (),
        of: Content | None = None,
    ) -> tuple[StepSpec, ...]:
        """One step for the tests that machines answer; then, for each question, one of its own.

        So people are asked once everything else has said yes, and a question has its own deadline.
        """
        specs = test_specs(tests, self.target, self._words(of or self.content))
        asked = tuple(each for each in specs if each.probe == "manual")
        run = tuple(each for each in specs if each.probe != "manual")
        step = StepSpec(
            name=name,
            work=work,
            timeout=sum(each.timeout for each in run),
            tests=run,
            stops=stops,
            undoes=undoes,
        )
        questions = (
            StepSpec(
                name=f"{name}/{each.name}",
                work=Work.ASK,
                timeout=each.timeout,
                tests=(each,),
                retries=0,
                stops=stops,
                help=each.help,
            )
            for each in asked
        )
        return (*((step,) if run else ()), *questions)

    def _advance(self) -> tuple[StepSpec, ...]:
        advance = self.pipeline.advance
        if advance is None:
            return ()
        step = StepSpec(
            name="advance", work=Work.ADVANCE, timeout=ADVANCE_SECONDS, branch=advance.branch
        )
        return (step,)

    def _commands(
        self, prefix: str, steps: Mapping[str, Step | None], *, tolerated: bool = False
    ) -> tuple[StepSpec, ...]:
        found = (
            self._step(f"{prefix}/{name}", Work.COMMAND, step, step.run)
            for name, step in steps.items()
            if step is not None and (step.run is not None or step.check is not None)
        )
        return tuple(each.model_copy(update={"tolerated": tolerated}) for each in found)

    def _unprepare(self) -> tuple[StepSpec, ...]:
        return tuple(
            self._step(
                f"back/prepare/{name}", Work.COMMAND, step, step.undo, undoes=(f"prepare/{name}",)
            ).model_copy(update={"check": None})
            for name, step in reversed(self.pipeline.prepare.items())
            if step is not None and step.undo is not None
        )

    def _step(
        self,
        name: str,
        work: Work,
        step: Step,
        command: Command | None,
        *,
        undoes: tuple[str, ...] = (),
    ) -> StepSpec:
        words = self._words(self.content)
        forward = command is not None and command == step.run
        check = (
            test_spec("check", step.check, self.target, words)
            if step.check is not None and step.check.sort and (forward or command is None)
            else None
        )
        return StepSpec(
            name=name,
            work=work,
            timeout=seconds_of(step.timeout),
            command=_command(command) if command else None,
            check=check,
            retries=step.retries,
            once=work is Work.RESTORE,
            undoes=undoes,
            help=step.help,
        )

    def _words(self, content: Content) -> dict[str, str]:
        return words_of(self.target, content, customer=self.customer)


def _call(name: str, why: str, *, undoes: tuple[str, ...] = ()) -> StepSpec:
    """A step that calls a person; always, unless it undoes something that wasn't begun."""
    return StepSpec(name=name, work=Work.CALL, timeout=1, reason=why, undoes=undoes)


def _of_previous(step: StepSpec) -> StepSpec:
    """The step as one of the content before: run in its folder, with its configuration."""
    command = step.command.model_copy(update={"previous": True}) if step.command else None
    return step.model_copy(update={"command": command})


def _command(argv: Command) -> CommandSpec:
    return CommandSpec(argv=tuple(argv))
