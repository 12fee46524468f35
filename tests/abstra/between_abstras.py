"""Two deployments of Abstra talk to each other: the proof that the stand-ins are true to what Abstra's software expects."""

import projects
from deployment import heard
from loopback import call, wait_for
from wire_peer import Peer, Wire


def check(rig):
    consumer, provider = rig.consumer, rig.provider
    entry_points = call("GET", f"{provider.cloud.url}/_tasks/agent/entrypoints").json
    assert [entry["client_stage_id"] for entry in entry_points] == ["echo", "other"], entry_points

    consumer.hook("ask", {"text": "from the web", "times": 2})
    consumer.hook("ask-later", {"text": "from the worker"})
    replies = heard(consumer, 3)
    assert sorted((reply["text"], reply["n"]) for reply in replies) == [("FROM THE WEB", 0), ("FROM THE WEB", 1), ("FROM THE WORKER", 0)], replies

    (connection,) = provider.cloud.connections.values()
    assert {reply["connection_token"] for reply in replies} == {connection["token"]}, "the web process and the worker have one token"
    assert len(provider.cloud.web.asked("POST", "/connection")) >= 2, "the web process and the worker connect, each on its own"

    assert provider.hook("tell", {"client_project_id": consumer.project, "text": "hello"}) == {"told": 1}
    wait_for("the news", lambda: consumer.cloud.tasks_at("news"))

    before = len(provider.cloud.web.asked("PATCH", "/connection"))
    (synced,) = consumer.hook("sync")
    assert synced["token"] == connection["token"]
    assert 200 in provider.cloud.web.asked("PATCH", "/connection")[before:]
    consumer.write(projects.consumer(provider.project, "echo", with_agent=False))
    assert consumer.hook("sync") == []
    wait_for("a DELETE", lambda: 200 in provider.cloud.web.asked("DELETE", "/connection"))
    assert not provider.cloud.connections
    peer_talks(provider)


def peer_talks(provider):
    """The client of the wire's checks is understood by Abstra, too."""
    peer = Peer()
    wire = Wire(f"{provider.cloud.url}/_tasks", provider.project, peer)
    token = wire.token("echo")
    assert wire.send(token, "echo", {"text": "from a peer"}).json == {"success": True}
    sent, task = peer.reply("FROM A PEER")
    assert sent == token and task["payload"]["connection_token"] == token and task["target_stage_id"] == "echo"
