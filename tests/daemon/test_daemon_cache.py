"""What a daemon read of files survives it, and nobody else's reading counts."""

import stat

from reconciler.registry import open_reader, open_view
from reconciler.system.facts import FactStore, edition


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
