"""A repository that holds releases and environments, and nothing else."""

import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from reconciler.folders import managed
from reconciler.manifest.paths import PEOPLE, app_path, environment_path
from reconciler.manifest.schemas import KINDS, modeline, schema_text

_STARTER = Path(__file__).parent / "starter"
_FILES: Mapping[str, str] = MappingProxyType(
    {
        PEOPLE: "people.yaml",
        environment_path("dev"): "environment.yaml",
        app_path("hello"): "app.yaml",
        "README.md": "README.md",
        ".gitlab-ci.yml": "gitlab-ci.yml",
        ".github/workflows/validate.yml": "github-validate.yml",
        ".pre-commit-config.yaml": "pre-commit-config.yaml",
        ".gitignore": "gitignore",
    }
)
_GLOBS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "App": ("releases/*/app.yaml",),
        "Release": ("releases/*/*/release.yaml",),
        "Approval": ("releases/*/*/approvals/*/*.yaml",),
        "Quarantine": ("releases/*/*/quarantine.yaml",),
        "Environment": ("environments/*/environment.yaml",),
        "Policy": ("environments/policies/*.yaml",),
        "Customer": ("environments/customers/*.yaml",),
        "Calendar": ("environments/calendars/*.yaml",),
        "Freeze": ("environments/freezes/*.yaml",),
        "Text": ("environments/texts/*.yaml",),
        "People": ("environments/people.yaml",),
        "Connections": ("environments/connections.yaml",),
    }
)
"""Promotions have no pattern of their own: their first line names their schema."""


def starter(version: str) -> dict[str, str]:
    """Path → text of every file of a new repository; its checks use this version of the command."""
    files = {path: _text(path, name, version) for path, name in _FILES.items()}
    schemas = {f"schema/{kind.lower()}.schema.json": schema_text(kind) for kind in KINDS}
    settings = json.dumps({"yaml.schemas": _mapping()}, indent=2) + "\n"
    return {**files, **schemas, ".vscode/settings.json": settings}


def _text(path: str, name: str, version: str) -> str:
    text = (_STARTER / name).read_text(encoding="utf-8")
    if managed(path):
        return f"{modeline(path)}\n{text}"
    return text.replace("{version}", version)


def _mapping() -> dict[str, list[str]]:
    return {
        f"./schema/{kind.lower()}.schema.json": list(_GLOBS[kind])
        for kind in KINDS
        if kind in _GLOBS
    }
