"""The log of a deployment, and how it is followed while it grows."""

import signal
import subprocess

from cli_world import TAGBOAT


def test_a_log_is_followed_line_by_line_until_somebody_has_seen_enough(example):
    log = max((example.layout.state / "logs").glob("dev.blog.*.log"))
    before = log.read_text()
    with subprocess.Popen(
        # A background job of a script is started with Ctrl-C ignored, and hands that on.
        ["env", "--default-signal=INT", str(TAGBOAT), "logs", "dev/blog", "-f"],
        cwd=example.engineer,
        env=example.environment,
        stdout=subprocess.PIPE,
        text=True,
    ) as following:
        lines = before.splitlines(keepends=True)
        assert [following.stdout.readline() for _ in lines] == lines
        with log.open("a") as file:
            file.write("half a ")
            file.flush()
            file.write("line\n")
        assert following.stdout.readline() == "half a line\n"
        following.send_signal(signal.SIGINT)
        assert following.wait(30) == 130
    log.write_text(before)


def test_the_log_is_read_on_another_machine_until_it_is_purged_and_the_history_stays(example):
    folder = example.layout.state / "logs"
    log = max(folder.glob("dev.blog.*.log"), key=lambda each: int(each.stem.rpartition(".")[2]))
    before = log.read_text()
    away = folder.with_name("logs-away")
    folder.rename(away)
    try:
        assert example.tagboat("logs", "dev/blog").stdout == before
        assert example.tagboat("logs", log.stem).stdout == before
    finally:
        away.rename(folder)
    refused = example.tagboat("logs", log.stem, "--purge")
    assert (refused.returncode, "--reason" in refused.stderr) == (2, True)
    purged = example.tagboat("logs", log.stem, "--purge", "--reason", "a token in it")
    assert purged.returncode == 0, purged.stderr
    assert not log.exists()
    gone = example.tagboat("logs", log.stem)
    assert (gone.returncode, "was purged" in gone.stderr) == (1, True)
    proved = example.tagboat("prove", "--all")
    assert proved.returncode == 0, proved.stderr
    assert "every signature is good" in proved.stdout + proved.stderr
