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
