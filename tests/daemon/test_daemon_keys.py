"""When people's keys came and went is written into the history, whatever commits say of their dates."""

from reconciler.model.people import fingerprint_of
from reconciler.model.records import Sighting

PEOPLE = "environments/people.yaml"


def people_file(keys):
    lines = "".join(f'  {who}: {{name: {who}, keys: ["{key}"]}}\n' for who, key in keys.items())
    return (
        f"apiVersion: tagboat/v1\nkind: People\npeople:\n{lines}"
        "roles: {developer: [ana, ben], admin: [ana]}\n"
        "guards: {policies: [{role: admin}], people: [{role: admin}]}\n"
    )


def told(daemon):
    """What the history says of keys, oldest first."""
    return [
        (each.about, bool(each.facts))
        for each in daemon.view.records
        if isinstance(each, Sighting) and each.sort == "key"
    ]


def changed(world, keys, *, by="ben"):
    """Somebody changes whose keys count, by this key, and ana merges it."""
    files = {PEOPLE: people_file(keys)}
    asked = world.commit(dict(files), onto=[world.tip], by=by)
    world.push(world.commit(dict(files), onto=[world.tip, asked], by="ana"))


def test_B119_keys_that_come_and_go_and_come_back_are_records(make_world):
    world = make_world("production")
    ana, ben, new = (world.keys[each] for each in ("ana", "ben", "three"))
    start = {PEOPLE: people_file({"ana": ana, "ben": ben})}
    world.push(world.commit(start, onto=[world.tip], by="ana"))
    world.root = world.tip
    old, young, carl = (
        f"{who} {fingerprint_of(key)}" for who, key in (("ben", ben), ("ben", new), ("carl", new))
    )
    daemon = world.daemon()
    daemon.run_once()
    assert told(daemon) == []
    changed(world, {"ana": ana, "ben": new})
    daemon.run_once()
    assert set(told(daemon)) == {(old, False), (young, True)}
    again = world.daemon()
    again.run_once()
    assert len(told(again)) == 2
    changed(world, {"ana": ana, "ben": ben, "carl": new}, by="three")
    last = world.daemon()
    last.run_once()
    assert set(told(last)[2:]) == {(old, True), (young, False), (carl, True)}
    subjects = [each.subject for each in last.view.records if isinstance(each, Sighting)]
    assert f"key {old} seen: not there" in subjects
