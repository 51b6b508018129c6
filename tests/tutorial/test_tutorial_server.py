"""The example app: takes a socket that is handed on, and loses no request on the way."""

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.tutorial.checkout import unpack
from reconciler.tutorial.ports import answer
from reconciler.tutorial.sources import unbundle


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    with socket.socket() as made:
        made.bind(("127.0.0.1", 0))
        made.listen(128)
        yield made


def content(project: Path, tmp_path: Path, app: str, tag: str) -> Path:
    into = tmp_path / f"{app}-{tag}"
    into.mkdir()
    bundle = project / "site" / "tutorial" / f"{app}.bundle"
    git = unbundle(bundle, into=tmp_path / f"{app}-{tag}.git", home=tmp_path / "home")
    unpack(git.ask(["archive", "--format=tar", f"refs/tags/{tag}"]).stdout, into)
    return into


def start(folder: Path, listening: socket.socket | None = None, **more: str) -> subprocess.Popen:
    environment = {"PATH": os.environ["PATH"], "TAGBOAT_COMMIT": "c" * 40, **more}
    if listening is None:
        return subprocess.Popen(["./server.py"], cwd=folder, env=environment)
    environment["LISTEN_FDS"] = "1"
    # In place of the keeper: file descriptor 3 is the socket.
    program = f"import os; os.dup2({listening.fileno()}, 3); os.execv('./server.py', ['server.py'])"
    return subprocess.Popen(
        [shutil.which("python3"), "-c", program],
        cwd=folder,
        env=environment,
        pass_fds=(listening.fileno(), 3) if listening.fileno() != 3 else (3,),
    )


def end(process: subprocess.Popen) -> int:
    process.send_signal(signal.SIGTERM)
    return process.wait(10)


def test_a_place_answers_with_its_page_its_version_and_its_health(
    project: Path, tmp_path: Path, listening: socket.socket
) -> None:
    port = listening.getsockname()[1]
    process = start(content(project, tmp_path, "shop", "v1.1.0"), listening, BANNER="Development")
    try:
        status, page = answer(port)
        assert status == 200
        assert b"Harbour Shop" in page
        assert b"Development" in page
        told = json.loads(answer(port, "/version")[1])
        assert told == {"app": "shop", "version": "1.1.0", "commit": "c" * 40}
        assert answer(port, "/health")[0] == 200
        assert answer(port, "/nothing")[0] == 404
    finally:
        assert end(process) == 0


def test_the_bad_release_of_the_shop_says_that_it_is_not_well(
    project: Path, tmp_path: Path, listening: socket.socket
) -> None:
    port = listening.getsockname()[1]
    process = start(content(project, tmp_path, "shop", "v1.3.0"), listening)
    try:
        assert answer(port, "/health") == (500, b"articles/lanterns.txt is missing\n")
        assert answer(port)[0] == 200
    finally:
        assert end(process) == 0


def test_the_bad_release_of_the_blog_answers_the_version_before_it(
    project: Path, tmp_path: Path, listening: socket.socket
) -> None:
    port = listening.getsockname()[1]
    process = start(content(project, tmp_path, "blog", "2026.46.1"), listening)
    try:
        assert json.loads(answer(port, "/version")[1])["version"] == "2026.45.1"
        assert answer(port, "/health")[0] == 200
    finally:
        assert end(process) == 0


def test_without_a_socket_it_listens_on_its_port(
    project: Path, tmp_path: Path, port_base: int
) -> None:
    process = start(content(project, tmp_path, "blog", "2026.41.1"), PORT=str(port_base))
    try:
        deadline = threading.Event()
        for _ in range(200):
            if answer(port_base, "/health")[0] == 200:
                break
            deadline.wait(0.05)
        assert answer(port_base, "/health")[0] == 200
    finally:
        assert end(process) == 0


def test_no_request_is_refused_while_one_socket_is_handed_on_five_times(
    project: Path, tmp_path: Path, listening: socket.socket
) -> None:
    port = listening.getsockname()[1]
    folder = content(project, tmp_path, "shop", "v1.0.0")
    finished = threading.Event()
    answers: list[int] = []

    def ask() -> None:
        while not finished.is_set():
            answers.append(answer(port, "/version")[0])

    running = start(folder, listening)
    assert answer(port)[0] == 200
    askers = [threading.Thread(target=ask) for _ in range(4)]
    for each in askers:
        each.start()
    try:
        for _ in range(5):
            following = start(folder, listening)
            assert end(running) == 0
            running = following
            reached = len(answers) + 20
            while len(answers) < reached:
                finished.wait(0.01)
    finally:
        finished.set()
        for each in askers:
            each.join()
        assert end(running) == 0
    assert len(answers) > 100
    assert set(answers) == {200}


def test_a_request_that_has_begun_is_finished_after_sigterm(
    project: Path, tmp_path: Path, listening: socket.socket
) -> None:
    port = listening.getsockname()[1]
    process = start(content(project, tmp_path, "shop", "v1.0.0"), listening)
    slow = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        assert answer(port)[0] == 200
        slow.connect()
        slow.sock.sendall(b"GET /version HTTP/1.0\r\n")
        # Connections are accepted in order: once this is answered, the slow one has been taken.
        assert answer(port)[0] == 200
        process.send_signal(signal.SIGTERM)
        slow.sock.sendall(b"\r\n")
        assert slow.sock.recv(1024).startswith(b"HTTP/1.0 200")
        assert process.wait(10) == 0
    finally:
        slow.close()
        process.kill()
        process.wait()
