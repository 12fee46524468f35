"""The program under test, as the tests by other people's clients start it."""

import json
import signal
import socket
import subprocess
import urllib.request


class Rookery:
    """The program on a folder of its own, with two projects."""

    def __init__(self, program, folder, auth="required"):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.url = f"http://127.0.0.1:{free.getsockname()[1]}"
        address = self.url.removeprefix("http://")
        self.command = [program, "--no-demo", "--auth", auth, "--addr", address, "--data", str(folder)]
        self.start()
        self.root_key = (folder / "root.key").read_text().strip() if auth == "required" else "none"
        self.project, self.other = (self.post("/projects", {"name": name})["id"] for name in ("mine", "other"))

    def start(self):
        self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert "ready" in self.process.stdout.readline(), "it does not start"

    def kill(self):
        self.process.kill()
        self.process.wait(30)

    def get(self, path):
        return self.ask("GET", path, None)

    def post(self, path, body):
        return self.ask("POST", path, body)

    def put(self, path, body):
        return self.ask("PUT", path, body)

    def imported(self, path, file):
        """The workflow that a scenario becomes, and the report."""
        answer = self.answer("POST", path, file)
        return answer["data"], answer["meta"]["report"]

    def ask(self, method, path, body):
        return self.answer(method, path, body)["data"]

    def answer(self, method, path, body):
        request = urllib.request.Request(f"{self.url}/api/v1{path}", json.dumps(body).encode() if body is not None else None, method=method)
        request.add_header("content-type", "application/json")
        request.add_header("authorization", f"Bearer {self.root_key}")
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    def key(self, role, project=None):
        return self.post(f"/projects/{project or self.project}/api_keys", {"name": role, "role": role})["key"]

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(30) == 0, "it does not end well"
