"""The acceptance test of persistent agents: PyFlue's own client, unmodified, against the real program.

Every public method of the client, as `inspect` finds them in the installed package, must have a case: a method without one fails the
run. Cases that cannot pass yet are named in NOT_YET; one of them that passes fails the run, too, so the list only gets shorter.

    python acceptance.py PROGRAM        for example target/debug/rookery
"""

import asyncio
import inspect
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import traceback
import urllib.request
from pathlib import Path

import httpx
import pyflue.client
from pyflue.client import PyFlueClient, create_flue_client, createFlueClient
from websockets.exceptions import InvalidStatus

# What has no routes yet. When this is empty, the list goes, too.
NOT_YET = set()

AGENTS = {
    "guide": "model: demo/guide",
    "inner": "model: demo/guide\ntriggers: {webhook: false}",
    "broken": "model: demo/nothing",
    "default": "model: demo/guide",
}
LINES = "a\u0085b\u2028c\u2029d\r\ne \U0001f980"
USAGE = {"input", "output", "cache_read", "cache_write", "total_tokens", "cost"}
CASES = {}


def case(method):
    """Registers a case of a method of the client."""
    def register(run):
        CASES.setdefault(method, []).append(run)
        return run
    return register


# --- what the client has -------------------------------------------------------------------------------------------------------------

def public_methods():
    """The names of all public methods: of the client, of what hangs on it, and of the connections that it opens; and the factories."""
    found = {name for name in ("create_flue_client", "createFlueClient") if hasattr(pyflue.client, name)}

    def of_class(prefix, kind):
        for name, _ in inspect.getmembers(kind, inspect.isfunction):
            if name == "__call__":
                found.add(prefix.removesuffix("."))
            elif not name.startswith("_"):
                found.add(prefix + name)

    def walk(prefix, thing):
        of_class(prefix, type(thing))
        for name, value in vars(thing).items():
            if not name.startswith("_") and type(value).__module__ == pyflue.client.__name__:
                walk(f"{prefix}{name}.", value)

    walk("", PyFlueClient("http://127.0.0.1"))
    for name, kind in inspect.getmembers(pyflue.client, inspect.isclass):
        if kind.__module__ == pyflue.client.__name__ and name.endswith("Connection"):
            of_class(f"{name}.", kind)
    for name, function in inspect.getmembers(pyflue.client, inspect.isfunction):
        if function.__module__ == pyflue.client.__name__ and not name.startswith("_"):
            found.add(name)
    return found


# --- the program ---------------------------------------------------------------------------------------------------------------------

class Rookery:
    """The program on a folder of its own, with agents and one workflow."""

    def __init__(self, program, folder, *args, agents=AGENTS, environment=None):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        definitions = folder / "agents"
        definitions.mkdir()
        for name, front_matter in agents.items():
            (definitions / f"{name}.md").write_text(f"---\n{front_matter}\n---\nYou help.")
        self.data = folder / "data"
        command = [program, "--no-demo", "--addr", f"127.0.0.1:{self.port}", "--data", str(self.data), "--agents", str(definitions), *args]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ, **(environment or {})})
        assert "ready" in self.process.stdout.readline(), "it does not start"
        root_key = self.data / "root.key"
        self.root_key = root_key.read_text().strip() if root_key.exists() else None
        projects = self.api("GET", "/projects")["data"]
        self.project = next(project["id"] for project in projects if project["name"] == "default")
        self.key = None
        if self.root_key:
            self.key = self.new_key(self.project)
            self.other_key = self.new_key(self.api("POST", "/projects", {"name": "other"})["data"]["id"])
        self.workflow("double", {"instructions": {"twice": "{{ text }}{{ text }}"}})
        self.workflow("fails", {"instructions": {"n": "{{ text | divided_by: 0 }}"}})

    def new_key(self, project):
        return self.api("POST", f"/projects/{project}/api_keys", {"name": "client", "role": "editor"})["data"]["key"]

    def workflow(self, name, config):
        cells = [
            {"id": "start", "type": "agent", "agent_type": "manual", "config": {}},
            {"id": "result", "type": "agent", "agent_type": "event_formatting", "config": config},
            {"id": "link", "type": "link", "source": {"id": "start"}, "target": {"id": "result"}},
        ]
        made = self.api("POST", f"/projects/{self.project}/workflows", {"name": name, "options": {"cells": cells}})
        self.api("POST", f"/projects/{self.project}/workflows/{made['data']['id']}/start", {})

    def api(self, method, path, body=None):
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/api/v1{path}", method=method)
        request.add_header("content-type", "application/json")
        if self.root_key:
            request.add_header("authorization", f"Bearer {self.root_key}")
        with urllib.request.urlopen(request, None if body is None else json.dumps(body).encode(), timeout=60) as answer:
            return json.load(answer)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(30) == 0, "it does not end well"


class Here:
    """What a case knows: a client, and where it calls."""

    def __init__(self, rookery, base_url, prefix):
        self.rookery, self.base_url, self.prefix = rookery, base_url, prefix
        # Ids are new in each round, so that no case depends on another.
        self.id = f"id-{os.urandom(4).hex()}"
        # The client reads no body of a stream that is refused, so its HTTP library is told to.
        http = httpx.AsyncClient(timeout=60, event_hooks={"response": [read_if_refused]})
        self.client = PyFlueClient(base_url, client=http)
        # The same without the path of the project: it is in the admin path then.
        self.root_url = base_url.removesuffix(prefix)


async def read_if_refused(response):
    if response.is_error:
        await response.aread()


async def refused(call, status, kind):
    """Awaits a call that must be refused with this status and type; gives the error."""
    try:
        await call
    except httpx.HTTPStatusError as error:
        found = error.response
        body = found.json()["error"]
        assert (found.status_code, body["type"]) == (status, kind), (found.status_code, body)
        assert body["message"] and body["details"] and set(body) <= {"type", "message", "details", "dev", "meta"}, body
        return body
    raise AssertionError(f"it is not refused: {status} {kind} is expected")


async def all_of(events):
    return [event async for event in events]


def is_reply(reply, text, agent="guide"):
    assert set(reply) == {"text", "metadata", "usage", "model"}, reply
    assert text in reply["text"], reply["text"]
    assert reply["model"] == {"id": "demo/guide"} and set(reply["usage"]) == USAGE, reply
    assert reply["usage"]["total_tokens"] == reply["usage"]["input"] + reply["usage"]["output"] > 0
    assert set(reply["usage"]["cost"]) == {"input", "output", "cache_read", "cache_write", "total"}
    metadata = reply["metadata"]
    assert (metadata["harness"], metadata["model"], metadata["agent"]) == ("rookery", "demo/guide", agent), metadata


# --- the client itself ---------------------------------------------------------------------------------------------------------------

@case("health")
async def health(here):
    client = PyFlueClient(here.root_url)
    async with client:
        health = await client.health()
    assert health["ok"] is True and health["framework"] == "rookery", health


@case("close")
async def close(here):
    client = PyFlueClient(here.base_url)
    await client.agents()
    await client.close()
    try:
        await client.agents()
    except RuntimeError:
        return
    raise AssertionError("a closed client goes on")


@case("prompt")
async def prompt(here):
    first = await here.client.prompt("Hello", session_id=here.id)
    assert 'You said: "Hello"' in first.text and "message 1" in first.text, first.text
    assert first.model.id == "demo/guide" and first.usage.total_tokens > 0, first
    assert first.metadata["agent"] == "default", first.metadata
    second = await here.client.prompt("Again", session_id=here.id)
    assert "message 2" in second.text, second.text
    typed = await here.client.prompt('{"a": 1}', session_id=here.id, result=dict[str, int])
    assert typed.result == {"a": 1}, typed
    await here.client.prompt("Hello")
    for text in ("", "  "):
        await refused(here.client.prompt(text), 400, "invalid_request")
    await refused(here.client.prompt("x", payload={"prompt": 5}), 400, "invalid_request")


@case("stream")
async def stream(here):
    events = await all_of(here.client.stream(LINES, session_id=here.id))
    assert (events[0].type, events[0].data) == ("start", {"session_id": here.id}), events[0]
    assert events[-1].type == "end" and LINES in events[-1].data["text"], events[-1]
    deltas = [event.data["text"] for event in events if event.type == "delta"]
    assert len(deltas) > 1 and "".join(deltas) == events[-1].data["text"], deltas
    assert all("type" not in event.data for event in events), events
    await refused(all_of(here.client.stream("", session_id=here.id)), 400, "invalid_request")


@case("agent")
async def agent(here):
    is_reply((await here.client.agent("guide", here.id, payload={"message": "Hello"}))["result"], "message 1")
    typed = await here.client.agent("guide", here.id, payload={"prompt": "Hello"}, result=dict[str, dict])
    is_reply(typed["result"], "message 2")


@case("create_flue_client")
async def factory(here):
    async with create_flue_client(here.base_url) as client:
        answer = await client.agents.invoke("guide", here.id, payload={"message": "Hello"})
        assert set(answer) == {"result", "runId"} and answer["runId"].startswith("run_"), answer
        is_reply(answer["result"], "Hello")


@case("createFlueClient")
async def factory_of_flue(here):
    async with createFlueClient(baseUrl=here.base_url, agentResponseFormat="sdk") as client:
        answer = await client.agents.invoke("guide", here.id, {"mode": "sync", "payload": {"message": "Hello"}})
        assert answer["result"]["metadata"]["run_id"] == answer["runId"], answer


# --- agents --------------------------------------------------------------------------------------------------------------------------

@case("agents")
async def agents(here):
    listed = await here.client.agents()
    agent = lambda name, webhook: {"name": name, "path": f"/agents/{name}/{{agent_id}}", "triggers": {"webhook": webhook}}
    expected = [agent("broken", True), agent("default", True), agent("guide", True), agent("inner", False)]
    assert [one for one in listed if one["name"] in AGENTS] == expected, listed


@case("agents.invoke")
async def invoke(here):
    call = here.client.agents.invoke
    is_reply((await call("guide", here.id, payload={"message": "Hello"}))["result"], "message 1")
    is_reply((await call("guide", here.id, payload={"message": "Hello", "session": None}))["result"], "message 2")
    is_reply((await call("guide", here.id, payload={"message": "Hello", "session": "other"}))["result"], "message 1")
    flue = await call("guide", here.id, payload={"message": "Hello"}, response_format="flue")
    is_reply(flue["result"], "message 3")
    taken = await call("guide", here.id, mode="webhook", payload={"message": "Later", "session": "hook"})
    assert taken["status"] == "accepted" and taken["run_id"] == taken["runId"], taken
    assert set(await call("guide", here.id, mode="webhook", payload={"message": "Later", "session": "hook"}, response_format="flue")) == {"runId"}
    for number in range(600):
        try:
            is_reply((await call("guide", here.id, payload={"message": "Now", "session": "hook"}))["result"], "message 3")
            break
        except httpx.HTTPStatusError as error:
            assert error.response.json()["error"]["type"] == "session_busy", error.response.text
            assert int(error.response.headers["retry-after"]) >= 1
            await asyncio.sleep(0.05)
    events = await all_of(call("guide", here.id, mode="stream", payload={"message": "Hello", "session": "stream"}))
    assert events[0].data == {"type": "start", "session_id": f"{here.id}:stream"}, events[0]


@case("agents.invoke")
async def any_id(here):
    mine = here.id
    for id in ("a%2Fb", "%2E%2E", "%2E", "a b", "a_b", "日本", "中国", "\U0001f980", "a:b", "%3F%23%25", mine + "x" * (512 - len(mine))):
        for number in (1, 2):
            answer = await here.client.agents.invoke("guide", id, payload={"message": "Hello", "session": mine})
            is_reply(answer["result"], f"message {number}")
    await refused(here.client.agents.invoke("guide", "x" * 513, payload={"message": "Hello"}), 400, "invalid_request")


@case("agents.invoke")
async def what_goes_wrong(here):
    call = here.client.agents.invoke
    unknown = await refused(call("nobody", here.id, payload={"message": "Hello"}), 404, "agent_not_found")
    assert "guide" in unknown["dev"], unknown
    for mode in ("sync", "webhook"):
        await refused(call("inner", here.id, mode=mode, payload={"message": "Hello"}), 404, "agent_not_webhook")
    await refused(all_of(call("inner", here.id, mode="stream", payload={"message": "Hello"})), 404, "agent_not_webhook")
    for payload in (None, {}, {"message": ""}, {"message": 1}, {"message": {"a": 1}}, {"message": "x", "session": 1}):
        await refused(call("guide", here.id, payload=payload), 400, "invalid_request")
    await refused(call("broken", here.id, payload={"message": "Hello"}), 502, "model_error")
    # The same connections go on after each error.
    is_reply((await call("guide", here.id, payload={"message": "Hello"}))["result"], "message 1")
    http = here.client._client
    for method in ("GET", "PUT", "PATCH", "DELETE"):
        wrong = await http.request(method, f"{here.base_url}/agents/guide/{here.id}")
        assert (wrong.status_code, wrong.json()["error"]["meta"]) == (405, {"allowed": ["POST"]}), wrong.text
        assert "allow" not in wrong.headers
    wrong = await http.post(f"{here.base_url}/agents/guide/{here.id}", content="x", headers={"content-type": "text/plain"})
    assert (wrong.status_code, wrong.json()["error"]["meta"]) == (415, {"received": "text/plain"}), wrong.text
    wrong = await http.post(f"{here.base_url}/agents/guide/{here.id}", content="{", headers={"content-type": "application/json"})
    assert (wrong.status_code, wrong.json()["error"]["type"]) == (400, "invalid_json"), wrong.text


@case("agents.stream")
async def agent_stream(here):
    events = await all_of(here.client.agents.stream("guide", here.id, payload={"message": LINES, "session": "s"}))
    assert events[0].data == {"type": "start", "session_id": f"{here.id}:s"}, events[0]
    assert all(event.data["type"] == event.type for event in events), events
    assert LINES in events[-1].data["text"] and events[-1].data["metadata"]["run_id"].startswith("run_"), events[-1]
    # A failure is one frame with the envelope, and nothing after it.
    events = await all_of(here.client.agents.stream("broken", here.id, payload={"message": "Hello"}))
    assert [event.type for event in events] == ["start", "error"], events
    assert set(events[1].data) == {"error"} and events[1].data["error"]["type"] == "model_error", events


@case("agents.connect")
async def connect(here):
    async with here.client.agents.connect("guide", here.id) as connection:
        assert connection is not None
    if here.rookery.key:
        host = here.base_url.split("@")[1]
        for key, status in ((None, 401), ("rk_wrong", 401), (here.rookery.other_key, 404)):
            # Without a project in the path, the agent is sought in the key's own.
            if status == 404 and not here.prefix:
                continue
            base_url = f"http://{host}" if key is None else f"http://{key}:@{host}"
            try:
                async with PyFlueClient(base_url).agents.connect("guide", here.id):
                    raise AssertionError(f"it is open with {key}")
            except InvalidStatus as refused:
                assert refused.response.status_code == status, (key, refused)


@case("_AgentConnection.prompt")
async def connection_prompt(here):
    async with here.client.agents.connect("guide", here.id) as connection:
        for number in (1, 2):
            answer = await connection.prompt("Hello", session="s")
            assert answer["type"] == "result" and set(answer) == {"type", "result"}, answer
            is_reply(answer["result"], f"message {number}")
        is_reply((await connection.prompt(LINES))["result"], LINES)
        answer = await connection.prompt("")
        assert (answer["type"], answer["error"]["type"]) == ("error", "invalid_request"), answer
        is_reply((await connection.prompt("Hello", session="s"))["result"], "message 3")
    async with here.client.agents.connect("broken", here.id) as connection:
        answer = await connection.prompt("Hello")
        assert (answer["type"], answer["error"]["type"]) == ("error", "model_error"), answer
    async with here.client.agents.connect("nobody", here.id) as connection:
        answer = await connection.prompt("Hello")
        assert answer == {"type": "error", "error": {"type": "not_found", "message": answer["error"]["message"]}}, answer
    async with here.client.agents.connect("inner", here.id) as connection:
        answer = await connection.prompt("Hello")
        assert answer["error"]["type"] == "agent_not_webhook", answer


# --- workflows, runs, admin ----------------------------------------------------------------------------------------------------------

RUN = {"run_id", "runId", "agent", "agentName", "agent_id", "instanceId", "started_at", "startedAt", "ended_at", "endedAt", "durationMs",
       "status", "is_error", "isError", "error", "result", "event_count"}


@case("workflows.invoke")
async def workflow(here):
    taken = await here.client.workflows.invoke("double", {"text": "ab"})
    assert taken["status"] == "accepted" and taken["run_id"] == taken["runId"], taken
    assert taken["run_id"].startswith("workflow:double:run_"), taken
    done = await here.client.workflows.invoke("double", {"text": "ab"}, wait=True)
    assert (done["status"], done["result"]) == ("completed", {"twice": "abab"}), done
    run = await here.client.runs.get(done["run_id"])
    assert set(run) == RUN and (run["agent"], run["agent_id"]) == ("double", done["run_id"]), run
    assert (run["status"], run["result"], run["error"]) == ("succeeded", done["result"], None), run
    await refused(here.client.workflows.invoke("nothing"), 404, "not_found")
    error = await refused(here.client.workflows.invoke("fails", {"text": "5"}, wait=True), 500, "internal_error")
    run = await here.client.runs.get(error["meta"]["run_id"])
    assert (run["status"], run["is_error"], run["result"]) == ("failed", True, None), run
    assert set(run["error"]) == {"type", "message", "details"}, run


@case("workflows.stream")
async def workflow_stream(here):
    events = await all_of(here.client.workflows.stream("double", {"text": "ab"}))
    assert [event.type for event in events] == ["run_start", "log", "run_end"], events
    assert [event.data["event_index"] for event in events] == list(range(1, len(events) + 1)), events
    assert events[0].data["data"]["agent"] == "double" and events[-1].data["data"]["status"] == "succeeded", events
    events = await all_of(here.client.workflows.stream("fails", {"text": "5"}))
    assert [event.type for event in events] == ["run_start", "log", "run_end", "error"], events
    assert events[2].data["data"]["is_error"] is True and set(events[3].data) == {"error"}, events


@case("agents.invoke")
async def workflow_like(here):
    call = here.client.agents.invoke
    answer = await call("double", here.id, payload={"text": "ab"})
    id = answer["_meta"]["run_id"]
    assert answer == {"twice": "abab", "_meta": {"run_id": id, "runId": id}}, answer
    run = await here.client.runs.get(id)
    assert (run["agent"], run["agent_id"], run["instanceId"]) == ("double", here.id, here.id), run
    taken = await call("double", here.id, mode="webhook", payload={"text": "ab"})
    assert taken == {"status": "accepted", "run_id": taken["runId"], "runId": taken["runId"]}, taken
    events = await all_of(call("double", here.id, mode="stream", payload={"text": "ab"}))
    assert [event.type for event in events] == ["run_start", "log", "run_end"], events
    listed = await here.client.admin.runs.list_for_instance("double", here.id)
    assert [run["run_id"] for run in listed["runs"]] == [events[0].data["run_id"], taken["run_id"], id], listed
    await refused(call("fails", here.id, payload={"text": "5"}), 500, "internal_error")


@case("workflows.connect")
async def workflow_connect(here):
    async with here.client.workflows.connect("double") as connection:
        assert connection is not None


@case("_WorkflowConnection.run")
async def connection_run(here):
    async with here.client.workflows.connect("double") as connection:
        messages = await connection.run({"text": "ab"})
    assert (messages[0]["type"], messages[-1]["type"], messages[-1]["result"]) == ("run_start", "result", {"twice": "abab"}), messages


async def a_run(here):
    """The id of a prompt's run."""
    answer = await here.client.agents.invoke("guide", here.id, payload={"message": "Hello"}, response_format="flue")
    return answer["runId"]


@case("runs.get")
async def run(here):
    run = await here.client.runs.get(await a_run(here))
    assert set(run) == RUN and (run["agent"], run["agent_id"], run["status"]) == ("guide", here.id, "succeeded"), run
    await refused(here.client.runs.get("run_nothing"), 404, "run_not_found")


@case("runs.events")
async def run_events(here):
    id = await a_run(here)
    all = await here.client.runs.events(id)
    indices = [event["event_index"] for event in all["events"]]
    assert indices == list(range(1, len(indices) + 1)) and all["next_after"] == indices[-1], all
    assert (all["events"][0]["type"], all["events"][-1]["type"]) == ("run_start", "run_end"), all
    some = await here.client.runs.events(id, after=1, limit=1, types=["run_end", "log"])
    assert [event["event_index"] for event in some["events"]] == [2] and some["next_after"] == 2, some
    ended = await here.client.runs.events(id, types=["run_end"])
    assert ended["events"] == all["events"][-1:], ended
    nothing = await here.client.runs.events(id, after=99)
    assert (nothing["events"], nothing["next_after"], nothing["nextAfter"]) == ([], 99, 99), nothing
    await refused(here.client.runs.events(id, limit=0), 400, "invalid_query_param")


@case("runs.stream")
async def run_stream(here):
    id = await a_run(here)
    all = await all_of(here.client.runs.stream(id))
    assert (all[0].type, all[-1].type) == ("run_start", "run_end"), all
    rest = await all_of(here.client.runs.stream(id, after=1))
    assert [event.data for event in rest] == [event.data for event in all[1:]], rest
    assert await all_of(here.client.runs.stream(id, after=len(all))) == []
    await refused(all_of(here.client.runs.stream("run_nothing")), 404, "run_not_found")


@case("admin.agents.list")
async def admin_agents(here):
    await a_run(here)
    page = await PyFlueClient(here.root_url, admin_base_path=f"{here.prefix}/admin").admin.agents.list(limit=1)
    assert page["agents"] == page["items"] and len(page["items"]) == 1, page
    await here.client.workflows.invoke("double", {"text": "ab"}, wait=True)
    page = await here.client.admin.agents.list()
    names = [agent["name"] for agent in page["agents"]]
    assert {"name": "guide", "triggers": None} in page["agents"] and page["nextCursor"] is None, page
    assert names == sorted(names) and "double" in names and "inner" not in names, names
    await refused(here.client.admin.agents.list(limit=0), 400, "invalid_query_param")
    await refused(here.client.admin.agents.list(cursor="?"), 400, "invalid_query_param")


@case("admin.instances.list")
async def admin_instances(here):
    await a_run(here)
    page = await here.client.admin.instances.list("guide", limit=1000)
    assert {"agent_id": here.id, "instanceId": here.id} in page["instances"] and page["agent"] == "guide", page
    await refused(here.client.admin.instances.list("nobody"), 404, "agent_not_found")


@case("admin.runs.list")
async def admin_runs(here):
    ids = [await a_run(here) for _ in range(3)]
    page = await here.client.admin.runs.list(limit=2, status="completed", agent_name="guide")
    assert [run["run_id"] for run in page["runs"]] == ids[:0:-1], page
    rest = await here.client.admin.runs.list(limit=1, cursor=page["nextCursor"], status="completed", agent_name="guide")
    assert rest["runs"][0]["run_id"] == ids[0], rest
    assert all(set(run) == RUN and run["status"] == "succeeded" for run in page["runs"]) and page["runs"] == page["items"], page
    await refused(here.client.admin.runs.list(agent_name="nobody"), 404, "agent_not_found")
    await refused(here.client.admin.runs.list(status="odd"), 400, "invalid_query_param")


@case("admin.runs.list_for_instance")
async def admin_runs_of_instance(here):
    id = await a_run(here)
    page = await here.client.admin.runs.list_for_instance("guide", here.id, status="completed", limit=1)
    assert page["runs"][0]["run_id"] == id and page["instanceId"] == here.id and page["nextCursor"] is None, page
    await refused(here.client.admin.runs.list_for_instance("nobody", here.id), 404, "agent_not_found")
    await refused(here.client.admin.runs.list_for_instance("guide", f"{here.id}x"), 404, "instance_not_found")


@case("admin.runs.get")
async def admin_run(here):
    id = await a_run(here)
    assert (await here.client.admin.runs.get(id))["run_id"] == id
    await refused(here.client.admin.runs.get("run_nothing"), 404, "run_not_found")


# --- the run of all ------------------------------------------------------------------------------------------------------------------

async def passes(run, rookery, base_url, prefix):
    """Why a case fails; none if it passes."""
    here = Here(rookery, base_url, prefix)
    try:
        async with asyncio.timeout(120), here.client._client:
            await run(here)
    except Exception:
        return traceback.format_exc(limit=-2)
    return None


async def round_of(name, rookery, base_url, prefix=""):
    """Runs all cases at one address; gives the problems."""
    problems = []
    for method, cases in sorted(CASES.items()):
        failures = [failure for run in cases if (failure := await passes(run, rookery, base_url, prefix))]
        if method in NOT_YET and not failures:
            problems.append(f"{name}: {method} works: take it out of NOT_YET")
        elif method not in NOT_YET:
            problems += [f"{name}: {method}: {failure}" for failure in failures]
        print(f"{name}: {method}: {'fails' if failures else 'ok'}{', as expected so far' if failures and method in NOT_YET else ''}")
    return problems


async def nobody_without_a_key(rookery):
    async with PyFlueClient(f"http://127.0.0.1:{rookery.port}") as client:
        await refused(client.agents(), 401, "unauthenticated")
        await refused(client.agents.invoke("guide", "i", payload={"message": "Hello"}), 401, "unauthenticated")


def main(program):
    methods = public_methods()
    problems = [f"{method} has no case" for method in sorted(methods - set(CASES))]
    problems += [f"{method} has a case, but the client has no such method" for method in sorted(set(CASES) - methods)]
    problems += [f"{method} is in NOT_YET, but has no case" for method in sorted(NOT_YET - set(CASES))]
    for args in ((), ("--auth", "required")):
        with tempfile.TemporaryDirectory() as folder:
            rookery = Rookery(program, Path(folder), *args)
            try:
                host, below = f"127.0.0.1:{rookery.port}", f"/p/{rookery.project}"
                if rookery.key is None:
                    problems += asyncio.run(round_of("open", rookery, f"http://{host}"))
                else:
                    asyncio.run(nobody_without_a_key(rookery))
                    with_key = f"http://{rookery.key}:@{host}"
                    problems += asyncio.run(round_of("with a key", rookery, with_key))
                    problems += asyncio.run(round_of("below /p/{project}", rookery, with_key + below, below))
            finally:
                rookery.stop()
    print("\n".join(["", *problems, f"{len(methods)} methods, {len(NOT_YET)} not yet, {len(problems)} problems"]))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
