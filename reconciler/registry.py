"""The composition root: kind → factory, and how the parts of a command are put together (L6)."""

import hashlib
import os
import random
import signal
import threading
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.daemon.board import Board
from reconciler.daemon.claims import Claims
from reconciler.daemon.equipment import Equipment, Watchers
from reconciler.daemon.everywhere import open_everywhere
from reconciler.daemon.inquiries import Inquiries
from reconciler.daemon.lines import Lines
from reconciler.daemon.logbook import Logbook
from reconciler.daemon.looking import Looking
from reconciler.daemon.loop import Reconciler
from reconciler.daemon.milestones import Milestones
from reconciler.daemon.panel import Panel
from reconciler.daemon.proposals import Proposals
from reconciler.daemon.readiness import Readiness
from reconciler.daemon.requests import Desk
from reconciler.daemon.returns import Returns
from reconciler.daemon.screens import Screens
from reconciler.daemon.supervision import Supervision
from reconciler.daemon.teller import Teller
from reconciler.daemon.trains import Trains
from reconciler.daemon.verification import Verifications
from reconciler.daemon.view import View
from reconciler.daemon.wake import Wake, refs_of
from reconciler.daemon.windows import Windows
from reconciler.daemon.workers import Journals, Workers
from reconciler.errors import ConfigurationError
from reconciler.model.connections import Tracker as TrackerSettings
from reconciler.model.host import SecretSource
from reconciler.model.records import Inquiry
from reconciler.names import seconds_of
from reconciler.ports import Artifacts, Clock, Driver, Failpoints, Probe, Sources, Tracker
from reconciler.repository.branches import AppBranches
from reconciler.repository.cutter import ReconcilersCutter
from reconciler.repository.git import bare, require_tools
from reconciler.repository.history import HistoryBranch
from reconciler.repository.locks import remove_stale_locks
from reconciler.repository.mirrors import Mirrors
from reconciler.repository.proposals import ReconcilersProposals
from reconciler.repository.returns import BranchFiles
from reconciler.repository.seals import Author
from reconciler.repository.step_logs import ReconcilersLogs, StepLogs
from reconciler.system.backups import BackupFolder
from reconciler.system.caches import cache_folder
from reconciler.system.clock import SystemClock
from reconciler.system.configuration import Configuration
from reconciler.system.editions import edition, editions
from reconciler.system.facts import FactStore
from reconciler.system.failpoints import failpoints_of
from reconciler.system.host_id import host_id
from reconciler.system.programs import Programs
from reconciler.system.room import Room
from reconciler.system.secrets import read_secret
from reconciler.system.spool import Spool
from reconciler.system.trust_root import read_reset

if TYPE_CHECKING:
    from reconciler.system.web import LoopbackServer

_SLOW = 120.0
"""Seconds beyond three polls that a turn of the loop may take: as long as git may."""

DriverFactory = Callable[[Configuration, Artifacts, Failpoints, Clock], Driver]


def _local(
    configuration: Configuration, artifacts: Artifacts, failpoints: Failpoints, clock: Clock
) -> Driver:
    from reconciler.drivers.local import LocalDriver

    settings = configuration.host.drivers.local
    assert settings is not None  # noqa: S101 - asked only for enabled drivers
    return LocalDriver(
        settings,
        folder=configuration.path(settings.folder),
        artifacts=artifacts,
        failpoints=failpoints,
        clock=clock,
        programs=frozenset(configuration.host.programs),
    )


def _memory(
    configuration: Configuration, artifacts: Artifacts, failpoints: Failpoints, clock: Clock
) -> Driver:
    from reconciler.drivers.memory import MemoryDriver

    del configuration, artifacts, failpoints, clock
    return MemoryDriver(None)


DRIVERS: Mapping[str, DriverFactory] = {"local": _local, "memory": _memory}
"""Every driver there is, by the name that files use."""


def enabled_drivers(configuration: Configuration) -> frozenset[str]:
    """Names of the drivers that host configuration enables."""
    drivers = configuration.host.drivers
    switched = {"local": drivers.local is not None, "memory": drivers.memory}
    return frozenset(name for name, on in switched.items() if on)


def open_mirrors(configuration: Configuration) -> Mirrors:
    """The clones of the apps' repositories that this host knows."""
    repositories = {
        name: each.model_copy(
            update={
                "url": configuration.address(each.url),
                "artifacts": configuration.address(each.artifacts) if each.artifacts else None,
            }
        )
        for name, each in configuration.host.repositories.items()
    }
    return Mirrors(
        repositories, folder=configuration.state / "apps", home=configuration.state / "git-home"
    )


def build_drivers(
    configuration: Configuration, failpoints: Failpoints, mirrors: Mirrors
) -> dict[str, Driver]:
    """The enabled drivers, ready for use."""
    from reconciler.repository.artifacts import RepositoryArtifacts

    artifacts = RepositoryArtifacts(mirrors, home=configuration.state / "git-home")
    clock = SystemClock()
    return {
        name: DRIVERS[name](configuration, artifacts, failpoints, clock)
        for name in sorted(enabled_drivers(configuration))
    }


def build_probes(configuration: Configuration) -> dict[str, Probe]:
    """Every probe, bound to what the host allows."""
    from reconciler.probes.command import CommandProbe
    from reconciler.probes.http import HttpProbe
    from reconciler.probes.metric import MetricProbe
    from reconciler.probes.tcp import TcpProbe

    host = configuration.host
    return {
        "http": HttpProbe(egress=frozenset(host.egress)),
        "tcp": TcpProbe(egress=frozenset(host.egress)),
        "metric": MetricProbe(url=host.metrics.url if host.metrics else None),
        "command": CommandProbe(programs=frozenset(configuration.host.programs)),
    }


def open_view(configuration: Configuration, folder: Path, *, writer: bool = False) -> View:
    """The repository as seen from a bare clone in ``folder``, made if it isn't there.

    A ``writer`` can append to the history; that needs the reconciler's key. Raises
    `ConfigurationError` without a trust root, and when git or ssh-keygen are missing or too old.
    """
    host = configuration.host
    folder.mkdir(parents=True, exist_ok=True)
    home, clone = folder / "git-home", folder / "clone.git"
    require_tools(home)
    if host.trust.root is None:
        raise ConfigurationError(
            "this host has no trust root: nothing says which people and policies count",
            hint=f'write [trust] root = "<commit>" into {configuration.source}',
        )
    key = author_of(configuration).key if writer else None
    git = bare(clone, home)
    history = HistoryBranch(
        git,
        remote=configuration.address(host.remote.url),
        reconcilers=host.history.reconcilers,
        scratch=folder / "scratch",
        key=key,
    )
    return View(configuration, git, history, host.trust.root, FactStore(folder, edition()))


def author_of(configuration: Configuration) -> Author:
    """The reconciler of this host, and its key; raises `ConfigurationError` without one."""
    host = configuration.host
    if host.history.key is None or host.name not in host.history.reconcilers:
        raise ConfigurationError(
            f"the reconciler {host.name} has no key to sign the history with",
            hint="set history.key, and its public key in history.reconcilers",
        )
    key = configuration.path(host.history.key)
    if not key.is_file():
        raise ConfigurationError(f"history.key {key} is not there")
    return Author(host.name, key)


def open_reader(configuration: Configuration) -> View:
    """A view for a person's command: its clone is in the user's cache, the daemon's untouched."""
    address = configuration.address(configuration.host.remote.url)
    name = hashlib.sha256(f"{address}\n{configuration.host.trust.root}".encode()).hexdigest()[:16]
    return open_view(configuration, cache_folder() / name)


def build_reconciler(
    configuration: Configuration,
    say: Callable[[str], None],
    *,
    drivers: Mapping[str, Driver] | None = None,
    probes: Mapping[str, Probe] | None = None,
    sources: Sources | None = None,
    trackers: Callable[[TrackerSettings], Tracker] | None = None,
    failpoints: Failpoints | None = None,
    clock: Clock | None = None,
) -> Reconciler:
    """The daemon of this host, ready to run; with other parts than its own, if given.

    No other daemon may work in its state folder: what a killed git left there is cleared away.
    Raises `ConfigurationError` as `open_view` does.
    """
    clock = clock or SystemClock()
    failpoints = failpoints or failpoints_of(os.environ)
    for clone in (*configuration.state.glob("*.git"), *configuration.state.glob("apps/*.git")):
        remove_stale_locks(clone)
    view = open_view(configuration, configuration.state, writer=True)
    mirrors = open_mirrors(configuration)
    if drivers is None:
        drivers = build_drivers(configuration, failpoints, mirrors)
    lines = Lines(say, configuration.state / "logs")
    identify = _new_id
    author, branch = author_of(configuration), configuration.host.remote.branch
    board, panel = Board(), Panel(clock)
    wake = Wake(refs_of(configuration.address(configuration.host.remote.url)))

    def ask(inquiry: Inquiry) -> None:
        board.ask(inquiry)
        wake.now()

    equipment = Equipment(
        drivers=drivers,
        probes=build_probes(configuration) if probes is None else probes,
        commands=Programs(frozenset(configuration.host.programs)),
        backups=BackupFolder(configuration.state / "backups", failpoints),
        branches=AppBranches(mirrors),
        clock=clock,
        failpoints=failpoints,
        watcher=Watchers((lines, panel)),
        identify=identify,
        answers=board.of,
        ask=ask,
        newer=board.newer,
    )
    workers = Workers(equipment, wake.now)
    claims = Claims(
        view=view,
        journals=Journals(configuration.state / "journal", equipment),
        workers=workers,
        clock=clock,
        failpoints=failpoints,
        identify=identify,
        reconciler=configuration.host.name,
        logbook=Logbook(
            ReconcilersLogs(StepLogs(view.git, view.remote), author),
            text=lines.text,
            tell=lines.tell,
            clock=clock,
            failpoints=failpoints,
            wake=wake.now,
        ),
        host=host_id(configuration.state),
    )
    cutter = ReconcilersCutter(view.git, view.remote, branch, mirrors, author)
    proposals = ReconcilersProposals(view.git, view.remote, branch, author)
    return Reconciler(
        view=view,
        claims=claims,
        workers=workers,
        supervision=Supervision(drivers, clock, identify),
        screens=Screens(drivers, clock, failpoints, configuration.host.name, Teller(lines)),
        milestones=Milestones(
            view,
            clock,
            identify,
            configuration.host.name,
            lambda: read_reset(configuration.state),
        ),
        windows=Windows(clock, configuration.host.name),
        readiness=Readiness(),
        looking=Looking(
            sources=sources
            or open_everywhere(configuration, mirrors, clock=clock, trackers=trackers),
            clock=clock,
            identify=identify,
            reconciler=configuration.host.name,
            wake=wake.now,
        ),
        trains=Trains(cutter, clock, failpoints, wake.now),
        proposals=Proposals(proposals, clock, failpoints, identify, configuration.host.name),
        returns=Returns(
            BranchFiles(view.git), proposals, clock, failpoints, configuration.host.name
        ),
        desk=Desk(
            view=view,
            spool=Spool(configuration.state),
            failpoints=failpoints,
            reconciler=configuration.host.name,
            tell=lines.tell,
        ),
        wake=wake,
        lines=lines,
        board=board,
        inquiries=Inquiries(board, view, failpoints),
        panel=panel,
        verifications=Verifications(equipment, configuration.host.name, wake.now),
        clock=clock,
        drivers=frozenset(drivers),
        room=room_of(configuration),
        stopping=threading.Event(),
        jitter=random.SystemRandom().random,
        editions=editions(),
    )


def room_of(configuration: Configuration) -> Room:
    """Where deployments of this host fill disks, and what they have to leave free."""
    folders = {"the reconciler keeps its state": configuration.state}
    local = configuration.host.drivers.local
    if local is not None:
        folders["the driver local keeps its places"] = configuration.path(local.folder)
    return Room(folders, configuration.host.limits.free)


def open_web(configuration: Configuration, reconciler: Reconciler) -> "LoopbackServer | None":
    """The daemon's HTTP side, listening; nothing unless host configuration asks for it.

    Raises `ConfigurationError` when it can't be listened there, or a secret isn't to be had.
    """
    from reconciler.daemon.http import Doors, Sender
    from reconciler.system.web import LoopbackServer

    web = configuration.host.web
    if web is None:
        return None
    named: dict[Sender, SecretSource | None] = {
        "gitlab": web.webhooks.gitlab,
        "github": web.webhooks.github,
        "gitea": web.webhooks.gitea,
    }
    doors = Doors(
        reconciler.panel,
        secrets={
            sender: read_secret(source, configuration, what=f"web.webhooks.{sender}")
            for sender, source in named.items()
            if source is not None
        },
        wake=reconciler.wake.once,
        slow=_SLOW + 3.0 * seconds_of(configuration.host.poll),
        names=frozenset(each.lower() for each in web.names),
    )
    return LoopbackServer(doors.application(), web.listen)


def stop_on_signals(reconciler: Reconciler) -> None:
    """SIGTERM and SIGINT ask the daemon to stop at the next safe point."""

    def stop(_number: int, _frame: object) -> None:
        reconciler.stopping.set()
        reconciler.wake.now()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)


def _new_id() -> str:
    return uuid.uuid4().hex


__all__ = [
    "DRIVERS",
    "build_drivers",
    "build_probes",
    "build_reconciler",
    "enabled_drivers",
    "open_reader",
    "open_view",
    "open_web",
    "stop_on_signals",
]
