"""The daemon's HTTP side with a real server: health, figures, progress, webhooks (X15)."""

import hashlib
import hmac
import http.client
import json
import socket

import pytest
from test_daemon_abort import Slow

from reconciler.errors import ConfigurationError
from reconciler.model.host import Web
from reconciler.registry import open_web
from reconciler.system.configuration import Configuration

SECRET = "hush-hush-1234567890"


def configured(world, listen="127.0.0.1:0"):
    (world.folder / "hook").write_text(f"{SECRET}\n")
    senders = ("gitlab", "github", "gitea")
    web = Web.model_validate(
        {"listen": listen, "webhooks": {each: {"file": "hook"} for each in senders}}
    )
    before = world.configuration()
    return Configuration(before.host.model_copy(update={"web": web}), before.source)


def ask(port, path, *, method="GET", body=None, headers=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request(method, path, body=body, headers=headers or {})
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text


def seal(body):
    return hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()


def test_health_readiness_figures_and_progress_tell_of_a_daemon_at_work(make_world):
    world = make_world("dev")
    world.daemon().run_once()
    daemon = world.daemon(driver=Slow(places=world.places))
    with open_web(configured(world), daemon) as web:
        assert ask(web.port, "/healthz")[0] == 200
        assert ask(web.port, "/readyz")[0] == 503
        daemon.look()
        assert ask(web.port, "/readyz") == (200, '{"ready":true,"why":""}')
        world.promote("2.0.0", "dev")
        while world.running("dev") != "2.0.0":
            daemon.look()
            daemon.wake.wait(0.1)
        (shown,) = json.loads(ask(web.port, "/progress.json")[1])["under_way"]
        stages = {each["name"]: each["stage"] for each in shown["steps"]}
        assert (shown["place"], shown["version"]) == ("dev/shop", "2.0.0")
        assert (stages["prepare"], stages["cleanup"]) == ("done", "to-come")
        assert "dev/shop 2.0.0 (rolling-out)" in ask(web.port, "/")[1]
        daemon.workers.park(within=20)
        away = world.remote.rename(world.folder / "away.git")
        daemon.look()
        away.rename(world.remote)
        figures = ask(web.port, "/metrics")[1].splitlines()
        assert "tagboat_remote_away 1" in figures
        assert "tagboat_deployments_under_way 1" in figures
        assert 'tagboat_places{verdict="in-sync"} 0' in figures
        assert ask(web.port, "/readyz")[0] == 503


def test_x15_f30_a_webhook_with_its_secret_says_look_now_and_any_other_says_nothing(make_world):
    world = make_world("dev")
    daemon = world.daemon()
    body = b"{not json at all"
    good = {
        "gitlab": {"X-Gitlab-Token": SECRET},
        "github": {"X-Hub-Signature-256": f"sha256={seal(body)}"},
        "gitea": {"X-Gitea-Signature": seal(body)},
    }
    with open_web(configured(world), daemon) as web:
        for sender, headers in good.items():
            path = f"/webhooks/{sender}"
            for wrong in ({}, {name: f"{each}x" for name, each in headers.items()}):
                assert ask(web.port, path, method="POST", body=body, headers=wrong)[0] == 401
            forged = ask(web.port, path, method="POST", body=body + b" ", headers=headers)
            assert forged[0] == (202 if sender == "gitlab" else 401)
            daemon.wake.wait(0)
            assert not daemon.wake.waiting
            for _ in range(3):
                assert ask(web.port, path, method="POST", body=body, headers=headers)[0] == 202
            assert daemon.wake.waiting
            daemon.wake.wait(0)
            assert not daemon.wake.waiting
        assert ask(web.port, "/webhooks/gitlab")[0] == 405
        assert ask(web.port, "/webhooks/bitbucket", method="POST")[0] == 404
        figures = ask(web.port, "/metrics")[1]
        assert 'tagboat_webhooks_total{sender="github",result="taken"} 3' in figures
        assert SECRET not in figures
    assert SECRET not in "".join(world.said)


def test_x15_a_body_that_says_it_is_huge_is_refused_before_it_is_sent(make_world):
    world = make_world("dev")
    daemon = world.daemon()
    head = b"POST /webhooks/github HTTP/1.1\r\nHost: x\r\n"
    with open_web(configured(world), daemon) as web:
        for length in (b"1048577", b"99999999999999999999", b"-1"):
            with socket.create_connection(("127.0.0.1", web.port), timeout=20) as stream:
                stream.sendall(head + b"Content-Length: " + length + b"\r\n\r\n")
                assert stream.recv(12)[9:] in {b"413", b"400"}
        with socket.create_connection(("127.0.0.1", web.port), timeout=20) as stream:
            stream.sendall(head + b"Transfer-Encoding: chunked\r\n\r\n")
            chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
            for _ in range(17):
                stream.sendall(chunk)
            assert stream.recv(12)[9:] == b"413"
    assert not daemon.wake.waiting


@pytest.mark.parametrize("listen", ["0.0.0.0:0", "example.org:80", "127.0.0.1", "127.0.0.1:x"])
def test_only_this_machines_own_address_is_listened_on(make_world, listen):
    world = make_world("dev")
    with pytest.raises(ConfigurationError, match="this machine's own address"):
        open_web(configured(world, listen), world.daemon())


def test_a_webhook_without_a_secret_in_host_configuration_is_not_there(make_world):
    world = make_world("dev")
    before = world.configuration()
    web = Web(listen="127.0.0.1:0")
    plain = Configuration(before.host.model_copy(update={"web": web}), before.source)
    with open_web(plain, world.daemon()) as server:
        assert ask(server.port, "/webhooks/github", method="POST", body=b"")[0] == 404


def test_x15_pages_are_only_for_who_asks_by_a_name_of_this_machine(make_world):
    world = make_world("dev")
    known = configured(world)
    web = known.host.web.model_copy(update={"names": ("ops.example",)})
    named = Configuration(known.host.model_copy(update={"web": web}), known.source)
    with open_web(named, world.daemon()) as server:
        for host in ("localhost", "LOCALHOST:80", "127.0.0.1:1", "[::1]:8090", "ops.example"):
            assert ask(server.port, "/healthz", headers={"Host": host})[0] == 200, host
        for host in ("evil.example", "localhost.evil.example", "127.0.0.1.evil.example:80", ""):
            for path in ("/", "/progress.json", "/metrics", "/healthz"):
                assert ask(server.port, path, headers={"Host": host})[0] == 421, host
        hook = {"Host": "elsewhere.example", "X-Gitlab-Token": SECRET}
        path = "/webhooks/gitlab"
        assert ask(server.port, path, method="POST", body=b"{}", headers=hook)[0] == 202


def test_d8_progress_is_there_after_a_restart_before_anything_more_happens(make_world):
    world = make_world("dev")
    world.daemon().run_once()
    world.promote("2.0.0", "dev")
    before = world.daemon(driver=Slow(places=world.places))
    while world.running("dev") != "2.0.0":
        before.look()
        before.wake.wait(0.1)
    before.workers.park(within=20)
    after = world.daemon(driver=Slow(places=world.places))
    with open_web(configured(world), after) as web:
        after.claims.recover()
        after.look()
        while not (said := json.loads(ask(web.port, "/progress.json")[1]))["under_way"]:
            after.wake.wait(0.1)
        (shown,) = said["under_way"]
        stages = {each["name"]: each["stage"] for each in shown["steps"]}
        assert (stages["prepare"], stages["apply"]) == ("done", "done")
        assert [each["deployment"] for each in said["ended"]] == ["dev.shop.1"]
        assert "dev/shop 1.0.0 succeeded" in ask(web.port, "/")[1]
        after.workers.park(within=20)
