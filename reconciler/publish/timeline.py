"""A picture of a deployment's steps: inline SVG without script.

Widths are in percent of the page and text is in pixels, so that it stays readable on a phone.
"""

from collections.abc import Sequence

from reconciler.deployer.progress import Stage, StepProgress
from reconciler.publish.escaping import attribute
from reconciler.publish.times import between, span

_ROW = 36
_LEAST = 0.6


def timeline(steps: Sequence[StepProgress]) -> str:
    """The steps that ended, each a bar from its start to its end; empty if none has ended."""
    ended = [each for each in steps if between(each.started, each.ended) is not None]
    if not ended:
        return ""
    first = min(each.started for each in ended)
    whole = max(between(first, each.ended) or 0.0 for each in ended) or 1.0
    rows = "".join(_row(number, each, first, whole) for number, each in enumerate(ended))
    label = f"{len(ended)} steps in {span(whole)}"
    return (
        f'<figure class="tb-figure"><svg class="tb-timeline" role="img" aria-label="{label}" '
        f'width="100%" height="{len(ended) * _ROW}" xmlns="http://www.w3.org/2000/svg">'
        f"<title>{label}</title>{rows}</svg></figure>"
    )


def _row(number: int, step: StepProgress, first: str, whole: float) -> str:
    seconds = between(step.started, step.ended) or 0.0
    offset = (between(first, step.started) or 0.0) / whole * 100
    width = max(_LEAST, seconds / whole * 100)
    offset = min(offset, 100 - width)
    top = number * _ROW
    colour = "bad" if step.stage is Stage.FAILED else "good"
    if colour == "good" and step.name.startswith("back/"):
        colour = "back"
    return (
        f'<text class="tb-step" x="0" y="{top + 14}">{attribute(step.name)}</text>'
        f'<text class="tb-took" x="100%" y="{top + 14}" text-anchor="end">{span(seconds)}</text>'
        f'<rect class="tb-track" x="0" y="{top + 20}" width="100%" height="8" rx="4"/>'
        f'<rect class="tb-bar tb-bar-{colour}" x="{offset:.2f}%" y="{top + 20}" '
        f'width="{width:.2f}%" height="8" rx="4"/>'
    )
