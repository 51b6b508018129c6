"""States of the remote's git in which nothing may be concluded from it: what runs stays, all of it."""

import shutil

import pytest

from reconciler.errors import RefusedError
from reconciler.model.place import Place
from reconciler.repository.git import Git

PATH = "environments/dev/shop.yaml"
WANTED = """apiVersion: tagboat/v1
kind: Promotion
app: shop
release: "1.1.0"
"""
BRANCH = "refs/heads/main"


@pytest.fixture
def running(make_world):
    """Two places that run 1.0.0, and the daemon that brought it there."""
    world = make_world("dev", "staging")
    reconciler = world.daemon()
    reconciler.run_once()
    return world, reconciler


def alarms(reconciler):
    return [(each.code, each.branch) for each in reconciler.view.alarms]


def nothing_starts(world, reconciler, code):
    """Neither in the daemon that saw the good state, nor in one that starts now."""
    tip, records = reconciler.view.tip, len(reconciler.view.records)
    for each in (reconciler, world.daemon()):
        plan = each.look()
        assert plan is not None, "what was known stays known"
        assert alarms(each) == [(code, BRANCH)]
        assert each.view.tip == tip
        assert {str(place.place) for place in plan.decisions} == {"dev/shop", "staging/shop"}
        assert len(each.view.records) == records
        with pytest.raises(RefusedError, match=code):
            each.run_once()
    assert (world.running("dev"), world.running("staging")) == ("1.0.0", "1.0.0")


def mended(world, reconciler):
    """Without a restart it goes on as soon as the remote is in order again."""
    world.promote("1.1.0", "dev")
    reconciler.run_once()
    assert not reconciler.view.alarms
    assert (world.running("dev"), world.running("staging")) == ("1.1.0", "1.0.0")


@pytest.mark.parametrize("state", ["deleted", "renamed"])
def test_b115_a_branch_that_is_gone_removes_nothing(running, state):
    world, reconciler = running
    tip = world.tip
    if state == "renamed":
        world.git.tell(["branch", "-m", "main", "trunk"])
    else:
        world.git.tell(["update-ref", "-d", BRANCH])
    nothing_starts(world, reconciler, "TB406")
    world.push(tip)
    mended(world, reconciler)


@pytest.mark.parametrize("merged", [True, False], ids=["merged", "pushed"])
def test_b115_a_branch_without_files_removes_nothing(running, merged):
    world, reconciler = running
    tip = world.tip
    paths = world.git.tell(["ls-tree", "-r", "--name-only", tip]).splitlines()
    empty = world.commit(dict.fromkeys(paths), onto=[tip], by="ben")
    if merged:
        empty = world.commit(dict.fromkeys(paths), onto=[tip, empty], by="ana")
    world.push(empty)
    for each in (reconciler, world.daemon()):
        each.look()
        assert alarms(each) == [("TB406", BRANCH)]
        with pytest.raises(RefusedError, match="TB406"):
            each.run_once()
    assert (world.running("dev"), world.running("staging")) == ("1.0.0", "1.0.0")
    # A merge may take promotion files away: then nobody asks for anything there any more.
    admitted = set(reconciler.view.judged().admitted.promotions)
    assert admitted == (set() if merged else {("dev", "shop"), ("staging", "shop")})


def test_b115_a_branch_that_never_was_there_is_told_until_it_comes(make_world):
    world = make_world("dev")
    world.git.tell(["update-ref", "-d", BRANCH])
    reconciler = world.daemon()
    assert reconciler.look() is None
    with pytest.raises(RefusedError, match="TB406 refs/heads/main: is gone"):
        reconciler.run_once()
    assert world.running("dev") == ""
    world.push(world.root)
    reconciler.run_once()
    assert world.running("dev") == "1.0.0"


def object_file(world, object_id):
    return world.remote / "objects" / object_id[:2] / object_id[2:]


@pytest.mark.parametrize("lost", [PATH, "environments/dev", ""], ids=["blob", "tree", "commit"])
def test_b116_a_remote_that_lacks_an_object_is_not_followed(running, lost):
    world, reconciler = running
    merge = world.promote("1.1.0", "dev")
    name = f"{merge}:{lost}" if lost else f"{merge}^2"
    file = object_file(world, world.git.tell(["rev-parse", name]))
    away = file.rename(world.folder / "away")
    nothing_starts(world, reconciler, "TB404")
    away.rename(file)
    reconciler.run_once()
    assert world.running("dev") == "1.1.0"


@pytest.mark.parametrize("way", ["shallow", "partial"])
def test_b116_a_remote_that_holds_only_a_part_is_not_followed(running, way):
    world, reconciler = running
    world.promote("1.1.0", "dev")
    world.git.tell(["config", "uploadpack.allowFilter", "true"])
    whole = world.remote.rename(world.folder / "whole.git")
    part = {"shallow": ["--depth=1", "--no-single-branch"], "partial": ["--filter=blob:none"]}[way]
    git = Git(world.folder, world.folder / "home")
    git.tell(["clone", "-q", "--mirror", *part, whole.as_uri(), str(world.remote)])
    gone = whole.rename(world.folder / "gone.git")
    nothing_starts(world, reconciler, "TB404")
    shutil.rmtree(world.remote)
    gone.rename(world.remote)
    reconciler.run_once()
    assert world.running("dev") == "1.1.0"


def test_b116_an_object_that_the_clone_has_lost_stops_its_own_place(running):
    world, reconciler = running
    change = {
        PATH: WANTED + "# here\n",
        "environments/staging/shop.yaml": WANTED + "# there\n",
    }
    asked = world.commit(change, onto=[world.tip], by="ben")
    merge = world.commit(change, onto=[world.tip, asked], by="ana")
    world.push(merge)
    reconciler.view.refresh()
    clone = reconciler.view.git
    lost = clone.tell(["rev-parse", f"{merge}:{PATH}"])
    loose(clone)
    (clone.folder / "objects" / lost[:2] / lost[2:]).unlink()
    for each in (reconciler, world.daemon()):
        plan = each.run_once()
        (decision,) = (one for one in plan.decisions if one.place == Place("dev", "shop"))
        assert decision.closed[0].gate == "files"
        assert f"{PATH}: TB404 found no object {lost[:12]}" in decision.closed[0].why
    assert (world.running("dev"), world.running("staging")) == ("1.0.0", "1.1.0")


def loose(git):
    """Every object of this clone in a file of its own."""
    for pack in list((git.folder / "objects/pack").glob("*.pack")):
        away = pack.rename(git.folder / pack.name)
        git.tell(["unpack-objects", "-q"], stdin=away.read_bytes())
        away.unlink()


def tree(world, entries):
    """A tree object exactly of these entries, which git's own commands wouldn't write."""
    raw = b"".join(
        mode.encode() + b" " + name.encode() + b"\0" + bytes.fromhex(object_id)
        for mode, name, object_id in entries
    )
    arguments = ["hash-object", "-t", "tree", "-w", "--literally", "--stdin"]
    return world.git.tell(arguments, stdin=raw)


def malformed(world, sort):
    """A signed merge that promotes 1.1.0 in dev, in whose folder one thing is odd."""
    promotion = world.git.tell(["hash-object", "-w", "--stdin"], stdin=WANTED.encode())
    lines = world.git.tell(["ls-tree", "main:environments/dev"]).splitlines()
    own = {line.split("\t")[1]: line.split()[2] for line in lines} | {"shop.yaml": promotion}
    entries = [("100644", name, each) for name, each in sorted(own.items())]
    match sort:
        case "git-entry":
            entries.insert(0, ("100644", ".git", promotion))
        case _:
            entries[-1] = ("0100644", *entries[-1][1:])
    dev = tree(world, entries)
    others = world.git.tell(["ls-tree", "main:environments"]).splitlines()
    kept = [line for line in others if not line.endswith("\tdev")]
    text = "\n".join([*kept, f"040000 tree {dev}\tdev", ""])
    environments = world.git.tell(["mktree"], stdin=text.encode())
    releases = world.git.tell(["rev-parse", "main:releases"])
    text = f"040000 tree {environments}\tenvironments\n040000 tree {releases}\treleases\n"
    top = world.git.tell(["mktree"], stdin=text.encode())
    key = ["-c", f"user.signingkey={world.folder / 'ana'}"]
    base = world.tip
    asked = world.commit({PATH: WANTED}, onto=[base], by="ben")
    arguments = [*key, "commit-tree", top, "-p", base, "-p", asked, "-S", "-m", "m"]
    return world.git.tell(arguments)


@pytest.mark.parametrize("sort", ["git-entry", "zero-padded-mode"])
def test_b117_what_gits_own_check_refuses_is_not_followed(running, sort):
    world, reconciler = running
    good = world.tip
    world.push(malformed(world, sort))
    nothing_starts(world, reconciler, "TB405")
    world.push(good)
    mended(world, reconciler)
