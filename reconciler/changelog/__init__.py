"""What changed between two commits of an app, from its own commits (L2, pure).

Adapters read a `Span`; `changes_of` makes of it `Changes`: what was added, changed and fixed, by
whom, for which tickets, in which components, and what breaks. Texts of commits are data: nothing
here makes markup of them, and whoever shows them makes them inert for that place.
"""

from reconciler.changelog.changes import Change, Changes, Span, changes_of
from reconciler.changelog.commit import Commit, Person
from reconciler.changelog.header import Heading

__all__ = ["Change", "Changes", "Commit", "Heading", "Person", "Span", "changes_of"]
