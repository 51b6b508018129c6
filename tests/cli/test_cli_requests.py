"""Asking the reconciler from a clone: signed, pushed, answered, and the answer printed."""

import json
import signal
import subprocess

import pytest
from cli_world import TAGBOAT

from reconciler.system.spool import Spool

ASKED = "dev/blog maintenance-on by approver until 2999-12-04 18:00 UTC (it rains)\n"


def asks(example, *words, clone):
    """The real command; the reconciler runs meanwhile."""
    command = [str(TAGBOAT), *words]
    with subprocess.Popen(
        command,
        cwd=clone,
        env=example.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as asking:
        while asking.poll() is None:
            example.reconcile()
        out, err = asking.communicate()
    return asking.returncode, out, err


def test_t5_a_pause_and_its_end_are_asked_for_and_the_answers_are_printed(example, call):
    why = ("--reason", "it rains")
    code, out, err = asks(example, "pause", "dev/blog", *why, clone=example.approver)
    assert (code, out) == (0, "dev/blog pause by approver (it rains)\n"), err
    # Nothing waits there, so no gate of a decision says it.
    code, out, _ = call("status", "dev/blog")
    assert code == 0
    paused = out.split("\n\n")[1].splitlines()
    assert paused[0].split() == ["paused", "by", "until", "(UTC)", "why"]
    assert paused[2].split() == ["dev/blog", "approver", "it", "is", "resumed", "it", "rains"]
    assert "paused" not in call("status", "production")[1]
    (data,) = json.loads(call("status", "dev/blog", "-o", "json")[1])
    pause = {"app": "blog", "by": "approver", "until": "", "reason": "it rains"}
    assert data["pauses"] == [pause]
    code, out, err = asks(example, "resume", "dev/blog", *why, clone=example.engineer)
    assert code == 5
    assert "resume by engineer (it rains) refused: engineer may not resume in dev/blog: " in err
    local = ("resume", "dev/blog", "--local")
    code, out, err = asks(example, *local, clone=example.approver)
    assert (code, out) == (0, "dev/blog resume by host\n"), err


def test_t5_what_was_asked_for_an_environment_is_in_the_history_of_each_of_its_places(
    example, call
):
    why = ("--reason", "it rains")
    code, out, err = asks(example, "pause", "dev", *why, clone=example.approver)
    assert (code, out) == (0, "dev pause by approver (it rains)\n"), err
    assert "asked as " in err
    assert ": waiting for the answer" in err
    for where, there in (("dev", 1), ("dev/shop", 1), ("production", 0)):
        assert call("history", where)[1].count("dev pause by approver (it rains)") == there
    code, out, err = asks(example, "resume", "dev", clone=example.approver)
    assert (code, out) == (0, "dev resume by approver\n"), err


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        (" ", 'why?\n  hint: say --reason "…": everybody who waits reads it'),
        ("one\ntwo", "that can't be asked for: reason: expected one line of text"),
    ],
)
def test_a_reason_that_is_none_is_wrong_usage_in_our_own_words(call, reason, said):
    code, out, err = call("pause", "dev/blog", "--reason", reason, "--no-wait")
    assert (code, out) == (2, "")
    assert said in err
    assert "pydantic" not in err


def test_a_request_for_what_nobody_knows_is_wrong_usage_and_leaves_nothing(example, call):
    code, _, err = call("retry", "dev/blgo", "--no-wait")
    assert code == 2
    assert "did you mean dev/blog or" in err
    code, _, err = call("confirm", "dev.blog.999", "--no-wait")
    assert code == 2
    assert "there is no deployment dev.blog.999" in err
    code, _, err = call("confirm", "dev/blog", "--no", "--no-wait")
    assert code == 2
    assert "which question?" in err
    code, _, err = call("pause", "dev", "--reason", "x", "--for", "soon", "--no-wait")
    assert code == 2
    assert "--for soon: expected a whole number and one of s m h d w" in err
    refs = example.git("ls-remote", "origin", "refs/heads/tagboat/requests/*")
    assert refs == ""


def test_d27_maintenance_is_asked_for_with_its_end_shown_meanwhile_and_ended(example, call):
    why = ("--reason", "it rains")
    for given in ((), ("--for", "2h", "--until", "2026-12-04T18:00:00+00:00")):
        code, _, err = call("maintenance", "on", "dev/blog", *why, *given)
        assert code == 2
        assert "say --for 2h, or --until with an instant" in err
    on = ("maintenance", "on", "dev/blog", *why, "--until", "2999-12-04T18:00:00+00:00")
    code, out, err = asks(example, *on, clone=example.approver)
    assert (code, out) == (0, ASKED), err
    _, out, _ = call("status", "dev/blog")
    assert "until Wed 2999-12-04 18:00 UTC, asked for by approver: it rains" in " ".join(
        out.split()
    )
    code, out, _ = call("can-i", "maintenance-on", "dev/blog", "--as", "approver")
    assert (code, out.partition(":")[0]) == (0, "yes")
    assert "it is refused: dev/blog is under maintenance by approver already" in out
    off = ("maintenance", "off", "dev/blog", "--local")
    code, out, err = asks(example, *off, clone=example.approver)
    assert (code, out) == (0, "dev/blog maintenance-off by host\n"), err


@pytest.mark.parametrize("local", [True, False], ids=["here", "on-the-remote"])
def test_t5_whoever_stops_waiting_is_told_that_it_was_asked(example, local):
    words = ["pause", "dev/blog", "--reason", "it rains", "--for", "1s"]
    # A background job of a script is started with Ctrl-C ignored, and hands that on.
    command = ["env", "--default-signal=INT", str(TAGBOAT), *words]
    command += ["--local"] if local else []
    with subprocess.Popen(
        command,
        cwd=example.approver,
        env=example.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as asking:
        while not is_asked(example, local=local):
            assert asking.poll() is None
        asking.send_signal(signal.SIGINT)
        out, err = asking.communicate()
    assert (asking.returncode, out) == (130, "")
    assert "it may be asked already, as " in err
    name = err.partition(", as ")[2].partition(":")[0]
    example.reconcile()
    assert name in example.tagboat("history", "-o", "json").stdout


def is_asked(example, *, local):
    if local:
        return bool(Spool(example.layout.state).asked())
    return bool(example.git("ls-remote", "origin", "refs/heads/tagboat/requests/*"))


def test_f25_without_the_remote_nothing_is_asked_and_the_way_around_it_is_named(
    example, call, tmp_path
):
    remote = example.layout.remote
    remote.rename(tmp_path / "away")
    try:
        code, out, err = call("pause", "dev/blog", "--reason", "it rains", "--no-wait")
    finally:
        (tmp_path / "away").rename(remote)
    assert (code, out) == (4, "")
    assert "; nothing was asked" in err
    assert "with --local" in err
