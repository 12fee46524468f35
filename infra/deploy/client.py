"""A client of the deployed API, and the workflows that the deployment test drives."""

import json
import time
import urllib.error
import urllib.request

# An event put in at `start` comes out of `seen`.
PIPELINE = [
    {"id": "start", "type": "agent", "agent_type": "manual"},
    # It waits for nothing. Agents that only compute would be run where the event is accepted, and `dispatch` would have no work.
    {"id": "seen", "type": "agent", "agent_type": "delay", "config": {"until": "0"}},
    {"id": "link", "type": "link", "source": {"id": "start"}, "target": {"id": "seen"}},
]
# This workflow emits by itself every 20 seconds.
CLOCK = [{"id": "clock", "type": "agent", "agent_type": "schedule", "config": {"schedule": "every_20s"}}]


class Workflow:
    """A started workflow in a project of its own."""

    def __init__(self, url, key, cells):
        self.base, self.key = f"{url}/api/v1", key
        project = self.data("POST", f"{self.base}/projects", {"name": "Deployment test"})["id"]
        workflows = f"{self.base}/projects/{project}/workflows"
        self.url = f"{workflows}/{self.data('POST', workflows, {'name': 'Deployed', 'options': {'cells': cells}})['id']}"
        self.data("POST", f"{self.url}/start")

    def call(self, method, url, body=None, headers=None):
        """The status of an answer, and its body."""
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json", **(headers or {})}
        data = None if body is None else json.dumps(body).encode()
        try:
            with urllib.request.urlopen(urllib.request.Request(url, data, headers, method=method), timeout=40) as answer:
                text, is_json = answer.read().decode(), answer.headers.get_content_type() == "application/json"
                return answer.status, json.loads(text) if is_json else text
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode(errors="replace")

    def data(self, method, url, body=None):
        """The data in the answer to a call that must succeed."""
        status, answer = self.call(method, url, body)
        assert 200 <= status < 300, f"{method} {url}: {status} {answer}"
        return answer["data"]

    def post(self, n):
        """Puts event `n` in. The same `n` means the same event, however often it is posted. Gives the status."""
        return self.call("POST", f"{self.url}/agents/start/events", {"payload": {"n": n}}, {"Idempotency-Key": f"event-{n}"})[0]

    def events(self, agent, group):
        """The payloads that an agent emitted in a group."""
        found, cursor = [], ""
        while cursor is not None:
            status, page = self.call("GET", f"{self.url}/events?agent={agent}&limit=200{cursor and '&cursor=' + cursor}")
            assert status == 200, page
            found += [event["payload"] for event in page["data"] if group in event["groups"]]
            cursor = page["meta"]["next_cursor"]
        return found

    def seen(self):
        """The numbers of the events that came out, in order; a doubled event is listed twice."""
        return sorted(payload["n"] for payload in self.events("seen", "on_delay"))

    def failures(self):
        """The failure records."""
        return self.data("GET", f"{self.url}/failures")


def wait_for(what, found, seconds):
    """Waits until `found` gives a value, and returns it."""
    end = time.monotonic() + seconds
    while not (value := found()):
        assert time.monotonic() < end, f"{what} did not come within {seconds} s"
        time.sleep(0.5)
    return value
