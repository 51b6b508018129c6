"""Finding and reading ``tagboat.toml``."""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from reconciler.errors import ConfigurationError
from reconciler.model.host import Host
from reconciler.system.misconfiguration import misconfigured
from reconciler.system.processes import run

FILE = "tagboat.toml"
EXAMPLE = Path(__file__).with_name("example.toml")
"""A file in which every setting stands, with a word about each."""


def shown_address(address: str) -> str:
    """An address for people to read: without the user and password that a URL may carry (X18)."""
    scheme, separator, rest = address.partition("://")
    authority, slash, path = rest.partition("/")
    return (
        f"{scheme}{separator}{authority.rpartition('@')[2]}{slash}{path}" if separator else address
    )


@dataclass(frozen=True, slots=True)
class Configuration:
    """Host configuration and the file it came from; relative paths start at that file's folder."""

    host: Host
    source: Path

    def path(self, text: str) -> Path:
        """A path of the configuration, absolute."""
        return (self.source.parent / text).absolute()

    def address(self, text: str) -> str:
        """A remote's address: URLs and scp-like forms as they are, paths made absolute."""
        local = "://" not in text and not (":" in text and "/" not in text.partition(":")[0])
        return str(self.path(text)) if local else text

    @property
    def state(self) -> Path:
        """The daemon's own folder."""
        return self.path(self.host.state)


@dataclass(frozen=True, slots=True)
class Found:
    """A configuration file, and what named it; nothing of it is read yet."""

    path: Path
    named_by: str


def find_configuration(
    given: Path | None, *, start: Path, environment: Mapping[str, str] | None = None
) -> Configuration:
    """The host configuration of this machine, as `find_file` and `read_configuration` give it."""
    return read_configuration(find_file(given, start=start, environment=environment).path)


def find_file(
    given: Path | None, *, start: Path, environment: Mapping[str, str] | None = None
) -> Found:
    """The file of this machine's host configuration.

    Looked for in ``given``, ``TAGBOAT_CONFIG``, git config ``tagboat.config`` of the clone around
    ``start``, ``$XDG_CONFIG_HOME/tagboat/`` and ``/etc/tagboat/``; never in a work tree. Raises
    `ConfigurationError` when there is none, or when the one that is named isn't there.
    """
    known = os.environ if environment is None else environment
    asked = Found(given, "--config") if given else None
    if asked is None and known.get("TAGBOAT_CONFIG"):
        asked = Found(Path(known["TAGBOAT_CONFIG"]), "TAGBOAT_CONFIG")
    if asked is None and (named := _of_clone(start)):
        asked = Found(named, "git config tagboat.config")
    if asked is not None:
        if not asked.path.exists():
            raise ConfigurationError(
                f"{asked.path} is not there", hint="name the file with --config"
            )
        return asked
    home = Path(known.get("XDG_CONFIG_HOME") or Path(known.get("HOME", "/")) / ".config")
    places = (home / "tagboat" / FILE, Path("/etc/tagboat") / FILE)
    names = ("XDG_CONFIG_HOME" if known.get("XDG_CONFIG_HOME") else "~/.config", "/etc/tagboat")
    for each, name in zip(places, names, strict=True):
        if each.is_file():
            return Found(each, name)
    raise ConfigurationError(
        "there is no host configuration",
        hint="go to a clone that has one, or name that with -C; or name the file: tagboat --config "
        "FILE, or git config tagboat.config FILE in the clone; tagboat config example prints one",
    )


def read_configuration(path: Path) -> Configuration:
    """The configuration in this file; raises `ConfigurationError` naming every wrong field."""
    try:
        host = Host.model_validate(tomllib.loads(path.read_text()))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        hint = "write it as TOML; tagboat config example shows how"
        raise ConfigurationError(f"{path}: {error}", hint=hint) from error
    except OSError as error:
        hint = "let the user that runs this read it"
        raise ConfigurationError(f"{path}: {error.strerror}", hint=hint) from error
    except ValidationError as error:
        said, hint = misconfigured(error)
        raise ConfigurationError(f"{path}: {said}", hint=hint) from error
    return Configuration(host, path.absolute())


def _of_clone(start: Path) -> Path | None:
    arguments = ["git", "-C", str(start), "config", "--type=path", "--get", "tagboat.config"]
    finished = run(arguments, timeout=10, trusted=True)
    text = finished.text.strip()
    return (start / text) if finished.returncode == 0 and text else None
