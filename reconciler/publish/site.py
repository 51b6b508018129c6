"""All pages of the site: which text goes to which path."""

from reconciler.publish.app_page import app_page
from reconciler.publish.cells import overview_of
from reconciler.publish.data import deployments_csv, deployments_json, matrix_json
from reconciler.publish.deployment_page import deployment_page
from reconciler.publish.environment_page import environment_page
from reconciler.publish.feed import feed
from reconciler.publish.home import home
from reconciler.publish.inputs import SiteInputs
from reconciler.publish.lists import apps_list, deployments_list, environments_list


def pages(inputs: SiteInputs) -> dict[str, str]:
    """Path → text of every generated page, as plain Markdown, JSON, CSV and Atom.

    Paths are relative, with slashes, and made of names and numbers only.
    """
    overview = overview_of(inputs)
    found = {
        "index.md": home(overview),
        "deployments/index.md": deployments_list(overview),
        "apps/index.md": apps_list(overview),
        "environments/index.md": environments_list(overview),
        "data/matrix.json": matrix_json(overview),
        "data/deployments.json": deployments_json(overview),
        "data/deployments.csv": deployments_csv(overview),
        "feed.atom": feed(overview),
    }
    found |= {f"apps/{each}.md": app_page(overview, each) for each in overview.apps}
    found |= {
        f"environments/{each}.md": environment_page(overview, each)
        for each in overview.environments
    }
    found |= {
        f"deployments/{each.name}.md": deployment_page(overview, each) for each in overview.attempts
    }
    return found
