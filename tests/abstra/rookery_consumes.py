"""Rookery consumes: a cell of type `agent` uses a client stage of an Abstra deployment."""

from loopback import wait_for
from rookery import cell, link


def check(rig):
    rookery, provider = rig.rookery, rig.provider
    project = rookery.project("consumer of abstra")
    config = {"project_id": provider.project, "tasks_url": f"{provider.cloud.url}/_tasks", "client_stage_id": "echo"}
    cells = [
        cell("start", "manual"),
        cell("caller", "agent", **config, task_type="ask", payload={"text": "{{ text }}", "times": "{{ times | as_object }}"}),
        cell("after", "event_formatting", instructions={"said": "{{ text }}"}),
        link("start", "caller"), link("caller", "after", "on_reply"),
    ]
    workflow = rookery.workflow(project, "caller", cells)

    def ask(text, times):
        rookery.api("POST", f"{workflow}/agents/start/events", {"payload": {"text": text, "times": times}})

    def replies(number):
        def there():
            events = rookery.events(workflow, "caller")
            return events if len(events) >= number else None
        return wait_for(f"{number} replies", there)

    ask("from rookery", 1)
    (reply,) = replies(1)
    assert reply["groups"] == ["on_reply", "reply"] and reply["payload"]["text"] == "FROM ROOKERY", reply
    ask("and often", 3)
    assert sorted(event["payload"]["text"] for event in replies(4)) == ["AND OFTEN"] * 3 + ["FROM ROOKERY"]
    assert provider.hook("tell", {"client_project_id": project, "text": "news"}) == {"told": 1}
    assert replies(5)[-1]["groups"] == ["on_reply", "news"]
    wait_for("what comes after them", lambda: len(rookery.events(workflow, "after")) == 5)

    (token, connection), = ((token, made) for token, made in provider.cloud.connections.items() if made["clientProjectId"] == project)
    assert connection["clientTaskUrl"].startswith(f"{rookery.url}/p/{project}/_tasks"), connection
    runs = str([rookery.api("GET", f"{workflow}/runs/{run['id']}") for run in rookery.api("GET", f"{workflow}/runs")])
    shown = rookery.api("GET", f"/projects/{project}/connections?role=client")
    assert token not in str(rookery.events(workflow, "caller")) + runs + str(shown) + rookery.log(), "the wire's token is a secret"
    assert len(shown) == 1 and shown[0]["state"] == "active", shown

    rookery.restart()
    ask("after a restart", 1)
    assert replies(6)[-1]["payload"]["text"] == "AFTER A RESTART"

    wrong = rookery.check(project, "wrong", [cell("caller", "agent", **config | {"client_stage_id": "nowhere"})])
    assert "client_stage_id" in str(wrong), f"nobody blames an entry point that is not there: {wrong}"
    rookery.save(workflow, "caller", [cells[0]])
    wait_for("a DELETE", lambda: token not in provider.cloud.connections)
