"""Who may sign what off: read from the files in force before the change that is judged (X13)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, get_args

from reconciler.model.environment import Environment
from reconciler.model.people import People
from reconciler.signoff.chairs import Chairs, empty
from reconciler.signoff.classes import Area, Sort, class_of
from reconciler.signoff.facts import Signature, Signed, Word


class Policy(Protocol):
    """The part of a snapshot that says who may what."""

    @property
    def people(self) -> People | None:
        """Everybody who is listed; nobody if the file is missing or broken."""
        ...

    @property
    def environments(self) -> Mapping[str, Environment]:
        """Environments by name with all that they inherit, without broken ones."""
        ...


@dataclass(frozen=True, slots=True)
class Authority:
    """Who is listed, who may promote where, and who must agree to changes of what.

    ``keys``: person → public keys. ``promoters``: environment → persons. ``alone``: environments
    where the author of a change may merge it (``four_eyes: false``). ``guards``: area → groups of
    seats, all of which must be filled; an area that isn't there is closed to everybody.
    ``recorders``: person → those who may write that person's word down. ``mails``: address → the
    persons who have it. ``logins``: forge → login, in small letters → the one person who has it.
    """

    keys: Mapping[str, tuple[str, ...]]
    promoters: Mapping[str, frozenset[str]] = field(default_factory=dict)
    alone: frozenset[str] = frozenset()
    guards: Mapping[Area, tuple[tuple[Chairs, ...], ...]] = field(default_factory=dict)
    recorders: Mapping[str, frozenset[str]] = field(default_factory=dict)
    mails: Mapping[str, frozenset[str]] = field(default_factory=dict)
    logins: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    owners: Mapping[str, str] = field(init=False, default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Find whose each key is; one that two persons have is nobody's."""
        owners: dict[str, str] = {}
        shared: set[str] = set()
        for person, lines in self.keys.items():
            for line in lines:
                key = bare_key(line)
                if owners.setdefault(key, person) != person:
                    shared.add(key)
        known = {key: person for key, person in owners.items() if key not in shared}
        object.__setattr__(self, "owners", known)

    @classmethod
    def of(cls, policy: Policy) -> "Authority":
        """The authority that the admitted files give; without people nobody may do anything."""
        people = policy.people
        if people is None:
            return cls({})
        mails: dict[str, set[str]] = {}
        recorders: dict[str, set[str]] = {}
        for person, entry in people.people.items():
            if entry.mail is not None:
                mails.setdefault(entry.mail.casefold(), set()).add(person)
            for each in entry.records_for:
                recorders.setdefault(each, set()).add(person)
        return cls(
            {person: entry.keys for person, entry in people.people.items()},
            {
                name: frozenset().union(
                    *(
                        people.counting(each, environment.customer)
                        for each in environment.permissions.promote
                    )
                )
                for name, environment in policy.environments.items()
            },
            frozenset(
                name for name, each in policy.environments.items() if not each.gates.four_eyes
            ),
            _guards(people),
            {person: frozenset(each) for person, each in recorders.items()},
            {mail: frozenset(each) for mail, each in mails.items()},
            _logins(people),
        )

    def person_of(self, signature: Signature | None) -> str:
        """Whose good signature it is; empty for anything else and for a key that isn't listed."""
        return self.owners.get(signature.by, "") if isinstance(signature, Signed) else ""

    def person_at(self, forge: str, login: str) -> str:
        """Who has this login at a forge; empty for one that nobody has, or more than one."""
        return self.logins.get(forge, {}).get(login.casefold(), "")

    def named(self, mails: Iterable[str]) -> frozenset[str]:
        """The persons who have these addresses."""
        return frozenset().union(*(self.mails.get(each.casefold(), frozenset()) for each in mails))

    def speaks(self, word: Word, person: str) -> bool:
        """Whether a word is this person's: signed by them, or by whom they let record it."""
        signer = self.person_of(word.signature)
        if word.by != person or not signer:
            return False
        if word.recorded_by and signer == word.recorded_by:
            return signer in self.recorders.get(person, frozenset())
        return signer == person

    def listed(self, person: str) -> bool:
        """Whether this is a person of the people file."""
        return person in self.keys

    def may_promote(self, person: str, environment: str) -> bool:
        """Whether a merge by this person is a sign-off there; never so in an unknown place."""
        return person in self.promoters.get(environment, frozenset())

    def may_halt(self, person: str, area: Area) -> bool:
        """Whether this person may freeze or quarantine, at once: has one of the guards' roles."""
        return any(person in each.persons for group in self.guards.get(area, ()) for each in group)

    def lacking(self, area: Area, persons: Iterable[str]) -> tuple[Chairs, ...] | None:
        """The guards' seats that these persons leave empty; nothing where nobody guards."""
        groups = self.guards.get(area)
        if not groups:
            return None
        some = tuple(persons)
        return tuple(each for group in groups for each in empty(group, some))

    def holds(self, path: str, *, merged_by: Sequence[str], authors: Sequence[str]) -> bool:
        """Whether a sign-off by these persons would be one as things stand here."""
        found = class_of(path)
        everybody = all(self.listed(each) for each in (*merged_by, *authors))
        match found.sort:
            case Sort.APPROVAL:
                return True
            case Sort.PROMOTION:
                return everybody and any(
                    self.may_promote(each, found.environment) for each in merged_by
                )
            case Sort.RELEASE:
                # Nobody merges what a train has cut: it is its own proof.
                return everybody
            case Sort.HALT if found.area and any(
                self.may_halt(each, found.area) for each in merged_by
            ):
                return True
            case _ if found.area:
                return everybody and self.lacking(found.area, merged_by) == ()
            case _:
                return False

    def deadlock(self, *, forge: str = "") -> str:
        """Why nobody could ever change people or policies any more; empty as long as they can.

        A person without a key that is theirs alone can't sign, so fills no seat; where a ``forge``
        says who agreed, it is the login.
        """
        able = frozenset((self.logins.get(forge, {}) if forge else self.owners).values())
        if not able:
            return f"nobody would be listed with a {'login' if forge else 'key'}"
        for area in sorted(self.guards):
            lacking = self.lacking(area, able) or ()
            for each in lacking:
                return f"the guards of {area} would lack {each.count} of role {each.role}"
        if not {"policies", "people"} <= self.guards.keys():
            return "nobody would guard people and policies"
        return ""

    def met(self, other: "Authority") -> "Authority":
        """What both of them allow: how it stands while two versions of who may what contradict."""
        return Authority(
            {
                person: tuple(
                    each for each in keys if bare_key(each) in _bare(other.keys.get(person, ()))
                )
                for person, keys in self.keys.items()
                if person in other.keys
            },
            {
                name: persons & other.promoters[name]
                for name, persons in self.promoters.items()
                if name in other.promoters
            },
            self.alone & other.alone,
            {
                area: tuple(dict.fromkeys((*groups, *other.guards[area])))
                for area, groups in self.guards.items()
                if area in other.guards
            },
            {
                person: recorders & other.recorders[person]
                for person, recorders in self.recorders.items()
                if person in other.recorders
            },
            {
                mail: self.mails.get(mail, frozenset()) | other.mails.get(mail, frozenset())
                for mail in self.mails.keys() | other.mails.keys()
            },
            {
                forge: {
                    login: person
                    for login, person in known.items()
                    if other.person_at(forge, login) == person
                }
                for forge, known in self.logins.items()
            },
        )


def bare_key(line: str) -> str:
    """A public key without its comment: sort and key, which is how signatures name it."""
    return " ".join(line.split()[:2])


def _bare(lines: Iterable[str]) -> frozenset[str]:
    return frozenset(bare_key(each) for each in lines)


def _logins(people: People) -> dict[str, dict[str, str]]:
    """Forge → login → person; a login that two persons have is nobody's."""
    found: dict[str, dict[str, set[str]]] = {}
    for person, entry in people.people.items():
        for forge, login in entry.logins.items():
            found.setdefault(forge, {}).setdefault(login.casefold(), set()).add(person)
    return {
        forge: {login: next(iter(some)) for login, some in known.items() if len(some) == 1}
        for forge, known in found.items()
    }


def _guards(people: People) -> dict[Area, tuple[tuple[Chairs, ...], ...]]:
    """Area → its seats; one that names none has those of policies (format v1)."""
    if people.guards is None:
        return {}
    areas: tuple[Area, ...] = get_args(Area)
    found: dict[Area, tuple[tuple[Chairs, ...], ...]] = {}
    for area in areas:
        seats = getattr(people.guards, area) or people.guards.policies
        found[area] = (
            tuple(
                Chairs(each.role, people.counting(f"role/{each.role}", None), each.count)
                for each in seats
            ),
        )
    return found
