"""Which zone database local times are computed with."""

from importlib.metadata import version

from reconciler.system.editions import editions, zone_database


def test_f38_the_systems_zone_database_says_its_version_first(tmp_path):
    system, other = tmp_path / "system", tmp_path / "other"
    system.mkdir()
    other.mkdir()
    (other / "tzdata.zi").write_text("# version 2026b\nR d 1916 o\n")
    folders = (str(tmp_path / "missing"), str(system), str(other))
    assert zone_database(folders) == "2026b"
    (system / "Etc").mkdir()
    (system / "Etc" / "UTC").touch()
    assert zone_database(folders) == "unknown"
    (system / "+VERSION").write_text("2026c\n")
    assert zone_database(folders) == "2026c"


def test_f38_without_one_it_is_the_packages(tmp_path):
    assert zone_database((str(tmp_path),)) == f"package {version('tzdata')}"
    assert editions().keys() == {"tagboat", "tzdata"}
