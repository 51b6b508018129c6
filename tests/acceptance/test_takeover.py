"""What was deployed by hand is taken over, promoted over, and come back to: with real processes."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from acceptance_story import TAGBOAT, Story, until

PLACE = "production/shop"


def approver(story: Story, *words: str) -> None:
    command = [str(TAGBOAT), *words, "-C", str(story.layout.clone("approver"))]
    done = subprocess.run(command, capture_output=True, text=True, env=story.environment)
    assert done.returncode == 0, done.stderr


@pytest.fixture
def by_hand(story: Story, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The shop 1.0.0 as somebody once started it, on the place's own port."""
    files = tmp_path / "by-hand"
    files.mkdir()
    (files / "version").write_text('{"version": "1.0.0", "by": "hand"}')
    serve = [sys.executable, "-m", "http.server", str(story.ports[PLACE]), "--bind", "127.0.0.1"]
    process = subprocess.Popen(
        serve, cwd=files, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    until(lambda: story.version(PLACE) == "1.0.0", "the one started by hand answers")
    yield process
    process.kill()
    process.wait()


@pytest.mark.timeout(300)
def test_d14_a_hand_made_deployment_is_adopted_promoted_over_and_come_back_to(
    story: Story, by_hand: subprocess.Popen[bytes]
) -> None:
    approver(story, "pause", "production", "--reason", "taking over", "--no-wait")
    story.start()
    story.arrives("dev/shop", "1.0.0")
    assert story.status()[PLACE]["verdict"] == "hold"
    approver(story, "adopt", PLACE, "--release", "1.0.0")
    until(lambda: story.status()[PLACE]["verdict"] == "in-sync", "it is taken over")
    assert story.status()[PLACE]["running"] == "1.0.0"
    # It has not been touched: the same process answers, and nothing was made beside it.
    assert by_hand.poll() is None
    assert b'"by": "hand"' in story.get(PLACE, "/version")[1]
    assert not (story.layout.places / "production" / "shop" / "current").exists()
    # Who started it stops it; from here on the driver has the port.
    by_hand.terminate()
    by_hand.wait()
    approver(story, "resume", "production")
    story.promote("shop", "1.3.0", "production")

    def back() -> bool:
        seen = story.status()[PLACE]
        return (seen["wanted"], seen["running"], seen["verdict"]) == ("1.3.0", "1.0.0", "hold")

    until(back, "it is back on 1.0.0")
    assert b'"by": "hand"' not in story.get(PLACE, "/version")[1]
    assert story.version(PLACE) == "1.0.0"
    ends = [each for each in story.history() if each["kind"] == "End"]
    mine = [
        each["outcome"]
        for each in ends
        if each["app"] == "shop" and each["environment"] == "production"
    ]
    assert mine == ["succeeded", "rolled-back"]
    assert story.stop() == 0
