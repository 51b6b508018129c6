"""Every rule, in the order of the manual."""

from collections.abc import Callable, Iterable

from reconciler.diagnostics import Diagnostic
from reconciler.manifest.snapshot import Snapshot

Rule = Callable[[Snapshot], Iterable[Diagnostic]]

RULES: tuple[Rule, ...] = ()
