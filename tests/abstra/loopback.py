"""HTTP on loopback: servers of a function, calls that never raise for a status, free ports, waiting for a condition."""

import json
import socket
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PATIENCE = 60
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass
class Answer:
    """What a server says: its body is bytes, and read as JSON by `json`."""

    status: int
    body: bytes = b""
    headers: dict = field(default_factory=dict)

    @property
    def json(self):
        return json.loads(self.body)

    def __str__(self):
        return f"{self.status} {self.body[:400].decode(errors='replace')}"


@dataclass
class Request:
    """What a client asks: its headers have small letters."""

    method: str
    path: str
    headers: dict
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)


def call(method, url, body=None, headers=None):
    """Asks, and gives whatever the server answered."""
    data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"content-type": "application/json", **(headers or {})}, method=method)
    try:
        with DIRECT.open(request, timeout=PATIENCE) as answer:
            return Answer(answer.status, answer.read(), dict(answer.headers))
    except urllib.error.HTTPError as refused:
        return Answer(refused.code, refused.read(), dict(refused.headers))


class Server(ThreadingHTTPServer):
    """Serves `answer(request)` on a free port; what it gives is an `Answer`, or a status and what becomes JSON."""

    daemon_threads = True

    def __init__(self, answer):
        super().__init__(("127.0.0.1", 0), Handler)
        self.answer = answer
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def handle_any(self):
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        answer = self.server.answer(Request(self.command, self.path, headers, body))
        if not isinstance(answer, Answer):
            answer = Answer(answer[0], json.dumps(answer[1]).encode(), {"content-type": "application/json"})
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            if name.lower() not in ("content-length", "transfer-encoding", "connection", "date", "server"):
                self.send_header(name, value)
        self.send_header("content-length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any

    def log_message(self, *_):
        pass


class Forwarder:
    """Passes what is asked on to another server, and keeps it in `seen`: (method, path, status)."""

    def __init__(self, target):
        self.target, self.seen = target, []

    def forward(self, request):
        headers = {name: value for name, value in request.headers.items() if name not in ("host", "connection", "content-length")}
        try:
            answer = call(request.method, self.target + request.path, request.body or None, headers)
        except OSError:
            answer = Answer(502)
        self.seen.append((request.method, request.path, answer.status))
        return answer

    def asked(self, method, end):
        """The statuses of what was asked by this method, at paths that end so."""
        return [status for its_method, path, status in self.seen if its_method == method and path.rstrip("/").endswith(end)]


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def wait_for(what, condition):
    """Gives what the condition gives once it is true; fails with `what` after a minute."""
    until = time.monotonic() + PATIENCE
    while not (found := condition()):
        assert time.monotonic() < until, f"waited in vain: {what}"
        time.sleep(0.05)
    return found
