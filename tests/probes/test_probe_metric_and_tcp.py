"""The probes metric and tcp against real sockets on this machine."""

import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from reconciler.errors import StepErroredError, StepFailedError
from reconciler.model.deployment import TestSpec
from reconciler.probes.http import HttpProbe
from reconciler.probes.metric import MetricProbe
from reconciler.probes.tcp import TcpProbe


class Figures(BaseHTTPRequestHandler):
    """Answers a query with the figures that the query itself names."""

    def do_GET(self) -> None:
        asked = urlsplit(self.path)
        query = parse_qs(asked.query)["query"][0]
        result = [{"metric": {}, "value": [1, each]} for each in query.split()]
        data = {"resultType": "vector", "result": result}
        body = {"status": "success", "data": data}
        if query == "bad":
            body = {"status": "error", "error": "parse error"}
        if query == "scalar":
            body["data"] = {"resultType": "scalar", "result": [1, "3"]}
        self.send_response(400 if query == "bad" else 200)
        self.end_headers()
        self.wfile.write(b"<html>" if query == "html" else json.dumps(body).encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[str]:
    made = HTTPServer(("127.0.0.1", 0), Figures)
    thread = threading.Thread(target=made.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{made.server_port}"
    made.shutdown()
    thread.join()
    made.server_close()


def ask(url: str | None, query: str, **limits: str) -> None:
    test = TestSpec(name="load", probe="metric", settings={"query": query, **limits}, timeout=5)
    MetricProbe(url=url).check(test, None, timeout=5)


def test_p9_every_figure_must_be_on_its_side_of_the_limit(server):
    ask(server, "3 4", below="8")
    ask(server, "9", above="8")
    ask(server, "scalar", below="8")
    with pytest.raises(StepFailedError, match="expected less than 8, found 9"):
        ask(server, "3 9", below="8")
    with pytest.raises(StepFailedError, match="expected more than 8, found 8"):
        ask(server, "8", above="8")


@pytest.mark.parametrize("query", ["bad", "html", "NaN", " "])
def test_p9_no_figure_is_no_answer(server, query):
    with pytest.raises(StepErroredError):
        ask(server, query, below="8")


def test_p9_a_server_of_figures_that_is_away_says_nothing_of_the_content():
    with pytest.raises(StepErroredError, match="no metrics to ask"):
        ask(None, "3", below="8")
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
    with pytest.raises(StepErroredError, match="doesn't answer"):
        ask(f"http://127.0.0.1:{port}", "3", below="8")


def tcp(address: str, *egress: str, **more: str) -> None:
    test = TestSpec(name="db", probe="tcp", settings={"address": address, **more}, timeout=5)
    TcpProbe(egress=frozenset(egress)).check(test, None, timeout=5)


def test_x16_an_address_takes_a_connection_or_fails_and_is_asked_only_if_allowed():
    with socket.create_server(("127.0.0.1", 0)) as door:
        address = f"127.0.0.1:{door.getsockname()[1]}"
        tcp(address, address)
        with pytest.raises(StepErroredError, match="may not be asked"):
            tcp(address)
        tcp("shop.example:443", via=address)
    with pytest.raises(StepFailedError, match="doesn't answer"):
        tcp(address, address)
    with pytest.raises(StepErroredError, match="no port"):
        tcp("somewhere", "somewhere")


def test_d12_a_place_behind_its_page_is_asked_where_its_driver_hides_it(server):
    settings = {"url": "https://shop.example/api?query=7", "via": server.removeprefix("http://")}
    test = TestSpec(name="home", probe="http", settings=settings, timeout=5)
    HttpProbe(egress=frozenset()).check(test, None, timeout=5)
