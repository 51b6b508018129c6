"""From files to the target of a place, every placeholder filled in."""

from reconciler.manifest.placeholders import fill
from reconciler.model.app import App
from reconciler.model.content import PlaceTarget
from reconciler.model.environment import Environment


def target_of(app: App, environment: Environment) -> PlaceTarget:
    """Where this app is in this environment."""
    target = environment.target
    words = {"app": app.name, "environment": environment.name}
    if environment.customer is not None:
        words["customer"] = environment.customer
    url = fill(environment.url or "", words)
    return PlaceTarget(
        environment=environment.name,
        app=app.name,
        driver=target.driver or "",
        root=fill(target.root or "", words),
        listen=fill(target.listen or "", words),
        url=url,
    )
