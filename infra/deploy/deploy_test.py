"""`make deploy-test`: deploys to an emulator on this machine, with IAM enforced, and drives the deployed system through its API.

The functions are the real binaries, the template is the real one, and the program that deploys is that of `make deploy`.
It tests all that needs no AWS account. Where the emulator differs from AWS is in emulator.py, and in SKIPPED."""

import argparse
import contextlib
import gzip
import json
import os
import platform
import re
import subprocess
import threading
import time
import urllib.parse
import urllib.request
from collections import Counter

import websockets.exceptions
import websockets.sync.client

import cfn
import deploy
import emulator
import package
import sam
from binaries import build, lay_out
from client import CLOCK, PIPELINE, Workflow, wait_for

STAGE = "test"
ARCHITECTURE = "arm64" if platform.machine() in ("aarch64", "arm64") else "x86_64"
HOME = sam.ROOT / "target/deploy"
ROOT_KEY = "a-key-for-the-deployment-test-only-0123456789"
# The model that the functions' roles may ask, at the emulator's Bedrock.
NOVA = "amazon.nova-lite-v1:0"
# Journeys that the emulator cannot pass: it decodes a body that is not UTF-8 before the function sees it, and takes longer than a
# function of the API may run to connect a thousand stages.
SKIPPED = [
    "tasks::one_answer_reaches_a_thousand_connections",
    "hooks::any_method_and_every_kind_of_body_becomes_an_event",
    "input::bodies_are_bounded_in_size_depth_and_encoding",
]
# This journey fails when no messages flow: its agent does not only compute, so it is not run where the event is accepted.
CANARY = "input::what_is_taken_comes_back_as_it_went_in"


class Test:
    """A deployment under test."""

    def __init__(self, port, binaries, journeys):
        self.session, self.url, self.port = emulator.session(port), emulator.url(port), port
        self.binaries, self.journeys_program = binaries, journeys
        self.outputs = self.deploy(b"first")
        emulator.map_domain(self.session, self.outputs["ApiUrl"].split("//")[1].split(".")[0])
        self.sqs, self.functions = self.session.client("sqs"), self.session.client("lambda")
        self.prompts = emulator.of_function(port, self.outputs["PromptsUrl"])
        self.sockets = emulator.of_sockets(port, self.outputs["SocketUrl"])
        self.workflow, self.clock = Workflow(self.url, ROOT_KEY, PIPELINE), Workflow(self.url, ROOT_KEY, CLOCK)

    def deploy(self, build_of, change=lambda template: None):
        """Deploys the functions, as a build of their own, with a changed template."""

        def adapted(template):
            change(template)
            emulator.adapt(template, self.port)
            for name in ("Agents", "Prompts", "Socket"):
                function = cfn.of_type(template, "AWS::Lambda::Function")[name]
                function["Environment"]["Variables"]["BEDROCK_BASE_URL"] = f"http://localhost:{self.port}"

        parameters = {
            "Architecture": ARCHITECTURE,
            "BaseUrl": self.url,
            "BedrockModels": f"arn:aws:bedrock:us-east-1::foundation-model/{NOVA}",
            "EgressAllow": "127.0.0.0/8",
        }
        code = lay_out(self.binaries, HOME / "code", build_of)
        with open(HOME / "deploy.log", "a") as log, contextlib.redirect_stdout(log):
            return deploy.deploy(self.session, STAGE, code, parameters, adapted)

    def journeys(self, *args):
        """Runs journeys against the deployed system. Returns whether they passed, and their output."""
        environment = {**os.environ, "ROOKERY_TEST_URL": self.url, "ROOKERY_TEST_KEY": ROOT_KEY}
        program = [self.journeys_program, "--test-threads=4", *args]
        done = subprocess.run(
            program, cwd=sam.ROOT / "tests", env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        return done.returncode == 0, done.stdout

    def messages(self, output):
        """How many messages a queue has, visible or hidden, not delayed."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        found = self.sqs.get_queue_attributes(QueueUrl=self.outputs[output], AttributeNames=names)["Attributes"]
        return sum(int(found[name]) for name in names)

    def logged(self, function, text):
        """Whether a function has logged a text in the last minutes."""
        group, since = f"/aws/lambda/rookery-{STAGE}-{function}", int((time.time() - 180) * 1000)
        pages = self.session.client("logs").get_paginator("filter_log_events").paginate(logGroupName=group, startTime=since)
        return any(text in event["message"] for page in pages for event in page["events"])

    def wait_for_log(self, function, text):
        """A function's log may come after its answer."""
        wait_for(f"`{text}` in the log of {function}", lambda: self.logged(function, text), 30)

    def hide_messages_for(self, seconds):
        """Shortens the visibility, so that ten receives take seconds instead of 40 minutes."""
        self.sqs.set_queue_attributes(QueueUrl=self.outputs["DeliverQueueUrl"], Attributes={"VisibilityTimeout": str(seconds)})


def all_journeys_pass(test):
    skips = [part for name in ["here::", *SKIPPED] for part in ("--skip", name)]
    passed, output = test.journeys(*skips)
    assert passed, output
    return output.strip().splitlines()[-1]


def a_schedule_fires(test):
    """The rule wakes `schedule`, whose checks wake `clock`: each due time once."""

    def fired():
        return [payload["due_at"] for payload in test.clock.events("clock", "on_schedule")]

    wait_for("two events of a schedule", lambda: len(fired()) >= 2, 130)
    test.clock.data("POST", f"{test.clock.url}/stop")
    due = fired()
    assert len(set(due)) == len(due), f"a due time came twice: {due}"
    assert all(at.endswith(("00.000Z", "20.000Z", "40.000Z")) for at in due), due
    return f"{len(due)} due times"


def one_bad_message_fails_alone(test):
    """Seven good and three bad messages in one batch: the good are handled once, the bad end in the dead-letter queue."""
    mapping = test.functions.list_event_source_mappings(FunctionName=f"rookery-{STAGE}-dispatch")["EventSourceMappings"][0]
    test.functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
    before = test.workflow.seen()
    numbers = list(range(1_000, 1_007))
    assert all(test.workflow.post(n) == 202 for n in numbers)
    for n in range(3):
        test.sqs.send_message(QueueUrl=test.outputs["DeliverQueueUrl"], MessageBody=f"rubbish {n}")
    test.hide_messages_for(1)
    test.functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=True)
    wait_for("the good messages' events", lambda: test.workflow.seen() == before + numbers, 20)
    wait_for("three dead letters", lambda: test.messages("DeliverDeadQueueUrl") == 3, 60)
    wait_for("an empty queue", lambda: test.messages("DeliverQueueUrl") == 0, 20)
    assert test.workflow.seen() == before + numbers
    assert not test.workflow.failures()
    test.sqs.purge_queue(QueueUrl=test.outputs["DeliverDeadQueueUrl"])
    return "7 handled, 3 dead"


def a_deployment_under_load_loses_nothing(test):
    """Events are posted while all functions are replaced. A post without a 2xx is repeated, as a client would do."""
    before, stop, accepted, refused = test.workflow.seen(), threading.Event(), [], Counter()

    def poster(first):
        n = first
        while not stop.is_set():
            status = test.workflow.post(n)
            if status == 202:
                accepted.append(n)
                n += 1
            else:
                refused[status] += 1

    posters = [threading.Thread(target=poster, args=(first,)) for first in (10_000, 20_000, 30_000)]
    for thread in posters:
        thread.start()
    time.sleep(2)
    hashes = code_of(test)
    test.deploy(b"second", lambda template: cfn.of_type(template, "AWS::Lambda::Function")["Dispatch"].update(MemorySize=768))
    assert not hashes & code_of(test), "not every function was replaced"
    time.sleep(2)
    stop.set()
    for thread in posters:
        thread.join()
    expected = sorted(before + accepted)
    wait_for(f"{len(accepted)} events", lambda: len(test.workflow.seen()) >= len(expected), 60)
    assert test.workflow.seen() == expected, "events were lost or doubled"
    return f"{len(accepted)} events, each once; not answered 2xx at first: {dict(refused) or 'none'}"


def code_of(test):
    return {test.functions.get_function(FunctionName=f"rookery-{STAGE}-{name}")["Configuration"]["CodeSha256"] for name in
            ("ingress", "webhook", "routing", "dispatch", "agents", "prompts", "socket", "schedule")}  # fmt: skip


def an_agent_answers_and_does_what_it_is_given(test):
    """Its model is scripted, as the demo's. It is asked at the address that streams, and `agents` does what waits in its queue."""
    call, project = test.workflow.call, test.workflow.url.split("/projects/")[1].split("/")[0]
    agent = f"{test.workflow.base}/projects/{project}/agents/guide"
    test.workflow.data("PUT", agent, {"text": "---\nmodel: demo/guide\n---\nYou help."})
    path = f"/p/{project}/agents/guide/i"
    status, answer = call("POST", f"{test.url}{path}", {"message": "Hello"})
    assert status == 404 and "address for prompts" in answer, answer
    status, answer = call("POST", f"{test.prompts}{path}", {"message": "Hello"})
    assert status == 200 and 'You said: "Hello"' in answer["result"]["text"], answer
    status, stream = call("POST", f"{test.prompts}{path}", {"message": "Again"}, {"Accept": "text/event-stream"})
    events = [line.removeprefix("event: ") for line in stream.splitlines() if line.startswith("event: ")]
    assert (status, events[0], events[-1]) == (200, "start", "end") and "delta" in events, stream
    status, taken = call("POST", f"{test.prompts}{path}/dispatch", {"input": "Later"})
    assert (status, taken["status"]) == (202, "accepted"), taken
    said = f"{agent}/instances/i/sessions/default/messages"
    answered = lambda: [message for message in test.workflow.data("GET", said) if message["role"] == "assistant"]
    wait_for("an answer to the dispatch", lambda: len(answered()) == 3, 60)
    last = json.dumps(answered()[-1])
    assert "Later" in last and "message 3" in last, last
    for address in (test.url, test.prompts):
        status, listed = call("GET", f"{address}/p/{project}/agents")
        # Workflows that can be called are listed, too.
        assert status == 200 and "guide" in [agent["name"] for agent in listed["agents"]], listed
        unknown = test.workflow.call("POST", f"{address}{path}", {"message": "Hello"}, {"Authorization": "Bearer nobody"})
        assert unknown[0] == 401, unknown
    return "a prompt, a stream, a dispatch"


def sockets_are_answered(test):
    """At the WebSocket API itself, with the path in the query, as the one address of agents on AWS would write it."""
    project = test.workflow.url.split("/projects/")[1].split("/")[0]
    agent = f"{test.workflow.base}/projects/{project}/agents/guide"
    test.workflow.data("PUT", agent, {"text": "---\nmodel: demo/guide\n---\nYou help."})

    def opened(path, key=ROOT_KEY):
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        query = urllib.parse.urlencode({"path": f"/p/{project}{path}"})
        return websockets.sync.client.connect(f"{test.sockets}?{query}", additional_headers=headers, open_timeout=60, close_timeout=5)

    def frame(socket):
        return json.loads(socket.recv(timeout=60))

    with opened("/agents/guide/a%2Fb%20%F0%9F%A6%80") as socket:
        socket.send(json.dumps({"message": "First"}))
        socket.send(json.dumps({"message": "Second"}))
        answers = [frame(socket)["result"]["text"] for _ in range(2)]
        assert 'You said: "First"' in answers[0] and 'You said: "Second"' in answers[1] and "message 2" in answers[1], answers
        socket.send('{"message":')
        error = frame(socket)
        assert (error["type"], error["error"]["type"]) == ("error", "invalid_json"), error
        socket.send(json.dumps({"message": "Third"}))
        assert "message 3" in frame(socket)["result"]["text"]
    with opened("/agents/nobody/i") as socket:
        error = frame(socket)
        assert (error["type"], error["error"]["type"]) == ("error", "not_found"), error
        ended(socket)
    cells = [
        {"id": "start", "type": "agent", "agent_type": "manual"},
        {"id": "result", "type": "agent", "agent_type": "event_formatting", "config": {"instructions": {"twice": "{{ text }}{{ text }}"}}},
        {"id": "link", "type": "link", "source": {"id": "start"}, "target": {"id": "result"}},
    ]
    workflows = f"{test.workflow.base}/projects/{project}/workflows"
    made = test.workflow.data("POST", workflows, {"name": "double", "options": {"cells": cells}})
    test.workflow.data("POST", f"{workflows}/{made['id']}/start")
    with opened("/workflows/double") as socket:
        socket.send(json.dumps({"text": "ab"}))
        frames = [frame(socket)]
        while frames[-1]["type"] not in ("result", "error"):
            frames.append(frame(socket))
        assert frames[-1]["type"] == "result" and frames[-1]["result"] == {"twice": "abab"} and len(frames) > 2, frames
        ended(socket)
    for key in (None, "nobody"):
        try:
            opened("/agents/guide/i", key).close()
            raise AssertionError("a socket was opened without a key")
        except websockets.exceptions.InvalidStatus:
            pass
    return f"two prompts in order, errors, a run of {len(frames)} frames"


def ended(socket):
    """The other side closes the socket, and says nothing more."""
    try:
        said = socket.recv(timeout=60)
    except websockets.exceptions.ConnectionClosed:
        return
    raise AssertionError(f"no end, but {said}")


def the_console_is_served(test):
    """Its files come whole, compressed or not, and the cookie of who signs in goes both ways."""
    if not (sam.ROOT / "console/dist/index.html").is_file():
        return "left out: it is not built"

    def ask(path, body=None, **headers):
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(urllib.request.Request(f"{test.url}{path}", data, headers), timeout=40) as answer:
            return answer.headers, answer.read()

    headers, page = ask("/")
    assert headers["Content-Security-Policy"].startswith("default-src 'none'"), headers
    script = re.search(r'src="(/console/assets/[^"]+)"', page.decode())[1]
    headers, packed = ask(script, Accept_Encoding="gzip")
    assert headers["Content-Encoding"] == "gzip" and gzip.decompress(packed) == ask(script)[1], headers
    headers, _ = ask("/api/v1/session", {"key": ROOT_KEY}, Content_Type="application/json")
    _, session = ask("/api/v1/session", Cookie=headers["Set-Cookie"].split(";")[0])
    assert json.loads(session)["data"]["role"] == "root", session
    return f"a script of {len(packed) / 1e3:.0f} kB"


def an_agent_asks_bedrock_by_its_functions_role(test):
    """No key is set: the role's credentials sign the call, and say which model may be asked."""
    project = test.workflow.url.split("/projects/")[1].split("/")[0]
    agent = f"{test.workflow.base}/projects/{project}/agents/nova"

    def ask(model):
        test.workflow.data("PUT", agent, {"text": f"---\nmodel: bedrock/{model}\n---\nYou help."})
        return test.workflow.call("POST", f"{test.prompts}/p/{project}/agents/nova/i", {"message": "Hello"})

    status, answer = ask(NOVA)
    assert status == 200 and f"mock nova {NOVA}" in answer["result"]["text"], answer
    status, answer = ask("amazon.nova-pro-v1:0")
    assert status == 502 and "AccessDenied" in json.dumps(answer), answer
    return "an answer, and AccessDenied for another model"


def a_poison_message_becomes_a_failure_record(test):
    """Without its grant to write, `dispatch` fails on every message. After ten receives `schedule` records the failure; once the
    grant is back, a replay does the work."""
    test.deploy(b"second", without("DispatchRole", "dynamodb:PutItem"))
    test.hide_messages_for(1)
    before = test.workflow.seen()
    assert test.workflow.post(2_000) == 202
    failure = wait_for("a failure record", test.workflow.failures, 150)[0]
    assert (failure["code"], failure["cell_id"]) == ("crashed", "seen"), failure
    assert test.workflow.seen() == before
    test.wait_for_log("schedule", '"Failures":1')  # The alarm's metric.
    wait_for("no dead letter", lambda: test.messages("DeliverDeadQueueUrl") == 0, 90)
    test.deploy(b"second")
    test.workflow.data("POST", f"{test.workflow.url}/failures/{failure['id']}/replay", {})
    wait_for("the replayed event", lambda: test.workflow.seen() == sorted([*before, 2_000]), 30)
    return failure["code"]


def a_removed_permission_makes_a_journey_fail(test):
    """The emulator enforces the roles: otherwise the tests above would show nothing about them."""
    passed, output = test.journeys("--exact", CANARY)
    assert passed, output
    test.deploy(b"second", without("IngressRole", "sqs:SendMessage"))
    passed, output = test.journeys("--exact", CANARY)
    assert not passed and '"type":"unavailable"' in output, output
    test.wait_for_log("ingress", "AccessDenied")  # Without that line, the journey failed for another reason.
    return "AccessDenied"


def without(role, action):
    """A change of the template: a role without an action."""

    def change(template):
        policy = cfn.of_type(template, "AWS::IAM::Role")[role]["Policies"][0]["PolicyDocument"]
        assert action in str(policy), f"{role} has no {action}"
        for statement in policy["Statement"]:
            statement["Action"] = [kept for kept in cfn.as_list(statement["Action"]) if kept != action]
        policy["Statement"] = [statement for statement in policy["Statement"] if statement["Action"]]

    return change


STEPS = [
    all_journeys_pass,
    a_schedule_fires,
    one_bad_message_fails_alone,
    an_agent_answers_and_does_what_it_is_given,
    sockets_are_answered,
    the_console_is_served,
    an_agent_asks_bedrock_by_its_functions_role,
    a_deployment_under_load_loses_nothing,
    a_poison_message_becomes_a_failure_record,
    a_removed_permission_makes_a_journey_fail,
]


def main():
    parser = argparse.ArgumentParser(description="Deploys to an emulator on this machine and tests what was deployed.")
    parser.add_argument("--profile", default="debug", choices=["debug", "function"], help="the functions' build (debug)")
    parser.add_argument("steps", nargs="*", metavar="STEP", help="only these steps")
    args = parser.parse_args()
    HOME.mkdir(parents=True, exist_ok=True)
    (HOME / "deploy.log").unlink(missing_ok=True)
    os.environ["ROOKERY_ROOT_KEY"] = ROOT_KEY
    package.COMPRESSION = 1  # These binaries are ten times as large as those of a deployment, and are fetched from this machine.
    binaries, journeys = timed("build", lambda: build(args.profile))
    with emulator.running(HOME / "ministack.log") as port:
        test = timed("deploy", lambda: Test(port, binaries, journeys))
        for step in STEPS:
            if not args.steps or step.__name__ in args.steps:
                timed(step.__name__, lambda step=step: step(test))
    print("The deployment test passed.")


def timed(name, step):
    """Runs a step, and prints how long it took and what it found."""
    began = time.monotonic()
    try:
        result = step()
    except BaseException:
        print(f"FAILED {name} after {time.monotonic() - began:.1f} s; logs are in {HOME.relative_to(sam.ROOT)}", flush=True)
        raise
    print(f"ok {name} ({time.monotonic() - began:.1f} s) {result if isinstance(result, str) else ''}".rstrip(), flush=True)
    return result


if __name__ == "__main__":
    main()
