"""What Abstra's cloud does for one deployment, as a stand-in: the routes below `/apps` that version 3.18 asks, and the public address.

The stand-in is the deployment's public address, too: it serves the keys of its proofs, and forwards all else to the web process. So a
consumer's address for replies is on the host of its proofs' issuer, and what others asked of the deployment is in `web.seen`.
"""

import hashlib
import hmac
import secrets
import threading
import uuid
from datetime import datetime, timezone
from urllib.parse import parse_qs, urlsplit

from loopback import Forwarder, Server
from proofs import JWKS, Issuer, Verifier


class Cloud:
    """Knows its project, where its web process is, and where other projects take tasks (`directory`: project -> tasks_url)."""

    def __init__(self, project, web_port, directory):
        self.project, self.web, self.directory = project, Forwarder(f"http://127.0.0.1:{web_port}"), directory
        self.shared_token, self.secret = secrets.token_urlsafe(), secrets.token_bytes()
        self.issuer, self.verifier, self.lock = Issuer(), Verifier(), threading.RLock()
        self.connections, self.tasks, self.executions, self.logs = {}, {}, {}, []
        self.server = Server(self.answer)
        self.url = self.server.url
        directory[project] = f"{self.url}/_tasks"

    def tasks_at(self, stage):
        """The payloads of the tasks that wait at a stage, in their order, or were done by it."""
        with self.lock:
            return [task["payload"] for task in self.tasks.values() if task["targetStageId"] == stage]

    # --- routes ----------------------------------------------------------------------------------------------------------------------

    def answer(self, request):
        url = urlsplit(request.path)
        if url.path == JWKS:
            return 200, self.issuer.jwks()
        if not url.path.startswith("/apps/"):
            return self.web.forward(request)
        if request.headers.get("shared-token") != self.shared_token:
            return 401, {"error": "the shared token is wrong"}
        route, _, last = url.path.removeprefix("/apps").partition("/executions/")
        with self.lock:
            if last or route == "/executions":
                return self.execution(request, last)
            if route.startswith("/tasks"):
                return self.task(request, route.removeprefix("/tasks").strip("/"), parse_qs(url.query))
        match (request.method, route):
            case ("GET", "/services/roles/client/agents"):
                found = parse_qs(url.query).get("ids", [])
                return 200, [{"project_id": id, "tasks_url": self.directory[id]} for id in found if id in self.directory]
            case ("POST", "/services/roles/client/sign-proof"):
                return 200, {"signedProof": self.issuer.sign(self.url, self.project, request.json["agentProjectId"])}
            case (_, "/services/roles/agent/connections"):
                return self.connection(request)
        return 404, {"error": f"the stand-in has no {request.method} {route}"}

    # --- connections of this project as a provider -----------------------------------------------------------------------------------

    def connection(self, request):
        if request.method == "GET":
            return 200, list(self.connections.values())
        asked = request.json
        if request.method == "POST":
            return self.connect(asked)
        if request.method == "PATCH":
            if asked["token"] not in self.connections:
                return 404, {"error": "there is no such connection"}
            self.connections[asked["token"]]["clientTaskUrl"] = asked["clientTaskUrl"]
            return 200, self.connections[asked["token"]]
        for token in asked["tokens"]:
            self.connections.pop(token, None)
        return 200, {}

    def connect(self, asked):
        """The same stages get the same token."""
        try:
            issuer, client = self.verifier.client(asked["clientProof"], self.project)
        except Exception as refused:
            return 401, {"error": f"the proof is refused: {refused}"}
        if asked["agentStageId"] not in [entry["clientStageId"] for entry in asked["agentEntrypoints"]]:
            return 404, {"error": "there is no such entry point"}
        name = "\0".join((issuer, client, asked["clientStageId"], asked["agentStageId"]))
        token = hmac.new(self.secret, name.encode(), hashlib.sha256).hexdigest()
        self.connections[token] = {
            "token": token, "clientProjectId": client, "clientStageId": asked["clientStageId"], "clientTaskUrl": asked["clientTaskUrl"],
            "agentProjectId": self.project, "agentStageId": asked["agentStageId"],
        }
        return 200, self.connections[token]

    # --- tasks and executions --------------------------------------------------------------------------------------------------------

    def task(self, request, id, query):
        if request.method == "POST":
            asked, id = request.json, str(uuid.uuid4())
            created = {"at": datetime.now(timezone.utc).isoformat(), "byExecutionId": asked["createdBy"], "byStageId": asked["sourceStageId"]}
            self.tasks[id] = {
                "id": id, "type": asked["type"], "payload": asked["payload"], "status": "pending", "targetStageId": asked["targetStageId"],
                "created": created, "locked": None, "completed": None,
            }
            return 200, {"dto": self.tasks[id]}
        if request.method == "PATCH" and id:
            self.tasks[id].update(request.json)
        if id:
            return 200, self.tasks[id]
        stage = query.get("stageId", [None])[0]
        return 200, {"tasks": [task for task in self.tasks.values() if task["targetStageId"] == stage and task["status"] == "pending"]}

    def execution(self, request, last):
        id, _, logs = last.partition("/")
        if logs:
            self.logs.append(request.json["payload"]["text"])
        elif request.method == "POST":
            self.executions[request.json["id"]] = request.json
        elif request.method == "PATCH":
            self.executions[id].update(request.json)
        return 200, []
