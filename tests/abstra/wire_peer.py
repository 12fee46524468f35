"""A consumer of this test's own: what a deployment says on the wire, with each part of it to be changed by a check.

On the wire, as Abstra has it, a connection's `client_stage_id` is the *consumer's* stage, and its `agent_stage_id` is the *provider's* client stage
(its entry point). In the list of entry points and in the config of a stage, `client_stage_id` is the entry point.
"""

import secrets

from loopback import Server, call, wait_for
from proofs import JWKS, Issuer


class Peer:
    """Its address serves the keys of its proofs, and takes replies at `/_tasks/client`."""

    def __init__(self, project="peer"):
        self.project, self.issuer = project, Issuer()
        self.replies = []  # (token, task)
        self.server = Server(self.answer)
        self.url = self.server.url

    def answer(self, request):
        if request.path == JWKS:
            return 200, self.issuer.jwks()
        if (request.method, request.path) == ("POST", "/_tasks/client"):
            self.replies.append((request.headers.get("authorization"), request.json))
            return 200, {"success": True}
        return 404, {}

    def proof(self, provider, **claims):
        return self.issuer.sign(self.url, self.project, provider, **claims)

    def reply(self, text):
        """Waits for the reply with this text."""
        return wait_for(f"a reply {text!r}", lambda: next((got for got in self.replies if got[1]["payload"].get("text") == text), None))


class Wire:
    """The routes of one provider's project, as a peer asks them."""

    def __init__(self, tasks_url, provider, peer):
        self.url, self.provider, self.peer = f"{tasks_url}/agent", provider, peer

    def connect(self, entry_point, proof=None, stage="stage", **body):
        proof = self.peer.proof(self.provider) if proof is None else proof
        asked = {"client_tasks_url": f"{self.peer.url}/_tasks/client", "client_stage_id": stage, "agent_stage_id": entry_point,
                 "agent_project_id": self.provider, "client_proof": proof, **body}
        return call("POST", f"{self.url}/connection", asked, {"authorization": f"Bearer {proof}"} if proof else {})

    def token(self, entry_point, stage="stage"):
        answer = self.connect(entry_point, stage=stage)
        assert answer.status == 200, f"POST agent/connection with a good proof: {answer}"
        return answer.json["token"]

    def update(self, token, url=None):
        return call("PATCH", f"{self.url}/connection", {"client_tasks_url": url or f"{self.peer.url}/_tasks/client"}, authorized(token))

    def delete(self, token):
        return call("DELETE", f"{self.url}/connection", None, authorized(token))

    def send(self, token, entry_point, payload, key=None, slash="", task_type="ask"):
        """Sends a task as Abstra does; with a key as a Rookery does."""
        asked = {"task_data": {"type": task_type, "payload": {**payload, "connection_token": token}}, "target_stage_id": entry_point, "execution_id": None}
        return call("POST", f"{self.url}{slash}", asked, {**authorized(token), **({"idempotency-key": key} if key else {})})


def authorized(token):
    return {} if token is None else {"authorization": token}


def unknown_token(token):
    """A token of the same form that nobody made."""
    return "".join(secrets.choice("0123456789abcdef") for _ in token)
