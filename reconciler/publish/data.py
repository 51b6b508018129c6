"""The same facts for machines and spreadsheets: JSON and CSV."""

import csv
import io

from reconciler.publish.attempts import Attempt
from reconciler.publish.cells import Cell, Overview
from reconciler.publish.escaping import json_text, spreadsheet
from reconciler.publish.fragments import started
from reconciler.publish.times import between

COLUMNS = (
    "deployment",
    "environment",
    "app",
    "version",
    "previous",
    "outcome",
    "running",
    "started",
    "ended",
    "seconds",
    "merged_by",
    "approved_by",
    "authors",
    "merge",
    "tag",
    "commit",
    "digest",
    "why",
)


def matrix_json(overview: Overview) -> str:
    """What runs where: environments in their order, apps, and a list of places."""
    return json_text(
        {
            "generated_at": overview.inputs.generated_at.isoformat(),
            "commit": overview.inputs.plan.commit,
            "apps": list(overview.apps),
            "environments": list(overview.environments),
            "places": [_cell(each) for each in overview.cells.values()],
        }
    )


def _cell(cell: Cell) -> dict[str, object]:
    return {
        "environment": cell.place.environment,
        "app": cell.place.app,
        "status": cell.status.name.lower(),
        "running": cell.running or None,
        "wanted": cell.wanted or None,
        "since": cell.since or None,
        "sentence": cell.sentence,
        "closed": [each.model_dump(mode="json") for each in cell.closed],
        "notes": list(cell.notes),
        "pauses": [
            {"app": each.app, "by": each.by, "until": each.until or None, "reason": each.reason}
            for each in cell.pauses
        ],
        "deployment": cell.latest.name if cell.latest else None,
    }


def deployments_json(overview: Overview) -> str:
    """All deployments, newest first."""
    return json_text(
        [
            {
                **_row(each),
                "steps": _steps(each),
                "lead_time": each.lead.as_json() if each.lead else None,
            }
            for each in overview.attempts
        ]
    )


def _steps(attempt: Attempt) -> list[dict[str, object]]:
    return [
        {
            "name": each.name,
            "stage": each.stage.value,
            "started": each.started or None,
            "ended": each.ended or None,
            "milliseconds": _milliseconds(each.started, each.ended),
            "detail": each.detail,
        }
        for each in attempt.steps
    ]


def _milliseconds(begun: str, ended: str) -> int | None:
    seconds = between(begun, ended)
    return None if seconds is None else round(seconds * 1000)


def deployments_csv(overview: Overview) -> str:
    """All deployments, newest first, one row each; no cell can be taken for a formula."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for attempt in overview.attempts:
        row = _row(attempt)
        writer.writerow([_text(row[each]) for each in COLUMNS])
    return buffer.getvalue()


def _text(value: object) -> str:
    if isinstance(value, list):
        return spreadsheet(" ".join(str(each) for each in value))
    return "" if value is None else spreadsheet(str(value))


def _row(attempt: Attempt) -> dict[str, object]:
    claim, end = attempt.claim, attempt.end
    content = claim.assignment.content
    return {
        "deployment": attempt.name,
        "environment": claim.environment,
        "app": claim.app,
        "version": content.version,
        "previous": attempt.previous or None,
        "outcome": end.outcome.value if end else None,
        "running": end.running.version if end and end.running else None,
        "started": started(attempt),
        "ended": end.ended if end else None,
        "seconds": end.seconds if end else None,
        "merged_by": None if claim.sign_off.approval else claim.sign_off.merged_by or None,
        "approved_by": claim.sign_off.merged_by if claim.sign_off.approval else None,
        "authors": list(claim.sign_off.authors),
        "merge": claim.sign_off.commit,
        "tag": content.tag,
        "commit": content.commit,
        "digest": content.digest,
        "why": end.why if end else "",
    }
