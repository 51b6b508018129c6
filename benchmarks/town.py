"""The files of a made-up past, and how they change: releases, policies, people, days and freezes.

Every day one merge moves a third of the apps to a new release; besides, each merge may change one
thing of another sort. The same number of merges gives the same files.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

START = datetime(2026, 1, 5, tzinfo=UTC)
SHARES = 3
ALONE = 9
"""Of each eleven merges, the one whose promotions nobody but ana has seen: they are held.
The day after, that merge is reverted, and the next one promotes the same apps anew."""
PLACES = ("preview", "staging", "production", "overseas")
OVERSEAS_FROM = 3
"""The merge that first promotes to the last of them, which is there from the one before."""

_ENVIRONMENTS = {
    "preview": "extends: easy\ntier: preview\n",
    "staging": "extends: easy\ntier: test\n",
    "production": "extends: strict\ntier: production\ntimezone: Europe/Madrid\n",
    "overseas": (
        "extends: strict\ntier: production\ntimezone: Asia/Tokyo\n"
        "gates: {after: {environment: production, soak: 4h, max_age: 10d}}\n"
    ),
}
_EASY = "target: {driver: memory}\npermissions: {promote: [role/developer]}\n"


@dataclass(frozen=True)
class Town:
    """So many apps, and the public keys of who writes and who merges."""

    apps: int
    keys: Mapping[str, str]

    def first(self) -> Iterator[tuple[str, str]]:
        """Path and text of all that is there from the beginning."""
        yield "environments/people.yaml", self._people(0)
        yield "environments/policies/easy.yaml", _head("Policy", "easy") + _EASY
        yield "environments/policies/strict.yaml", _strict(0)
        yield "environments/calendars/madrid.yaml", _calendar(0)
        yield "environments/freezes/stock.yaml", _freeze("stock", 28)
        for place in PLACES[:-1]:
            yield _environment(place)
        for number in range(self.apps):
            app = f"app-{number}"
            yield f"releases/{app}/app.yaml", _app(app)
            yield f"releases/{app}/1.0.0/release.yaml", _release(app, number, 0)
            for place in PLACES[:-1]:
                yield f"environments/{place}/{app}.yaml", _wish(place, number, 0)

    def merged(self, merge: int) -> Iterator[tuple[str, str]]:
        """Path and text of all that a merge changes; they are counted from one."""
        if merge == OVERSEAS_FROM - 1:
            yield _environment("overseas")
        due = {merge % SHARES}
        if merge % 11 == ALONE + 1:
            due.add((merge - 1) % SHARES)
        for number in range(self.apps):
            if number % SHARES in due:
                yield from self._promoted(number, merge)
        match merge % 11:
            case 2:
                yield "environments/policies/strict.yaml", _strict(merge)
            case 4:
                yield "environments/people.yaml", self._people(merge)
            case 6:
                yield "environments/calendars/madrid.yaml", _calendar(merge)
            case 8:
                yield f"environments/freezes/f-{merge}.yaml", _freeze(f"f-{merge}", merge + 1)
            case _:
                pass

    def _promoted(self, number: int, merge: int) -> Iterator[tuple[str, str]]:
        """A new release everywhere; now and then the one before it comes back instead."""
        app = f"app-{number}"
        back = merge > SHARES and (number + merge) % 7 == 0
        version = merge - SHARES if back else merge
        if not back:
            yield f"releases/{app}/1.{merge}.0/release.yaml", _release(app, number, merge)
        for place in PLACES if merge >= OVERSEAS_FROM else PLACES[:-1]:
            yield f"environments/{place}/{app}.yaml", _wish(place, number, version)

    def _people(self, merge: int) -> str:
        """Ana and ben, and who else may promote changes."""
        people = "".join(
            f'  {each}: {{name: {each}, keys: ["{key}"]}}\n' for each, key in self.keys.items()
        )
        guests = [f"guest-{each}" for each in range(merge % 4)]
        people += "".join(f"  {each}: {{name: {each}}}\n" for each in guests)
        return (
            f"apiVersion: tagboat/v1\nkind: People\npeople:\n{people}"
            f"roles: {{developer: [{', '.join(['ana', 'ben', *guests])}], admin: [ana]}}\n"
            "guards: {policies: [{role: admin}], people: [{role: admin}]}\n"
        )


def _head(kind: str, name: str) -> str:
    return f"apiVersion: tagboat/v1\nkind: {kind}\nname: {name}\n"


def _environment(name: str) -> tuple[str, str]:
    text = _head("Environment", name) + _ENVIRONMENTS[name]
    return f"environments/{name}/environment.yaml", text


def _strict(merge: int) -> str:
    until = f"{17 + merge % 4}:00"
    return _head("Policy", "strict") + (
        "extends: easy\n"
        f"gates: {{after: {{environment: staging, soak: {20 - merge % 3}h}}}}\n"
        f'windows: [{{days: [mon, tue, wed, thu, fri], from: "08:00", until: "{until}"}}]\n'
        "calendar: madrid\n"
    )


def _calendar(merge: int) -> str:
    """Holidays of Madrid, and from time to time another day off in the next two weeks."""
    days = [START + timedelta(days=each + 9) for each in range(6, merge + 1, 11)]
    away = "".join(
        f'  - {{title: Away, from: "{each:%Y-%m-%d}", until: "{each:%Y-%m-%d}"}}\n' for each in days
    )
    return _head("Calendar", "madrid") + (
        "holidays: {country: ES, region: MD}\nweekend: [sat, sun]\n"
        + (f"vacations:\n{away}" if away else "")
    )


def _freeze(name: str, day: int) -> str:
    begin = START + timedelta(days=day, hours=10)
    return _head("Freeze", name) + (
        "scope: {tiers: [production]}\n"
        f'from: "{begin:%Y-%m-%dT%H:%M:%SZ}"\n'
        f'until: "{begin + timedelta(hours=30):%Y-%m-%dT%H:%M:%SZ}"\n'
        "reason: Stocktaking\n"
    )


def _app(app: str) -> str:
    return _head("App", app) + (
        "versions: {scheme: semver}\ncomponents:\n"
        '  - {name: web, artifact: {tree: "."}, run: [./serve], listens: socket}\n'
        "pipeline:\n  smoke:\n    up: {command: {run: [./smoke]}, timeout: 10s}\n"
    )


def _release(app: str, number: int, version: int) -> str:
    digits = f"{number * 100_000 + version + 1:040x}"
    downtime = "1m" if version % 13 == 5 else "none"
    return (
        f'apiVersion: tagboat/v1\nkind: Release\napp: {app}\nversion: "1.{version}.0"\n'
        f'tag: "v1.{version}.0"\ncommit: "{digits}"\n'
        f'components:\n  - {{name: web, artifact: {{tree: "{digits}"}}}}\n'
        f"summary: Number {version}\ndowntime: {downtime}\nestimate: 2m\nmigration: none\n"
    )


def _wish(place: str, number: int, version: int) -> str:
    """What a place shall run: mostly a release, some follow the place before."""
    head = f"apiVersion: tagboat/v1\nkind: Promotion\napp: app-{number}\n"
    match place, number % 5:
        case "preview", _:
            return f'{head}follow: {{releases: "*"}}\n'
        case "production", 0:
            return f'{head}follow: {{environment: staging, schedule: {{time: "11:00"}}}}\n'
        case "overseas", 0 | 1:
            return f"{head}follow: {{environment: production}}\n"
        case _:
            return f'{head}release: "1.{version}.0"\n'
