#!/usr/bin/env python3
"""A sample external agent that needs only Python's standard library: it counts the words of the question.

It speaks the protocol of external agents: it acknowledges `POST /api/execute` at once with a request id of its own, works, and posts
its result to the address in `X-Callback-Url`, with the token in `X-Callback-Token`, until it is taken. The same `Idempotency-Key`
is the same request. Try it:

    python3 examples/agent/agent.py --port 8091
"""

import argparse
import http.server
import json
import threading
import time
import urllib.error
import urllib.request
import uuid

ATTEMPTS = 8


class Agent(http.server.ThreadingHTTPServer):
    """The server, and the request ids by idempotency key."""

    daemon_threads = True

    def __init__(self, address, seconds):
        super().__init__(address, Handler)
        self.seconds, self.known, self.lock = seconds, {}, threading.Lock()


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        if self.path != "/api/execute":
            return self.answer(404, {"error": "POST /api/execute"})
        try:
            request = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))))
            question = request["agentContext"]["input"]
        except (ValueError, KeyError, TypeError):
            return self.answer(400, {"error": "the body is no ExecuteAIAgentProxyRequest"})
        key = self.headers.get("Idempotency-Key") or uuid.uuid4().hex
        with self.server.lock:
            is_new = key not in self.server.known
            request_id = self.server.known.setdefault(key, str(uuid.uuid4()))
        self.answer(200, {"requestId": request_id})
        if is_new:
            work = (request_id, question, self.headers.get("X-Callback-Url"), self.headers.get("X-Callback-Token"), self.server.seconds)
            threading.Thread(target=run, args=work, daemon=True).start()

    def answer(self, status, body):
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, form, *args):
        print("agent:", form % args, flush=True)


def run(request_id, question, callback, token, seconds):
    """Does the agent's work, then posts the result."""
    time.sleep(seconds)
    words = len(question.split())
    answer = f"You sent {words} words."
    messages = [{"text": question, "type": "USER"}, {"text": answer, "type": "AI"}]
    outcome = {"finish": {"result": answer}, "messages": messages, "intermediateSteps": [{"stepName": "count", "details": str(words)}]}
    post(callback, token, {"requestId": request_id, "result": {"agentOutcome": outcome}})


def post(url, token, result):
    headers = {"Content-Type": "application/json", "X-Callback-Token": token or ""}
    request = urllib.request.Request(url, json.dumps(result).encode(), headers, method="POST")
    for attempt in range(ATTEMPTS):
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return print("agent: the result was taken:", answer.status, flush=True)
        except urllib.error.HTTPError as error:
            if error.code < 500:
                return print("agent: the result was refused:", error.code, error.read().decode(), flush=True)
        except OSError as error:
            print("agent: not reached:", error, flush=True)
        time.sleep(min(2**attempt, 30) / 4)


def main():
    parser = argparse.ArgumentParser(description="A sample external agent: it counts words.")
    parser.add_argument("--port", type=int, default=8091, help="where it listens on 127.0.0.1 (8091; 0 for any)")
    parser.add_argument("--seconds", type=float, default=1.0, help="how long it thinks (1)")
    args = parser.parse_args()
    server = Agent(("127.0.0.1", args.port), args.seconds)
    print(f"The agent is ready at http://127.0.0.1:{server.server_address[1]}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
