"""The probe http against real sockets on this machine."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

from reconciler.errors import StepErroredError, StepFailedError
from reconciler.model.deployment import TestSpec
from reconciler.probes.egress import check_egress
from reconciler.probes.http import BODY, HttpProbe
from reconciler.probes.json_path import find

OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n"


@dataclass
class Site:
    """A server of one thread that answers every request as it is told."""

    answer: Callable[[socket.socket], None] = lambda guest: guest.sendall(OK)
    asked: list[str] = field(default_factory=list)
    door: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))

    @property
    def port(self) -> int:
        return int(self.door.getsockname()[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def says(self, body: str, *, status: str = "200 OK", headers: str = "") -> None:
        head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body.encode())}\r\n{headers}\r\n"
        self.answer = lambda guest: guest.sendall((head + body).encode())

    def serve(self) -> None:
        while True:
            try:
                guest, _ = self.door.accept()
            except OSError:
                return
            with guest:
                try:
                    self.asked.append(guest.recv(65536).decode())
                    self.answer(guest)
                except OSError:
                    continue


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site()
    thread = threading.Thread(target=made.serve)
    thread.start()
    yield made
    made.door.shutdown(socket.SHUT_RDWR)
    made.door.close()
    thread.join()


def check(site: Site, *, timeout: float = 5, path: str = "/", **settings: object) -> None:
    url = settings.pop("url", site.url + path)
    spec = TestSpec(name="home", probe="http", settings={"url": url, **settings}, timeout=60)
    HttpProbe(egress=frozenset({f"127.0.0.1:{site.port}"})).check(spec, None, timeout=timeout)


def test_the_expected_answer_passes_M9(site: Site) -> None:
    site.says(json.dumps({"version": "1.0.0", "parts": [{"n": 3}], "on": True}))
    wanted = {"$.version": "1.0.0", "$.parts[0].n": "3", "$.on": "true"}
    check(
        site,
        path="/version?full=1",
        status=200,
        contains="parts",
        json=wanted,
        headers={"X-A": "b"},
    )
    assert site.asked[0].startswith("GET /version?full=1 HTTP/1.1\r\n")
    assert f"Host: 127.0.0.1:{site.port}" in site.asked[0]
    assert "X-A: b" in site.asked[0]


@pytest.mark.parametrize(
    ("body", "settings", "why"),
    [
        ("hello", {"status": 204}, "expected status 204, found 200"),
        ("hello", {"contains": "bye"}, "doesn't contain 'bye'"),
        ("hello", {"json": {"$.version": "1"}}, "not JSON"),
        ('{"version": "2"}', {"json": {"$.version": "1"}}, "to be '1', found '2'"),
        ('{"version": "\\u001b[31m2"}', {"json": {"$.version": "1"}}, "found '\\\\x1b\\[31m2'"),
        ('{"v": []}', {"json": {"$.v[0]": "1"}}, r"has no \$\.v\[0\]"),
        ("[" * 100_000, {"json": {"$.v": "1"}}, "not JSON"),
    ],
)
def test_a_wrong_answer_has_failed(
    site: Site, body: str, settings: dict[str, object], why: str
) -> None:
    site.says(body)
    with pytest.raises(StepFailedError, match=why):
        check(site, **settings)


def test_text_that_looks_like_a_pattern_is_text_and_takes_no_time_B95(site: Site) -> None:
    site.says("a" * 100_000 + "!")
    before = time.monotonic()
    with pytest.raises(StepFailedError, match="doesn't contain"):
        check(site, contains="(a+)+$")
    assert time.monotonic() - before < 3
    site.says("the pattern (a+)+$ itself")
    check(site, contains="(a+)+$")


def test_a_server_error_has_failed(site: Site) -> None:
    site.says("", status="503 Unavailable")
    with pytest.raises(StepFailedError, match="found 503"):
        check(site)


def test_a_redirect_is_an_answer_and_is_not_followed_X16_X17(site: Site) -> None:
    site.says("", status="302 Found", headers=f"Location: {site.url}/elsewhere\r\n")
    with pytest.raises(StepFailedError, match="found 302"):
        check(site)
    assert len(site.asked) == 1


def test_nobody_there_has_failed() -> None:
    gone = Site()
    gone.door.close()
    free = socket.create_server(("127.0.0.1", 0))
    port = free.getsockname()[1]
    free.close()
    spec = TestSpec(
        name="home", probe="http", settings={"url": f"http://127.0.0.1:{port}/"}, timeout=60
    )
    with pytest.raises(StepFailedError, match="doesn't answer: Connection refused"):
        HttpProbe(egress=frozenset({f"127.0.0.1:{port}"})).check(spec, None, timeout=5)


def drip_head(guest: socket.socket) -> None:
    drip(guest, b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 10_000)


def drip_body(guest: socket.socket) -> None:
    guest.sendall(OK)
    drip(guest, b"x" * 10_000)


def drip(guest: socket.socket, data: bytes) -> None:
    for each in data:
        guest.sendall(bytes([each]))
        threading.Event().wait(0.02)


def say_nothing(guest: socket.socket) -> None:
    guest.settimeout(30)
    guest.recv(1)


@pytest.mark.parametrize("answer", [drip_head, drip_body, say_nothing])
def test_the_deadline_is_for_the_whole_answer(
    site: Site, answer: Callable[[socket.socket], None]
) -> None:
    site.answer = answer
    before = time.monotonic()
    with pytest.raises(StepFailedError, match="no whole answer in time"):
        check(site, timeout=0.5)
    assert time.monotonic() - before < 3


def test_a_body_that_breaks_off_has_failed(site: Site) -> None:
    site.answer = lambda guest: guest.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx")
    with pytest.raises(StepFailedError, match="doesn't answer: IncompleteRead"):
        check(site)


def test_what_is_not_http_has_failed(site: Site) -> None:
    site.answer = lambda guest: guest.sendall(b"SSH-2.0-x\r\n\r\n")
    with pytest.raises(StepFailedError, match="BadStatusLine"):
        check(site)


def test_a_body_over_ten_mib_has_failed_B98(site: Site) -> None:
    site.answer = lambda guest: guest.sendall(OK + b"x" * (BODY + 1))
    with pytest.raises(StepFailedError, match="longer than 10 MiB"):
        check(site, timeout=30)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        pytest.param("file:///etc/passwd", "neither http nor https", id="B90-file"),
        pytest.param("gopher://127.0.0.1/", "neither http nor https", id="B90-gopher"),
        pytest.param("http://169.254.169.254/", "may not be asked", id="B91-metadata"),
        pytest.param("http://127.1/", "may not be asked", id="B91-short"),
        pytest.param("http://0x7f000001/", "may not be asked", id="B91-hex"),
        pytest.param("http://[::1]/", "may not be asked", id="B91-v6"),
        pytest.param("http://me:secret@allowed.example/", "credentials", id="B92"),
        pytest.param("http://allowed.example:81/", "may not be asked", id="other-port"),
        pytest.param("http://allowed.example /", "can't be read", id="space"),
        pytest.param("http://", "can't be read", id="nothing"),
        pytest.param("http://allowed.example:99999/", "can't be read", id="port"),
    ],
)
def test_what_the_host_does_not_allow_is_not_asked_X16(url: str, why: str) -> None:
    with pytest.raises(StepErroredError, match=why) as raised:
        check_egress(url, frozenset({"allowed.example:80"}), timeout=5)
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize("written", ["127.1:80", "0x7f000001:80", "2130706433:80"])
def test_a_name_that_leads_to_loopback_is_refused_even_if_allowed_B91(written: str) -> None:
    with pytest.raises(StepErroredError, match=r"leads to 127\.0\.0\.1"):
        check_egress(f"http://{written}/", frozenset({written}), timeout=5)


def test_a_literal_address_that_is_allowed_is_asked() -> None:
    asked = check_egress("http://127.0.0.1:8101/a?b", frozenset({"127.0.0.1:8101"}), timeout=5)
    assert (asked.address, asked.port, asked.path) == ("127.0.0.1", 8101, "/a?b")


def test_a_header_with_a_line_break_is_not_sent_B96(site: Site) -> None:
    with pytest.raises(StepErroredError, match="not asked"):
        check(site, headers={"X-A": "b\r\nX-C: d"})
    assert not any("X-C" in each for each in site.asked)


def test_a_test_does_not_set_the_host_header(site: Site) -> None:
    with pytest.raises(StepErroredError, match="sets none of"):
        check(site, headers={"Host": "other.example"})


def test_an_impossible_json_path_could_not_be_told(site: Site) -> None:
    site.says("{}")
    with pytest.raises(StepErroredError, match="not a path"):
        check(site, json={"$..x": "1"})


def test_json_paths_lead_through_maps_and_lists() -> None:
    document = {"a": {"b": [1, {"c-d": None}]}}
    assert find(document, "$") == document
    assert find(document, "$.a.b[1].c-d") is None
    with pytest.raises(LookupError):
        find(document, "$.a.b[2]")
    with pytest.raises(LookupError):
        find(document, "$.a[0]")
