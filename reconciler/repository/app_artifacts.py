"""What a release consists of, looked up for its file: trees, tarballs, and what is given."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from reconciler.errors import UsageError
from reconciler.manifest.placeholders import fill
from reconciler.model.app import App
from reconciler.repository.git import Git
from reconciler.scaffold.release import artifact
from reconciler.versions import tag_of

_SECONDS = 300.0

Found = dict[str, dict[str, str]]
"""Component → its artifact, as a release's file has it."""


def trees_at(git: Git, app: App, commit: str, *, called: str) -> Found:
    """The ids of the folders that components are; ``called`` is what messages call the commit."""
    found: Found = {}
    for each in app.components:
        if path := each.artifact.get("tree"):
            at = f"{commit}:{'' if path == '.' else path.strip('/')}"
            finished = git.ask(["rev-parse", "--quiet", "--verify", "--end-of-options", at])
            if finished.returncode:
                raise UsageError(f"{called} has no folder {path}, where {each.name} should be")
            found[each.name] = {"tree": finished.text.strip()}
    return found


def given_artifacts(app: App, version: str, artifacts: Iterable[str]) -> Found:
    """What each ``COMPONENT=WHAT`` means; a file is a tarball, named as the app's file says."""
    found: Found = {}
    for each in artifacts:
        component, _, value = each.partition("=")
        file = Path(value)
        if file.is_file():
            with file.open("rb") as data:
                digest = hashlib.file_digest(data, "sha256").hexdigest()
            named = next((one.artifact for one in app.components if one.name == component), {})
            path = _filled(app, named.get("tarball", file.name), version, "")
            found[component] = {"tarball": path, "sha256": digest}
        else:
            found[component] = artifact(app, component, value)
    return found


def tarballs_at(
    app: App, version: str, commit: str, *, address: str | None, without: Iterable[str]
) -> Found:
    """The digests of tarballs as they lie below the artifact address now.

    Those of components in ``without`` are not looked at. Raises `TagboatError` for one that isn't
    there, and `UsageError` when nobody says where they are.
    """
    from reconciler.repository.tarballs import digest_of_tarball

    found: Found = {}
    known = set(without)
    for each in app.components:
        named = each.artifact.get("tarball")
        if named is None or each.name in known:
            continue
        if address is None:
            raise UsageError(
                f"this machine has no artifact address for {app.repository or app.name}",
                hint=f"--artifact {each.name}=FILE, or set artifacts in its [repositories.…]",
            )
        path = _filled(app, named, version, commit)
        digest = digest_of_tarball(address, path, timeout=_SECONDS)
        found[each.name] = {"tarball": path, "sha256": digest}
    return found


def _filled(app: App, text: str, version: str, commit: str) -> str:
    words = {"version": version, "tag": tag_of(app, version), "app": app.name}
    return fill(text, words | ({"commit": commit} if commit else {}))
