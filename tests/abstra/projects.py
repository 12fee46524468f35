"""The projects that the deployments run: stages, and scripts as a user of Abstra writes them."""

from deployment import stage

ASK = """
from abstra.hooks import get_request, send_json
from abstra.tasks import send_task
body, _, _ = get_request()
send_task(body.pop("type", "ask"), body)
send_json({})
"""
RELAY = """
from abstra.tasks import get_trigger_task, send_task
task = get_trigger_task()
send_task(task.type, task.payload)
"""
HEARD = """
from abstra.tasks import get_trigger_task
get_trigger_task().complete()
"""
# The loop that syncs each five minutes does just this.
SYNC = """
from abstra.agents import get_connections
from abstra.hooks import send_json
from abstra_internals.controllers.sdk.sdk_context import SDKContextStore
SDKContextStore.get_by_thread().repositories.role_clients.sync_connections()
send_json([connection.model_dump() for connection in get_connections("client")])
"""
# `times` says how often it answers; a task of type `pass` is answered by a task of that type.
ANSWER = """
from abstra.tasks import get_trigger_task, send_task
task = get_trigger_task()
for n in range(task.get("times", 1)):
    send_task("reply", {"n": n, "text": task["text"].upper(), "connection_token": task["connection_token"]})
"""
TELL = """
from abstra.agents import get_connections
from abstra.hooks import get_request, send_json
from abstra.tasks import send_task
body, _, _ = get_request()
told = [connection for connection in get_connections("agent") if connection.client_project_id == body["client_project_id"]]
for connection in told:
    send_task("news", {"text": body["text"], "connection_token": connection.token})
send_json({"told": len(told)})
"""


def consumer(provider, entry_point, with_agent=True):
    """Asks an entry point from the web process (`ask`) and from the worker (`ask-later`); replies end at `heard`, news at `news`."""
    stages = [
        stage("hooks", "sync", code=SYNC),
        stage("scripts", "heard", code=HEARD),
        stage("scripts", "news", code=HEARD),
    ]
    if not with_agent:
        return stages
    return stages + [
        stage("hooks", "ask", "caller", code=ASK),
        stage("hooks", "ask-later", "relay", code=ASK),
        stage("scripts", "relay", "caller", code=RELAY),
        stage("agents", "caller", ("heard", "reply"), ("news", "news"), project_id=provider, client_stage_id=entry_point),
    ]


def provider():
    """Has an entry point `echo`, which answers from the worker, and `other`; the hook `tell` tells all connections of a client project."""
    return [
        stage("clients", "echo", ("answer", "ask")),
        stage("scripts", "answer", "echo", code=ANSWER),
        stage("clients", "other"),
        stage("hooks", "tell", "echo", code=TELL),
    ]
