"""What the plan of a merge needs from outside: the app's commits, and what happened so far."""

from typing import TYPE_CHECKING

from reconciler.cli.output import say
from reconciler.errors import ConfigurationError, TagboatError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from reconciler.changelog import Changes
    from reconciler.cli.knowledge import Known
    from reconciler.daemon.merges import Merge
    from reconciler.planner.inputs import Inputs
    from reconciler.planner.preview import Preview


def changes_for(
    seen: "Known", after: "Inputs", previews: "Sequence[Preview]"
) -> "dict[str, Changes | None]":
    """Place → what comes with the merge; nothing where the app's commits can't be had here."""
    return {str(each.place): _changes(seen, after, each) for each in previews}


def _changes(seen: "Known", after: "Inputs", preview: "Preview") -> "Changes | None":
    from reconciler.changelog import changes_of
    from reconciler.cli.app_source import app_source
    from reconciler.repository.commits import read_span

    app = after.snapshot.apps.get(preview.place.app)
    content = preview.after.assignment.content if preview.after.assignment else None
    if app is None or content is None:
        return None
    running = after.ledger.running(preview.place)
    try:
        theirs = app_source(app, source=None, configuration=seen.view.configuration)
        if theirs is None:
            return None
        head = theirs.commit(content.commit, f"commit {content.commit[:12]}")
        return changes_of(app, read_span(theirs.git, head, running.commit if running else None))
    except TagboatError as error:
        say(f"{preview.place}: {error.message}")
        return None


def warn_of_stale(seen: "Known", merge: "Merge", base: str) -> None:
    """Say so when the base is an earlier commit of the protected branch than the remote has."""
    git, tip, old = seen.view.git, seen.view.tip, merge.now.basis
    if old == tip or git.resolve(old) is None or not git.contains(old, within=tip):
        return
    branch = seen.view.configuration.host.remote.branch
    say(f"! {base} is {old[:12]}, and {branch} of the remote is at {tip[:12]} by now")
    say(f"  hint: git fetch, then --base origin/{branch}")


def hindsight(seen: "Known", merge: "Merge") -> str:
    """What the changed policies would have done to the deployments so far, in a paragraph."""
    from reconciler.daemon.proving import Proving
    from reconciler.planner.backtest import summary
    from reconciler.system.editions import editions

    replayed = Proving(seen.view, editions(), merge.git).backtest(merge.change.entries)
    return summary(list(replayed))


def foretold(folder: "Path", *, base: str, head: str) -> "tuple[Preview, ...]":
    """What merging ``head`` into ``base`` will do; nothing where this host can't tell.

    For a command that works without host configuration too: what is in the way is said.
    """
    from reconciler.cli.knowledge import known
    from reconciler.daemon.merges import merging
    from reconciler.planner.preview import previews
    from reconciler.system.clock import SystemClock
    from reconciler.system.configuration import find_configuration

    try:
        find_configuration(None, start=folder)
    except ConfigurationError:
        return ()
    try:
        seen = known(None, folder)
        with merging(seen.view, folder, base=base, head=head, now=SystemClock().now()) as merge:
            return previews(merge.now, merge.mergers, merge.change)
    except TagboatError as error:
        say(f"what its merge will do can't be told here: {error.message}")
        return ()


def comment_text(
    seen: "Known", folder: "Path", *, base: str, head: str, now: "datetime", backtest: bool
) -> str:
    """The comment on a merge request: what merging ``head`` into ``base`` will do."""
    from reconciler.daemon.merges import merging
    from reconciler.planner.preview import previews
    from reconciler.publish.comment import comment_markdown

    with merging(seen.view, folder, base=base, head=head, now=now) as merge:
        warn_of_stale(seen, merge, base)
        found = previews(merge.now, merge.mergers, merge.change)
        said = hindsight(seen, merge) if backtest else ""
        changes = changes_for(seen, merge.after, found)
    return comment_markdown(found, changes, backtest=said)
