"""The wire between deployments as the contract has it, by plain HTTP against Rookery as a provider: what is taken, and what is refused how.

A check that fails does not end the others: all faults are told together, each with what was asked.
"""

import secrets

import jwt
from loopback import call, wait_for
from rookery import cell, link
from wire_peer import Peer, Wire, authorized, unknown_token

INPUT = {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]}


class Faults(list):
    def expect(self, what, answer, statuses, says=None):
        """Notes a fault if the answer has another status, or does not say this."""
        if answer.status not in statuses or (says and says not in answer.body.decode()):
            self.append(f"{what}: expected {statuses}{f' with {says!r}' if says else ''}, got {answer}")

    def same(self, what, answers):
        """Notes a fault if the answers, by their names, are not one and the same 4xx."""
        if len({(answer.status, answer.body) for answer in answers.values()}) > 1 or not all(400 <= answer.status < 500 for answer in answers.values()):
            self.append(f"{what} are not answered alike: " + "; ".join(f"{name}: {answer}" for name, answer in answers.items()))

    def true(self, what, holds):
        if not holds:
            self.append(what)


def check(rig):
    faults, peer = Faults(), Peer()
    service = Service(rig.rookery, peer)
    for part in (proofs, connections, tasks, tokens, keys, approval, states, leaks):
        try:
            part(faults, service)
        except Exception as error:
            faults.append(f"{part.__name__} ends early: {type(error).__name__}: {error}")
    assert not faults, "\n- ".join([f"{len(faults)} faults", *faults])


class Service:
    """A project with entry points: `echo` answers with the same text, `other` does nothing, `guarded` asks for approval."""

    def __init__(self, rookery, peer):
        self.rookery, self.peer = rookery, peer
        self.project, self.foreign = rookery.project("service"), rookery.project("foreign")
        self.cells = [
            cell("echo", "client", title="echo", access="open", input_schema=INPUT),
            cell("other", "client", title="other", access="open"),
            cell("guarded", "client", title="guarded", access="approval"),
            cell("answer", "reply", payload={"text": "{{ text }}"}),
            link("echo", "answer"),
        ]
        self.workflow = rookery.workflow(self.project, "service", self.cells)
        rookery.workflow(self.foreign, "foreign", [cell("echo", "client", title="echo", access="open")])
        self.entries, self.foreign_entries = rookery.entry_points(self.project), rookery.entry_points(self.foreign)
        self.wire = Wire(rookery.tasks_url(self.project), self.project, peer)
        self.foreign_wire = Wire(rookery.tasks_url(self.foreign), self.foreign, peer)
        self.secrets = []  # tokens and proofs that must be in no log and in no event

    def connection(self, **wanted):
        """The connection of the project, as the API shows it, that has these fields."""
        found = self.rookery.api("GET", f"/projects/{self.project}/connections?role=agent&limit=200")
        return next(one for one in found if wanted.items() <= one.items())

    def change(self, connection, what):
        return self.rookery.api("POST", f"/projects/{self.project}/connections/{connection['id']}/{what}", {})

    def events(self, cell="echo"):
        return self.rookery.events(self.workflow, cell)


def proofs(faults, service):
    """Who has no good proof is nobody: 401, whatever is wrong."""
    wire, peer, echo = service.wire, service.peer, service.entries["echo"]
    spent = peer.proof(service.project)
    service.secrets.append(spent)
    faults.expect("a good proof", wire.connect(echo, spent), [200])
    stranger, now = Peer("stranger"), jwt.decode(spent, options={"verify_signature": False})["iat"]
    refused = {
        "no proof": "",
        "a text that is no proof": "x.y.z",
        "a spent proof": spent,
        "a foreign proof: signed by another deployment": stranger.issuer.sign(peer.url, peer.project, service.project),
        "a proof for another project": peer.proof(service.foreign),
        "a proof that is over": peer.proof(service.project, iat=now - 900, exp=now - 600),
        "a proof that lives too long": peer.proof(service.project, exp=now + 3600),
        "a proof of tomorrow": peer.proof(service.project, iat=now + 86_400, exp=now + 86_500),
        "a proof without a signature": jwt.encode(jwt.decode(peer.proof(service.project), options={"verify_signature": False}), None, "none"),
        "a proof by HS256": jwt.encode({"iss": peer.url}, secrets.token_bytes(32), "HS256", headers={"kid": peer.issuer.kid}),
        "a proof whose issuer is away": peer.issuer.sign("http://127.0.0.1:9", peer.project, service.project),
        "a proof whose issuer is no address": peer.issuer.sign("file:///etc", peer.project, service.project),
    }
    for what, proof in refused.items():
        faults.expect(what, wire.connect(echo, proof), [401])
        service.secrets.append(proof)


def connections(faults, service):
    """The same stages get the same token; the address of replies is the issuer's."""
    wire, peer, echo = service.wire, service.peer, service.entries["echo"]
    first = wire.connect(echo).json
    expected = {"client_project_id": peer.project, "client_stage_id": "stage", "client_task_url": f"{peer.url}/_tasks/client",
                "agent_project_id": service.project, "agent_stage_id": echo}
    faults.true(f"a Connection has other fields: {({**first, 'token': '...'})}, not {expected}", expected.items() <= first.items())
    token = first["token"]
    service.secrets.append(token)
    faults.true("the same stages get another token", wire.token(echo) == token)
    faults.true("another stage gets the same token", wire.token(echo, stage="second") != token)
    faults.expect("PATCH with the token", wire.update(token), [200], token)
    faults.true("PATCH cut the token off", wire.token(echo) == token)
    elsewhere = "http://127.0.0.1:9/_tasks/client"
    for what, answer in {
        "POST with replies to another host than the issuer's": wire.connect(echo, client_tasks_url=elsewhere),
        "PATCH with replies to another host than the issuer's": wire.update(token, elsewhere),
        "POST with no address": wire.connect(echo, client_tasks_url="here"),
        "POST with no stage": wire.connect(echo, stage=None),
        "POST with a body that is a list": call("POST", f"{wire.url}/connection", [], {"authorization": f"Bearer {peer.proof(service.project)}"}),
    }.items():
        faults.expect(what, answer, range(400, 500))
    faults.true("a stage that is not there is connected", wire.connect("nowhere").status == 404)
    faults.true("an entry point of another project is connected", wire.connect(service.foreign_entries["echo"]).status == 404)
    made = service.connection(agent_stage_id=echo, client_stage_id="stage")
    faults.true(f"the API's connection has other fields than the wire's: {made}", {**expected, "state": "active"}.items() <= made.items())


def tasks(faults, service):
    """A task comes in, its reply goes out; what does not fit the schema is told by field."""
    wire, echo = service.wire, service.entries["echo"]
    token = wire.token(echo)
    for text, slash in (("without a slash", ""), ("with a slash", "/")):
        faults.expect(f"a task {text}", wire.send(token, echo, {"text": text}, slash=slash), [200], "true")
        sent, task = service.peer.reply(text)
        faults.true(f"the reply has another authorization than the token: {sent!r}", sent == token)
        faults.true("the reply's payload has another connection_token than the wire's", task["payload"].get("connection_token") == token)
        fields = {"id", "type", "payload", "status", "target_stage_id", "created", "locked", "completed"}
        faults.true(f"the reply lacks {fields - task.keys()}", fields <= task.keys())
        faults.true(f"the reply has other values than Abstra's: {task}", task["type"] == "reply" and task["target_stage_id"] == echo)
    faults.expect("a task that does not fit the schema", wire.send(token, echo, {"text": 7}), [422], "text")
    faults.expect("a task without what the schema requires", wire.send(token, echo, {}), [422], "text")
    for what, body in {"a body that is no JSON": b"{", "a list": [], "no task": {"target_stage_id": echo}, "a payload that is a text":
                       {"task_data": {"type": "ask", "payload": "x"}, "target_stage_id": echo}}.items():
        faults.expect(what, call("POST", wire.url, body, authorized(token)), range(400, 500))


def tokens(faults, service):
    """A token that is not good for this stage gets one answer, whatever is wrong with it, and so does a stage that is not there."""
    wire, echo, other = service.wire, service.entries["echo"], service.entries["other"]
    good = wire.token(echo)
    public = service.connection(agent_stage_id=echo, client_stage_id="stage")["connection_token"]
    revoked, deleted = wire.token(echo, stage="revoked"), wire.token(echo, stage="deleted")
    service.change(service.connection(client_stage_id="revoked"), "revoke")
    faults.expect("DELETE", wire.delete(deleted), [200])
    bad = {
        "an unknown token": unknown_token(good), "a token with one other letter": good[:-1] + ("0" if good[-1] != "0" else "1"),
        "a public name": public, "another project's token": service.foreign_wire.token(service.foreign_entries["echo"]),
        "a revoked token": revoked, "a deleted token": deleted, "an empty token": "", "a long token": "a" * 5000,
    }
    service.secrets += [good, revoked, deleted]
    before, task = len(service.events()), {"text": "refused"}
    answers = {what: wire.send(token, echo, task) for what, token in bad.items()}
    answers |= {"no token": wire.send(None, echo, task), "another stage's token": wire.send(wire.token(other), echo, task)}
    answers |= {"a stage that is not there": wire.send(good, "nowhere", task)}
    answers |= {"a foreign stage": wire.send(good, service.foreign_entries["echo"], task)}
    faults.same("tasks with a token that is not good", answers)
    faults.true("a refused task became an event", len(service.events()) == before)
    client = {what: call("POST", wire.url.removesuffix("agent") + "client", {"id": "t", "type": "reply", "payload": {}}, authorized(token))
              for what, token in [*bad.items(), ("a provider's token", good), ("no token", None)]}
    faults.same("replies with a token that is not good", client)
    for what, token in bad.items():
        faults.expect(f"PATCH with {what}", wire.update(token), [404])
        faults.expect(f"DELETE with {what}", wire.delete(token), [404])
    faults.true("a connection made after a DELETE has the old token", wire.token(echo, stage="deleted") != deleted)


def keys(faults, service):
    """The same key is the same task; without a key each is a task of its own."""
    wire, echo = service.wire, service.entries["echo"]
    token, key, before = wire.token(echo), secrets.token_hex(8), len(service.events())
    first, again = wire.send(token, echo, {"text": "once"}, key), wire.send(token, echo, {"text": "once"}, key)
    faults.true(f"the same key has another answer: {first}, {again}", (first.status, first.body) == (again.status, again.body) and first.status == 200)
    faults.expect("the same key with another body", wire.send(token, echo, {"text": "twice"}, key), [409])
    for _ in range(2):
        faults.expect("a task without a key", wire.send(token, echo, {"text": "each"}), [200])
    wait_for("three events", lambda: len(service.events()) >= before + 3)
    faults.true("the same key made two events", len(service.events()) == before + 3)


def approval(faults, service):
    """A connection that waits brings no tasks."""
    wire, guarded = service.wire, service.entries["guarded"]
    made = wire.connect(guarded)
    faults.expect("connecting where somebody has to accept it", made, [200], "pending")
    token = made.json["token"]
    faults.expect("a task over a pending connection", wire.send(token, guarded, {"text": "x"}), range(400, 500))
    connection = service.connection(agent_stage_id=guarded)
    service.change(connection, "accept")
    faults.expect("a task over an accepted connection", wire.send(token, guarded, {"text": "x"}), [200])
    faults.true("accepting changed the token", wire.token(guarded) == token)
    service.change(connection, "rotate")
    faults.expect("a task with the token before the rotation", wire.send(token, guarded, {"text": "x"}), [200])
    rotated = wire.update(token)
    faults.true("PATCH with the token before the rotation tells no other", rotated.status == 200 and rotated.json["token"] != token)
    faults.expect("a task with the token after the rotation", wire.send(rotated.json["token"], guarded, {"text": "x"}), [200])
    service.change(connection, "revoke")
    faults.expect("a task over a revoked connection", wire.send(rotated.json["token"], guarded, {"text": "x"}), range(400, 500))
    service.secrets += [token, rotated.json["token"]]


def states(faults, service):
    """A stopped workflow is away; a connection survives stop, start and another version; a stage taken out ends it."""
    wire, echo, rookery = service.wire, service.entries["echo"], service.rookery
    token = wire.token(echo)
    rookery.api("POST", f"{service.workflow}/stop", {})
    faults.expect("a task for a stopped workflow", wire.send(token, echo, {"text": "x"}), [409, 503])
    rookery.api("POST", f"{service.workflow}/start", {})
    faults.expect("a task after stop and start", wire.send(token, echo, {"text": "x"}), [200])

    def save(cells):
        rookery.save(service.workflow, "service", cells)

    save(service.cells + [cell("more", "client", title="more", access="open")])
    faults.expect("a task after another version", wire.send(token, echo, {"text": "x"}), [200])
    faults.true("another version changed the token", wire.token(echo) == token)
    save([made for made in service.cells if made["id"] not in ("echo", "echo-answer")])
    faults.expect("a task for an entry point that was taken out", wire.send(token, echo, {"text": "x"}), [404])
    save(service.cells)
    again = rookery.entry_points(service.project)["echo"]
    faults.expect("a task with the token of an entry point that was taken out and put back", wire.send(token, again, {"text": "x"}), range(400, 500))
    faults.true("an entry point that was taken out and put back has the old token", wire.token(again) != token)


def leaks(faults, service):
    """Secrets are in no log, event or list of the API."""
    places = {"the log": service.rookery.log(), "events": str(service.events())}
    places["connections"] = str(service.rookery.api("GET", f"/projects/{service.project}/connections?role=agent&limit=200"))
    for place, text in places.items():
        faults.true(f"a secret is in {place}", not any(secret and secret in text for secret in service.secrets))
