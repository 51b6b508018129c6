"""What ``tagboat get`` prints, word by word."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from reconciler.cli.application import application
from reconciler.errors import UsageError

FILES = {
    "environments/policies/base.yaml": """apiVersion: tagboat/v1
kind: Policy
name: base
timezone: Europe/Madrid
target: {driver: local, root: "{environment}/{app}"}
links:
  logs: "https://logs.example"
  board: "https://board.example"
""",
    "environments/policies/live.yaml": """apiVersion: tagboat/v1
kind: Policy
name: live
extends: base
tier: production
windows:
  - {days: [mon, tue], from: "22:00", until: "04:00"}
  - booked: true
permissions: {promote: [role/release]}
""",
    "environments/acme/environment.yaml": """apiVersion: tagboat/v1
kind: Environment
name: acme
extends: live
links: {board: null}
apps:
  shop:
    target: {listen: "127.0.0.1:8101"}
    config: {GREETING: "no"}
""",
    "environments/acme/shop.yaml": """apiVersion: tagboat/v1
kind: Promotion
app: shop
# not before it is ready
release: "1.10"
""",
    "releases/shop/app.yaml": """apiVersion: tagboat/v1
kind: App
name: shop
versions: {scheme: semver}
components: [{name: web}]
pipeline:
  smoke:
    version: {http: {url: /version, json: {"$.version": "{version}"}}}
""",
}

WHOLE = """\
apiVersion: tagboat/v1
kind: Environment
name: acme
extends: live
tier: production
links:
  logs: "https://logs.example"
timezone: Europe/Madrid
target:
  driver: local
  root: "{environment}/{app}"
windows:
  - days: [mon, tue]
    from: "22:00"
    until: "04:00"
  - booked: true
permissions:
  promote: [role/release]
apps:
  shop:
    target:
      listen: "127.0.0.1:8101"
    config:
      GREETING: "no"
"""

FOR_THE_APP = """\
apiVersion: tagboat/v1              # environments/acme/environment.yaml:1
kind: Environment                   # environments/acme/environment.yaml:2
name: acme                          # environments/acme/environment.yaml:3
extends: live                       # environments/acme/environment.yaml:4
tier: production                    # environments/policies/live.yaml:5
links:                              # environments/acme/environment.yaml:5
  logs: "https://logs.example"      # environments/policies/base.yaml:7
timezone: Europe/Madrid             # environments/policies/base.yaml:4
target:                             # environments/acme/environment.yaml:8
  driver: local                     # environments/policies/base.yaml:5
  root: "{environment}/{app}"       # environments/policies/base.yaml:5
  listen: "127.0.0.1:8101"          # environments/acme/environment.yaml:8
windows:                            # environments/policies/live.yaml:6
  - days: [mon, tue]                # environments/policies/live.yaml:7
    from: "22:00"                   # environments/policies/live.yaml:7
    until: "04:00"                  # environments/policies/live.yaml:7
  - booked: true                    # environments/policies/live.yaml:8
pipeline:                           # releases/shop/app.yaml:6
  smoke:                            # releases/shop/app.yaml:7
    version:                        # releases/shop/app.yaml:8
      http:                         # releases/shop/app.yaml:8
        url: /version               # releases/shop/app.yaml:8
        json:                       # releases/shop/app.yaml:8
          "$.version": "{version}"  # releases/shop/app.yaml:8
permissions:                        # environments/policies/live.yaml:9
  promote: [role/release]           # environments/policies/live.yaml:9
apps:                               # environments/acme/environment.yaml:6
  shop:                             # environments/acme/environment.yaml:7
    config:                         # environments/acme/environment.yaml:9
      GREETING: "no"                # environments/acme/environment.yaml:9
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for path, text in FILES.items():
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return tmp_path


def get(folder, *words):
    return CliRunner().invoke(application, ["get", *words, "-C", str(folder)])


def test_an_environment_has_everything_that_it_inherits(folder):
    done = get(folder, "environment", "acme")
    assert (done.exit_code, done.stdout) == (0, WHOLE)


def test_the_yaml_is_a_file_that_says_the_same_by_itself(folder):
    lines = WHOLE.replace("extends: live\n", "")
    (folder / "environments/acme/environment.yaml").write_text(lines)
    assert get(folder, "environment", "acme").stdout == lines


def test_for_an_app_each_line_says_where_it_is_written(folder):
    done = get(folder, "environment", "acme", "--app", "shop", "--origin")
    assert (done.exit_code, done.stdout) == (0, FOR_THE_APP)


def test_json_has_the_value_and_with_origins_their_lines(folder):
    plain = json.loads(get(folder, "environment", "acme", "-o", "json").stdout)
    assert plain["windows"][1] == {"booked": True}
    both = json.loads(get(folder, "environment", "acme", "-o", "json", "--origin").stdout)
    assert both["value"] == plain
    assert {"node": ["tier"], "origin": "environments/policies/live.yaml:5"} in both["origins"]


def test_any_other_kind_is_printed_as_it_is_written(folder):
    assert get(folder, "promotion", "acme/shop", "--origin").stdout == (
        "apiVersion: tagboat/v1  # environments/acme/shop.yaml:1\n"
        "kind: Promotion         # environments/acme/shop.yaml:2\n"
        "app: shop               # environments/acme/shop.yaml:3\n"
        'release: "1.10"         # environments/acme/shop.yaml:5\n'
    )
    assert get(folder, "policy", "live").stdout.startswith("apiVersion: tagboat/v1\nkind: Policy\n")


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("policy", "base\nlive\n"),
        ("environment", "acme\n"),
        ("promotion", "acme/shop\n"),
        ("release", ""),
    ],
)
def test_without_a_name_it_lists_names(folder, kind, names):
    done = get(folder, kind)
    assert (done.exit_code, done.stdout) == (0, names)


def test_an_unknown_name_is_told_with_a_near_one(folder):
    done = get(folder, "policy", "liv")
    assert isinstance(done.exception, UsageError)
    assert done.exception.hint == "did you mean live?"


def test_what_decides_and_is_broken_is_told_instead(folder):
    (folder / "environments/policies/base.yaml").write_text("kind: Policy\n")
    done = get(folder, "environment", "acme")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "environments/policies/base.yaml" in done.stderr
    assert get(folder, "promotion", "acme/shop").exit_code == 0
