"""Approvals fill seats."""

from collections.abc import Iterator

from reconciler.diagnostics import Diagnostic
from reconciler.manifest.codes import links, references
from reconciler.manifest.paths import (
    app_path,
    approval_path,
    environment_path,
    quarantine_path,
    release_path,
)
from reconciler.manifest.secrets import shown
from reconciler.manifest.snapshot import Snapshot
from reconciler.model.approval import Approval
from reconciler.model.environment import Environment
from reconciler.model.people import People
from reconciler.validator.effective import at
from reconciler.validator.near import near, near_or_add


def approvals(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """An approval is of a release and an environment that there are, and fills a seat there.

    The seat is asked about while the release is promoted there, since people and policies change
    later. Its role is one that the environment asks for, or any where ``by`` may promote: then it
    stands for a merge. ``by`` has that role and counts there; whoever recorded it may record for
    them. A rejection needs no seat. A quarantine is of a release that there is (B39, B69).
    """
    for key, approval in snapshot.approvals.items():
        path = approval_path(*key)
        app, version, environment, _ = key
        yield from _release(snapshot, path, app, version)
        if not snapshot.has(environment_path(environment)):
            yield references.ENVIRONMENT.at(
                snapshot.locate(path, ("environment",)),
                f"environment {shown(environment)} has no environment.yaml",
                hint=near_or_add(environment, snapshot.environments, environment_path(environment)),
            )
        promotion = snapshot.promotions.get((environment, app))
        wanted = promotion is not None and promotion.release == version
        if wanted and snapshot.people is not None and approval.by in snapshot.people.people:
            yield from unseated(snapshot, path, approval, snapshot.people)
    for app, version in snapshot.quarantines:
        yield from _release(snapshot, quarantine_path(app, version), app, version)


def _release(snapshot: Snapshot, path: str, app: str, version: str) -> Iterator[Diagnostic]:
    if not snapshot.has(app_path(app)):
        said = f"app {shown(app)} has no app.yaml"
        yield references.APP.at(
            snapshot.locate(path, ("app",)),
            said,
            hint=near_or_add(app, snapshot.apps, app_path(app)),
        )
    elif not snapshot.has(release_path(app, version)):
        yield references.RELEASE.at(
            snapshot.locate(path, ("version",)),
            f"release {shown(version)} of {app} has no release.yaml",
            hint=near_or_add(version, snapshot.versions.get(app, ()), release_path(app, version)),
        )


def unseated(
    snapshot: Snapshot, path: str, approval: Approval, people: People
) -> Iterator[Diagnostic]:
    """Why an approval, in the snapshot or not yet, would fill no seat; nothing where it fills one.

    Somebody who may promote needs none: then it stands for a merge.
    """
    recorder = people.people.get(approval.recorded_by or "")
    if recorder is not None and approval.by not in recorder.records_for:
        yield links.RECORDER.at(
            snapshot.locate(path, ("recorded_by",)),
            f"{approval.recorded_by} may not record for {approval.by}",
        )
    place = at(snapshot, approval.environment, approval.app)
    if place is None or approval.decision == "rejected":
        return
    asked = {seat.role: seat for seat in place.value.gates.approvals}
    seat = asked.get(approval.role)
    where = snapshot.locate(path, ("role",))
    holds = approval.by in people.counting(f"role/{approval.role}", place.value.customer)
    if seat is None and holds and _may_promote(people, place.value, approval.by):
        return
    if seat is None:
        said = f"{approval.environment} asks for no {shown(approval.role)}"
        some = f"write one of: {', '.join(asked)}" if asked else ""
        yield links.SEAT.at(where, said, hint=near(approval.role, asked) or some)
    elif not holds:
        yield links.SEAT.at(
            where, f"{approval.by} doesn't hold role {seat.role} in {approval.environment}"
        )
    elif approval.decision not in seat.accepts:
        yield links.SEAT.at(
            snapshot.locate(path, ("decision",)),
            f"the seat of {seat.role} doesn't accept {shown(approval.decision)}",
            hint=f"write one of: {', '.join(seat.accepts)}",
        )


def _may_promote(people: People, here: Environment, person: str) -> bool:
    return any(person in people.counting(each, here.customer) for each in here.permissions.promote)
