"""Made-up repositories of any size: what a company's files look like, and the same each time.

Every file is valid and has 25 to 66 lines; beside one with people, there are apps, releases and
their approvals, environments and promotions.
"""

from collections.abc import Iterator, Sequence
from hashlib import sha1, sha256
from itertools import count, islice, product
from pathlib import Path
from random import Random

PEOPLE = ("ada", "ben", "cleo", "dan", "eva", "finn", "gus", "hana", "ivo", "jana", "kai", "lou")
QA = ("gus", "hana")
TIERS = ("dev", "test", "uat", "production")
_TEXT = """
    checkout search invoice export import login session cache queue retry timeout address basket
    voucher refund report ledger balance schedule reminder upload preview thumbnail archive filter
    sorting paging language currency shipping return label barcode printer scanner webhook token
"""
WORDS = _TEXT.split()
COMPONENTS = ("web", "worker", "scheduler", "api", "assets")


def write_tree(folder: Path, files: int) -> None:
    """Write a valid repository of exactly this many managed files, 10 at least.

    Equal numbers give equal bytes.
    """
    for path, text in islice(_files(files), files):
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")


def _files(files: int) -> Iterator[tuple[str, str]]:
    """Path and text: people, apps, environments, promotions, then releases and their approvals.

    Places stay and releases come: one file in ten is a promotion, one in four an approval.
    """
    apps = [f"app-{number:03}" for number in range(max(1, files // 200))]
    environments = [_environment_name(number) for number in range(max(1, files // 500))]
    yield "environments/people.yaml", _people()
    for app in apps:
        yield f"releases/{app}/app.yaml", _app(app)
    for app in apps:
        yield f"releases/{app}/1.0.0/release.yaml", _release(app, "1.0.0")
    for name in environments:
        yield f"environments/{name}/environment.yaml", _environment(name)
    for app, name in product(apps, environments):
        yield f"environments/{name}/{app}.yaml", _promotion(name, app, apps[: apps.index(app)])
    for number in count(1):
        for app in apps:
            yield from _released(app, number, environments[number % len(environments)])


def _released(app: str, number: int, environment: str) -> Iterator[tuple[str, str]]:
    folder = f"releases/{app}/1.{number}.0"
    yield f"{folder}/release.yaml", _release(app, f"1.{number}.0")
    if number % 5 < 2:
        person = QA[number % len(QA)]
        text = _approval(app, f"1.{number}.0", environment, person)
        yield f"{folder}/approvals/{environment}/{person}.yaml", text


def _environment_name(number: int) -> str:
    return f"{TIERS[number % len(TIERS)]}-{number // len(TIERS):03}"


def _people() -> str:
    entries = "".join(
        f"  {each}:\n    name: {each.title()} Smith\n    mail: {each}@corp.example\n"
        f'    language: en\n    logins: {{github: "{each}-corp"}}\n'
        for each in PEOPLE
    )
    return (
        "apiVersion: tagboat/v1\nkind: People\n# Everybody who may do something here.\n"
        f"people:\n{entries}"
        "teams:\n  platform: [ada, ben, cleo]\n  shop: [dan, eva, finn]\n"
        f"roles:\n  developer: [team/platform, team/shop]\n  qa: [{', '.join(QA)}]\n"
        "  release-manager: [ivo, jana]\n  admin: [kai, lou]\n"
    )


def _sentence(rng: Random, length: int) -> str:
    return " ".join(rng.choice(WORDS) for _ in range(length)).capitalize()


def _parts(app: str) -> list[str]:
    return list(COMPONENTS[: Random(app).randint(2, len(COMPONENTS))])


def _app(app: str) -> str:
    rng = Random(app)
    components = "".join(
        f"  - name: {each}\n    artifact:\n      tarball: dist/{each}-{{version}}.tar.gz\n"
        f"    owner: team/{rng.choice(('platform', 'shop'))}\n"
        for each in _parts(app)
    )
    tests = "".join(
        f"    {word}:\n      http:\n        url: /{word}\n        status: 200\n"
        f'        contains: "{word.title()}"\n      timeout: {rng.choice((10, 30, 60))}s\n'
        for word in rng.sample(WORDS, 3)
    )
    return (
        f"apiVersion: tagboat/v1\nkind: App\nname: {app}\ntitle: {_sentence(rng, 2)}\n"
        f"owner: team/platform\nrepository: {app}\nbranch: main\n"
        'versions:\n  scheme: semver\n  tag: "v{version}"\n'
        f"components:          # applied in this order\n{components}"
        f"pipeline:\n  smoke:\n{tests}"
    )


def _release(app: str, version: str) -> str:
    rng = Random(f"{app} {version}")
    commit = sha1(f"{app} {version}".encode(), usedforsecurity=False).hexdigest()
    components = "".join(
        f'  - name: {each}\n    version: "{version}"\n    artifact:\n'
        f"      tarball: dist/{each}-{version}.tar.gz\n"
        f'      sha256: "{sha256(f"{app} {version} {each}".encode()).hexdigest()}"\n'
        for each in _parts(app)
    )
    notes = "".join(
        f"  - {_sentence(rng, rng.randint(4, 9))}.\n" for _ in range(rng.randint(2, 13))
    )
    tickets = "".join(f"  - SHOP-{rng.randint(100, 9999)}\n" for _ in range(rng.randint(1, 4)))
    return (
        f"apiVersion: tagboat/v1\nkind: Release\napp: {app}\nversion: {version}\n"
        f'tag: v{version}\ncommit: "{commit}"\ncomponents:\n{components}'
        f"summary: {_sentence(rng, 5)}\nnotes: |\n  ## What is new\n\n{notes}tickets:\n{tickets}"
        f"downtime: {rng.choice(('none', '30s', '5m'))}\nestimate: {rng.randint(2, 20)}m\n"
        f"restarts: [{rng.choice(WORDS)}, {rng.choice(WORDS)}]\n"
        f"migration: {rng.choice(('none', 'compatible'))}\n"
        "way_back: Previous release\n"
    )


def _environment(name: str) -> str:
    rng = Random(name)
    tier = name.partition("-")[0]
    tests = "".join(
        f"    {word}:\n      http:\n        url: /{word}/health\n        status: 200\n"
        f"      retries: {rng.randint(0, 3)}\n      owner: team/shop\n"
        for word in rng.sample(WORDS, rng.randint(2, 4))
    )
    links = "".join(
        f'  {word}: "https://{word}.corp.example/{{environment}}"\n'
        for word in rng.sample(WORDS, rng.randint(2, 8))
    )
    return (
        f"apiVersion: tagboat/v1\nkind: Environment\nname: {name}\n"
        f"title: {_sentence(rng, 3)}\ntier: {tier}\n"
        'url: "https://{app}.{environment}.corp.example"\n'
        'target:\n  driver: local\n  root: "{environment}/{app}"\n'
        "gates:\n  approvals:\n    - role: qa\n"
        f"links:\n{links}pipeline:\n  smoke:\n{tests}"
        f"permissions:\n  promote: [role/{'release-manager' if tier != 'dev' else 'developer'}]\n"
    )


def _promotion(environment: str, app: str, others: Sequence[str]) -> str:
    rng = Random(f"{environment} {app}")
    log = "".join(
        f"#   {rng.randint(1, 28):02} {rng.choice(('Sep', 'Oct', 'Nov'))}  1.{number}.0"
        f"  {rng.choice(PEOPLE)}: {_sentence(rng, rng.randint(3, 7))}\n"
        for number in range(rng.randint(17, 24))
    )
    some = sorted(rng.sample(others, min(len(others), rng.randint(0, 6))))
    needs = "".join(f"  - {each}\n" for each in some)
    return (
        f"# What runs in {environment}. Change the last line, and ask for a review.\n"
        "# Before it is merged: the tests of the release have passed, its notes are read,\n"
        "# and support knows about it.\n"
        f"# So far:\n{log}"
        f"apiVersion: tagboat/v1\nkind: Promotion\napp: {app}\n"
        f"{'needs:' + chr(10) + needs if some else ''}release: 1.0.0\n"
    )


def _approval(app: str, version: str, environment: str, person: str) -> str:
    rng = Random(f"{app} {version} {environment}")
    signed = "".join(f"  {rng.randbytes(52).hex()[:70]}\n" for _ in range(rng.randint(10, 15)))
    return (
        f"apiVersion: tagboat/v1\nkind: Approval\napp: {app}\nversion: {version}\n"
        f"environment: {environment}\nrole: qa\nby: {person}\ndecision: approved\n"
        f'evidence: "https://helpdesk.corp.example/{rng.randint(1000, 9999)}"\n'
        f"comment: {_sentence(rng, 8)}\n"
        f'digest: "sha256:{rng.randbytes(32).hex()}"\n'
        f"# Of the statement above, by ssh-keygen -Y sign.\nsignature: |\n"
        f"  -----BEGIN SSH SIGNATURE-----\n{signed}  -----END SSH SIGNATURE-----\n"
    )
