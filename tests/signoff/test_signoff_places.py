"""How a place begins with what is there, and how it ends: through the commands."""

from signoff_town import Town, environment_file, looks, place, promotion_file

STAGING, UAT = place("staging"), place("uat")


def test_a_hand_made_deployment_is_taken_over_by_who_may_promote_there(town: Town) -> None:
    town.agreed({"environments/uat/environment.yaml": environment_file("uat")})
    town.done("pause", "uat", "--reason", "not ours yet", "--no-wait", by="dora")
    town.tagboat("reconcile", "--once")
    town.change({UAT: promotion_file("1.0.0")})
    town.merge("topic", by="bob")
    town.done("adopt", "uat/shop", "--release", "1.0.0", "--no-wait", by="ana")
    town.tagboat("reconcile", "--once")
    assert (
        "uat/shop adopt by ana refused: ana may not adopt what runs in uat/shop: role/release may"
        in town.done("history")
    )
    town.done("adopt", "uat/shop", "--release", "1.0.0", "--no-wait", by="carl")
    town.tagboat("reconcile", "--once")
    history = town.done("history")
    assert "uat/shop 1.0.0 taken over as it is" in history
    assert "uat/shop 1.0.0 started" not in history
    assert town.shows("uat").verdict == "in-sync"


def test_a_place_is_left_empty_by_a_merged_file_and_by_being_asked(town: Town) -> None:
    looks(town)
    town.said("retire", "staging/shop", by="ana", brought_by="bob")
    assert not (town.folder / STAGING).exists()
    looks(town)
    assert "leaves" not in town.done("history")
    town.done("retire", "staging/shop", "--reason", "nobody uses it", "--no-wait", by="bob")
    looks(town)
    history = town.done("history")
    assert "staging/shop retire by bob (nobody uses it)" in history
    assert "staging/shop 1.0.0 leaves" in history
