"""Draws a run as a tree of lines: `curl -s .../runs/RUN | python3 examples/show-run.py`."""

import json
import sys


def show_event(event, indent):
    groups = ", ".join(event["groups"]) or "no group"
    # A cause without a delivery is the event that this one was made like, by `emit`.
    cause = event.get("cause", {"delivery": None})
    copy = "" if "delivery" in cause else f", again like {cause['event']}"
    print(f"{indent}event of {event['cell_id']} ({groups}){copy}")
    for delivery in event["deliveries"]:
        show_delivery(delivery, indent + "  ")


def show_delivery(delivery, indent):
    replay = f", replay {delivery['arm']}" if delivery["arm"] > 0 else ""
    # Agents that only compute take microseconds, which are 0 ms.
    took = f" in {delivery['took_ms']} ms" if delivery.get("took_ms") else ""
    why = delivery["error"]["code"] if delivery.get("error") else delivery.get("waits_for")
    why = f": {why}" if why else ""
    # The task of a stage begins a run of its provider.
    run = (delivery.get("task") or {}).get("run_id")
    task = f", as the run {run} of its provider" if run else ""
    print(f"{indent}-> {delivery['cell_id']}{replay}: {delivery['state']}{took}{why}{task}")
    for child in delivery.get("events", []):
        show_event(child, indent + "   ")


answer = json.load(sys.stdin)
if "error" in answer:
    sys.exit(f"{answer['error']['message']} {answer['error']['details']}")
run = answer["data"]
if isinstance(run, list):
    sys.exit("This is a list of runs: ask for one of them, by .../runs/RUN.")
print(f"run {run['id']} of version {run['version']}: {run['state']}, {run['event_count']} events")
for check in run.get("checks", []):
    show_delivery(check, "")
for root in run["events"]:
    show_event(root, "")
for delivery in run.get("deliveries", []):
    show_delivery(delivery, "")
