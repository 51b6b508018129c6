"""The programs and libraries of this machine."""

import re
from collections.abc import Iterator

from reconciler.doctor.finding import Finding, good, wrong
from reconciler.errors import ConfigurationError
from reconciler.system.processes import run

_DEADLINE = 10.0
_GIT = (2, 38)
_SSH = (8, 9)


def check_tools() -> Iterator[Finding]:
    """Git, OpenSSH and libyaml, each in a version that will do."""
    yield _program("git", ["git", "--version"], r"git version ([0-9]+)\.([0-9]+)", _GIT)
    # ssh-keygen doesn't tell its version; ssh comes with it, and does.
    yield _program("ssh-keygen", ["ssh", "-V"], r"OpenSSH_([0-9]+)\.([0-9]+)", _SSH)
    yield _libyaml()


def _program(what: str, ask: list[str], pattern: str, least: tuple[int, int]) -> Finding:
    wanted = ".".join(str(each) for each in least)
    remedy = f"install {'git' if what == 'git' else 'OpenSSH'} {wanted} or newer"
    try:
        if what not in ask:
            run([what, "-?"], timeout=_DEADLINE, trusted=True)
        answer = run(ask, timeout=_DEADLINE, trusted=True)
    except ConfigurationError as error:
        return wrong(what, error.message, remedy)
    said = answer.text + answer.stderr.decode(errors="replace")
    version = re.search(pattern, said)
    if version is None:
        return wrong(what, f"{ask[0]} doesn't tell its version", remedy)
    found = (int(version[1]), int(version[2]))
    if found < least:
        return wrong(what, f"{found[0]}.{found[1]}, expected {wanted} or newer", remedy)
    return good(what, f"{found[0]}.{found[1]}")


def _libyaml() -> Finding:
    import yaml

    if not yaml.__with_libyaml__:
        return wrong("libyaml", "Python's yaml has no libyaml", "install a wheel of PyYAML")
    return good("libyaml", f"with PyYAML {yaml.__version__}")
