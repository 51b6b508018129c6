"""Status, plan and history, as people and programs read them."""

import json
import os
import pty
import signal
import subprocess
from contextlib import suppress

import pytest
import yaml
from cli_world import TAGBOAT


def on_a_terminal(example, *words, columns):
    """What the command shows on a terminal of this width."""
    main, side = pty.openpty()
    environment = {**example.environment, "COLUMNS": str(columns)}
    with subprocess.Popen(
        [TAGBOAT, *words], cwd=example.engineer, stdout=side, stderr=side, env=environment
    ):
        os.close(side)
        data = b""
        with suppress(OSError):
            while piece := os.read(main, 1 << 16):
                data += piece
    os.close(main)
    return data.decode().replace("\r\n", "\n")


def test_status_is_a_narrow_table_with_reasons_and_remedies_below_it(call):
    code, out, err = call("status")
    assert (code, err) == (1, "")
    table, *below = out.split("\n\n")
    assert all(len(line) <= 80 for line in table.splitlines())
    rows = [line.split()[:5] for line in table.splitlines()[2:]]
    # Another test of this worker may have promoted in staging/blog.
    assert [row for row in rows if row[0] != "staging/blog"] == [
        ["dev/blog", "2026.41.1", "2026.41.1", "✔", "in-sync"],
        ["dev/shop", "1.0.0", "1.0.0", "✔", "in-sync"],
        ["production/blog", "2026.41.1", "2026.43.1", "⏸", "hold"],
        ["production/shop", "1.0.0", "1.0.0", "✔", "in-sync"],
        ["staging/shop", "1.0.0", "1.3.0", "⏸", "hold"],
    ]
    blog, shop = below
    assert blog.splitlines()[0] == "⏸ production/blog"
    assert "sign-off: TB451 engineer merged what engineer wrote" in blog
    assert "→ on main, run: git revert -m 1 " in blog
    assert "hold: 1.3.0 rolled-back in staging.shop." in shop


@pytest.mark.parametrize("columns", [80, 120])
@pytest.mark.parametrize("verb", ["status", "history"])
def test_on_a_terminal_nothing_but_remedies_is_wider_than_it(example, verb, columns):
    shown = on_a_terminal(example, verb, columns=columns).splitlines()
    told = [line for line in shown if not line.startswith("  → ")]
    assert len(told) > 8
    assert all(len(line) <= columns for line in told)
    assert not any("\x1b" in line for line in shown)


def test_a_pipe_gets_one_line_for_each_record_and_no_escapes(example):
    done = example.tagboat("history", COLUMNS="40", FORCE_COLOR="1")
    lines = done.stdout.splitlines()
    records = json.loads(example.tagboat("history", "-o", "json").stdout)
    assert len(lines) == len(records) + 2
    assert "\x1b" not in done.stdout
    assert not any(line.endswith(" ") for line in lines)


@pytest.mark.parametrize(
    ("where", "places"),
    [
        ("production/shop", ["production/shop"]),
        ("dev", ["dev/blog", "dev/shop"]),
        ("staging", ["staging/blog", "staging/shop"]),
    ],
)
def test_status_shows_the_part_that_was_asked_for_and_ends_by_it(call, where, places):
    code, out, _ = call("status", where, "-o", "json")
    told = json.loads(out)
    assert [each["place"] for each in told] == places
    assert code == (1 if any(each["verdict"] == "hold" for each in told) else 0)


@pytest.mark.parametrize("verb", ["status", "history", "validate"])
def test_json_and_yaml_hold_the_same(call, verb):
    _, as_json, _ = call(verb, "-o", "json")
    _, as_yaml, _ = call(verb, "-o", "yaml")
    assert json.loads(as_json) == yaml.safe_load(as_yaml)


@pytest.mark.parametrize("verb", ["status", "history"])
def test_an_unknown_place_is_wrong_usage_and_near_names_are_offered(call, verb):
    code, out, err = call(verb, "produktion")
    assert (code, out) == (2, "")
    assert err.startswith("tagboat: there is no place produktion\n  hint: did you mean production")


def test_history_is_newest_first_and_cut_where_asked(call):
    _, out, _ = call("history", "-n", "2", "-o", "json")
    _, whole, _ = call("history", "-n", "0", "-o", "json")
    every = json.loads(whole)
    numbers = [each["sequence"] for each in every]
    assert numbers == list(range(len(every), 0, -1))
    assert json.loads(out) == every[:2]


def test_plan_says_each_place_once_and_what_opens_it(call):
    code, out, _ = call("plan")
    assert code == 0
    assert out.count("TB451") == 1
    assert "⏸ production/blog  wants 2026.43.1 (held), runs 2026.41.1\n" in out
    assert "✔ dev/blog         runs 2026.41.1\n" in out
    _, data, _ = call("plan", "-o", "json")
    assert json.loads(data)["digest"][:19] in out
    _, table, _ = call("plan", "-o", "markdown")
    assert "- **production/blog** sign-off: TB451" in table


def test_a_plan_for_another_instant_says_the_same_where_no_gate_is_one_of_time(call):
    now = call("plan")
    assert call("plan", "--at", "2031-11-24T22:00:00+03:00") == now


@pytest.mark.parametrize(
    "instant", ["now", "2026-11-24", "2026-11-24T22:00:00", "9999-12-31T23:59:59-14:00", "\x1b[31m"]
)
def test_b108_an_instant_without_its_offset_or_out_of_reach_is_wrong_usage(call, instant):
    code, out, err = call("plan", "--at", instant)
    assert (code, out) == (2, "")
    assert "is no instant from 2000 to 2999" in err
    assert "\x1b" not in err


def test_a_remote_that_is_gone_shows_what_was_known_and_ends_with_4(call, example):
    call("status")
    remote = example.layout.remote
    away = remote.with_name("away.git")
    remote.rename(away)
    try:
        code, out, err = call("status")
        history = call("history")
    finally:
        away.rename(remote)
    assert code == history[0] == 4
    assert "production/shop   1.0.0" in out
    assert "does not appear to be a git repository; this is what was known before" in err


def test_a_remote_that_never_answered_ends_with_4_and_shows_nothing(call, example, monkeypatch):
    remote = example.layout.remote
    away = remote.with_name("away.git")
    monkeypatch.setenv("XDG_CACHE_HOME", str(away.with_name("empty")))
    remote.rename(away)
    try:
        code, out, err = call("status")
    finally:
        away.rename(remote)
    assert (code, out) == (4, "")
    assert err.startswith("tagboat: the remote doesn't answer: ")


def test_wait_ends_with_124_when_it_was_too_short_and_with_130_by_ctrl_c(call, example):
    example.promote("blog@2026.43.1", "dev", merged_in=example.approver)
    try:
        code, out, err = call("status", "dev", "--wait", "1")
        assert (code, err) == (124, "not done in time\n")
        assert "→ dev/blog\n  deploys 2026.43.1 over 2026.41.1\n" in out
        # A background job of a script is started with Ctrl-C ignored, and hands that on.
        waiting = subprocess.Popen(
            ["env", "--default-signal=INT", TAGBOAT, "status", "--wait", "600"],
            cwd=example.engineer,
            env={**example.environment, "GIT_TRACE": str(example.layout.folder / "trace")},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        trace = example.layout.folder / "trace"
        while not trace.exists() or trace.read_text().count("ls-remote") < 3:
            assert waiting.poll() is None
        waiting.send_signal(signal.SIGINT)
        told = waiting.communicate(timeout=100)
        assert (waiting.returncode, told) == (130, (b"", b""))
    finally:
        example.reconcile()
    assert call("status", "dev")[0] == 0


def test_d8_watch_shows_it_again_when_it_changes_and_ends_with_130_by_ctrl_c(call, example):
    assert call("status", "--watch", "--wait", "1")[0] == 2
    with subprocess.Popen(
        ["env", "--default-signal=INT", TAGBOAT, "status", "dev/blog", "--watch"],
        cwd=example.engineer,
        env=example.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as watching:
        try:
            seen = [watching.stdout.readline() for _ in range(3)]
            assert "✔ in-sync" in seen[-1]
            example.promote("blog@2026.46.2", "dev", merged_in=example.approver)
            seen = [watching.stdout.readline() for _ in range(4)]
            assert "→ deploy" in seen[-1]
        finally:
            example.reconcile()
            watching.send_signal(signal.SIGINT)
        watching.communicate(timeout=100)
    assert watching.returncode == 130


def test_a_reader_that_goes_early_meets_no_traceback(example):
    line = f"'{TAGBOAT}' history -n 0 -o json | head -c 1"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", line],
        cwd=example.engineer,
        env=example.environment,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "[", "")


def test_x22_what_a_terminal_would_obey_is_written_out(call):
    code, out, err = call("status", "\x1b]0;evil\x07")
    assert (code, out) == (2, "")
    assert "\x1b" not in err
    assert "there is no place \\x1b]0;evil\\x07" in err


@pytest.mark.parametrize(("seen_at", "told"), [("2026-01-01T00:00:00.000Z", True), ("", False)])
def test_status_says_on_the_daemons_host_when_it_was_last_seen(call, example, seen_at, told):
    alive = example.layout.state / "alive"
    alive.write_text(f"{seen_at}\n")
    try:
        _, _, err = call("status")
    finally:
        alive.unlink()
    assert ("was last seen" in err) is told


def test_while_an_alarm_stands_status_ends_with_1_though_nothing_is_held(example, call):
    assert call("status", "dev")[0] == 0
    there = example.git("ls-remote", "origin", "refs/heads/main").split()[0]
    example.git("fetch", "-q", "origin")
    # The branch goes back behind what this clone has seen; then it comes back.
    example.git("push", "-q", "--force", "origin", f"{there}~1:refs/heads/main")
    try:
        code, out, err = call("status", "dev")
    finally:
        example.git("push", "-q", "--force", "origin", f"{there}:refs/heads/main")
    assert code == 1
    assert "in-sync" in out
    assert "alarm: TB407 refs/heads/main: " in err
    assert call("status", "dev")[0] == 0
