"""Draws a run as a tree of lines: `curl -s .../runs/RUN | python3 examples/show-run.py`."""

import json
import sys


def show_event(event, indent):
    groups = ", ".join(event["groups"]) or "no group"
    print(f"{indent}event of {event['cell_id']} ({groups})")
    for delivery in event["deliveries"]:
        took = f" in {delivery['took_ms']} ms" if "took_ms" in delivery else ""
        error = f": {delivery['error']['code']}" if delivery.get("error") else ""
        print(f"{indent}  -> {delivery['cell_id']}: {delivery['state']}{took}{error}")
        for child in delivery.get("events", []):
            show_event(child, indent + "     ")


answer = json.load(sys.stdin)
if "error" in answer:
    sys.exit(f"{answer['error']['message']} {answer['error']['details']}")
run = answer["data"]
print(f"run {run['id']} of version {run['version']}: {run['state']}, {run['event_count']} events")
for root in run["events"]:
    show_event(root, "")
