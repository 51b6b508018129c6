"""``tagboat explain``."""

from typing import Annotated

import typer

from reconciler.errors import UsageError


def explain(
    code: Annotated[str, typer.Argument(metavar="CODE", help="A code such as TB101.")],
) -> None:
    """Print the manual page of an error's code."""
    from reconciler.manifest.codes import explain as page
    from reconciler.signoff.codes import explain as sign_off_page

    for find in (page, sign_off_page):
        try:
            print(find(code.upper()))
        except KeyError:
            continue
        return
    raise UsageError(f"there is no code {code}", hint="codes look like TB101")
