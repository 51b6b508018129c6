"""One permanent code: what it means, why the rule stands, how to put it right."""

from dataclasses import dataclass

from reconciler.diagnostics import Diagnostic, Location


@dataclass(frozen=True, slots=True)
class Code:
    """A kind of finding. An id is never used again for another meaning."""

    id: str
    title: str
    """What is wrong, in a few words."""
    why: str
    """Why it is refused."""
    fix: str
    """One action in lower case; the hint of findings that have none of their own."""

    def at(self, location: Location, message: str, *, hint: str = "") -> Diagnostic:
        """The finding of this code at one place."""
        return Diagnostic(location, self.id, message, hint or self.fix)

    def warning(self, location: Location, message: str, *, hint: str = "") -> Diagnostic:
        """The finding as something that is only said, and keeps nothing from being used."""
        return Diagnostic(location, self.id, message, hint or self.fix, "warning")

    @property
    def manual(self) -> str:
        """The manual text: what, why, how to fix, as three paragraphs."""
        fix = self.fix[:1].upper() + self.fix[1:]
        return f"{self.id}: {self.title}\n\n{self.why}\n\nHow to fix: {fix}.\n"
