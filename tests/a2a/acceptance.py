"""The acceptance test of A2A: the official SDKs' own clients, for Python and for JavaScript, unmodified, against the real program, which
needs keys. The agent is examples/timer-agent.json.

    PYTHONPATH=tests/clients python acceptance.py PROGRAM MODULES        for example target/debug/rookery target/a2a/node_modules

The official compliance kit (a2a-tck) is in no registry, and so is not run.
"""

import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
from a2a.client import A2ACardResolver, ClientConfig, ClientFactory
from a2a.client.errors import A2AClientError, AgentCardResolutionError
from a2a.helpers.proto_helpers import get_data_parts, new_data_message, new_url_message
from a2a.types import (
    CancelTaskRequest,
    GetExtendedAgentCardRequest,
    GetTaskPushNotificationConfigRequest,
    GetTaskRequest,
    ListTasksRequest,
    Role,
    SendMessageRequest,
    SubscribeToTaskRequest,
    TaskState,
)
from a2a.utils.errors import (
    ContentTypeNotSupportedError,
    InvalidParamsError,
    PushNotificationNotSupportedError,
    TaskNotCancelableError,
    TaskNotFoundError,
    UnsupportedOperationError,
    VersionNotSupportedError,
)

from rookery import Rookery

HERE = Path(__file__).resolve().parent


def agent_url(rookery, entry_point=None):
    path = f"{rookery.url}/p/{rookery.project}/a2a"
    return path if entry_point is None else f"{path}/{entry_point}"


def publish_timer(rookery):
    """Starts the workflow that the clients call."""
    workflows = f"/projects/{rookery.project}/workflows"
    timer = json.loads((HERE.parents[1] / "examples" / "timer-agent.json").read_text())
    made = rookery.post(f"{workflows}/import", timer)
    rookery.post(f"{workflows}/{made['id']}/start", {})


@asynccontextmanager
async def connected(url, key, **config):
    async with httpx.AsyncClient(headers={"authorization": f"Bearer {key}"}, timeout=60) as http:
        card = await A2ACardResolver(http, url).get_agent_card()
        yield ClientFactory(ClientConfig(httpx_client=http, **config)).create(card), card


async def delay_of(rookery, key):
    """The id of the entry point `Delay`."""
    async with connected(agent_url(rookery), key) as (_, card):
        return next(skill.id for skill in card.skills if skill.name == "Delay")


def message(data, skill=None, context=None):
    said = new_data_message(data, role=Role.ROLE_USER, context_id=context)
    if skill:
        said.metadata["skill_id"] = skill
    return SendMessageRequest(message=said)


async def told(stream):
    return [event async for event in stream]


async def refused(kind, call):
    try:
        await call
    except kind as error:
        return error
    raise AssertionError(f"it is not refused as {kind.__name__}")


async def a_message_is_answered_by_its_task(rookery, key, delay):
    async with connected(agent_url(rookery, delay), key, streaming=False) as (client, card):
        assert card.name == "Delay" and card.supported_interfaces[0].protocol_version == "1.0", card
        assert card.security_schemes["key"].http_auth_security_scheme.scheme == "Bearer", card
        (event,) = await told(client.send_message(message({"seconds": 0, "n": "py"})))
        task = event.task
        assert task.status.state == TaskState.TASK_STATE_COMPLETED, task
        assert get_data_parts(task.artifacts[0].parts) == [{"seconds": 0, "n": "py"}], task
        again = await client.get_task(GetTaskRequest(id=task.id, history_length=5))
        assert again == task, (again, task)


async def a_message_that_comes_again_is_the_same_task(rookery, key, delay):
    async with connected(agent_url(rookery, delay), key, streaming=False) as (client, _):
        said = message({"seconds": 0})
        first, second = [(await told(client.send_message(said)))[0].task.id for _ in range(2)]
        assert first == second
        said.message.parts[0].data.struct_value["seconds"] = 1
        await refused(InvalidParamsError, told(client.send_message(said)))


async def a_stream_tells_what_comes_and_a_skill_is_chosen(rookery, key, delay):
    async with connected(agent_url(rookery), key) as (client, card):
        assert card.capabilities.streaming and not card.capabilities.push_notifications
        events = await told(client.send_message(message({"seconds": 1}, skill=delay)))
        assert [event.WhichOneof("payload") for event in events] == ["task", "artifact_update", "status_update"], events
        assert events[0].task.status.state == TaskState.TASK_STATE_WORKING
        assert events[2].status_update.status.state == TaskState.TASK_STATE_COMPLETED
        await refused(InvalidParamsError, told(client.send_message(message({"seconds": 1}))))


async def a_task_is_listed_followed_and_cancelled(rookery, key, delay):
    async with connected(agent_url(rookery, delay), key, streaming=False, polling=True) as (client, _):
        (event,) = await told(client.send_message(message({"seconds": 3600}, context="talk-py")))
        task = event.task
        assert task.status.state == TaskState.TASK_STATE_WORKING and task.context_id == "talk-py"
    async with connected(agent_url(rookery, delay), key) as (client, _):
        followed = []
        async for event in client.subscribe(SubscribeToTaskRequest(id=task.id)):
            followed.append(event.WhichOneof("payload"))
            if followed == ["task"]:
                cancelled = await client.cancel_task(CancelTaskRequest(id=task.id))
                assert cancelled.status.state == TaskState.TASK_STATE_CANCELED
        assert followed == ["task", "status_update"], followed
        listed = await client.list_tasks(ListTasksRequest(context_id="talk-py", page_size=10))
        assert [listed.id for listed in listed.tasks] == [task.id] and listed.next_page_token == "", listed
        await refused(TaskNotCancelableError, client.cancel_task(CancelTaskRequest(id=task.id)))
        await refused(UnsupportedOperationError, told(client.subscribe(SubscribeToTaskRequest(id=task.id))))


async def what_is_wrong_is_an_error_of_its_kind(rookery, key, delay):
    async with connected(agent_url(rookery, delay), key, streaming=False) as (client, _):
        await refused(TaskNotFoundError, client.get_task(GetTaskRequest(id="none")))
        wrong = await refused(InvalidParamsError, told(client.send_message(message({"seconds": "soon"}))))
        assert wrong.data["field"] == "payload.seconds" and wrong.data["type"] == "invalid_task", wrong.data
        file = SendMessageRequest(message=new_url_message("https://a.example/x", role=Role.ROLE_USER))
        await refused(ContentTypeNotSupportedError, told(client.send_message(file)))
        config = GetTaskPushNotificationConfigRequest(task_id="none", id="none")
        await refused(PushNotificationNotSupportedError, client.get_task_push_notification_config(config))
        client._transport.httpx_client.headers["A2A-Version"] = "2.0"
        await refused(VersionNotSupportedError, client.get_task(GetTaskRequest(id="none")))


async def keys_open_what_they_may(rookery, key, delay):
    async with connected(agent_url(rookery), key) as (client, card):
        all_that_there_is = await client.get_extended_agent_card(GetExtendedAgentCardRequest())
        assert [skill.name for skill in all_that_there_is.skills] == [skill.name for skill in card.skills] == ["Delay", "Schedule"]
    async with connected(agent_url(rookery, delay), rookery.key("viewer"), streaming=False) as (client, _):
        assert "403" in str(await refused(A2AClientError, told(client.send_message(message({"seconds": 0})))))
    # The timer is open, so its card is for all; but a key of another project calls nothing here.
    async with connected(agent_url(rookery, delay), rookery.key("owner", rookery.other), streaming=False) as (client, _):
        assert "404" in str(await refused(A2AClientError, told(client.send_message(message({"seconds": 0})))))
    async with httpx.AsyncClient() as http:
        assert (await A2ACardResolver(http, agent_url(rookery, delay)).get_agent_card()).name == "Delay"
        await refused(AgentCardResolutionError, A2ACardResolver(http, rookery.url).get_agent_card())


CASES = [
    a_message_is_answered_by_its_task,
    a_message_that_comes_again_is_the_same_task,
    a_stream_tells_what_comes_and_a_skill_is_chosen,
    a_task_is_listed_followed_and_cancelled,
    what_is_wrong_is_an_error_of_its_kind,
    keys_open_what_they_may,
]


async def main(program, modules):
    with tempfile.TemporaryDirectory() as folder:
        rookery = Rookery(program, Path(folder) / "data")
        try:
            publish_timer(rookery)
            key = rookery.key("ingest")
            delay = await delay_of(rookery, key)
            for case in CASES:
                await asyncio.wait_for(case(rookery, key, delay), 120)
                print(f"ok    Python      {case.__name__.replace('_', ' ')}")
            if shutil.which("node") is None:
                return print("skip  JavaScript: there is no node")
            command = ["node", str(HERE / "client.mjs"), rookery.url, rookery.project, delay, key]
            environment = os.environ | {"NODE_MODULES": str(Path(modules).resolve())}
            await asyncio.to_thread(subprocess.run, command, check=True, timeout=120, env=environment)
        finally:
            rookery.stop()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
