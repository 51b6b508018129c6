"""What a stretch of commits comes to, beyond what the golden files show."""

from dataclasses import replace
from html.parser import HTMLParser

import markdown
from changelog_repositories import HOSTILE
from hypothesis import given
from hypothesis import strategies as st

from reconciler.changelog import Commit, Heading, Person, Span, changes_of
from reconciler.publish.changelog import Changelog, Point, changelog_markdown
from reconciler.repository.commits import read_span

ANA = Person("Ana Silva", "ana@shop.example")


def line_of(*messages, author=ANA):
    """A straight line of commits, the newest first."""
    count = len(messages)
    return tuple(
        Commit(f"{count - n:040x}", (f"{count - n - 1:040x}",), author, text)
        for n, text in enumerate(messages)
    )


def changes(app, *messages):
    commits = line_of(*messages)
    return changes_of(app, Span(None, commits[0].id if commits else "", commits))


def page(app, found):
    point = Point("1.0.0", "0" * 40)
    return changelog_markdown(Changelog(app.name, app.title, None, point, found))


def test_going_back_names_what_would_no_longer_be_there(story, shop):
    git = story("squashes")
    new, old = git.resolve("v1.1.0"), git.resolve("v1.0.0")
    forth, back = (changes_of(shop, read_span(git, *ends)) for ends in ((new, old), (old, new)))
    assert not back.entries
    assert back.gone == forth.entries
    assert not changes_of(shop, read_span(git, old, old))


def test_without_a_base_everything_counts_and_a_limit_is_told(story, shop):
    git = story("thousand")
    head = git.resolve("v1.1.0")
    whole = changes_of(shop, read_span(git, head, None))
    assert len(whole.commits) == 901
    cut = changes_of(shop, read_span(git, head, None, at_most=100))
    assert cut.partial
    assert "There are more, which were not read." in page(shop, cut)


def test_commits_of_an_app_in_one_folder_are_not_told_apart(story, shop):
    git = story("squashes")
    alone = shop.model_copy(update={"components": shop.components[:1], "tracker": None})
    found = changes_of(alone, read_span(git, git.resolve("v1.1.0"), git.resolve("v1.0.0")))
    assert (found.components, found.tickets) == ((), ())
    assert {each.components for each in found.entries} == {()}
    assert "## Added" in page(alone, found).splitlines()


def test_a_path_of_any_name_counts_for_its_folder(story, shop):
    git = story("hostile")
    (newest, *_) = read_span(git, git.resolve("v1.1.0"), None).commits
    assert newest.paths == ('web/\nweb\tx"`<b>',)


def test_breaking_changes_come_first_whatever_their_kind(shop):
    found = changes(shop, "feat: one", "chore!: two", "fix: three\n\nBREAKING CHANGE: four")
    text = page(shop, found)
    assert [each.text for each in found.breaking] == ["three", "two"]
    assert text.index("Breaking") < text.index("two") < text.index("one")
    assert text.count("two") == 1


def test_secrets_in_commits_are_masked(shop):
    token = "ghp_" + "a" * 36
    found = changes(shop, f"feat({token}): use {token}\n\nBREAKING CHANGE: {token}")
    assert token not in repr(found)


def test_a_pattern_that_is_none_finds_no_tickets(shop):
    broken = shop.model_copy(update={"tracker": shop.tracker.model_copy(update={"pattern": "("})})
    assert changes(broken, "SHOP-1").tickets == ()


def test_tickets_are_sorted_as_people_count(shop):
    assert changes(shop, "SHOP-10", "SHOP-9 SHOP-100").tickets == ("SHOP-9", "SHOP-10", "SHOP-100")


class Seen(HTMLParser):
    """Every tag with its attributes."""

    def __init__(self, html):
        super().__init__()
        self.tags = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, attrs))


HARMLESS = {(each, ()) for each in ("h1", "h2", "p", "ul", "li", "code", "strong")}
texts = st.one_of(
    st.text(max_size=60),
    st.sampled_from(HOSTILE),
    st.lists(
        st.sampled_from([*"#*_`<>[]()!@&-+:|~\\\n\t 1.", "www.", "https://", "a"]), max_size=20
    ).map("".join),
)


@given(st.lists(texts.filter(lambda each: "\0" not in each), min_size=1, max_size=4), texts)
def test_text_of_commits_is_never_markup_X19(messages, name):
    commits = line_of(*messages, author=Person(name, "x@x.example"))
    app = _app()
    found = changes_of(app, Span(None, commits[0].id, commits))
    text = page(app, found)
    html = markdown.markdown(text, extensions=["tables", "attr_list", "admonition", "def_list"])
    seen = Seen(html).tags
    assert {(tag, tuple(attrs)) for tag, attrs in seen} <= HARMLESS
    assert sum(tag == "li" for tag, _ in seen) == len(found.entries)
    assert "://" not in text.replace("&#8288;://", "")


def _app():
    from reconciler.model.app import App

    return App.model_validate(
        {
            "apiVersion": "tagboat/v1",
            "kind": "App",
            "name": "shop",
            "title": "Shop",
            "versions": {"scheme": "semver"},
            "components": [{"name": "web"}],
        }
    )


@st.composite
def graphs(draw):
    """Commits with any parents before them, and any of them taking back any other."""
    count = draw(st.integers(1, 14))
    commits = []
    for number in range(count):
        before = range(number)
        parents = draw(st.lists(st.sampled_from(before), max_size=3, unique=True)) if number else []
        title = draw(
            st.sampled_from(
                ["feat: x", "Merge branch 'x'", "Merge branch 'x'\n\nTitle", "Own words"]
            )
        )
        taken = draw(st.sampled_from([None, *before]))
        body = f"\n\nThis reverts commit {taken:040x}." if taken is not None else ""
        commits.append(
            Commit(f"{number:040x}", tuple(f"{each:040x}" for each in parents), ANA, title + body)
        )
    return commits[::-1]


@given(graphs())
def test_no_commit_is_told_twice_and_none_that_counts_is_lost(commits):
    from reconciler.changelog.grouping import groups_of

    known = {each.id: each for each in commits}
    reached, waiting = set(), [commits[0].id]
    while waiting:
        each = waiting.pop()
        reached |= {each}
        waiting += [one for one in known[each].parents if one not in reached]
    told = [one.id for group in groups_of(commits[0].id, commits) for one in group.commits]
    assert len(told) == len(set(told))
    plain = {each for each in reached if len(known[each].parents) < 2}
    assert set(told) <= plain
    if not any("reverts" in each.message for each in commits):
        assert set(told) == plain


def test_headings_follow_one_another_as_keepachangelog_has_them(shop):
    found = changes(
        shop,
        *(
            f"{each}: x"
            for each in ("docs", "fix", "remove", "deprecate", "perf", "feat", "security")
        ),
    )
    assert [each.heading for each in found.entries] == list(Heading)
    assert replace(found, entries=()).breaking == ()
