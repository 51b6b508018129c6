"""What a team does when something is gone for good, in the words of `site/operate.md`."""

import os
import shlex
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from reconciler.daemon.loop import Reconciler
from reconciler.drivers.memory import MemoryPlaces
from reconciler.model.place import Place

PLACES = {"clone": "/var/lib/tagboat/clone.git", "remote": "REMOTE", "mirror": "tagboat.git"}
OPERATE = (Path(__file__).parents[2] / "site" / "operate.md").read_text()


def do(world, command: str, **places: Path | str) -> None:
    """Run the one command of the page that begins so, in a shell that takes no glob lightly."""
    (line,) = [each for each in OPERATE.splitlines() if each.startswith(command)]
    for name, place in places.items():
        line = line.replace(PLACES[name], shlex.quote(str(place)))
    environment = os.environ | {"HOME": str(world.folder / "home")}
    subprocess.run(
        ["bash", "-O", "failglob", "-c", line], check=True, env=environment, cwd=world.folder
    )


def kinds(daemon: Reconciler) -> Counter[str]:
    return Counter(each.kind for each in daemon.view.records)


def rotate(world, name: str) -> None:
    """A new key in the place of one that is gone; the old public key stays listed."""
    file, old = world.folder / name, world.keys[name]
    file.unlink()
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", name], cwd=world.folder, check=True
    )
    new = " ".join(Path(f"{file}.pub").read_text().split()[:2])
    public = {each: world.keys[each] for each in ("one", "two", "three")}
    world.settings = {
        "history": {"key": str(file), "reconcilers": public | {name: [new, old]}},
    }


def emptied(world) -> None:
    """The remote is lost, and another is made at its address."""
    shutil.rmtree(world.remote)
    world.remote.mkdir()
    world.git.tell(["init", "-q", "--bare", "-b", "main", str(world.remote)])


@pytest.fixture
def world(make_world):
    world = make_world("dev", "staging")
    world.daemon().run_once()
    world.promote("1.1.0", "dev")
    world.daemon().run_once()
    return world


def goes_on(world, daemon: Reconciler, before: Counter[str]) -> None:
    """Nothing is done again, and what is merged next is done."""
    daemon.run_once()
    assert kinds(daemon) == before
    world.promote("1.2.0", "dev")
    daemon.run_once()
    assert (world.running("dev"), world.running("staging")) == ("1.2.0", "1.0.0")
    assert daemon.view.ledger.at(Place("dev", "shop")).running.version == "1.2.0"


def test_f25_m12_a_remote_that_is_lost_is_filled_from_the_daemons_clone(world):
    before = kinds_of(world)
    emptied(world)
    daemon = world.daemon()
    daemon.look()
    assert [each.code for each in daemon.view.alarms] == ["TB406", "TB408"]
    clone = world.folder / "state-one" / "clone.git"
    do(world, "git --git-dir=/var/lib/tagboat/clone.git push", clone=clone, remote=world.remote)
    goes_on(world, daemon, before)


def kinds_of(world) -> Counter[str]:
    daemon = world.daemon()
    daemon.run_once()
    return kinds(daemon)


def test_m12_a_key_that_is_lost_is_followed_by_another_of_the_same_name(world):
    before = kinds_of(world)
    rotate(world, "one")
    goes_on(world, world.daemon(), before)
    shutil.rmtree(world.folder / "state-one")
    anew = world.daemon()
    anew.run_once()
    assert not anew.view.alarms
    assert kinds(anew)["Claim"] == before["Claim"] + 1


def test_m12_a_key_that_is_not_listed_any_more_makes_its_records_count_for_nothing(world):
    rotate(world, "one")
    world.settings["history"]["reconcilers"]["one"] = world.settings["history"]["reconcilers"][
        "one"
    ][0]
    shutil.rmtree(world.folder / "state-one")
    daemon = world.daemon()
    daemon.look()
    assert [each.code for each in daemon.view.alarms] == ["TB408"]


def test_m12_host_key_and_remote_that_are_lost_come_back_from_anybodys_mirror(world, tmp_path):
    mirror = tmp_path / "mirror.git"
    do(world, "git clone --mirror", remote=world.remote, mirror=mirror)
    world.promote("2.0.0", "staging")
    world.daemon().run_once()
    do(world, "git -C tagboat.git fetch", mirror=mirror)
    before = kinds_of(world)
    emptied(world)
    shutil.rmtree(world.folder / "state-one")
    world.places = MemoryPlaces()
    rotate(world, "one")
    do(world, "git -C tagboat.git push", mirror=mirror, remote=world.remote)
    daemon = world.daemon()
    daemon.claims.takes_over = True
    daemon.run_once()
    assert kinds(daemon) == before + Counter({"Drift": 2, "Refusal": 2})
    world.promote("1.2.0", "dev")
    daemon.run_once()
    assert (world.running("dev"), world.running("staging")) == ("1.2.0", "")


def test_m12_uninstalled_it_leaves_the_files_on_the_remote_and_nothing_else(world):
    files = world.git.tell(["rev-parse", "main^{tree}"])
    shutil.rmtree(world.folder / "state-one")
    for ref in world.git.tell(["for-each-ref", "--format=%(refname)"]).splitlines():
        if ref.startswith("refs/heads/tagboat/"):
            world.git.tell(["update-ref", "-d", ref])
    assert world.git.tell(["for-each-ref", "--format=%(refname)"]) == "refs/heads/main"
    assert world.git.tell(["rev-parse", "main^{tree}"]) == files
