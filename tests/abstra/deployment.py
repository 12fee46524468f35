"""Abstra's own software as a deployment: its web process and its worker, unmodified, on a folder with a project.

Abstra's web process listens on all addresses of the machine: it has no option for that.
"""

import json
import os
import signal
import subprocess
import sys

from cloud import Cloud
from loopback import call, free_port, wait_for

WORKSPACE = {"name": "Test", "language": "en", "theme": None, "logo_url": None, "favicon_url": None, "brand_name": "Test", "main_color": None,
             "font_family": None, "font_color": None}
KINDS = ("jobs", "hooks", "forms", "scripts", "agents", "clients")


def stage(kind, id, *targets, code=None, **more):
    """A stage with its transitions; a target is a stage's id, or an id and the type of the tasks that it takes."""
    transitions = []
    for target in targets:
        target, task_type = target if isinstance(target, tuple) else (target, None)
        transitions.append({"id": f"{id}-{target}", "target_id": target, "target_type": "", "type": "task", "task_type": task_type})
    file = {"file": f"{id}.py"} if code else {}
    path = {"path": id, "enabled": True} if kind == "hooks" else {}
    return kind, code, {"id": id, "title": id, "workflow_position": [0, 0], "transitions": transitions, **file, **path, **more}


class Deployment:
    """A project that runs until it is stopped."""

    def __init__(self, folder, project, broker, directory, stages):
        self.folder, self.project = folder, project
        self.port = free_port()
        self.cloud = Cloud(project, self.port, directory)
        (folder / "off").mkdir(parents=True)
        self.write(stages)
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("ABSTRA_")},
            "PORT": str(self.port), "CLOUD_API_ENDPOINT": self.cloud.url, "ABSTRA_CLOUD_API_SHARED_TOKEN": self.cloud.shared_token,
            "ABSTRA_ENVIRONMENT": "production", "ABSTRA_PROJECT_ID": project, "ABSTRA_PROJECT_URL": self.cloud.url,
            "ABSTRA_RABBITMQ_CONNECTION_URI": broker.uri(project), "ABSTRA_DISABLED_STAGES_FOLDER": str(folder / "off"), "ABSTRA_WORKERS": "1",
            # Its reports of errors go to Sentry: they end at a port where nobody listens.
            "HTTPS_PROXY": "http://127.0.0.1:9", "NO_PROXY": "127.0.0.1,localhost", "PYTHONWARNINGS": "ignore",
        }
        self.processes = []

    def write(self, stages):
        """Writes the project's file and its scripts; Abstra reads the file each time."""
        project = {"version": "13.0", "workspace": WORKSPACE, "home": {"access_control": {"is_public": False, "required_roles": []}}}
        project |= {kind: [made for its_kind, _, made in stages if its_kind == kind] for kind in KINDS}
        for _, code, made in stages:
            if code:
                (self.folder / made["file"]).write_text(code)
        (self.folder / "abstra.json.new").write_text(json.dumps(project))
        (self.folder / "abstra.json.new").rename(self.folder / "abstra.json")

    def start(self):
        for part in ("server", "worker"):
            log = (self.folder / f"{part}.log").open("ab")
            command = [sys.executable, "-m", f"abstra_internals.cloud.{part}"]
            self.processes.append(subprocess.Popen(command, cwd=self.folder, env=self.environment, stdout=log, stderr=log, start_new_session=True))
        wait_for(f"the web process of {self.project}\n{self.log()}", self.is_up)
        return self

    def is_up(self):
        assert all(process.poll() is None for process in self.processes), f"{self.project} does not start\n{self.log()}"
        return call("GET", f"{self.cloud.url}/_healthcheck").status == 200

    def hook(self, name, body=None, status=200):
        """Asks a hook, which runs in the web process, and gives its answer."""
        answer = call("POST", f"{self.cloud.url}/_hooks/{name}", body or {})
        assert answer.status == status, f"hook {name} of {self.project}: {answer}\n{self.log()}"
        return answer.json if status == 200 else None

    def log(self):
        return "".join(path.read_text(errors="replace")[-3000:] for path in sorted(self.folder.glob("*.log")))

    def stop(self):
        """Ends the web process, and kills the worker: it would wait ten seconds for a last message."""
        for process, name in zip(self.processes, (signal.SIGTERM, signal.SIGKILL)):
            os.killpg(process.pid, name)
            process.wait(30)
        self.processes = []

    def restart(self):
        self.stop()
        self.start()


def heard(consumer, number):
    """The replies that a consumer has, as soon as there are as many."""
    def there():
        replies = consumer.cloud.tasks_at("heard")
        return replies if len(replies) >= number else None
    return wait_for(f"{number} replies at {consumer.project}", there)
