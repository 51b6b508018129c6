"""The files of the small world for daemons."""

COMMIT = "a" * 40
TREE = "b" * 40


def app_file() -> str:
    return """apiVersion: tagboat/v1
kind: App
name: shop
versions: {scheme: semver}
components:
  - {name: web, artifact: {tree: "."}}
"""


def release_file(version: str) -> str:
    return f"""apiVersion: tagboat/v1
kind: Release
app: shop
version: "{version}"
tag: "v{version}"
commit: "{COMMIT}"
components:
  - {{name: web, artifact: {{tree: "{TREE}"}}}}
summary: The {version}
downtime: none
estimate: 1m
migration: none
"""


def environment_file(name: str) -> str:
    return f"""apiVersion: tagboat/v1
kind: Environment
name: {name}
target: {{driver: memory}}
permissions: {{promote: [role/developer]}}
"""


def promotion_file(version: str) -> str:
    return f"""apiVersion: tagboat/v1
kind: Promotion
app: shop
release: "{version}"
"""
