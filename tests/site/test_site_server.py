"""The server shows what is there at each request, and says so when nothing is."""

import signal
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest

from reconciler.errors import TagboatError
from reconciler.system.site import serve_site


def publish(folder: Path, number: int, text: str) -> None:
    version = folder / "versions" / str(number) / "site"
    version.mkdir(parents=True)
    (version / "index.html").write_text(text)
    (version / "feed.atom").write_text("<feed/>")
    beside = folder / ".current.new"
    beside.symlink_to(version.relative_to(folder))
    beside.replace(folder / "current")


def test_before_the_first_build_a_page_says_so_and_looks_again(
    tmp_path: Path, serving: Callable[[Path], Any]
) -> None:
    with serving(tmp_path) as (address, _):
        answer = httpx2.get(address)
        assert answer.status_code == 503
        assert answer.headers["retry-after"] == "3"
        assert 'http-equiv="refresh"' in answer.text
        publish(tmp_path, 1, "first")
        assert httpx2.get(address).text == "first"


def test_a_swapped_site_is_served_at_the_next_request(
    tmp_path: Path, serving: Callable[[Path], Any]
) -> None:
    publish(tmp_path, 1, "first")
    with serving(tmp_path) as (address, _):
        assert httpx2.get(address).text == "first"
        publish(tmp_path, 2, "second")
        answer = httpx2.get(f"{address}/index.html")
        assert answer.text == "second"
        assert answer.headers["cache-control"] == "no-store"
        assert "default-src 'self'" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        feed = httpx2.get(f"{address}/feed.atom")
        assert feed.headers["content-type"].startswith("application/atom+xml")
        assert httpx2.get(f"{address}/gone.html").status_code == 404
        assert httpx2.get(f"{address}/gone/").status_code == 404
        for each in ("index", "index/"):
            moved = httpx2.get(f"{address}/{each}")
            assert (moved.status_code, moved.headers["location"]) == (307, "/index.html")


@pytest.mark.parametrize("path", ["/../secret", "/%2e%2e/secret", "/..%2fsecret", "/link/secret"])
def test_nothing_outside_the_built_site_is_served(
    tmp_path: Path, serving: Callable[[Path], Any], path: str
) -> None:
    publish(tmp_path, 1, "first")
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "versions/1/secret").write_text("secret")
    (tmp_path / "versions/1/site/link").symlink_to(tmp_path)
    with serving(tmp_path) as (address, _):
        host, _, port = address.removeprefix("http://").partition(":")
        with socket.create_connection((host, int(port)), timeout=10) as connection:
            connection.sendall(f"GET {path} HTTP/1.0\r\nHost: x\r\n\r\n".encode())
            answer = connection.makefile("rb").read()
        assert answer.startswith(b"HTTP/1.1 404")
        assert not answer.endswith(b"secret")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly(
    tmp_path: Path, serving: Callable[[Path], Any], number: signal.Signals
) -> None:
    with serving(tmp_path) as (address, process):
        assert httpx2.get(address).status_code == 503
        process.send_signal(number)
        assert process.wait(20) == 0


def test_a_port_in_use_is_said_with_what_to_do(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(TagboatError, match="can't be listened on") as caught:
            serve_site(tmp_path, host="127.0.0.1", port=port)
    assert "another port" in caught.value.hint
