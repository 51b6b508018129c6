import pytest
from changelog_repositories import REPOSITORIES

from reconciler.model.app import App
from reconciler.repository.git import Git


@pytest.fixture(scope="session")
def story(tmp_path_factory):
    """The repository of a name, written when it is asked for first."""
    top, made = tmp_path_factory.mktemp("stories"), {}

    def find(name):
        if name not in made:
            REPOSITORIES[name](top / name)
            made[name] = Git(top / name, top / "home")
        return made[name]

    return find


@pytest.fixture
def shop():
    return App.model_validate(
        {
            "apiVersion": "tagboat/v1",
            "kind": "App",
            "name": "shop",
            "title": "Harbour Shop",
            "versions": {"scheme": "semver"},
            "components": [
                {"name": "web", "artifact": {"tree": "web"}},
                {"name": "api", "artifact": {"tree": "api"}},
            ],
            "tracker": {"name": "jira", "pattern": "SHOP-[0-9]+"},
        }
    )
