"""The program `rookery` on an empty folder, and what the checks ask of its API."""

import subprocess

from loopback import call, free_port, wait_for


class Rookery:
    """Runs until it is stopped. It may call loopback, as everything else of this test is there."""

    def __init__(self, program, folder):
        self.url = f"http://127.0.0.1:{free_port()}"
        self.log_file = folder / "rookery.log"
        self.command = [program, "--no-demo", "--addr", self.url.removeprefix("http://"), "--data", str(folder / "data"), "--egress-allow", "127.0.0.1/32"]
        self.start()

    def start(self):
        with self.log_file.open("ab") as log:
            self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        wait_for("the start of rookery", self.is_up)

    def restart(self):
        self.process.kill()
        self.process.wait()
        self.start()

    def is_up(self):
        assert self.process.poll() is None, f"rookery does not start\n{self.log()}"
        try:
            return call("GET", f"{self.url}/health").status == 200
        except OSError:
            return False

    def api(self, method, path, body=None):
        answer = call(method, f"{self.url}/api/v1{path}", body)
        assert answer.status < 300, f"{method} {path}: {answer}"
        return answer.json["data"] if answer.body else None

    def project(self, name):
        return self.api("POST", "/projects", {"name": name})["id"]

    def workflow(self, project, name, cells):
        """Saves and starts a workflow of cells and links; gives its path in the API."""
        made = self.api("POST", f"/projects/{project}/workflows", {"name": name, "options": {"cells": cells}})
        path = f"/projects/{project}/workflows/{made['id']}"
        self.api("POST", f"{path}/start", {})
        return path

    def save(self, workflow, name, cells):
        """Saves and starts another version."""
        self.api("PUT", workflow, {"name": name, "options": {"cells": cells}})
        self.api("POST", f"{workflow}/start", {})

    def check(self, project, name, cells):
        """What is wrong with a workflow that is saved, but not started."""
        made = self.api("POST", f"/projects/{project}/workflows", {"name": name, "options": {"cells": cells}})
        return self.api("POST", f"/projects/{project}/workflows/{made['id']}/check", {})

    def events(self, workflow, cell):
        """The events of a cell, the oldest first."""
        return self.api("GET", f"{workflow}/events?agent={cell}&limit=200")[::-1]

    def tasks_url(self, project):
        return f"{self.url}/p/{project}/_tasks"

    def entry_points(self, project):
        """The ids of the entry points by their titles."""
        answer = call("GET", f"{self.tasks_url(project)}/agent/entrypoints")
        assert answer.status == 200, f"GET agent/entrypoints: {answer}"
        return {entry["title"]: entry["client_stage_id"] for entry in answer.json}

    def log(self):
        return self.log_file.read_text(errors="replace")

    def stop(self):
        self.process.terminate()
        assert self.process.wait(30) == 0, f"rookery does not end well\n{self.log()[-3000:]}"


def cell(id, agent_type, **config):
    return {"id": id, "type": "agent", "agent_type": agent_type, "config": config}


def link(source, target, group=None):
    made = {"id": f"{source}-{target}", "type": "link", "source": {"id": source}, "target": {"id": target}}
    return made | ({"group_id": group} if group else {})
