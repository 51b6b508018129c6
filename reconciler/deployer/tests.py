"""Tests of a pipeline with every placeholder filled in, for one content in one place."""

from collections.abc import Iterable, Mapping
from typing import Any, assert_never

from reconciler.manifest.placeholders import fill
from reconciler.model.content import Content, PlaceTarget
from reconciler.model.deployment import TestSpec
from reconciler.model.probe import (
    CommandTest,
    HttpTest,
    ManualTest,
    MetricTest,
    TcpTest,
    Test,
)
from reconciler.names import seconds_of


def words_of(target: PlaceTarget, content: Content, *, customer: str | None) -> dict[str, str]:
    """What placeholders stand for."""
    return {
        "app": content.app,
        "environment": target.environment,
        "version": content.version,
        "tag": content.tag or content.commit,
        "commit": content.commit,
        "url": target.url,
        **({"customer": customer} if customer is not None else {}),
    }


def test_specs(
    tests: Mapping[str, Test | None], target: PlaceTarget, words: Mapping[str, str]
) -> tuple[TestSpec, ...]:
    """The tests that no layer has taken away, in their order."""
    return tuple(_specs(tests.items(), target, words))


def test_spec(name: str, test: Test, target: PlaceTarget, words: Mapping[str, str]) -> TestSpec:
    """One test, ready to be asked. A figure that is watched gets that time on top of its own."""
    hold = seconds_of(test.metric.for_) if test.metric and test.metric.for_ else 0
    written = "timeout" in test.model_fields_set
    return TestSpec(
        name=name,
        probe=test.sort,
        settings=_settings(test, target, words),
        timeout=seconds_of(test.timeout) + (0 if written else hold),
        retries=test.retries,
        hold=hold,
        help=test.help,
    )


def _specs(
    tests: Iterable[tuple[str, Test | None]], target: PlaceTarget, words: Mapping[str, str]
) -> Iterable[TestSpec]:
    for name, test in tests:
        if test is not None and test.sort:
            yield test_spec(name, test, target, words)


def _settings(test: Test, target: PlaceTarget, words: Mapping[str, str]) -> dict[str, Any]:
    """The settings of a test's sort; ``own`` says that the place itself is asked."""
    match getattr(test, test.sort):
        case HttpTest() as http:
            url = fill(http.url, words)
            base = target.url.rstrip("/")
            whole = base + url if url.startswith("/") else url
            return {
                "url": whole,
                "own": bool(base) and (whole == base or whole.startswith(f"{base}/")),
                "status": http.status,
                "contains": fill(http.contains or "", words),
                "json": {path: fill(value, words) for path, value in http.json_.items()},
                "headers": dict(http.headers),
            }
        case TcpTest() as tcp:
            address = fill(tcp.address, words)
            return {"address": address, "own": address == target.listen}
        case CommandTest() as command:
            return {"run": [fill(each, words) for each in command.run]}
        case MetricTest() as metric:
            # Records have no floats: figures travel as they are written.
            limits = {"above": metric.above, "below": metric.below}
            return {
                "query": fill(metric.query, words),
                **{name: str(limit) for name, limit in limits.items() if limit is not None},
            }
        case ManualTest() as manual:
            return {"by": list(manual.by), "ask": manual.ask}
        case other:
            assert_never(other)
