"""Who may sign what off: read at the trust root, never from the change that is judged (X13)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from reconciler.model.environment import Environment
from reconciler.model.people import People


class Policy(Protocol):
    """The part of a snapshot that says who may what; a snapshot of the trust root fits."""

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
    """Who is listed, and who may promote where.

    ``keys``: person → public keys. ``promoters``: environment → persons. Changes of these files are
    held until a new trust root is set, so what the root says stays in force for the whole fold.
    """

    keys: Mapping[str, tuple[str, ...]]
    promoters: Mapping[str, frozenset[str]]

    @classmethod
    def of(cls, policy: Policy) -> "Authority":
        """The authority that the admitted files give; without people nobody may do anything."""
        people = policy.people
        if people is None:
            return cls({}, {})
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
        )

    def listed(self, person: str) -> bool:
        """Whether this is a person of the people file."""
        return person in self.keys

    def may_promote(self, person: str, environment: str) -> bool:
        """Whether a merge by this person is a sign-off there; never so in an unknown place."""
        return person in self.promoters.get(environment, frozenset())

    def may_promote_somewhere(self, person: str) -> bool:
        """Whether there is any environment where a merge by this person is a sign-off."""
        return any(person in each for each in self.promoters.values())
