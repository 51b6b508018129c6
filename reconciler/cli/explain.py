"""``tagboat explain``."""

from typing import Annotated

import typer

from reconciler.errors import TagboatError


def explain(code: Annotated[str, typer.Argument(help="A code such as TB101.")]) -> None:
    """Print the manual page of an error's code."""
    from reconciler.manifest.codes import explain as page
    from reconciler.signoff.codes import explain as sign_off_page

    for find in (page, sign_off_page):
        try:
            print(find(code.upper()))
        except KeyError:
            continue
        return
    raise TagboatError(f"there is no code {code}", hint="codes look like TB101")
