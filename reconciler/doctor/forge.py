"""The forge, where merge requests are the sign-off or are told what merging does."""

from collections.abc import Iterator

from reconciler.doctor.finding import Finding, good, silent, wrong
from reconciler.errors import ConfigurationError, UnreachableError
from reconciler.forges.opening import open_forge
from reconciler.system.configuration import Configuration, shown_address


def check_forge(configuration: Configuration) -> Iterator[Finding]:
    """Whether it answers; in mode ``forge`` also what its settings leave open."""
    host = configuration.host
    if host.forge is None:
        return
    branch = host.remote.branch
    try:
        weak = open_forge(configuration).weaknesses(branch)
    except ConfigurationError as error:
        yield wrong("forge", error.message, error.hint or f"mend [forge] in {configuration.source}")
        return
    except UnreachableError as error:
        yield silent("forge", error.message, error.hint)
        return
    told = f"{shown_address(host.forge.url)}, {host.forge.repository}"
    if host.trust.mode != "forge":
        yield good("forge", f"{told}, for comments only")
        return
    for each in weak:
        yield wrong("forge", each.found, each.remedy)
    if not weak:
        yield good("forge", f"{told}, {branch} is protected")
