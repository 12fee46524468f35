"""How Rookery differs from PyFlue: PyFlue's own client calls PyFlue's own server and Rookery in the same way, with equivalent agents.

Both servers ask one model: a server of this script on loopback, which speaks OpenAI's wire. So no key and no network are needed. Every
public method of the client must have a probe. What the two do not do alike is the table in docs/pyflue-differences.md.

    python differences.py PROGRAM           writes the table to the document
    python differences.py PROGRAM --check   fails if the document has another table
"""

import asyncio
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import acceptance
import httpx
from acceptance import Rookery, all_of, public_methods
from pyflue.client import PyFlueClient, create_flue_client, createFlueClient

DOCUMENT = Path(__file__).parents[2] / "docs/pyflue-differences.md"
NOT_YET = getattr(acceptance, "NOT_YET", set())
BEGIN, END = "<!-- differences.py writes the table -->", "<!-- the end of the table -->"
PROBES = []


def probe(method, what):
    """Registers a probe of a method: what it does, for the table."""
    def register(run):
        PROBES.append((method, what, run))
        return run
    return register


# --- the model -----------------------------------------------------------------------------------------------------------------------

class Model(BaseHTTPRequestHandler):
    """Says what it was asked last, and how many messages there were. It fails when it is told to, and is slow when it is told to."""

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        messages = [message for message in asked["messages"] if message["role"] in ("user", "assistant")]
        last = messages[-1]["content"]
        last = last if isinstance(last, str) else "".join(part.get("text", "") for part in last)
        if last.strip().endswith("please fail"):
            return self.answer(400, "application/json", json.dumps({"error": {"message": "The model is told to fail.", "code": "told"}}))
        if "be slow" in last:
            time.sleep(2)
        text = f"{len(messages)} messages" + (", the word" if any("the word" in str(message) for message in messages) else "")
        usage = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}
        whole = {"id": "c1", "created": 1, "model": asked["model"], "usage": usage}
        if not asked.get("stream"):
            choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
            return self.answer(200, "application/json", json.dumps({**whole, "object": "chat.completion", "choices": [choice]}))
        chunk = lambda choices, **more: f"data: {json.dumps({**whole, 'usage': None, 'object': 'chat.completion.chunk', 'choices': choices, **more})}\n\n"
        pieces = [chunk([{"index": 0, "delta": {"role": "assistant", "content": word}}]) for word in re.findall(r"\S+\s*", text)]
        pieces.append(chunk([{"index": 0, "delta": {}, "finish_reason": "stop"}]))
        self.answer(200, "text/event-stream", "".join(pieces) + chunk([], usage=usage) + "data: [DONE]\n\n")

    def answer(self, status, media_type, text):
        self.send_response(status)
        self.send_header("content-type", media_type)
        self.send_header("content-length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_):
        pass


def serve_model():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Model)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


# --- PyFlue's server -----------------------------------------------------------------------------------------------------------------

AGENT = """
from pyflue.agents import create_agent
default = create_agent(lambda ctx: {"model": "openai:test", "instructions": "You help."})
"""
WORKFLOW = """
async def run(ctx):
    if ctx.payload.get("fail"):
        raise ValueError("It is told to fail.")
    return {"twice": ctx.payload["text"] * 2}
"""


class PyFlueServer:
    """PyFlue's own server, as its command `dev` starts it, on a folder of its own."""

    def __init__(self, folder, model):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        (folder / "pyflue.toml").write_text('[agent]\nmodel = "openai:test"\n')
        for name, text in (("agents/guide", AGENT), ("agents/other", AGENT), ("agents/inner", AGENT + "triggers = {'webhook': False}\n"), ("workflows/double", WORKFLOW)):
            path = folder / f"{name}.py"
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
        command = [sys.executable, "-m", "uvicorn", "--factory", "pyflue.server:create_app", "--port", str(self.port), "--log-level", "warning"]
        environment = {**os.environ, "OPENAI_BASE_URL": model, "OPENAI_API_KEY": "k"}
        self.process = subprocess.Popen(command, cwd=folder, env=environment, stderr=subprocess.DEVNULL)
        for _ in range(600):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health", timeout=5).close()
                return
            except OSError:
                assert self.process.poll() is None, "PyFlue's server does not start"
                time.sleep(0.1)
        raise AssertionError("PyFlue's server is not ready after a minute")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)


# --- what is seen --------------------------------------------------------------------------------------------------------------------

class Here:
    """A client of one of the two servers, with an id that no other probe has."""

    def __init__(self, port):
        self.url = f"http://127.0.0.1:{port}"
        self.id = f"id-{os.urandom(4).hex()}"
        http = httpx.AsyncClient(timeout=60, event_hooks={"response": [read_if_refused]})
        self.client = PyFlueClient(self.url, client=http)

    async def ask(self, message="Hello", **payload):
        return await self.client.agents.invoke("guide", self.id, payload={"message": message, **payload})


async def read_if_refused(response):
    if response.is_error:
        await response.aread()


async def seen(run, port):
    """What a probe shows: what it gives, or how it is refused."""
    here = Here(port)
    try:
        async with asyncio.timeout(60), here.client._client:
            return text_of(await run(here))
    except httpx.HTTPStatusError as error:
        return refusal(error.response)
    except httpx.TransportError:
        return "the connection breaks"
    except Exception as error:
        return f"raises `{type(error).__name__}`"


def refusal(response):
    try:
        error = response.json()["error"]
        return f"{response.status_code} `{error['type']}`" + (", with `dev`" if "dev" in error else "")
    except (ValueError, KeyError, TypeError):
        return f"{response.status_code}, no envelope"


def text_of(value):
    """A value in one line, without what is new each time."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)
    for pattern, name in ((r"id-[0-9a-f]{8}", "ID"), (r"run_[0-9A-Z]{26}[-.\w]*", "RUN"), (r"\d{4}-\d\d-\d\dT[\d:.+Z]+", "TIME")):
        text = re.sub(pattern, name, text)
    return text


def keys(value):
    return sorted(value)


def kinds(events):
    """The types of events, in order. How a text is cut into pieces is up to chance."""
    types = [event.type for event in events]
    return [kind for kind, before in zip(types, [None, *types]) if kind != before or kind != "delta"]


# --- the probes ----------------------------------------------------------------------------------------------------------------------

@probe("health", "the answer")
async def health(here):
    return await here.client.health()


@probe("close", "a call after it")
async def close(here):
    client = PyFlueClient(here.url)
    await client.close()
    return await client.health()


@probe("prompt", "what comes with the answer")
async def prompt(here):
    reply = await here.client.prompt("Hello", session_id=here.id)
    return {"text": reply.text, "model": reply.model.id, "metadata": keys(reply.metadata), "tokens": reply.usage.total_tokens}


@probe("prompt", "messages that the model is given with a second question")
async def history(here):
    await here.client.prompt("Hello", session_id=here.id)
    return (await here.client.prompt("Again", session_id=here.id)).text


@probe("prompt", "an empty text")
async def empty(here):
    return (await here.client.prompt("", session_id=here.id)).text


@probe("prompt", "a number as text")
async def number(here):
    return (await here.client.prompt("x", session_id=here.id, payload={"prompt": 5})).text


@probe("prompt", "a second one while the first is at work")
async def busy(here):
    first = asyncio.create_task(here.client.prompt("be slow", session_id=here.id))
    await asyncio.sleep(1)
    try:
        return (await here.client.prompt("Hello", session_id=here.id)).text
    finally:
        await first


@probe("stream", "the frames")
async def stream(here):
    return kinds(await all_of(here.client.stream("Hello", session_id=here.id)))


@probe("stream", "the frames when the model fails")
async def stream_fails(here):
    return kinds(await all_of(here.client.stream("please fail", session_id=here.id)))


@probe("agent", "the fields of the answer")
async def agent(here):
    return keys(await here.client.agent("guide", here.id, payload={"message": "Hello"}))


@probe("create_flue_client", "agents.invoke in the format of the SDK")
async def factory(here):
    async with create_flue_client(here.url) as client:
        return keys(await client.agents.invoke("guide", here.id, payload={"message": "Hello"}))


@probe("createFlueClient", "the same")
async def factory_of_flue(here):
    async with createFlueClient(baseUrl=here.url) as client:
        return keys(await client.agents.invoke("guide", here.id, payload={"message": "Hello"}))


@probe("agents", "the list")
async def agents(here):
    # The agent that `/prompt` asks is none of PyFlue's files.
    return [[agent["name"], agent["triggers"]] for agent in await here.client.agents() if agent["name"] != "default"]


@probe("agents.invoke", "what comes with the answer")
async def invoke(here):
    result = (await here.ask())["result"]
    return {"result": keys(result), "metadata": keys(result["metadata"]), "usage": keys(result["usage"])}


@probe("agents.invoke", "mode `webhook`")
async def webhook(here):
    return keys(await here.client.agents.invoke("guide", here.id, mode="webhook", payload={"message": "Hello"}))


@probe("agents.invoke", "no message")
async def no_message(here):
    return (await here.client.agents.invoke("guide", here.id, payload={}))["result"]["text"]


@probe("agents.invoke", "an agent with `webhook: false`")
async def inner(here):
    return await here.client.agents.invoke("inner", here.id, payload={"message": "Hello"})


@probe("agents.invoke", "an unknown agent")
async def nobody(here):
    return await here.client.agents.invoke("nobody", here.id, payload={"message": "Hello"})


@probe("agents.invoke", "when the model fails")
async def fails(here):
    return await here.ask("please fail")


@probe("agents.invoke", "whether the model is told again of a question that failed")
async def after_failure(here):
    try:
        await here.ask("the word, then please fail")
    except httpx.HTTPStatusError:
        pass
    # PyFlue closes the connection of a failure, and this client would take it again.
    async with PyFlueClient(here.url) as client:
        answer = await client.agents.invoke("guide", here.id, payload={"message": "Hello"})
    return "yes" if "the word" in answer["result"]["text"] else "no"


@probe("agents.invoke", "an id with a slash (`%2F`)")
async def slash(here):
    return (await here.client.agents.invoke("guide", f"{here.id}%2Fb", payload={"message": "Hello"}))["result"]["text"]


@probe("agents.invoke", "whether the model sees what was said under another id (`日本`, `中国`)")
async def other_id(here):
    await here.client.agents.invoke("guide", f"{here.id}日本", payload={"message": "the word"})
    answer = await here.client.agents.invoke("guide", f"{here.id}中国", payload={"message": "Hello"})
    return "yes" if "the word" in answer["result"]["text"] else "no"


@probe("agents.invoke", "whether the model sees what another agent was told under the same id")
async def other_agent(here):
    await here.ask("the word")
    answer = await here.client.agents.invoke("other", here.id, payload={"message": "Hello"})
    return "yes" if "the word" in answer["result"]["text"] else "no"


@probe("agents.stream", "the frames")
async def agent_stream(here):
    return kinds(await all_of(here.client.agents.stream("guide", here.id, payload={"message": "Hello"})))


@probe("agents.stream", "the frames when the model fails")
async def agent_stream_fails(here):
    return kinds(await all_of(here.client.agents.stream("guide", here.id, payload={"message": "please fail"})))


@probe("agents.connect", "an unknown agent")
async def connect(here):
    async with here.client.agents.connect("nobody", here.id) as connection:
        return json.loads(await connection._socket.recv())["error"]["type"]


@probe("_AgentConnection.prompt", "the answer")
async def connection_prompt(here):
    async with here.client.agents.connect("guide", here.id) as connection:
        return keys(await connection.prompt("Hello"))


@probe("_AgentConnection.prompt", "an agent with `webhook: false`")
async def connection_inner(here):
    async with here.client.agents.connect("inner", here.id) as connection:
        answer = await connection.prompt("Hello")
        return answer.get("error", answer)["type"]


@probe("_AgentConnection.prompt", "when the model fails")
async def connection_fails(here):
    async with here.client.agents.connect("guide", here.id) as connection:
        answer = await connection.prompt("please fail")
        return answer.get("error", answer)["type"]


@probe("workflows.invoke", "the receipt")
async def workflow(here):
    return keys(await here.client.workflows.invoke("double", {"text": "ab"}))


@probe("workflows.invoke", "with its result")
async def workflow_waits(here):
    return await here.client.workflows.invoke("double", {"text": "ab"}, wait=True)


@probe("workflows.invoke", "an unknown workflow")
async def no_workflow(here):
    return await here.client.workflows.invoke("nothing")


@probe("workflows.stream", "the events")
async def workflow_stream(here):
    return kinds(await all_of(here.client.workflows.stream("double", {"text": "ab"})))


@probe("workflows.connect", "an unknown workflow")
async def workflow_connect(here):
    async with here.client.workflows.connect("nothing") as connection:
        return json.loads(await connection._socket.recv())["error"]["type"]


@probe("_WorkflowConnection.run", "the messages")
async def connection_run(here):
    async with here.client.workflows.connect("double") as connection:
        return [message["type"] for message in await connection.run({"text": "ab"})]


async def a_run(here):
    return (await here.client.workflows.invoke("double", {"text": "ab"}, wait=True))["run_id"]


@probe("runs.get", "the fields")
async def run(here):
    return keys(await here.client.runs.get(await a_run(here)))


@probe("runs.get", "the run of a prompt")
async def run_of_prompt(here):
    metadata = (await here.ask())["result"]["metadata"]
    return "is there" if "run_id" in metadata and await here.client.runs.get(metadata["run_id"]) else "there is none"


@probe("runs.get", "an unknown run")
async def no_run(here):
    return await here.client.runs.get("run_nothing")


@probe("runs.events", "the types")
async def run_events(here):
    return [event["type"] for event in (await here.client.runs.events(await a_run(here)))["events"]]


@probe("runs.stream", "the types")
async def run_stream(here):
    return kinds(await all_of(here.client.runs.stream(await a_run(here))))


@probe("admin.agents.list", "the fields")
async def admin_agents(here):
    return keys(await here.client.admin.agents.list())


@probe("admin.instances.list", "an unknown agent")
async def admin_instances(here):
    return await here.client.admin.instances.list("nobody")


@probe("admin.instances.list", "an agent that was prompted")
async def admin_instances_of_prompts(here):
    await here.ask()
    return keys(await here.client.admin.instances.list("guide"))


@probe("admin.runs.list", "the fields")
async def admin_runs(here):
    return keys(await here.client.admin.runs.list())


@probe("admin.runs.list_for_instance", "an instance that was prompted")
async def admin_runs_of_instance(here):
    await here.ask()
    return keys(await here.client.admin.runs.list_for_instance("guide", here.id))


@probe("admin.runs.get", "an unknown run")
async def admin_run(here):
    return await here.client.admin.runs.get("run_nothing")


# --- the table -----------------------------------------------------------------------------------------------------------------------

def table(pyflue, rookery):
    """What the two do not do alike, and how many probes there are in all. What Rookery does not have yet is only counted."""
    found = [(probe, theirs, ours) for probe, theirs, ours in zip(PROBES, pyflue, rookery) if probe[0] not in NOT_YET]
    rows = [f"| `{method}`: {what} | {cell(theirs)} | {cell(ours)} |" for (method, what, _), theirs, ours in found if theirs != ours]
    count = f"{len(rows)} of {len(found)} calls differ."
    if NOT_YET:
        count += f" {len(NOT_YET)} methods, which Rookery does not have yet, are left out."
    return "\n".join(["| Call | PyFlue's server | Rookery |", "|---|---|---|", *rows, "", count])


def cell(text):
    return text.replace("|", "\\|").replace("\n", " ")[:300]


def main(program, check):
    missing = public_methods() - {method for method, *_ in PROBES}
    assert not missing, f"methods without a probe: {sorted(missing)}"
    model = serve_model()
    port = model.server_port
    address = f"http://127.0.0.1:{port}/v1"
    agents = {"default": "model: openai/test", "guide": "model: openai/test", "other": "model: openai/test", "inner": "model: openai/test\ntriggers: {webhook: false}"}
    with tempfile.TemporaryDirectory() as theirs, tempfile.TemporaryDirectory() as ours:
        environment = {"OPENAI_BASE_URL": address, "OPENAI_API_KEY": "k"}
        rookery = Rookery(program, Path(ours), "--egress-allow", f"127.0.0.1/32:{port}", agents=agents, environment=environment)
        pyflue = PyFlueServer(Path(theirs), address)
        try:
            async def of(port):
                return [await seen(run, port) for _, _, run in PROBES]

            found = table(asyncio.run(of(pyflue.port)), asyncio.run(of(rookery.port)))
        finally:
            pyflue.stop()
            rookery.stop()
    before, rest = DOCUMENT.read_text().split(BEGIN)
    old, after = rest.split(END)
    if check and old.strip() != found:
        print(found, "\n\nThe table of docs/pyflue-differences.md is another one: write it with `make pyflue-differences`, and read the diff.")
        return 1
    DOCUMENT.write_text(f"{before}{BEGIN}\n\n{found}\n\n{END}{after}")
    print(found)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], "--check" in sys.argv))
