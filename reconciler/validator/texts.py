"""Texts are plain."""

import re
from collections.abc import Iterator

from reconciler.diagnostics import Diagnostic
from reconciler.manifest.codes import reach
from reconciler.manifest.paths import text_path
from reconciler.manifest.secrets import shown
from reconciler.manifest.snapshot import Snapshot

_FOREIGN = re.compile(
    r"\{\{[^{}\n]{0,80}\}\}|\{%[^{}\n]{0,80}%\}|\$\{[^{}\n]{0,80}\}"
    r"|\{[A-Za-z_][A-Za-z_0-9]*(?:[.\[!:][^{}\n]{0,80})\}"
)


def texts(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """A text has nothing of other template languages, since nothing is evaluated (B38, B103).

    ``{{ version }}``, ``{% if … %}``, ``${version}`` and ``{version.name}`` would be sent as they
    stand.
    """
    for (event, language), text in snapshot.texts.items():
        for field in ("subject", "body"):
            match = _FOREIGN.search(getattr(text, field))
            if match:
                yield reach.TEMPLATE.at(
                    snapshot.locate(text_path(event, language), (field,)),
                    f"{field}: found {shown(match[0])}",
                )
