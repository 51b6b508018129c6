"""Good stories: in the end 1.1.0 starts."""

from signoff_tale import PROMOTERS, Story, Tale, environment, words_on_both_sides


def plain(tale: Tale) -> None:
    name = tale.topic()
    for number in range(tale.random.randint(0, 2)):
        tale.write("1.0.0", by=tale.random.choice(("ana", "dora")), note=f"draft {number}")
    tale.write()
    tale.town.switch("main")
    tale.merge(name, by=tale.random.choice(PROMOTERS))


def amended_before_it_was_merged(tale: Tale) -> None:
    name = tale.topic()
    tale.write("1.0.0", note="oops")
    tale.town.write({tale.path: tale.text()})
    tale.town.run("commit", "-q", "--amend", "-m", "better", by="ana")
    tale.town.switch("main")
    tale.merge(name)


def rebased_by_its_author(tale: Tale) -> None:
    name = tale.proposed()
    tale.noise()
    tale.town.switch(name)
    tale.town.run("rebase", "-q", tale.main, by="ana")
    tale.town.switch("main")
    tale.merge(name, by="carl")


def squashed_on_its_branch(tale: Tale) -> None:
    name = tale.topic()
    tale.write("1.0.0", note="one")
    tale.write(note="two")
    tale.town.run("reset", "-q", "--soft", "HEAD~2")
    tale.town.run("commit", "-q", "-m", "one commit", by="ana")
    tale.town.switch("main")
    tale.merge(name)


def merged_before_pulling(tale: Tale) -> None:
    name = tale.proposed()
    tale.topic()
    tale.merge(name, by="bob")
    mine = tale.town.head
    tale.town.switch("main")
    tale.noise()
    theirs = tale.town.head
    tale.town.run("reset", "-q", "--hard", mine)
    tale.town.run("merge", "-q", "--no-ff", "-m", "Pull", theirs, by="bob")


def branch_brought_up_to_date(tale: Tale) -> None:
    name = tale.proposed()
    tale.noise()
    tale.town.switch(name)
    tale.town.merge(tale.main, by=tale.random.choice(("ana", "bob")))
    tale.town.switch("main")
    tale.merge(name, by="carl")


def conflict_settled_on_the_branch(tale: Tale) -> None:
    name = tale.proposed()
    other = tale.proposed("1.0.0", note="dora was first", by="dora")
    tale.merge(other, by="bob")
    tale.town.switch(name)
    tale.town.run("merge", "-q", "--no-ff", "-m", "Settle", "-X", "ours", tale.main, by="ana")
    tale.town.switch("main")
    tale.merge(name, by="carl")


def reverted_and_promoted_again(tale: Tale) -> None:
    merge = tale.merge(tale.proposed(), by="bob")
    back = tale.topic()
    tale.town.run("revert", "--no-edit", "-m", "1", merge, by="ana")
    tale.town.switch("main")
    tale.merge(back, by="carl")
    tale.merge(tale.proposed(note="again"), by="bob")


def own_merge_taken_back_and_done_right(tale: Tale) -> None:
    merge = tale.merge(tale.proposed(by="bob"), by="bob")
    tale.town.run("revert", "--no-edit", "-m", "1", merge, by="bob")
    tale.merge(tale.proposed(note="again"), by="bob")


def pushed_and_offered_again(tale: Tale) -> None:
    before = tale.town.head
    tale.write(by="dora", key="")
    name = tale.topic(before)
    tale.write()
    tale.town.switch("main")
    tale.merge(name, by="carl")


def policy_first(tale: Tale) -> None:
    name = tale.topic()
    tale.town.commit("wider", {tale.policy: environment(tale.name, "person/dora")}, by="ana")
    once = tale.topic()
    tale.merge(name, by="bob")
    tale.town.switch("main")
    tale.merge(once, by="carl")
    tale.merge(tale.proposed(), by="dora")


def by_way_of_another_branch(tale: Tale) -> None:
    name = tale.proposed()
    line = tale.topic()
    tale.merge(name, by="bob")
    tale.town.switch("main")
    tale.noise()
    tale.merge(line, by="ana")


def release_and_promotion(tale: Tale) -> None:
    town, path = tale.town, f"releases/shop/1.1.{tale.number}/release.yaml"
    name = tale.topic()
    text = (town.folder / "releases/shop/1.1.0/release.yaml").read_text()
    town.commit("release", {path: text.replace('"1.1.0"', f'"1.1.{tale.number}"')}, by="ana")
    town.switch("main")
    tale.merge(name, by="dora")
    tale.merge(tale.proposed(), by="carl")


def squashed_with_a_word(tale: Tale) -> None:
    first = tale.random.random() < 0.5
    if first:
        tale.town.commit("word", tale.word(), by="ana", key="")
    name = tale.proposed()
    tale.town.run("merge", "-q", "--squash", name, by="ana")
    tale.town.commit("squash", by="ana")
    if not first:
        tale.town.commit("word", tale.word(), by="dora", key="")


def rebased_with_a_word(tale: Tale) -> None:
    name = tale.proposed()
    tale.noise()
    tale.town.switch(name)
    tale.town.run("rebase", "-q", tale.main, by="ana")
    tale.town.switch("main")
    tale.town.run("merge", "-q", "--ff-only", name, by="bob")
    tale.town.commit("word", tale.word(by="carl"), by="bob", key="")


def fast_forwarded_by_a_merge_on_top(tale: Tale) -> None:
    """Merged by the approver, then pulled by others with a fast-forward: nothing is lost."""
    name = tale.proposed()
    line = tale.topic()
    tale.merge(name, by="bob")
    tale.town.switch("main")
    tale.town.run("merge", "-q", "--ff-only", line, by="ana")


def merged_with_a_word_that_is_taken_back(tale: Tale) -> None:
    name, word = tale.topic(), tale.word(by=tale.random.choice(PROMOTERS))
    tale.write()
    tale.town.commit("word", word, by="ana", key="")
    tale.town.switch("main")
    tale.merge(name, by="bob")
    tale.town.commit("no", dict.fromkeys(word), by=tale.signer(word))


def merged_with_two_words_that_are_taken_back(tale: Tale) -> None:
    name = words_on_both_sides(tale)
    tale.merge(name, by=tale.random.choice(PROMOTERS))
    tale.silence(*tale.random.choice((("bob", "carl"), ("carl", "bob"), ("bob",), ("carl",))))


def merged_by_its_author_with_one_word_left_of_two(tale: Tale) -> None:
    name = words_on_both_sides(tale)
    tale.merge(name, by="ana")
    tale.silence(tale.random.choice(PROMOTERS))


GOOD_ONES: tuple[Story, ...] = (
    plain,
    amended_before_it_was_merged,
    rebased_by_its_author,
    squashed_on_its_branch,
    merged_before_pulling,
    branch_brought_up_to_date,
    conflict_settled_on_the_branch,
    reverted_and_promoted_again,
    own_merge_taken_back_and_done_right,
    pushed_and_offered_again,
    policy_first,
    by_way_of_another_branch,
    release_and_promotion,
    squashed_with_a_word,
    rebased_with_a_word,
    fast_forwarded_by_a_merge_on_top,
    merged_with_a_word_that_is_taken_back,
    merged_with_two_words_that_are_taken_back,
    merged_by_its_author_with_one_word_left_of_two,
)
