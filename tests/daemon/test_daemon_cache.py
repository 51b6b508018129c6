"""What a daemon read of files survives it, and nobody else's reading counts."""

import stat

from reconciler.registry import open_reader, open_view
from reconciler.repository.folds import FoldStore
from reconciler.system.editions import edition
from reconciler.system.facts import FactStore


def brought(folder):
    return sorted(each.name for each in folder.rglob("facts-*.sqlite"))


def judged(view):
    view.refresh()
    return view.judged()


def test_a_restarted_daemon_reads_no_unchanged_file_again(make_world, tmp_path, monkeypatch):
    world = make_world("dev", "live")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    configuration = world.configuration()
    first = judged(open_view(configuration, configuration.state))
    again = judged(open_view(configuration, configuration.state))
    assert again.admitted.releases == first.admitted.releases
    assert again.report == first.report
    (file,) = configuration.state.rglob("facts-*.sqlite")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert brought(tmp_path / "cache") == []
    # The only way to see where it reads: what it kept says something else now.
    path = "releases/shop/1.1.0/release.yaml"
    store = FactStore(configuration.state, edition())
    key = f"{first.admitted.blobs[path]} {path}"
    store.keep({key: store.recall([key])[key].replace("The 1.1.0", "As it was kept")})
    world.promote("1.1.0", "dev")
    last = judged(open_view(configuration, configuration.state))
    assert last.admitted.promotions["dev", "shop"].release == "1.1.0"
    assert last.admitted.releases["shop", "1.1.0"].summary == "As it was kept"


def test_a_persons_command_leaves_the_daemons_cache_alone(make_world, tmp_path, monkeypatch):
    world = make_world("dev")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    configuration = world.configuration()
    assert judged(open_reader(configuration)).report.findings == ()
    assert len(brought(tmp_path / "cache")) == 1
    assert brought(configuration.state) == []


def test_a_restarted_daemon_goes_on_from_where_it_had_judged(make_world, tmp_path):
    world = make_world("dev", "live")
    configuration = world.configuration()
    world.promote("1.1.0", "dev")
    first = judged(open_view(configuration, configuration.state)).judgement
    path = "environments/dev/shop.yaml"
    # The only way to see where it comes from: what was kept says something else now.
    store = FactStore(configuration.state, edition())
    key = f"fold {world.root}"
    kept = store.recall([key])[key]
    by = f'"{first.admissions[path].merged_by}",["ben"]'
    assert kept.count(by) == 1
    store.keep({key: kept.replace(by, '"somebody",["ben"]')})
    world.promote("1.1.0", "live")
    last = judged(open_view(configuration, configuration.state)).judgement
    assert last.admissions[path].merged_by == "somebody"
    assert last.admissions["environments/live/shop.yaml"].merged_by == "ana"
    # Nobody else takes that over: no other host, no other code, no other trust root.
    other = world.configuration("two")
    alone = judged(open_view(other, other.state)).judgement
    assert alone.admissions[path].merged_by == "ana"
    assert FoldStore(FactStore(configuration.state, "0" * 64), world.root).recall() is None
    assert FoldStore(store, world.tip).recall() is None
