"""The list of verbs. Each verb's own file imports what is heavy only when it runs."""

import typer

from reconciler.cli.explain import explain
from reconciler.cli.get import get
from reconciler.cli.history import history
from reconciler.cli.logs import logs
from reconciler.cli.plan import plan
from reconciler.cli.promote import promote
from reconciler.cli.reconcile import reconcile
from reconciler.cli.schema import schema
from reconciler.cli.site import site
from reconciler.cli.status import status
from reconciler.cli.validate import validate
from reconciler.cli.version import version

application = typer.Typer(
    name="tagboat",
    help="Merge a tag into an environment's file; it is towed in, or back out, and you learn why.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for verb in (
    promote,
    validate,
    get,
    plan,
    status,
    history,
    logs,
    explain,
    reconcile,
    schema,
    version,
):
    application.command()(verb)
application.add_typer(site, name="site")
