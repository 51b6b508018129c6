"""What an approval speaks of: one digest over everything that the person agreed to (pure).

``tagboat approve`` writes it into the file, and the gate ``approvals`` compares.
"""

from reconciler.canonical import digest_of
from reconciler.manifest.layering import resolve
from reconciler.manifest.snapshot import Snapshot
from reconciler.model.base import Model
from reconciler.model.environment import AppHere
from reconciler.model.promotion import Promotion

_OF_RELEASE = {"version", "tag", "commit", "components", "downtime", "hotfix", "migration"}
_OF_COMPONENT = {"name", "run", "listens", "needs"}


def bound_digest(
    snapshot: Snapshot, environment: str, app: str, *, version: str, promotion: Promotion | None
) -> str | None:
    """``sha256:…`` over what an approval of this release for this environment covers.

    That is the release without its words for people; of the promotion its slot, and an override or
    something temporary; and what is in force there for this app: configuration and names of
    secrets, gates, pipeline and target. Notices, windows, links and prose may change meanwhile.
    ``promotion`` is the one that brings the release, or nothing where there is none yet: that is
    as good as one without a slot. Nothing where app, release or environment can't be had.

    What stands at its default is left out, so a later format's new fields change no digest.
    """
    here = resolve(snapshot, environment, app).environment
    release, known = snapshot.releases.get((app, version)), snapshot.apps.get(app)
    if here is None or release is None or known is None:
        return None
    differs = here.apps.get(app, AppHere())
    return digest_of(
        {
            "environment": environment,
            "customer": here.customer,
            "app": app,
            "repository": known.repository or app,
            "components": [_said(each, _OF_COMPONENT) for each in known.components],
            "release": _said(release, _OF_RELEASE),
            "promotion": _asked(promotion, version),
            "config": dict(differs.config),
            "secrets": dict(differs.secrets),
            "gates": _said(here.gates),
            "pipeline": _said(here.pipeline),
            "target": _said(here.target),
            "url": here.url,
        }
    )


def _asked(promotion: Promotion | None, version: str) -> object:
    if promotion is None:
        return {}
    said = _said(promotion, {"at", "override", "temporary"})
    if promotion.override is not None and promotion.override.release != version:
        said.pop("override", None)
    return said


def _said(model: Model, fields: set[str] | None = None) -> dict[str, object]:
    """What a value says, without what stands at its default."""
    return model.model_dump(mode="json", by_alias=True, include=fields, exclude_defaults=True)
