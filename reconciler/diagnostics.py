"""What is wrong with a file, said so that one can act on it (L0)."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from reconciler.visibility import visible

Severity = Literal["error", "warning"]
"""Whether a finding keeps a file from being used; a warning is only said."""


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """A place in a managed file; line and column count from 1, 0 means the whole file."""

    path: str
    line: int = 0
    column: int = 0
    node: str = field(default="", compare=False)
    """Path within the document, such as ``pipeline.smoke.home``, where it is known."""

    def __str__(self) -> str:
        """``path:line:column``, as editors understand it; control characters are written out."""
        path = visible(self.path)
        return f"{path}:{self.line}:{self.column}" if self.line else path


@dataclass(frozen=True, slots=True, order=True)
class Diagnostic:
    """One finding: where, which permanent code, what, and one hint that is an action."""

    location: Location
    code: str
    message: str
    hint: str = ""
    severity: Severity = "error"

    def __str__(self) -> str:
        """The GNU form, with the hint on the same line."""
        tail = f" hint: {self.hint}" if self.hint else ""
        return f"{self.location}: {self.severity} {self.code} {self.message}{tail}"


@dataclass(frozen=True, slots=True)
class Report:
    """All findings of one run, sorted by place; empty means good."""

    findings: tuple[Diagnostic, ...] = field(default=())

    @classmethod
    def of(cls, findings: Iterable[Diagnostic]) -> "Report":
        """A report with every finding once, in the order of files and lines."""
        return cls(tuple(sorted(set(findings))))

    def __add__(self, other: "Report") -> "Report":
        """Both reports in one."""
        return Report.of((*self.findings, *other.findings))

    def __bool__(self) -> bool:
        """Whether anything was found."""
        return bool(self.findings)

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """The findings that aren't only warnings."""
        return tuple(each for each in self.findings if each.severity == "error")

    def paths(self) -> frozenset[str]:
        """The files that have findings."""
        return frozenset(finding.location.path for finding in self.findings)
