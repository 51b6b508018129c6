"""Makes the example's folder: repositories, keys, clones, host configuration.

Preparation is begun anew unless it was finished: ``tagboat.toml`` is written last.
"""

import contextlib
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from reconciler.errors import ConfigurationError, RefusedError
from reconciler.repository.git import Git
from reconciler.system.files import write_durably
from reconciler.system.processes import run
from reconciler.tutorial.bootstrap import bootstrap, make_clone, make_keys
from reconciler.tutorial.checkout import export, head_of
from reconciler.tutorial.example import Example, example_of, write_example
from reconciler.tutorial.layout import APPS, PERSONS, RECONCILER, Layout
from reconciler.tutorial.ports import require_free
from reconciler.tutorial.sources import unbundle

Say = Callable[[str], None]

# Thousands of syncs would make a folder that can be made again at any time no safer.
_QUICK = {
    "GIT_CONFIG_COUNT": "1",
    "GIT_CONFIG_KEY_0": "core.fsync",
    "GIT_CONFIG_VALUE_0": "none",
}


def prepared(layout: Layout) -> bool:
    """Whether preparation has finished."""
    return layout.configuration.is_file()


def prepare(layout: Layout, repository: Path, *, port_base: int, say: Say) -> Example:
    """Make the whole folder out of the repository's checked-out commit, which is only read.

    Raises `ConfigurationError` when a port is taken or the folder is somebody else's, before
    anything is written outside the system's temporary folder.
    """
    with tempfile.TemporaryDirectory(prefix="tagboat-up-") as scratch:
        home = Path(scratch) / "home"
        tree = Path(scratch) / "tree"
        tree.mkdir()
        commit = head_of(repository, home)
        export(repository, commit, into=tree, home=home)
        example = example_of(tree, commit, port_base=port_base)
        require_free(example.ports)
        _begin(layout)
        say(f"remote.git: one root commit of the tree of {commit[:12]}")
        _make_remote(layout, tree)
        say("apps: the source histories of " + " and ".join(APPS))
        for app in APPS:
            bundle = tree / "site" / "tutorial" / f"{app}.bundle"
            unbundle(bundle, into=layout.app(app), home=layout.home)
    say("keys and clones: " + ", ".join(PERSONS))
    public = make_keys(layout, (*PERSONS, RECONCILER))
    make_clone(layout, "approver", public)
    root = bootstrap(layout, public, port_base=port_base)
    make_clone(layout, "engineer", public)
    write_example(layout, example)
    text = _configuration(example, root=root, public=public[RECONCILER])
    write_durably(layout.configuration, text.encode())
    return example


def remove(layout: Layout) -> bool:
    """Remove the folder if it is there; raises `RefusedError` for one that isn't ours."""
    if not layout.folder.exists():
        return False
    if not layout.mark.exists() and any(layout.folder.iterdir()):
        raise RefusedError(
            f"{layout.folder} is not empty and was not made by make up",
            hint="name another folder with --folder",
        )
    while layout.folder.exists():
        # Another make clean may be at it at the same time.
        with contextlib.suppress(FileNotFoundError):
            shutil.rmtree(layout.folder)
    return True


def _begin(layout: Layout) -> None:
    remove(layout)
    layout.folder.mkdir(parents=True)
    layout.mark.touch()
    for folder in (layout.state, layout.places, layout.site, layout.logs):
        folder.mkdir()


def _make_remote(layout: Layout, tree: Path) -> None:
    git = Git(tree, layout.home, _QUICK)
    layout.remote.mkdir()
    Git(layout.remote, layout.home).tell(["init", "--quiet", "--bare", "-b", "main"])
    git.tell(["init", "--quiet", "-b", "main"])
    # Files that are ignored and yet committed are part of the tree too.
    git.tell(["add", "--all", "--force", "."])
    git.tell(["commit", "--quiet", "--no-gpg-sign", "-m", "Start from the project's own tree"])
    git.tell(["push", "--quiet", str(layout.remote), "main:refs/heads/main"])


def _configuration(example: Example, *, root: str, public: str) -> str:
    repositories = "\n".join(f'[repositories.{app}]\nurl = "apps/{app}.git"\n' for app in APPS)
    egress = "\n".join(f'  "127.0.0.1:{place.port}",  # {place}' for place in example.places)
    return f"""\
# Host configuration of the example: what the repository must not decide.
# Relative paths start at this file's folder.
name = "{RECONCILER}"
state = "state"
poll = "2s"
# Addresses that smoke tests may ask; nothing else is asked.
egress = [
{egress}
]

[remote]
url = "remote.git"
branch = "main"

[trust]
mode = "signed"
# The bootstrap commit: its tree is in force as a whole.
root = "{root}"

[history]
key = "keys/{RECONCILER}"
[history.reconcilers]
{RECONCILER} = "{public}"

{repositories}
[drivers.local]
folder = "places"

[site]
folder = "site"
title = "Tagboat example"
"""


def require_ssh_keygen() -> None:
    """Raise `ConfigurationError` if keys can't be made here."""
    if shutil.which("ssh-keygen") is None:
        raise ConfigurationError("ssh-keygen is not there", hint="apt install openssh-client")
    run(["ssh-keygen", "-?"], timeout=10, trusted=True)
