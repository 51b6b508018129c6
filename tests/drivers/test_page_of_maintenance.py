"""The page's own process: it waits for visitors, whatever an app has made of the shared socket."""

import http.client
import socket
import subprocess
import sys
from pathlib import Path

from reconciler.drivers.keeper import page

COUNTING = """
import runpy, socket, sys, atexit
asked = 0
class Counting(socket.socket):
    def accept(self):
        global asked
        asked += 1
        return super().accept()
serve = runpy.run_path(sys.argv[1])["serve"]
serve(Counting(fileno=int(sys.argv[2])), b"HTTP/1.1 503 Service Unavailable\\r\\nContent-Length: 0\\r\\n\\r\\n")
print(asked)
"""


def test_m14_the_page_rests_on_a_socket_that_an_app_has_made_not_block():
    with socket.create_server(("127.0.0.1", 0)) as door:
        door.setblocking(False)
        command = [sys.executable, "-c", COUNTING, str(Path(page.__file__)), str(door.fileno())]
        process = subprocess.Popen(command, pass_fds=[door.fileno()], stdout=subprocess.PIPE)
        for _ in range(50):
            line = http.client.HTTPConnection(*door.getsockname(), timeout=30)
            line.request("GET", "/")
            assert line.getresponse().status == 503
            line.close()
        process.terminate()
        said, _ = process.communicate(timeout=30)
    assert int(said) <= 60
