"""Abstra consumes: an agent stage of an Abstra deployment uses an entry point of Rookery."""

import projects
from deployment import heard
from rookery import cell, link


def check(rig):
    rookery, consumer, seen = rig.rookery, rig.consumer, rig.recorder.asked
    service = rookery.project("for abstra")
    workflow = rookery.workflow(service, "twice", [
        cell("echo", "client", title="echo", access="open"),
        cell("first", "reply", payload={"n": 0, "text": "{{ text | upcase }}"}),
        cell("second", "reply", payload={"n": 1, "text": "{{ text | upcase }}"}),
        # Tasks of other types than `ask` have no answer.
        link("echo", "first", "ask"), link("echo", "second", "ask"),
    ])
    rig.directory[service] = f"{rig.recorder_url}/p/{service}/_tasks"
    stages = projects.consumer(service, rookery.entry_points(service)["echo"])
    consumer.write(stages)
    before = len(consumer.cloud.tasks_at("heard"))

    (connection,) = consumer.hook("sync")
    assert connection["client_project_id"] == consumer.project and connection["client_stage_id"] == "caller", connection
    consumer.hook("ask", {"text": "from the web"})
    consumer.hook("ask-later", {"text": "from the worker"})
    consumer.hook("ask", {"text": "no answer", "type": "tell"})
    replies = heard(consumer, before + 4)[before:]
    expected = [(text, n) for text in ("FROM THE WEB", "FROM THE WORKER") for n in (0, 1)]
    assert sorted((reply["text"], reply["n"]) for reply in replies) == expected, replies
    assert {reply["connection_token"] for reply in replies} == {connection["token"]}, "the web process and the worker have one token"
    assert len(seen("POST", "/connection")) >= 2 and set(seen("POST", "/connection")) == {200}, rig.recorder.seen

    assert consumer.hook("sync") == [connection] and set(seen("PATCH", "/connection")) == {200}, rig.recorder.seen
    (shown,) = rookery.api("GET", f"/projects/{service}/connections?role=agent")
    assert shown["state"] == "active" and shown["client_project_id"] == consumer.project and shown["client_deployment"] == consumer.cloud.url, shown
    events = rookery.events(workflow, "echo")
    assert len(events) == 3 and {event["payload"]["connection_token"] for event in events} == {shown["connection_token"]}, events
    assert connection["token"] not in str(events) + str(shown) + rookery.log()

    # A new start of Rookery and the restart of the consumer change nothing.
    rookery.restart()
    consumer.restart()
    consumer.hook("ask", {"text": "after a restart"})
    assert {reply["connection_token"] for reply in heard(consumer, before + 6)[before:]} == {connection["token"]}

    consumer.write(projects.consumer(service, "", with_agent=False))
    assert consumer.hook("sync") == [] and seen("DELETE", "/connection") == [200], rig.recorder.seen
    consumer.write(stages)
    (again,) = consumer.hook("sync")
    assert again["token"] != connection["token"], "a stage that was taken out and put back has another token"
    revoked_and_taken_out(rig, service)


def revoked_and_taken_out(rig, service):
    """A connection that was revoked is unknown to a DELETE, too. Abstra, which expects no such answer, goes on after its next start."""
    (shown,) = (one for one in rig.rookery.api("GET", f"/projects/{service}/connections?role=agent") if one["state"] == "active")
    rig.rookery.api("POST", f"/projects/{service}/connections/{shown['id']}/revoke", {})
    rig.consumer.write(projects.consumer(service, "", with_agent=False))
    before = len(rig.recorder.asked("DELETE", "/connection"))
    rig.consumer.hook("sync", status=500)
    assert rig.recorder.asked("DELETE", "/connection")[before:] == [404], rig.recorder.seen
    rig.consumer.restart()
    assert rig.consumer.hook("sync") == []
