"""Two hundred histories, good and forged: no forged content in force, and nearly all good ones."""

from collections import Counter

from signoff_generated import STORIES, tell

HISTORIES = 200


def test_no_forged_content_is_in_force_and_good_content_is() -> None:
    told, planned, refused = Counter[str](), Counter[str](), list[str]()
    for seed in range(HISTORIES):
        history = tell(seed)
        judged = history.scribe.judge(history.main)
        for name, good, story in history.stories:
            in_force = judged.admitted.get(story.path)
            won = in_force is not None and in_force.id == story.new
            clean = won and not {story.path, story.policy} & judged.tainted.keys()
            assert good or not won, f"{name} of history {seed} is in force"
            told[name] += 1
            planned[name] += clean
            if good and not clean:
                taint = judged.tainted.get(story.path) or judged.tainted.get(story.policy)
                refused.append(f"history {seed}: {name}: {taint.code if taint else '?'}")
    good = [each.__name__ for good, each in STORIES if good]
    all_good = sum(told[each] for each in good)
    wins = sum(planned[each] for each in good)
    print(f"\n{'story':40}{'told':>6}{'in force':>10}")
    for _, each in STORIES:
        print(f"{each.__name__:40}{told[each.__name__]:6}{planned[each.__name__]:10}")
    print(f"good: {wins} of {all_good}; forged: 0 of {sum(told.values()) - all_good}")
    print("\n".join(refused))
    assert wins >= 0.95 * all_good, refused
    assert all(told[each.__name__] >= 20 for _, each in STORIES)
