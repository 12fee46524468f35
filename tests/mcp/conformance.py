"""The official conformance suite of MCP, unmodified, against the real program: those of its scenarios that are about tools, and need no
pictures, resources, prompts or questions to the client, which Rookery does not have. What they call are published workflows.

    PYTHONPATH=tests/clients python conformance.py PROGRAM MODULES        for example target/debug/rookery target/mcp/node_modules
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from rookery import Rookery

SCENARIOS = [
    "server-initialize",
    "ping",
    "tools-list",
    "tools-call-simple-text",
    "tools-call-error",
    "json-schema-2020-12",
    "dns-rebinding-protection",
]
SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "$defs": {"address": {"type": "object", "properties": {"street": {"type": "string"}, "city": {"type": "string"}}}},
    "properties": {"name": {"type": "string"}, "address": {"$ref": "#/$defs/address"}},
    "additionalProperties": False,
}


def cell(id, agent_type, **config):
    return {"id": id, "type": "agent", "agent_type": agent_type, "config": config}


def link(source, target):
    return {"id": f"{source}>{target}", "type": "link", "source": {"id": source}, "target": {"id": target}}


# The titles make the names that the suite calls. The one that is to fail promises a field that its reply does not have.
CELLS = [
    cell("text", "client", title="Test simple text"),
    cell("says", "reply", payload={"text": "This is a simple text response for testing."}),
    link("text", "says"),
    cell("fails", "client", title="Test error handling", output_schema={"type": "object", "required": ["there"]}),
    cell("wrong", "reply", payload={"text": "not this"}),
    link("fails", "wrong"),
    cell("schema", "client", title="JSON Schema 2020-12 tool", input_schema=SCHEMA),
    cell("done", "reply"),
    link("schema", "done"),
]


def main(program, modules):
    if shutil.which("node") is None:
        return print("skip  the conformance suite: there is no node")
    suite = Path(modules).resolve() / ".bin/conformance"
    with tempfile.TemporaryDirectory() as folder:
        rookery = Rookery(program, Path(folder) / "data", auth="open")
        try:
            workflows = f"/projects/{rookery.project}/workflows"
            made = rookery.post(workflows, {"name": "Conformance", "options": {"cells": CELLS}})
            rookery.post(f"{workflows}/{made['id']}/start", {})
            for scenario in SCENARIOS:
                command = [suite, "server", "--url", f"{rookery.url}/p/{rookery.project}/mcp", "--scenario", scenario]
                ran = subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=folder)
                assert ran.returncode == 0 and ", 0 failed" in ran.stdout, f"{scenario}:\n{ran.stdout}{ran.stderr}"
                print(f"ok    conformance  {scenario}")
        finally:
            rookery.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
