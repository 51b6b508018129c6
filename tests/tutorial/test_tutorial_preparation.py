"""What `make up` makes of a checkout, and what it leaves alone."""

import hashlib
import socket
import tomllib
from pathlib import Path

import pytest
import yaml

from reconciler.errors import ConfigurationError, RefusedError
from reconciler.repository.git import Git
from reconciler.system.configuration import read_configuration
from reconciler.tutorial.command import main
from reconciler.tutorial.example import Example, read_example
from reconciler.tutorial.layout import APPS, PERSONS, Layout
from reconciler.tutorial.preparation import prepare, prepared, remove


def make(checkout: Path, port_base: int) -> tuple[Layout, Example]:
    layout = Layout(checkout / "build" / "up")
    return layout, prepare(layout, checkout, port_base=port_base, say=lambda _: None)


def prints(folder: Path) -> dict[str, str]:
    """Every file below the folder with a digest of what it holds; without `build`."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and path.relative_to(folder).parts[0] != "build"
    }


def test_up_makes_remote_apps_clones_keys_and_configuration(
    checkout: Path, port_base: int, home: Path
) -> None:
    layout, example = make(checkout, port_base)
    wanted = {"remote.git", "apps", "engineer", "approver", "keys", "state", "places", "site"}
    assert wanted | {"tagboat.toml"} <= {path.name for path in layout.folder.iterdir()}
    remote = Git(layout.remote, home)
    assert remote.tell(["rev-list", "--count", "main"]) == "2"
    assert remote.tell(["symbolic-ref", "HEAD"]) == "refs/heads/main"
    root, bootstrap = remote.tell(["rev-list", "--reverse", "main"]).split()
    tree_of_checkout = Git(checkout, home).tell(["rev-parse", "HEAD^{tree}"])
    assert remote.tell(["rev-parse", f"{root}^{{tree}}"]) == tree_of_checkout
    host = read_configuration(layout.configuration).host
    assert host.trust.root == bootstrap
    assert set(host.repositories) == set(APPS)
    assert set(host.egress) == {f"127.0.0.1:{place.port}" for place in example.places}
    assert host.history.reconcilers["up"] == ((layout.keys / "up.pub").read_text().strip(),)
    assert len(example.places) == 6
    assert example == read_example(layout)


def test_every_address_of_the_host_configuration_is_there(checkout: Path, port_base: int) -> None:
    layout, _ = make(checkout, port_base)
    configuration = read_configuration(layout.configuration)
    host = configuration.host
    assert Path(configuration.address(host.remote.url)) == layout.remote
    assert host.history.key is not None
    assert configuration.path(host.history.key).stat().st_mode & 0o77 == 0
    for app, source in host.repositories.items():
        assert Path(configuration.address(source.url)) == layout.app(app)
    tomllib.loads(layout.configuration.read_text())


def test_the_trust_root_is_signed_by_the_approver_and_brings_the_keys(
    checkout: Path, port_base: int, home: Path
) -> None:
    layout, _ = make(checkout, port_base)
    git = Git(layout.clone("engineer"), home)
    assert git.tell(["log", "-1", "--format=%G? %GS"]) == "G avery@example.com"
    text = git.tell(["show", "main:environments/people.yaml"])
    people = yaml.safe_load(text)["people"]
    for person in PERSONS:
        assert people[person]["keys"] == [(layout.keys / f"{person}.pub").read_text().strip()]
    before = (checkout / "environments" / "people.yaml").read_text()
    comments = [line for line in before.splitlines() if line.startswith("#")]
    assert all(line in text for line in comments)


def test_a_persons_clone_signs_with_their_own_name_and_key(
    checkout: Path, port_base: int, home: Path
) -> None:
    layout, _ = make(checkout, port_base)
    for person, name in (("engineer", "Erin Example"), ("approver", "Avery Example")):
        git = Git(layout.clone(person), home)
        git.tell(["commit", "--quiet", "--allow-empty", "-m", "Try"])
        assert git.tell(["log", "-1", "--format=%G? %an"]) == f"G {name}"
        assert git.tell(["config", "--local", "tagboat.config"]) == str(layout.configuration)


def test_ports_are_moved_in_the_bootstrap_commit_only(
    checkout: Path, port_base: int, home: Path
) -> None:
    layout, example = make(checkout, port_base)
    assert [place.port for place in example.places] == [port_base + n for n in range(1, 7)]
    git = Git(layout.remote, home)
    changed = git.tell(["diff", "--name-only", "main^", "main"]).splitlines()
    assert changed == sorted(
        [
            "environments/people.yaml",
            *(f"environments/{name}/environment.yaml" for name in ("dev", "production", "staging")),
        ]
    )
    place = example.place("production", "blog")
    here = yaml.safe_load(git.tell(["show", "main:environments/production/environment.yaml"]))
    assert here["apps"]["blog"]["url"] == f"http://127.0.0.1:{place.port}"
    assert here["apps"]["blog"]["target"]["listen"] == f"127.0.0.1:{place.port}"


def test_the_users_checkout_is_never_touched(checkout: Path, port_base: int) -> None:
    before = prints(checkout)
    make(checkout, port_base)
    assert prints(checkout) == before


def test_a_taken_port_is_named_before_anything_is_written(
    checkout: Path, port_base: int, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", port_base + 4))
        other.listen()
        arguments = ["up", "--repository", str(checkout), "--prepare-only"]
        assert main([*arguments, "--port-base", str(port_base)]) == 3
        said = capsys.readouterr().err
        assert f"port {port_base + 4} " in said
        assert "PORT_BASE=" in said
        assert not (checkout / "build" / "up").exists()


def test_a_port_base_that_leads_out_of_range_is_explained(checkout: Path) -> None:
    with pytest.raises(ConfigurationError, match="can't be used"):
        make(checkout, 65_530)
    with pytest.raises(ConfigurationError, match="can't be used"):
        make(checkout, 80)
    assert not (checkout / "build").exists()


def test_preparation_that_was_killed_is_begun_anew(checkout: Path, port_base: int) -> None:
    layout, _ = make(checkout, port_base)
    first = layout.configuration.read_text()
    layout.configuration.unlink()
    assert not prepared(layout)
    make(checkout, port_base)
    assert prepared(layout)
    assert layout.configuration.read_text() != first


def test_a_finished_preparation_is_left_as_it_is(checkout: Path, port_base: int) -> None:
    arguments = ["up", "--repository", str(checkout), "--prepare-only"]
    assert main([*arguments, "--port-base", str(port_base)]) == 0
    layout = Layout(checkout / "build" / "up")
    first = layout.configuration.read_text()
    assert main(arguments) == 0
    assert layout.configuration.read_text() == first


def test_other_ports_for_a_prepared_folder_are_refused_with_the_way_out(
    checkout: Path, port_base: int, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["up", "--repository", str(checkout), "--prepare-only", "--port-base"]
    assert main([*arguments, str(port_base)]) == 0
    assert main([*arguments, str(port_base + 1000)]) == 3
    assert "make clean up PORT_BASE=" in capsys.readouterr().err


def test_a_folder_that_is_somebody_elses_is_neither_used_nor_removed(
    checkout: Path, port_base: int
) -> None:
    layout = Layout(checkout / "build" / "up")
    layout.folder.mkdir(parents=True)
    (layout.folder / "thesis.txt").write_text("mine")
    with pytest.raises(RefusedError, match="not empty"):
        make(checkout, port_base)
    with pytest.raises(RefusedError, match="not empty"):
        remove(layout)
    assert (layout.folder / "thesis.txt").read_text() == "mine"


def test_the_persons_own_git_configuration_changes_nothing(
    checkout: Path, port_base: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = tmp_path / "their.gitconfig"
    settings.write_text(
        "[user]\n\tsigningkey = /nowhere\n[commit]\n\tgpgsign = true\n[gpg]\n\tprogram = false\n"
        "[core]\n\thooksPath = /nowhere\n\tautocrlf = true\n[push]\n\tgpgSign = true\n"
        f'[url "/nowhere/"]\n\tinsteadOf = {checkout}/\n'
    )
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    make(checkout, port_base)
