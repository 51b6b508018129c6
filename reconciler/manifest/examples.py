"""One good file of each kind, as data: what schemas and manuals show."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any


def _file(kind: str, **fields: Any) -> dict[str, Any]:
    return {"apiVersion": "tagboat/v1", "kind": kind, **fields}


_COMMIT = "9f1c2e0b7d3f4a5b6c7d8e9f0a1b2c3d4e5f6071"
_DIGEST = "5f0c7c1e4a1de4c3a9b0f6f5f5b8e2f3a0d4c6b8e9f1a2b3c4d5e6f708192a3b"

EXAMPLES: Mapping[str, dict[str, Any]] = MappingProxyType(
    {
        "App": _file(
            "App",
            name="shop",
            versions={"scheme": "semver"},
            components=[{"name": "web", "artifact": {"tarball": "web-{version}.tar.gz"}}],
            pipeline={"smoke": {"home": {"http": {"url": "/", "contains": "Checkout"}}}},
        ),
        "Release": _file(
            "Release",
            app="shop",
            version="1.4.0",
            tag="v1.4.0",
            commit=_COMMIT,
            components=[
                {"name": "web", "artifact": {"tarball": "web-1.4.0.tar.gz", "sha256": _DIGEST}}
            ],
            summary="Faster checkout",
            tickets=["SHOP-412"],
            downtime="none",
            estimate="10m",
            migration="none",
            way_back="Previous release",
        ),
        "Environment": _file(
            "Environment",
            name="acme-production",
            extends="customer-production",
            customer="acme",
        ),
        "Policy": _file(
            "Policy",
            name="customer-production",
            tier="production",
            timezone="Europe/Madrid",
            url="https://{customer}.example",
            gates={"after": {"tier": "test"}, "approvals": [{"role": "customer"}]},
            windows=[{"days": ["tue", "wed"], "from": "22:00", "until": "04:00"}],
            permissions={"promote": ["role/release-manager"]},
        ),
        "Promotion": _file(
            "Promotion", app="shop", release="1.4.0", at="2026-11-24T22:00:00+03:00"
        ),
        "Approval": _file(
            "Approval",
            app="shop",
            version="1.4.0",
            environment="acme-production",
            role="customer",
            by="noor",
            recorded_by="priya",
            decision="approved",
            evidence="https://helpdesk.example/412",
            digest=f"sha256:{_DIGEST}",
        ),
        "Quarantine": _file(
            "Quarantine", app="shop", version="1.4.0", reason="Orders are lost", by="priya"
        ),
        "Customer": _file(
            "Customer",
            name="acme",
            title="Acme S.A.",
            language="es",
            calendar="catalonia",
            contacts={"managers": ["person/noor"], "helpdesk": ["mail/it@acme.example"]},
        ),
        "Calendar": _file(
            "Calendar",
            name="catalonia",
            holidays={"country": "ES", "region": "CT"},
            weekend=["sat", "sun"],
            vacations=[{"title": "Christmas", "from": "2026-12-24", "until": "2027-01-06"}],
            day_before=True,
        ),
        "Freeze": _file(
            "Freeze",
            name="thanksgiving-2026",
            scope={"tiers": ["production"]},
            **{"from": "2026-11-25T17:00:00-05:00"},
            until="2026-11-30T09:00:00-05:00",
            reason="Thanksgiving",
            allows=["hotfix"],
        ),
        "Text": _file(
            "Text",
            event="delayed",
            language="es",
            subject="{customer}: {version} se demora",
            body="{greeting}.\n\nEl despliegue se va a demorar.\n",
        ),
        "People": _file(
            "People",
            people={"ana": {"name": "Ana", "mail": "ana@shop.example"}},
            roles={"admin": ["ana"]},
            guards={"policies": [{"role": "admin"}], "people": [{"role": "admin"}]},
        ),
        "Connections": _file(
            "Connections",
            channels={"ops": {"type": "slack", "secret": "SLACK_BOT"}},
            trackers={
                "jira": {"type": "jira", "url": "https://jira.example", "secret": "JIRA_TOKEN"}
            },
        ),
    }
)
"""Kind → the fields of a file."""
