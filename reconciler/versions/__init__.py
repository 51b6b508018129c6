"""Versions of an app: their order, which one comes next, and their tags (L2, pure).

One ordering serves the rules, the site, and whoever looks for the newest release.
"""

from reconciler.versions.ordering import newest_first, rank
from reconciler.versions.succession import Step, next_hotfix, next_version
from reconciler.versions.tags import tag_of, version_of

__all__ = [
    "Step",
    "newest_first",
    "next_hotfix",
    "next_version",
    "rank",
    "tag_of",
    "version_of",
]
