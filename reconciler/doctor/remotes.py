"""The remote with its trust root and history, the apps' repositories, and the clock."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.doctor.finding import Finding, good, silent, skipped, wrong
from reconciler.doctor.tests import check_tests
from reconciler.doctor.trackers import check_trackers
from reconciler.doctor.trust import check_sign_off
from reconciler.errors import ConfigurationError, TagboatError, UnreachableError
from reconciler.manifest.loading import load
from reconciler.names import instant_of
from reconciler.registry import open_reader
from reconciler.repository.git import Git
from reconciler.repository.trees import blobs, entries
from reconciler.system.caches import cache_folder
from reconciler.system.clock import SystemClock
from reconciler.system.configuration import Configuration, shown_address
from reconciler.system.processes import run

if TYPE_CHECKING:
    from reconciler.daemon.view import View

_OLDEST = datetime(2025, 1, 1, tzinfo=UTC)
_TOLERANCE = timedelta(minutes=5)
_NEEDS_REMOTE = ("trust root", "sign-off", "history", "tests")


def check_remotes(configuration: Configuration) -> Iterator[Finding]:
    """The remote as far as it answers, then every app's repository, then the clock."""
    view: View | None = None
    remote = _remote(configuration)
    yield remote
    if remote.remedy:
        yield from (skipped(each, "the remote is needed") for each in _NEEDS_REMOTE)
    else:
        try:
            view = open_reader(configuration)
            view.refresh()
        except UnreachableError as error:
            yield from (silent(each, error.message) for each in _NEEDS_REMOTE)
        except ConfigurationError as error:
            yield wrong("trust root", error.message, error.hint)
            yield from (skipped(each, "the trust root is needed") for each in _NEEDS_REMOTE[1:])
            view = None
        except TagboatError as error:
            yield wrong("history", error.message, error.hint or "look at the clone in the cache")
        else:
            yield _trust_root(configuration, view)
            yield from check_sign_off(view)
            yield _history(view)
            yield check_tests(view, now=SystemClock().now())
            yield from check_trackers(view)
    yield _key(configuration)
    yield from _apps(configuration)
    last = max((instant_of(each.at) for each in view.records), default=None) if view else None
    yield clock_at(SystemClock().now(), last=last)


def _remote(configuration: Configuration) -> Finding:
    remote = configuration.host.remote
    branch = f"refs/heads/{remote.branch}"
    told = shown_address(remote.url)
    try:
        refs = _git().remote_refs(configuration.address(remote.url), branch)
    except UnreachableError as error:
        return silent("remote", error.message, f"try: git ls-remote {told}")
    if branch not in refs:
        return wrong(
            "remote",
            f"{told} has no branch {remote.branch}",
            f"push one, or set remote.branch in {configuration.source}",
        )
    return good("remote", f"{told}, {remote.branch} is at {refs[branch][:12]}")


def _trust_root(configuration: Configuration, view: "View") -> Finding:
    root = view.root
    remedy = f"set [trust] root in {configuration.source} to a commit of the protected branch"
    if view.git.resolve(root) != root:
        return wrong("trust root", f"{root[:12]} is not in the repository", remedy)
    if not view.git.contains(root, within=view.tip):
        return wrong("trust root", f"{root[:12]} is not on the protected branch", remedy)
    snapshot, _ = load(root, blobs(view.git, entries(view.git, root)))
    people = snapshot.people
    if people is None:
        return wrong(
            "trust root",
            f"{root[:12]} has no usable environments/people.yaml",
            "write one, merge it, and name the commit that has it as trust root",
        )
    forge = configuration.host.forge
    if configuration.host.trust.mode == "forge" and forge is not None:
        able, what = sum(forge.called in each.logins for each in people.people.values()), "login"
    else:
        able, what = sum(bool(each.keys) for each in people.people.values()), "key"
    if not able:
        return wrong(
            "trust root",
            f"nobody of {root[:12]} has a {what}, so nobody can sign off",
            f"give people {what}s, merge it, and name the commit that has them as trust root",
        )
    return good("trust root", f"{root[:12]}, {len(people.people)} people, {able} with a {what}")


def _history(view: "View") -> Finding:
    if view.alarms:
        return wrong("history", "; ".join(map(str, view.alarms)), view.alarms[0].remedy)
    return good("history", f"{len(view.records)} records")


def _key(configuration: Configuration) -> Finding:
    """Whether this reconciler's own key is the one that readers of the history know it by."""
    host = configuration.host
    if host.history.key is None:
        return good("history key", "none: this host reads only")
    file = configuration.path(host.history.key)
    if not file.is_file():
        return wrong("history key", f"{file} is not there", f"ssh-keygen -t ed25519 -f {file}")
    listed = host.history.reconcilers.get(host.name)
    if listed is None:
        return wrong(
            "history key",
            f"{host.name} is not in history.reconcilers",
            f"add its public key to {configuration.source}",
        )
    return _same_key(file, listed, configuration.source)


def _same_key(file: Path, listed: Iterable[str], source: Path) -> Finding:
    finished = run(["ssh-keygen", "-y", "-P", "", "-f", str(file)], timeout=10, trusted=True)
    if finished.returncode:
        return wrong("history key", f"{file}: {finished.complaint}", f"chmod 600 {file}")
    if finished.text.split()[:2] not in [each.split()[:2] for each in listed]:
        return wrong(
            "history key",
            f"{file} is not the key that history.reconcilers lists",
            f"write the line of {file}.pub into {source}",
        )
    return good("history key", f"{file}, listed")


def _apps(configuration: Configuration) -> Iterator[Finding]:
    for name, each in sorted(configuration.host.repositories.items()):
        told = shown_address(each.url)
        try:
            refs = _git().remote_refs(configuration.address(each.url))
        except UnreachableError as error:
            yield silent(f"app {name}", error.message, f"try: git ls-remote {told}")
            continue
        artifacts = each.artifacts or ""
        folder = configuration.address(artifacts) if artifacts else ""
        if folder and "://" not in folder and not Path(folder).is_dir():
            remedy = f"make it, or set repositories.{name}.artifacts"
            yield wrong(f"app {name}", f"{folder} is not there", remedy)
            continue
        yield good(f"app {name}", f"{told}, {len(refs)} refs")
    if not configuration.host.repositories:
        remedy = f"add [repositories.NAME] url to {configuration.source}"
        yield wrong("apps", "no repository is named, so nothing can be deployed", remedy)


def clock_at(now: datetime, *, last: datetime | None) -> Finding:
    """Whether this moment can be true when the last record of the history is of ``last``."""
    told = now.isoformat(timespec="seconds")
    remedy = "timedatectl set-ntp true, or set the clock"
    if now < _OLDEST:
        return wrong("clock", f"it says {told}", remedy)
    if last is not None and now < last - _TOLERANCE:
        newest = last.isoformat(timespec="seconds")
        return wrong("clock", f"it says {told}, the last record is of {newest}", remedy)
    return good("clock", told)


def _git() -> Git:
    folder = cache_folder()
    return Git(folder, folder / "git-home")
