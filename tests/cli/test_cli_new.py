"""New files are valid from the start, and never take the place of old ones."""

import hashlib
import subprocess
from shutil import copytree

import pytest
from cli_world import REPOSITORY

from reconciler.errors import UsageError
from reconciler.scaffold.files import with_own_ports
from reconciler.scaffold.repository import starter

CUSTOMERS = REPOSITORY / "tests" / "corpus" / "valid" / "process-customers"


@pytest.fixture(scope="session")
def starter_tree(tmp_path_factory):
    """What `tagboat init` makes."""
    top = tmp_path_factory.mktemp("starter")
    for path, text in starter("0.1.0").items():
        file = top / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return top


@pytest.fixture
def started(alone, starter_tree, tmp_path):
    """A started repository, and the command that works in it."""
    top = copytree(starter_tree, tmp_path / "gitops")
    return top, lambda *words: alone(*words, at=top)


def test_a_copied_environment_has_addresses_of_its_own(started):
    top, call = started
    for name in ("staging", "live"):
        assert call("new", "environment", name, "--like", "dev")[0] == 0
    text = (top / "environments/live/environment.yaml").read_text()
    assert 'url: "http://127.0.0.1:8203"' in text
    assert 'listen: "127.0.0.1:8203"' in text
    assert "8201" not in text
    assert call("validate")[0] == 0


def test_a_person_without_a_key_is_told_so(started):
    _, call = started
    code, _, said = call("new", "person", "zoe", "--name", "Zoe")
    assert code == 0
    assert "zoe can't sign yet" in said


EVE, LATER = "2026-12-24T18:00:00+00:00", "2026-12-31T18:00:00+00:00"


@pytest.mark.parametrize(
    ("words", "path"),
    [
        ("app shop --title Shop --owner role/developer", "releases/shop/app.yaml"),
        ("app no", "releases/no/app.yaml"),
        ("app other --like hello", "releases/other/app.yaml"),
        ("environment staging --tier test", "environments/staging/environment.yaml"),
        ("environment staging --like dev", "environments/staging/environment.yaml"),
        ("policy production --tier production", "environments/policies/production.yaml"),
        ("customer acme --title Acme --language es", "environments/customers/acme.yaml"),
        ("calendar catalonia --country ES --region CT", "environments/calendars/catalonia.yaml"),
        (
            (
                "freeze xmas --from 2026-12-24T00:00:00+01:00 --until 2026-12-27T00:00:00+01:00"
                " --reason Christmas --tier dev"
            ),
            "environments/freezes/xmas.yaml",
        ),
    ],
)
def test_each_kind_is_written_with_its_schema_and_validates(started, words, path):
    top, call = started
    code, printed, err = call("new", *words.split(), "--dry-run")
    assert (code, err) == (0, "")
    assert not (top / path).exists()
    code, out, _ = call("new", *words.split())
    assert (code, out) == (0, f"{path}\n")
    text = (top / path).read_text()
    assert text == printed
    assert text.startswith("# yaml-language-server: $schema=../../")
    assert call("validate")[0] == 0
    code, _, err = call("new", *words.split())
    assert code == 2
    assert err.startswith(f"tagboat: {path} is there already\n")
    assert (top / path).read_text() == text


def test_b21_a_copy_has_the_new_name_and_the_old_comments(started):
    top, call = started
    call("new", "environment", "staging", "--like", "dev")
    before = (top / "environments" / "dev" / "environment.yaml").read_text()
    after = (top / "environments" / "staging" / "environment.yaml").read_text()
    assert after == before.replace("name: dev\n", "name: staging\n").replace(":8201", ":8202")


def test_m7_a_temporary_copy_has_an_end_of_its_own(started):
    top, call = started
    assert call("new", "person", "zoe", "--name", "Zoe")[0] == 0
    until = ("--owner", "zoe", "--expires")
    assert call("new", "environment", "try", "--like", "dev", *until, f"{EVE}")[0] == 0
    more = ("--like", "try", *until, f"{LATER}", "--until-released")
    assert call("new", "environment", "again", *more)[0] == 0
    before, after = (
        (top / "environments" / each / "environment.yaml").read_text() for each in ("try", "again")
    )
    assert f'\nname: try\ntemporary: {{owner: zoe, expires: "{EVE}"}}\n' in before
    ends = f'temporary: {{owner: zoe, expires: "{LATER}", delete_when: released}}\n'
    assert f"\nname: again\n{ends}" in after
    assert after.count("temporary") == 1
    assert call("validate")[0] == 0


def test_a_customer_gets_one_environment_of_five_lines_for_each_tier(alone, tmp_path):
    copytree(CUSTOMERS, tmp_path, dirs_exist_ok=True)
    code, out, _ = alone("new", "customer", "initech", "--extends", "customer", at=tmp_path)
    assert code == 0
    assert out.splitlines() == [
        "environments/customers/initech.yaml",
        "environments/initech-production/environment.yaml",
        "environments/initech-test/environment.yaml",
    ]
    assert (tmp_path / "environments/initech-test/environment.yaml").read_text() == (
        "# yaml-language-server: $schema=../../schema/environment.schema.json\n"
        "apiVersion: tagboat/v1\n"
        "kind: Environment\n"
        "name: initech-test\n"
        "extends: customer-test\n"
        "customer: initech\n"
    )
    assert (tmp_path / "environments/customers/initech.yaml").read_text() == (
        "# yaml-language-server: $schema=../../schema/customer.schema.json\n"
        "apiVersion: tagboat/v1\n"
        "kind: Customer\n"
        "name: initech\n"
        "# Groups of people; notices say customer/managers.\n"
        "contacts:\n"
        "  helpdesk: []\n"
        "  managers: []\n"
        "  partners: []\n"
    )
    assert alone("validate", at=tmp_path)[0] == 0


def test_a_policy_below_another_one_says_nothing_that_stands_there(started):
    top, call = started
    assert call("new", "policy", "customer")[0] == 0
    assert call("new", "policy", "pre", "--extends", "customer", "--tier", "pre")[0] == 0
    text = (top / "environments/policies/pre.yaml").read_text()
    assert text.splitlines()[3:] == ["name: pre", "extends: customer", "tier: pre"]


def test_a_customer_below_a_broken_policy_is_told_that_it_is_broken(started):
    top, call = started
    call("new", "policy", "customer")
    (top / "environments/policies/customer.yaml").write_text("a: no")
    code, _, err = call("new", "customer", "acme", "--extends", "customer")
    assert code == 2
    assert err.startswith("tagboat: environments/policies/customer.yaml has errors\n")


def test_a_customer_is_refused_where_no_policy_has_a_tier(started):
    _, call = started
    code, _, err = call("new", "customer", "acme", "--extends", "customer")
    assert (code, err) == (
        2,
        "tagboat: there is no policy customer\n  hint: tagboat new policy NAME\n",
    )
    call("new", "policy", "customer")
    code, _, err = call("new", "customer", "acme", "--extends", "customer")
    assert code == 2
    assert err.startswith("tagboat: no policy that extends customer has a tier\n")


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ("app Shop", 2, "'Shop' is no name"),
        ("environment policies", 2, "environments/policies/environment.yaml can't be"),
        ("environment x --extends nosuch", 1, "the file would be wrong"),
        ("calendar x --country Spain", 1, "the file would be wrong"),
        ("environment x --like nosuch", 2, "there is no environments/nosuch/environment.yaml"),
        ("environment x --owner zoe", 2, "a temporary environment has an owner and an end"),
        ("environment x --until-released", 2, "a temporary environment has an owner and an end"),
        ("environment x --owner zoe --expires soon", 1, "the file would be wrong"),
        ("freeze x --from now --until then --reason y", 1, "the file would be wrong"),
        ("release hello --summary x", 2, "invalid value: expected APP@VERSION"),
        ("release helo@1.0.0 --summary x", 2, "there is no app helo"),
        ("release hello@1.0.0 --summary x", 2, "nothing is no commit"),
        ("release hello@latest --summary x --commit {0}", 2, "nothing says what web consists of"),
    ],
)
def test_b14_what_would_be_wrong_is_refused_and_nothing_is_written(started, words, code, said):
    top, call = started
    before = sorted(top.rglob("*"))
    ended, out, err = call("new", *words.replace("{0}", "a" * 40).split())
    assert (ended, out) == (code, "")
    assert err.startswith(f"tagboat: {said}")
    assert sorted(top.rglob("*")) == before


@pytest.mark.parametrize("bad", ["../../../etc/x", "a/b", "..", "", "x\ny"])
@pytest.mark.parametrize("kind", ["app", "environment", "policy", "customer", "calendar"])
def test_x22_a_name_never_leads_out_of_its_folder(started, kind, bad):
    top, call = started
    before = sorted(top.parent.rglob("*"))
    assert call("new", kind, bad)[0] in {1, 2}
    assert sorted(top.parent.rglob("*")) == before


def test_a_release_takes_commit_and_tree_from_the_apps_clone(started, tmp_path):
    top, call = started
    source = tmp_path / "hello"
    source.mkdir()

    def git(*words):
        command = ["git", "-C", str(source), "-c", "user.name=x", "-c", "user.email=x@y", *words]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    git("init", "-q")
    (source / "server.py").write_text("")
    git("add", ".")
    git("commit", "-q", "-m", "x")
    git("tag", "-a", "-m", "x", "v1.0.0")
    words = ("new", "release", "hello@1.0.0", "--summary", 'Says "hello"', "--ticket", "H-1")
    code, out, err = call(*words, "--source", str(source))
    assert (code, out) == (0, "releases/hello/1.0.0/release.yaml\n"), err
    text = (top / "releases/hello/1.0.0/release.yaml").read_text()
    assert f'commit: "{git("rev-parse", "HEAD")}"\n' in text
    assert f'artifact: {{tree: "{git("rev-parse", "HEAD^{tree}")}"}}' in text
    assert 'summary: "Says \\"hello\\""\n' in text
    assert call("validate")[0] == 0
    code, _, err = call("new", "release", "hello@2.0.0", "--summary", "x", "--source", str(source))
    assert code == 2
    assert err.startswith(f"tagboat: there is no tag v2.0.0 in {source}\n")


def test_a_tarball_is_pinned_by_its_digest(started, tmp_path):
    top, call = started
    call("new", "app", "shop")
    file = tmp_path / "built.tar.gz"
    file.write_bytes(b"content")
    words = ("new", "release", "shop@1.0.0", "--summary", "x", "--commit", "a" * 40)
    code, _, err = call(*words, "--artifact", f"web={file}")
    assert code == 0, err
    text = (top / "releases/shop/1.0.0/release.yaml").read_text()
    digest = hashlib.sha256(b"content").hexdigest()
    assert f'{{tarball: "web-1.0.0.tar.gz", sha256: "{digest}"}}' in text
    assert call("validate")[0] == 0


def test_a_person_is_added_and_comments_stay(started, tmp_path):
    top, call = started
    key = tmp_path / "id.pub"
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / "id")], check=True
    )
    people = top / "environments" / "people.yaml"
    before = people.read_text()
    words = ("new", "person", "noor", "--name", "Noor", "--key", str(key), "--role", "developer")
    code, printed, _ = call(*words, "--dry-run")
    assert code == 0
    assert people.read_text() == before
    assert call(*words)[:2] == (0, "environments/people.yaml\n")
    after = people.read_text()
    assert after == printed
    assert set(before.splitlines()) - set(after.splitlines()) == {
        "  developer: [engineer, approver]"
    }
    assert "  developer: [engineer, approver, noor]" in after
    assert key.read_text().strip() in after
    assert call("validate")[0] == 0
    assert call(*words)[0] == 2


def test_a_file_with_seats_in_braces_stays_readable_when_a_person_is_added(started):
    top, call = started
    people = top / "environments" / "people.yaml"
    text = people.read_text()
    start = text.index("guards:")
    guards = "guards: {policies: [{role: admin}], people: [{role: admin}, {role: developer}]}\n"
    people.write_text(f"{text[:start]}{guards}")
    assert call("validate")[0] == 0
    assert call("new", "person", "noor", "--name", "Noor")[0] == 0
    assert "policies: [{role: admin}]" in people.read_text()
    code, out, _ = call("validate")
    assert code == 0, out


def test_x5_a_private_key_is_never_written(started, tmp_path):
    top, call = started
    key = tmp_path / "id"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    code, out, err = call("new", "person", "noor", "--name", "Noor", "--key", str(key))
    assert (code, out) == (2, "")
    assert f"hint: name the other half: {key}.pub" in err
    assert "PRIVATE" not in (top / "environments" / "people.yaml").read_text()


def test_a_port_is_told_from_the_address_before_it():
    assert with_own_ports("127.0.0.1:127 localhost:128", ["127.0.0.1:129"]) == (
        "127.0.0.1:130 localhost:131"
    )
    with pytest.raises(UsageError, match="no port above 65535"):
        with_own_ports("127.0.0.1:65535", [])
