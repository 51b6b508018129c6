"""A commit of an app's repository, as read."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Person:
    """Who wrote something, as the commit says; nobody has checked it."""

    name: str
    mail: str


@dataclass(frozen=True, slots=True)
class Commit:
    """What changelogs need of one commit. Its texts are data: whoever shows them makes them inert.

    ``paths`` are the files that differ from the first parent.
    """

    id: str
    parents: tuple[str, ...]
    author: Person
    message: str
    paths: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """The first line."""
        return self.message.strip().partition("\n")[0].strip()

    @property
    def body(self) -> str:
        """What follows the first line."""
        return self.message.strip().partition("\n")[2].strip()
