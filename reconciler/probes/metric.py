"""The probe ``metric``: a figure of the host's Prometheus must stay on one side of a limit (P9).

Speaks the HTTP API v1 of Prometheus, which VictoriaMetrics, Thanos and Mimir speak as well:
``GET /api/v1/query``.
"""

import json
import math
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from reconciler.errors import StepErroredError, StepFailedError
from reconciler.model.deployment import TestSpec
from reconciler.probes.egress import check_egress
from reconciler.probes.http import get
from reconciler.visibility import glimpse


class MetricProbe:
    """Asks the one server that host configuration names."""

    def __init__(self, *, url: str | None) -> None:
        """``url`` is the server's address, without ``/api``; nothing if the host has none."""
        self._url = url.rstrip("/") if url else None

    def check(self, test: TestSpec, folder: Path | None, *, timeout: float) -> None:
        """Raise `StepFailedError` when any figure is on the wrong side of its limit.

        Raises `StepErroredError` when there is no figure, or the server can't be asked.
        """
        del folder
        if self._url is None:
            raise StepErroredError(
                "this host has no metrics to ask", hint="set metrics.url in its configuration"
            )
        until = time.monotonic() + timeout
        settings = test.settings
        url = f"{self._url}/api/v1/query?query={quote(settings['query'], safe='')}"
        parts = urlsplit(self._url)
        port = parts.port or {"https": 443}.get(parts.scheme, 80)
        host = f"[{parts.hostname}]" if parts.hostname and ":" in parts.hostname else parts.hostname
        asked = check_egress(url, frozenset({f"{host}:{port}"}), timeout=timeout)
        try:
            status, body = get(asked, {}, until)
        except StepFailedError as error:
            # Who doesn't answer is the server of the figures, not what is tested.
            raise StepErroredError(f"the metrics: {error.message}") from error
        for figure in _figures(status, body):
            _compare(figure, settings)


def _figures(status: int, body: bytes) -> list[float]:
    try:
        said = json.loads(body)
        data = said["data"] if said["status"] == "success" else None
        match data:
            case {"resultType": "vector", "result": list(found)}:
                figures = [float(each["value"][1]) for each in found]
            case {"resultType": "scalar", "result": [_, str(value)]}:
                figures = [float(value)]
            case _:
                raise StepErroredError(
                    f"the metrics: {glimpse(str(said.get('error', f'status {status}')))}"
                )
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise StepErroredError(f"the metrics: status {status}, and no figures") from error
    if not figures or any(math.isnan(each) for each in figures):
        raise StepErroredError("the query gives no figure")
    return figures


def _compare(figure: float, settings: dict[str, Any]) -> None:
    if "above" in settings and figure <= float(settings["above"]):
        raise StepFailedError(f"expected more than {settings['above']}, found {figure:g}")
    if "below" in settings and figure >= float(settings["below"]):
        raise StepFailedError(f"expected less than {settings['below']}, found {figure:g}")
