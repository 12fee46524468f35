"""The acceptance test of MCP: the official SDK's own client, unmodified, against the real program, which needs keys.

It is done twice: by the protocol without a handshake (2026-07-28), and by that of older clients, with one.

    PYTHONPATH=tests/clients python acceptance.py PROGRAM        for example target/debug/rookery
"""

import asyncio
import json
import sys
import tempfile
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
from mcp import Client, MCPError
from mcp.client.streamable_http import streamable_http_client

from rookery import Rookery

MODES = {"auto": "2026-07-28", "legacy": "2025-11-25"}


@asynccontextmanager
async def connected(rookery, key, mode, project=None):
    headers = {"authorization": f"Bearer {key}"}
    async with httpx2.AsyncClient(headers=headers, timeout=60) as http:
        transport = streamable_http_client(f"{rookery.url}/p/{project or rookery.project}/mcp", http_client=http)
        async with Client(transport, mode=mode, cache=None) as client:
            yield client


async def call(client, tool, **arguments):
    """What a tool says; an error of the API as `{"error": {...}}`."""
    result = await client.call_tool(tool, arguments)
    said = json.loads(result.content[0].text)
    # An error of a tool that promises a schema is only text.
    assert said == result.structured_content or (result.is_error and result.structured_content is None), result
    assert bool(result.is_error) == ("error" in said), said
    return said


def canvas(operator):
    condition = {"condition": {"path": "total", "operator": operator, "value": 100}}
    return {"cells": [
        {"id": "orders", "type": "agent", "agent_type": "manual", "config": {}},
        {"id": "big", "type": "agent", "agent_type": "condition", "config": condition},
        {"id": "l1", "type": "link", "source": {"id": "orders"}, "target": {"id": "big"}},
    ]}


async def a_workflow_is_built_from_nothing_and_run(rookery, mode):
    async with connected(rookery, rookery.key("editor"), mode) as client:
        assert client.protocol_version == MODES[mode], client.protocol_version
        assert client.server_info.name == "rookery" and "check_canvas" in client.instructions
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert tools["read_run"].annotations.read_only_hint and not tools["send_event"].annotations.read_only_hint
        types = await call(client, "list_agent_types")
        assert {"manual", "condition"} <= {kind["type"] for kind in types["data"]}
        shown = await call(client, "read_agent_type", agent_type="condition")
        assert shown["data"]["config_schema"]["properties"] and shown["data"]["examples"], shown

        wrong = await call(client, "check_canvas", options=canvas("huge"))
        assert [problem["cell_id"] for problem in wrong["meta"]["errors"]] == ["big"], wrong
        made = await call(client, "create_workflow", name=f"Orders by {mode}", options=canvas("gte"))
        workflow = made["data"]["id"]
        assert made["meta"]["errors"] == [], made
        await call(client, "build_workflow", workflow=workflow)
        tried = await call(client, "dry_run_agent", workflow=workflow, cell="big", event={"payload": {"total": 250}})
        assert tried["data"]["events"][0]["groups"] == ["on_match"], tried
        await call(client, "start_workflow", workflow=workflow)
        sent = await call(client, "send_event", workflow=workflow, cell="orders", payload={"total": 250})
        for _ in range(600):
            run = await call(client, "read_run", workflow=workflow, run=sent["data"]["run_id"])
            if run["data"]["state"] == "done":
                break
            await asyncio.sleep(0.1)
        assert run["data"]["state"] == "done", run
        events = await call(client, "list_events", workflow=workflow, run=sent["data"]["run_id"], agent="big")
        assert [event["payload"] for event in events["data"]] == [{"total": 250}], events
        assert (await call(client, "list_failures", workflow=workflow))["data"] == []


async def a_published_workflow_is_a_tool(rookery, mode):
    number = {"type": "object", "properties": {"n": {"type": "number"}}, "required": ["n"]}
    entry = {"title": f"Twice by {mode}", "description": "Doubles a number.", "input_schema": number, "output_schema": number}
    cells = [
        {"id": "in", "type": "agent", "agent_type": "client", "config": entry},
        {"id": "back", "type": "agent", "agent_type": "reply", "config": {"payload": {"n": "{{ n | times: 2 | as_object }}"}}},
        {"id": "l", "type": "link", "source": {"id": "in"}, "target": {"id": "back"}},
    ]
    async with connected(rookery, rookery.key("editor"), mode) as client:
        made = await call(client, "create_workflow", name=entry["title"], options={"cells": cells})
        assert made["meta"]["errors"] == [], made
        await call(client, "start_workflow", workflow=made["data"]["id"])
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        tool = tools[f"twice_by_{mode}"]
        assert (tool.title, tool.description) == (entry["title"], "Doubles a number."), tool
        assert tool.input_schema["required"] == tool.output_schema["required"] == ["n"], tool
        # The client itself checks the result by the tool's output schema.
        assert await call(client, tool.name, n=21) == {"n": 42}
        wrong = await call(client, tool.name, n="many")
        assert wrong["error"]["type"] == "invalid_task" and "`payload.n`" in wrong["error"]["message"], wrong
    async with connected(rookery, rookery.key("ingest"), mode) as client:
        assert {"send_event", tool.name, "get_reply"} <= {tool.name for tool in (await client.list_tools()).tools}
        assert await call(client, tool.name, n=4) == {"n": 8}


async def what_is_wrong_is_told(rookery, mode):
    async with connected(rookery, rookery.key("viewer"), mode) as client:
        names = {tool.name for tool in (await client.list_tools()).tools}
        assert "read_run" in names and "create_workflow" not in names, names
        refused = await call(client, "create_workflow", name="x")
        assert refused["error"]["type"] == "forbidden", refused
        unknown = await call(client, "read_workflow", workflow="none")
        assert unknown["error"]["type"] == "not_found" and unknown["error"]["details"], unknown
        try:
            await client.call_tool("drop_everything", {})
            raise AssertionError("an unknown tool is called")
        except MCPError as error:
            assert error.error.code == -32602, error


async def another_projects_key_opens_nothing(rookery, mode):
    try:
        async with connected(rookery, rookery.key("owner"), mode, rookery.other) as client:
            await client.list_tools()
    except ExceptionGroup as errors:
        # What the client makes of a 404.
        assert "MCPError(-32601, 'Not Found'" in repr(errors), errors
        return
    raise AssertionError("it is let in")


CASES = (
    a_workflow_is_built_from_nothing_and_run,
    a_published_workflow_is_a_tool,
    what_is_wrong_is_told,
    another_projects_key_opens_nothing,
)


async def main(program):
    passed = 0
    with tempfile.TemporaryDirectory() as folder:
        rookery = Rookery(program, Path(folder) / "data")
        try:
            for mode in MODES:
                for case in CASES:
                    await asyncio.wait_for(case(rookery, mode), 120)
                    print(f"ok    {MODES[mode]}  {case.__name__}")
                    passed += 1
        finally:
            rookery.stop()
    print(f"{passed} passed, 0 failed")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
