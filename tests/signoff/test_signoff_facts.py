"""Facts as git gives them."""

import shlex
import subprocess
from pathlib import Path

import pytest
from signoff_drawn import draw
from signoff_world import BLOG, ENVIRONMENT, SHOP, Scribe, Workshop, promotion

from reconciler.model.environment import Environment, Permissions, Target
from reconciler.model.people import People, Person
from reconciler.repository.arrivals import gather
from reconciler.repository.git import Git
from reconciler.signoff import Authority, judge
from reconciler.signoff.classes import ChangeClass, Sort, class_of
from reconciler.signoff.facts import Entry, Unsigned


def test_facts_gathered_bit_by_bit_are_those_gathered_at_once(shop: Workshop) -> None:
    tips = [shop.root]
    for number in range(4):
        shop.promote(f"1.{number + 1}.0", branch=f"topic{number}")
        tips.append(shop.merge(f"topic{number}", by="bob"))
        tips.append(shop.commit("code", {"src/x": str(number)}, key=""))
    facts, progress = None, None
    for tip in tips:
        facts = shop.facts(tip, before=facts)
        judged = judge(facts, root=shop.root, tip=tip, known=progress)
        progress = judged.progress
        assert judged == shop.judge(tip)
    assert facts is not None
    whole = shop.facts()
    assert dict(facts.commits) == dict(whole.commits)
    assert facts.trees == whole.trees


def test_a_branch_from_before_the_trust_root_is_judged_by_the_root(shop: Workshop) -> None:
    shop.branch("early")
    early = shop.commit("old policy", {ENVIRONMENT: "everybody: true\n"}, by="ana")
    shop.switch("main")
    shop.commit("shop", {SHOP: promotion("1.1.0")}, key="")
    shop.root = shop.commit("new root", {BLOG: promotion("1.5.0", note="blog")}, key="")
    shop.switch("early")
    shop.commit("blog", {"environments/production/new.yaml": promotion("1.0.0")})
    shop.switch("main")
    shop.merge("early", by="bob")
    judged = shop.judge()
    assert [(each.path, each.code) for each in judged.taints] == [(ENVIRONMENT, "TB461")]
    assert judged.taints[0].culprit in {early, shop.head}
    assert "environments/production/new.yaml" in judged.admissions
    assert shop.in_force(SHOP) == promotion("1.1.0").strip()
    # The other way round the older line's content doesn't come back either.
    shop.switch("early")
    shop.run("reset", "-q", "--hard", "HEAD")
    merge = shop.merge("main~1", "-s", "ours", by="bob")
    assert shop.in_force(SHOP, tip=merge) == promotion("1.1.0").strip()
    assert shop.taint(SHOP, tip=merge)[0] == "TB459"


def test_paths_with_odd_names_are_held_and_break_nothing(shop: Workshop) -> None:
    odd = 'environments/production/a\n"b" \u202e.yaml'
    shop.commit("odd", {odd: "x", "environments/x": "x", "releases/a b/c": "x"})
    shop.commit("more", {"environments/x": "y", "releases/a b/c": "y", odd: "y"})
    taints = shop.judge().taints
    codes = {each.path: each.code for each in taints}
    for each in taints:
        assert each.remedy.isprintable()
        assert f"git rm -- {shlex.quote(each.path)}" in each.remedy or each.path == odd
    assert codes == {odd: "TB461", "environments/x": "TB461", "releases/a b/c": "TB461"}


def test_a_managed_folder_that_becomes_a_file_removes_what_was_in_it(shop: Workshop) -> None:
    shop.run("rm", "-q", "-r", "environments")
    shop.commit("gone", {"environments": "a file now"})
    judged = shop.judge()
    assert SHOP in judged.tainted
    assert SHOP in judged.admitted


def test_drawn_histories_come_out_of_git_as_they_went_in(tmp_path: Path) -> None:
    for seed in range(6):
        scribe = draw(seed, steps=30).scribe
        folder = tmp_path / str(seed)
        subprocess.run(["git", "init", "-q", "--bare", folder], check=True)
        git = Git(folder, tmp_path / "home")
        names = _write(git, scribe)
        for tip in [each for each in scribe.commits if not scribe.commits[each].author][-2:] or [
            max(scribe.commits)
        ]:
            facts = gather(git, root=names[scribe.root], tip=names[tip], cache=None)
            back = {name: each for each, name in names.items()}
            assert {back[each] for each in facts.commits} == scribe.above[tip] - {scribe.root}
            for commit in facts.commits.values():
                drawn = scribe.commits[back[commit.id]]
                assert tuple(back[each] for each in commit.parents) == drawn.parents
                assert set(commit.changes) == set(drawn.changes)
                assert [{back[each] for each in group} for group in commit.bases] == [
                    set(group) for group in drawn.bases
                ]
                decides = len(commit.parents) > 1 or commit.changes
                assert commit.signature == (Unsigned() if decides else None)


def _write(git: Git, scribe: Scribe) -> dict[str, str]:
    """Import a drawn history; drawn name → commit id."""
    marks = {each: number for number, each in enumerate((scribe.root, *scribe.commits), start=1)}
    lines: list[str] = []
    for each, mark in marks.items():
        parents = scribe.commits[each].parents if each in scribe.commits else ()
        lines += [f"commit refs/heads/b{mark}", f"mark :{mark}"]
        lines += [f"author x <x> {mark} +0000", f"committer x <x> {mark} +0000", "data 0"]
        lines += [
            f"{'from' if number == 0 else 'merge'} :{marks[parent]}"
            for number, parent in enumerate(parents)
        ]
        lines.append("deleteall")
        for path, entry in scribe.trees[each].items():
            lines += [f"M 644 inline {path}", f"data {len(entry.id)}", entry.id]
    file = git.home.parent / "marks"
    git.tell(
        ["fast-import", "--quiet", f"--export-marks={file}"], stdin="\n".join([*lines, ""]).encode()
    )
    ids = dict(line.split() for line in file.read_text().splitlines())
    return {each: ids[f":{mark}"] for each, mark in marks.items()}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        (SHOP, ChangeClass(Sort.PROMOTION, "production")),
        (ENVIRONMENT, ChangeClass(Sort.GUARDED, area="policies")),
        ("environments/people.yaml", ChangeClass(Sort.GUARDED, area="people")),
        ("environments/connections.yaml", ChangeClass(Sort.GUARDED, area="connections")),
        ("environments/policies/web.yaml", ChangeClass(Sort.GUARDED, area="policies")),
        ("environments/customers/acme.yaml", ChangeClass(Sort.GUARDED, area="customers")),
        ("environments/calendars/es.yaml", ChangeClass(Sort.GUARDED, area="calendars")),
        ("calendars/acme.ics", ChangeClass(Sort.GUARDED, area="calendars")),
        ("environments/freezes/xmas.yaml", ChangeClass(Sort.HALT, area="freezes")),
        ("environments/texts/succeeded.es.yaml", ChangeClass(Sort.GUARDED, area="policies")),
        ("environments/production/Shop.yaml", ChangeClass(Sort.UNLISTED)),
        ("environments/production/shop.yml", ChangeClass(Sort.UNLISTED)),
        ("environments/production/shop.yaml\n", ChangeClass(Sort.UNLISTED)),
        ("environments/production/deep/shop.yaml", ChangeClass(Sort.UNLISTED)),
        ("environments/policies/environment.yaml", ChangeClass(Sort.GUARDED, area="policies")),
        ("releases/shop/app.yaml", ChangeClass(Sort.GUARDED, area="releases")),
        ("releases/shop/1.0.0/release.yaml", ChangeClass(Sort.RELEASE)),
        ("releases/shop/1.0.0/quarantine.yaml", ChangeClass(Sort.HALT, area="releases")),
        (
            "releases/shop/1.0.0/approvals/production/ana.yaml",
            ChangeClass(Sort.APPROVAL, "production", person="ana"),
        ),
        ("releases/shop/1.0.0/approvals/ana.yaml", ChangeClass(Sort.UNLISTED)),
        ("releases/shop/../1/release.yaml", ChangeClass(Sort.UNLISTED)),
    ],
)
def test_every_path_has_a_class_and_an_unknown_one_is_held(path: str, found: ChangeClass) -> None:
    assert class_of(path) == found


def test_who_may_promote_follows_roles_and_teams_of_the_root() -> None:
    class Root:
        people = People(
            apiVersion="tagboat/v1",
            kind="People",
            people={
                each: Person(name=each, keys=(f"ssh-ed25519 {each}",)) for each in ("ana", "bob")
            },
            teams={"web": ("bob",)},
            roles={"release": ("team/web",)},
        )
        environments = {
            "production": Environment(
                apiVersion="tagboat/v1",
                kind="Environment",
                name="production",
                target=Target(driver="memory"),
                permissions=Permissions(promote=("role/release",)),
            )
        }

    found = Authority.of(Root())
    assert found.may_promote("bob", "production")
    assert found.listed("ana")
    assert not found.may_promote("ana", "production")
    assert not found.may_promote("bob", "staging")
    assert not found.may_promote("", "production")


def test_without_a_people_file_nobody_may_do_anything() -> None:
    class Root:
        people = None
        environments: dict[str, Environment] = {}

    found = Authority.of(Root())
    assert not found.listed("ana")
    assert not found.promoters


def test_every_object_id_is_kept_with_its_mode(shop: Workshop) -> None:
    (shop.folder / SHOP).chmod(0o755)
    shop.run("update-index", "--chmod=+x", SHOP)
    shop.run("commit", "-q", "-m", "x")
    assert shop.facts().commits[shop.head].changes == {SHOP: Entry("100755", shop.blob(SHOP))}
