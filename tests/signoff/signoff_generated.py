"""Histories made of stories, good and forged: what each must lead to is known as it is written.

Each story has a place, and where it changes who may what an environment, of its own, so that what
one of them comes to says nothing about another. `STORIES` are (name, whether it is good, how).
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from random import Random

from signoff_world import HEAD, PEOPLE, Scribe, key_of, people

from reconciler.signoff.facts import Entry, Signed, Unlisted, Unsigned, Word

TWO = "{policies: [{role: admin, count: 2}], people: [{role: admin, count: 2}]}"
PROMOTERS = ("bob", "carl")
PLACES = 12


def environment(name: str, who: str) -> str:
    head = HEAD.format("Environment")
    return f"{head}name: {name}\ntarget: {{driver: memory}}\npermissions: {{promote: [{who}]}}\n"


@dataclass
class Story:
    """One story being told: the place that is its own, and the branch as it goes on."""

    scribe: Scribe
    random: Random
    main: str
    number: int

    @property
    def path(self) -> str:
        return f"environments/env{self.number}/shop.yaml"

    @property
    def policy(self) -> str:
        return f"environments/env{self.number}/environment.yaml"

    @property
    def new(self) -> str:
        return f"new-{self.number}"

    def change(self, at: str, blob: str | None = "", *, by: str = "ana", path: str = "") -> str:
        blob = self.new if blob == "" else blob
        return self.scribe.change(at, path or self.path, blob, by=by)

    def allow(self, at: str, who: str, *, by: str) -> str:
        return self.scribe.write(at, self.policy, environment(f"env{self.number}", who), by=by)

    def merge(self, topic: str, *, by: str, onto: str = "") -> str:
        return self.scribe.merge(onto or self.main, topic, by=by)

    def noise(self, at: str) -> str:
        return self.scribe.change(at, f"src/{self.random.random()}", "x", by="")


def plain(story: Story) -> str:
    topic = story.main
    for number in range(story.random.randint(0, 3)):
        topic = story.change(topic, f"draft-{number}", by=story.random.choice(("ana", "dora")))
    return story.merge(story.change(topic), by=story.random.choice(PROMOTERS))


def merged_before_pulling(story: Story) -> str:
    there = story.noise(story.main)
    mine = story.merge(story.change(story.main), by="bob")
    return story.scribe.merge(mine, there, by="bob")


def branch_brought_up_to_date(story: Story) -> str:
    topic = story.change(story.main)
    there = story.noise(story.main)
    topic = story.scribe.merge(topic, there, by=story.random.choice(("ana", "bob")))
    return story.scribe.merge(there, topic, by="carl")


def reverted_and_promoted_again(story: Story) -> str:
    first = story.merge(story.change(story.main, "first"), by="bob")
    back = story.change(first, f"old-{story.path}", by="ana")
    main = story.merge(back, by="carl", onto=first)
    return story.merge(story.change(main), by="bob", onto=main)


def own_merge_taken_back_and_done_right(story: Story) -> str:
    main = story.merge(story.change(story.main, by="bob"), by="bob")
    back = story.change(main, f"old-{story.path}", by="")
    return story.merge(story.change(back), by="bob", onto=back)


def pushed_and_reaffirmed(story: Story) -> str:
    pushed = story.change(story.main, by="")
    return story.scribe.merge(story.noise(pushed), story.change(story.main), by="carl")


def policy_first(story: Story) -> str:
    wider = story.allow(story.main, "person/dora", by="ana")
    mine = story.merge(wider, by="bob")
    main = story.merge(mine, by="carl")
    return story.merge(story.change(main), by="dora", onto=main)


def nested(story: Story) -> str:
    inner = story.merge(story.change(story.main), by="bob")
    return story.scribe.merge(story.noise(story.main), inner, by="ana")


def two_lines_of_release(story: Story) -> str:
    left = story.merge(story.change(story.main), by="bob")
    right = story.noise(story.noise(story.main))
    left = story.scribe.merge(left, right, by="bob")
    return story.scribe.merge(left, story.noise(right), by="carl")


def amended(story: Story) -> str:
    story.merge(story.change(story.main, "looked-at"), by="bob")  # approved, then dropped
    return story.change(story.main, by="ana")


def spoofed(story: Story) -> str:
    topic = story.change(story.main)
    scribe = story.scribe
    signature = story.random.choice((Unsigned(), Unlisted(), Signed(key_of("mallory"))))
    scribe.commits[topic] = replace(
        scribe.commits[topic], signature=signature, author="ana", mails=("ana@acme.example",)
    )
    return story.merge(topic, by="bob")


def merge_spoofed(story: Story) -> str:
    main = story.merge(story.change(story.main), by="")
    scribe = story.scribe
    scribe.commits[main] = replace(scribe.commits[main], author="bob", mails=("bob@acme.example",))
    return main


def rebased(story: Story) -> str:
    return story.change(story.noise(story.main), by=story.random.choice(("ana", "bob")))


def squashed(story: Story) -> str:
    main = story.change(story.main, by="bob")
    commits = story.scribe.commits
    commits[main] = replace(commits[main], mails=("ana@acme.example",))
    return main


def evil(story: Story) -> str:
    topic = story.change(story.main, "harmless")
    tree = dict(story.scribe.expected(story.main, topic))
    tree[story.path] = Entry("100644", story.new)
    return story.scribe.merge(story.main, topic, by="bob", tree=tree)


def evil_beside(story: Story) -> str:
    topic = story.noise(story.main)
    tree = dict(story.scribe.expected(story.main, topic))
    tree[story.path] = Entry("100644", story.new)
    return story.scribe.merge(story.main, topic, by="bob", tree=tree)


def two_identities(story: Story) -> str:
    """One person with two accounts: the commit names whoever then merges it."""
    topic = story.change(story.main)
    commits = story.scribe.commits
    commits[topic] = replace(commits[topic], mails=("bob@acme.example",))
    return story.merge(topic, by="bob")


def loosened_in_the_same_push(story: Story) -> str:
    topic = story.allow(story.main, "person/dora", by="ana")
    return story.merge(story.change(topic), by="dora")


def quorum_dropped_in_two_steps(story: Story) -> str:
    one = TWO.replace(", count: 2", "")
    loose = story.scribe.write(story.main, PEOPLE, people(guards=one), by="ana")
    main = story.merge(loose, by="bob")
    wider = story.merge(story.allow(main, "person/dora", by="ana"), by="bob", onto=main)
    main = story.merge(story.change(wider), by="dora", onto=wider)
    # Put back what all other stories share.
    return story.change(main, f"old-{PEOPLE}", by="", path=PEOPLE)


def not_permitted(story: Story) -> str:
    return story.merge(story.change(story.main), by="dora")


def octopus(story: Story) -> str:
    sides = [story.main, story.change(story.main), story.noise(story.main)]
    return story.scribe.add(sides, story.scribe.trees[sides[1]], by="bob")


def dispute_by_order_of_parents(story: Story) -> str:
    topic = story.change(story.main, by="ana")
    return story.scribe.merge(topic, story.noise(story.main), by="bob")


STORIES: tuple[tuple[bool, Callable[[Story], str]], ...] = (
    *(
        (True, each)
        for each in (
            plain,
            merged_before_pulling,
            branch_brought_up_to_date,
            reverted_and_promoted_again,
            own_merge_taken_back_and_done_right,
            pushed_and_reaffirmed,
            policy_first,
            nested,
            two_lines_of_release,
        )
    ),
    *(
        (False, each)
        for each in (
            amended,
            spoofed,
            merge_spoofed,
            rebased,
            squashed,
            evil,
            evil_beside,
            two_identities,
            loosened_in_the_same_push,
            quorum_dropped_in_two_steps,
            not_permitted,
            octopus,
            dispute_by_order_of_parents,
        )
    ),
)


@dataclass
class Told:
    """A history and, for each of its stories, its name, whether it is good, and its place."""

    scribe: Scribe
    main: str
    stories: list[tuple[str, bool, Story]] = field(default_factory=list)


def tell(seed: int) -> Told:
    """A history of as many stories as there are places."""
    random = Random(seed)
    scribe = Scribe(guards=TWO)
    for number in range(PLACES):
        story = Story(scribe, random, "", number)
        blob = f"policy-{number}"
        scribe.texts[blob] = environment(f"env{number}", "role/release").encode()
        scribe.trees[scribe.root][story.policy] = Entry("100644", blob)
        scribe.trees[scribe.root][story.path] = Entry("100644", f"old-{story.path}")
    told = Told(scribe, scribe.root)
    for number in range(PLACES):
        good, tale = random.choice(STORIES)
        story = Story(scribe, random, told.main, number)
        told.main = tale(story)
        told.stories.append((tale.__name__, good, story))
    return told


__all__ = ["STORIES", "Told", "Word", "tell"]
