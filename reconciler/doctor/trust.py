"""Whether people can sign off at all, and would still if one of them left."""

from collections.abc import Iterator

from reconciler.daemon.view import View
from reconciler.doctor.finding import Finding, good, skipped, wrong
from reconciler.errors import TagboatError
from reconciler.signoff import Authority
from reconciler.signoff.named import BANNER

_ANYBODY = "any one of them may leave"


def check_sign_off(view: View) -> Iterator[Finding]:
    """Of what is in force: somebody may promote everywhere, and the guards can be filled."""
    if view.configuration.host.trust.mode == "author":
        yield skipped("sign-off", BANNER)
        return
    try:
        judged = view.judged()
    except TagboatError as error:
        yield wrong("sign-off", error.message, error.hint or "see trust root")
        return
    forge = view.configuration.host.forge
    signed = view.configuration.host.trust.mode == "signed" or forge is None
    yield sign_off_of(judged.judgement.authority, forge="" if signed or not forge else forge.called)


def sign_off_of(authority: Authority, *, forge: str = "") -> Finding:
    """What of who may what needs somebody's care; ``forge`` is where people agree, if one is."""
    what = "login" if forge else "key"
    able = frozenset((authority.logins.get(forge, {}) if forge else authority.owners).values())
    if not forge and (twice := _shared(authority)):
        said = f"{' and '.join(twice)} have one key, which leads to neither of them"
        return wrong("sign-off", said, "give each of them a key of their own, and have it merged")
    for name, promoters in sorted(authority.promoters.items()):
        if not promoters & able:
            said = f"nobody with a {what} may promote to {name}"
            return wrong("sign-off", said, f"name somebody in 'permissions' of {name}")
    if why := authority.deadlock(forge=forge):
        remedy = "mend environments/people.yaml; if nobody can: tagboat trust reset COMMIT"
        return wrong("sign-off", why, remedy)
    alone = sorted(each for each in able if _needed(authority, each, able))
    told = f"without {' or '.join(alone)} nobody could change people and policies"
    return good("sign-off", f"{len(able)} people with a {what}; {told if alone else _ANYBODY}")


def _shared(authority: Authority) -> list[str]:
    """The persons who share a key with somebody."""
    owners: dict[str, set[str]] = {}
    for person, lines in authority.keys.items():
        for line in lines:
            owners.setdefault(" ".join(line.split()[:2]), set()).add(person)
    return sorted({each for some in owners.values() if len(some) > 1 for each in some})


def _needed(authority: Authority, person: str, able: frozenset[str]) -> bool:
    """Whether the guards can't be filled without this person."""
    left = able - {person}
    areas = [each for each in ("policies", "people") if each in authority.guards]
    return any(authority.lacking(each, left) != () for each in areas)  # type: ignore[arg-type]
