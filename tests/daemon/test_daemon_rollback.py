"""Back to what ran before, on request and for a while after a success (D18)."""

from daemon_office import Office, answers

from reconciler.model.plan import Verdict

WINDOW = "pipeline: {rollback: {on_request: 1h}}\n"


def succeeded(make_world, *, window=WINDOW):
    """An office whose place runs 1.1.0 after 1.0.0, and its daemon."""
    world = make_world("dev", version="")
    path = "environments/dev/environment.yaml"
    text = world.git.tell(["cat-file", "blob", f"main:{path}"]) + "\n" + window
    promotion = 'apiVersion: tagboat/v1\nkind: Promotion\napp: shop\nrelease: "1.0.0"\n'
    files = {path: text, "environments/dev/shop.yaml": promotion}
    world.root = world.commit(files, onto=[world.tip], by="ana")
    world.push(world.root)
    daemon = world.daemon()
    daemon.run_once()
    world.promote("1.1.0", "dev")
    daemon.run_once()
    assert world.running("dev") == "1.1.0"
    return Office(world), daemon


def test_d18_its_author_takes_a_deployment_back_without_approval_and_it_stays_back(make_world):
    office, daemon = succeeded(make_world)
    office.ask("ben", "rollback", reason="the basket is empty")
    (decision,) = daemon.run_once().decisions
    assert office.world.running("dev") == "1.0.0"
    assert decision.verdict is Verdict.HOLD
    assert "ben took 1.1.0 of dev.shop." in decision.closed[0].why
    assert "the basket is empty" in decision.closed[0].why
    before = len(daemon.view.records)
    office.world.daemon().run_once()
    assert len(daemon.view.records) == before
    office.world.promote("1.2.0", "dev")
    daemon.run_once()
    assert office.world.running("dev") == "1.2.0"


def test_x27_d18_what_is_taken_back_goes_back_without_room(make_world):
    office, daemon = succeeded(make_world)
    daemon.room = lambda: "less than 500 MB are free"
    office.ask("ben", "rollback")
    daemon.run_once()
    assert office.world.running("dev") == "1.0.0"
    office.world.promote("1.2.0", "dev")
    (decision,) = daemon.run_once().decisions
    assert [each.gate for each in decision.closed] == ["disk"]


def test_d18_the_same_release_promoted_anew_is_no_longer_held(make_world):
    office, daemon = succeeded(make_world)
    office.ask("ben", "rollback")
    daemon.run_once()
    office.world.promote("1.0.0", "dev")
    office.world.promote("1.1.0", "dev")
    daemon.run_once()
    assert office.world.running("dev") == "1.1.0"


def test_d18_after_a_dismissal_it_is_refused(make_world):
    office, daemon = succeeded(make_world)
    office.ask("ana", "dismiss")
    daemon.run_once()
    office.ask("ana", "rollback")
    daemon.run_once()
    assert [each.granted for each in answers(daemon)] == [True, False]
    assert "was dismissed" in answers(daemon)[-1].why
    assert office.world.running("dev") == "1.1.0"


def test_d18_where_the_policy_has_no_window_it_is_refused_and_says_what_to_do(make_world):
    office, daemon = succeeded(make_world, window="title: Dev\n")
    office.ask("ben", "rollback")
    daemon.run_once()
    (answer,) = answers(daemon)
    assert answer.why == "nothing is rolled back on request there"
    assert answer.remedy == "have it promoted: tagboat promote shop@1.0.0 --to dev"
