"""Forged stories: nothing starts."""

from signoff_tale import PROMOTERS, Story, Tale, environment, words_on_both_sides
from signoff_town import people_file
from signoff_world import PEOPLE


def pushed(tale: Tale) -> None:
    tale.write(by=tale.random.choice(("ana", "bob", "carl")))


def own_merge(tale: Tale) -> None:
    by = tale.random.choice(PROMOTERS)
    tale.merge(tale.proposed(by=by), by=by)


def amended(tale: Tale) -> None:
    tale.merge(tale.proposed("1.0.0", note="looked at"), by="bob")
    tale.town.write({tale.path: tale.text()})
    tale.town.run("commit", "-q", "--amend", "--no-edit", by=tale.random.choice(("ana", "bob")))


def changed_after_it_was_merged(tale: Tale) -> None:
    name = tale.proposed("1.0.0", note="looked at")
    tale.merge(name, by="bob")
    tale.town.switch(name)
    tale.write()
    tale.town.switch("main")
    tale.town.run("merge", "-q", "--no-ff", "-m", "m", name, by="ana")


def spoofed(tale: Tale) -> None:
    name = tale.topic()
    tale.write(by="ana", key=tale.random.choice(("", "stranger")))
    tale.town.switch("main")
    tale.merge(name, by="bob")


def merge_spoofed(tale: Tale) -> None:
    key = tale.random.choice(("", "stranger", "ana"))
    tale.merge(tale.proposed(), by="bob", key=key)


def signature_of_another_commit(tale: Tale) -> None:
    merge = tale.merge(tale.proposed("1.0.0", note="looked at"), by="bob")
    tale.town.write({tale.path: tale.text()})
    tree = tale.town.run("write-tree")
    raw = tale.town.git.ask(["cat-file", "commit", merge]).stdout
    old = tale.town.run("rev-parse", f"{merge}^{{tree}}")
    changed = raw.replace(old.encode(), tree.encode())
    forged = tale.town.git.tell(["hash-object", "-t", "commit", "-w", "--stdin"], stdin=changed)
    tale.town.run("reset", "-q", "--hard", forged)


def rebased(tale: Tale) -> None:
    name = tale.proposed()
    tale.noise()
    tale.town.switch(name)
    tale.town.run("rebase", "-q", tale.main, by=tale.random.choice(("ana", "bob")))
    tale.town.switch("main")
    tale.town.run("merge", "-q", "--ff-only", name, by="bob")


def squashed(tale: Tale) -> None:
    name = tale.proposed()
    tale.town.run("merge", "-q", "--squash", name, by="bob")
    message = "squash\n\nCo-authored-by: ana <ana@acme.example>"
    tale.town.commit(message, by=tale.random.choice(("ana", "bob")))


def squashed_with_an_own_word(tale: Tale) -> None:
    tale.town.commit("word", tale.word(by="bob"), by="ana", key="")
    name = tale.proposed()
    tale.town.run("merge", "-q", "--squash", name, by="bob")
    tale.town.commit("squash", by="bob")


def evil(tale: Tale) -> None:
    name = tale.proposed("1.0.0", note="looked at")
    tale.town.run("merge", "-q", "--no-ff", "--no-commit", name, by="bob")
    tale.town.write({tale.path: tale.text()})
    tale.town.run("commit", "-q", "-m", "Merge", by="bob")


def evil_beside(tale: Tale) -> None:
    name = tale.topic()
    tale.noise()
    tale.town.switch("main")
    tale.town.run("merge", "-q", "--no-ff", "--no-commit", name, by="bob")
    tale.town.write({tale.path: tale.text()})
    tale.town.run("commit", "-q", "-m", "Merge", by="bob")


def conflict_settled_by_who_merges(tale: Tale) -> None:
    name = tale.proposed()
    other = tale.proposed("1.0.0", note="dora was first", by="dora")
    tale.merge(other, by="bob")
    tale.merge(name, "-X", "theirs", by="carl")


def word_copied_from_another_place(tale: Tale) -> None:
    word = tale.word(place="staging")
    ((where, text),) = word.items()
    edited = tale.random.random() < 0.5
    text = text.replace("staging", tale.name) if edited else text
    tale.town.commit("word", {where.replace("staging", tale.name): text}, by="ana")
    pushed_by_ana(tale)


def pushed_by_ana(tale: Tale) -> None:
    tale.write(by="ana")


def word_signed_by_another(tale: Tale) -> None:
    key = tale.random.choice(("ana", "stranger", "carl"))
    tale.town.commit("word", tale.word(key=key), by="ana")
    pushed_by_ana(tale)


def word_replayed_after_a_revert(tale: Tale) -> None:
    tale.town.commit("word", tale.word(), by="ana", key="")
    merge = tale.merge(tale.proposed(), by="carl")
    back = tale.topic()
    tale.town.run("revert", "--no-edit", "-m", "1", merge, by="ana")
    tale.town.switch("main")
    tale.merge(back, by="bob")
    pushed_by_ana(tale)


def word_taken_back_and_brought_again(tale: Tale) -> None:
    word = tale.word()
    tale.town.commit("word", word, by="bob")
    tale.town.commit("no", dict.fromkeys(word), by="bob")
    tale.town.commit("word again", word, by="ana")
    pushed_by_ana(tale)


def word_taken_back_that_stood_for_the_merge(tale: Tale) -> None:
    name, word = tale.topic(), tale.word()
    tale.write()
    tale.town.commit("word", word, by="ana", key="")
    tale.town.switch("main")
    line = tale.topic()
    tale.merge(name, by="ana")
    tale.town.switch("main")
    # Nor does Carl's merge of that merge make it a sign-off.
    tale.noise()
    tale.merge(line, by=tale.random.choice(("ana", "carl")))
    tale.town.commit("no", dict.fromkeys(word), by="bob")


def two_words_taken_back_that_stood_for_the_merge(tale: Tale) -> None:
    name = words_on_both_sides(tale)
    tale.merge(name, by="ana")
    tale.silence(*tale.random.choice((("bob", "carl"), ("carl", "bob"))))


def word_of_other_content(tale: Tale) -> None:
    tale.town.commit("word", tale.word(), by="ana", key="")
    text = tale.text() + 'at: "2020-01-01T00:00:00Z"\n'
    tale.town.commit("slot", {tale.path: text}, by="ana")


def tag_that_was_moved(tale: Tale) -> None:
    tale.merge(tale.proposed("1.2.0"), by="bob")


def release_that_was_changed(tale: Tale) -> None:
    town, path = tale.town, f"releases/shop/1.3.{tale.number}/release.yaml"
    text = (town.folder / "releases/shop/1.1.0/release.yaml").read_text()
    text = text.replace('"1.1.0"', f'"1.3.{tale.number}"')
    for name, said in (("new", text), ("other", text.replace("summary: It", "summary: Else"))):
        topic = tale.topic()
        town.commit(name, {path: said}, by="ana")
        town.switch("main")
        tale.merge(topic, by="bob")
    tale.merge(tale.proposed(f"1.3.{tale.number}"), by="carl")


def names_that_shadow(tale: Tale) -> None:
    """What git takes for the branch when it isn't asked by its whole name."""
    name = tale.topic()
    tale.write()
    forged = tale.town.head
    tale.town.switch("main")
    for ref in ("refs/tags/main", "refs/tags/refs/heads/main", "refs/heads/refs/heads/main"):
        tale.town.run("update-ref", ref, forged)
    tale.town.run("branch", "-q", "-D", name)


def two_identities(tale: Tale) -> None:
    """One person with two names: the commit names whoever then merges it."""
    name = tale.topic()
    message = f"Promote\n\nCo-authored-by: B <{'BOB' if tale.random.random() < 0.5 else 'bob'}@acme.example>"
    tale.town.commit(message, {tale.path: tale.text()}, by="ana")
    tale.town.switch("main")
    tale.merge(name, by="bob")


def loosened_in_the_same_push(tale: Tale) -> None:
    name = tale.topic()
    tale.town.commit("wider", {tale.policy: environment(tale.name, "person/dora")}, by="ana")
    if tale.random.random() < 0.5:
        tale.write()
        tale.town.switch("main")
        tale.merge(name, by="dora")
        return
    tale.town.switch("main")
    tale.merge(name, by="dora")
    tale.merge(tale.proposed(), by="dora")


def quorum_dropped_in_two_steps(tale: Tale) -> None:
    one = "{policies: [{role: admin}], people: [{role: admin}]}"
    old = (tale.town.folder / PEOPLE).read_text()
    name = tale.topic()
    tale.town.commit("loose", {PEOPLE: people_file(tale.town.public, guards=one)}, by="ana")
    tale.town.switch("main")
    tale.merge(name, by="bob")
    name = tale.topic()
    tale.town.commit("wider", {tale.policy: environment(tale.name, "person/dora")}, by="ana")
    tale.town.switch("main")
    tale.merge(name, by="bob")
    tale.merge(tale.proposed(), by="dora")
    # Put back what all other stories share; that heals it, whoever does it.
    tale.town.commit("back", {PEOPLE: old}, by="ana", key="")


def not_permitted(tale: Tale) -> None:
    tale.merge(tale.proposed(), by="dora")


def octopus(tale: Tale) -> None:
    one = tale.proposed()
    two = tale.topic()
    tale.noise()
    tale.town.switch("main")
    tale.town.run("merge", "-q", "--no-ff", "-m", "Both", one, two, by="bob")


def unrelated(tale: Tale) -> None:
    tale.town.run("switch", "-q", "--orphan", f"strange{tale.number}")
    tale.write()
    tale.town.switch("main")
    options = ("--allow-unrelated-histories", "-X", "theirs")
    tale.merge(f"strange{tale.number}", *options, by="bob")


def sides_taken_by_the_order_of_parents(tale: Tale) -> None:
    name = tale.topic()
    tale.write()
    mine = tale.town.head
    tale.town.switch("main")
    tale.noise()
    theirs = tale.town.head
    tale.town.run("reset", "-q", "--hard", mine)
    tale.town.run("merge", "-q", "--no-ff", "-m", name, theirs, by="bob")


def link_instead_of_a_file(tale: Tale) -> None:
    name = tale.topic()
    tale.town.write({f"src/{tale.name}.yaml": tale.text()})
    (tale.town.folder / tale.path).unlink()
    (tale.town.folder / tale.path).symlink_to(f"../../src/{tale.name}.yaml")
    tale.town.run("add", "-A")
    tale.town.run("commit", "-q", "-m", "link", by="ana")
    tale.town.switch("main")
    tale.merge(name, by="bob")


def renamed_over(tale: Tale) -> None:
    """What is merged is a file elsewhere; git's rename detection would bring it here."""
    name = tale.topic()
    tale.town.commit("elsewhere", {f"src/{tale.name}.yaml": tale.text()}, by="ana")
    tale.town.switch("main")
    tale.merge(name, by="bob")
    tale.town.run("mv", "-f", f"src/{tale.name}.yaml", tale.path)
    tale.town.run("commit", "-q", "-m", "rename", by="bob")


FORGED_ONES: tuple[Story, ...] = (
    pushed,
    own_merge,
    amended,
    changed_after_it_was_merged,
    spoofed,
    merge_spoofed,
    signature_of_another_commit,
    rebased,
    squashed,
    squashed_with_an_own_word,
    evil,
    evil_beside,
    conflict_settled_by_who_merges,
    word_copied_from_another_place,
    word_signed_by_another,
    word_replayed_after_a_revert,
    word_taken_back_and_brought_again,
    word_taken_back_that_stood_for_the_merge,
    two_words_taken_back_that_stood_for_the_merge,
    word_of_other_content,
    tag_that_was_moved,
    release_that_was_changed,
    names_that_shadow,
    two_identities,
    loosened_in_the_same_push,
    quorum_dropped_in_two_steps,
    not_permitted,
    octopus,
    unrelated,
    sides_taken_by_the_order_of_parents,
    link_instead_of_a_file,
    renamed_over,
)
