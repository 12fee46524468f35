"""ministack (https://pypi.org/project/ministack/, MIT), an emulator of AWS on this machine. It runs the real `bootstrap` binaries
as processes, and enforces their roles' policies."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import boto3

import cfn

# API Gateway answers at 127.0.0.1, and all of AWS's own APIs at localhost: to the emulator, the first is a custom domain.
API_HOST = "127.0.0.1"


@contextmanager
def running(log):
    """Starts it on a free port, and stops it with all functions. Gives the port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "ROOKERY_"))}
    environment |= {
        "AUTH": "true",
        "LAMBDA_EXECUTOR": "local",
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        # The emulator passes this variable on to the functions.
        "AWS_ENDPOINT_URL": f"http://localhost:{port}",
    }
    with open(log, "w") as out:
        tool = Path(sys.executable).with_name("ministack")
        process = subprocess.Popen([tool], env=environment, stdout=out, stderr=out, start_new_session=True)
    try:
        wait_until_up(process, port, log)
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def wait_until_up(process, port, log):
    for _ in range(300):
        try:
            urllib.request.urlopen(f"http://localhost:{port}/_ministack/health", timeout=2).close()
            return
        except urllib.error.HTTPError:
            return
        except OSError:
            if process.poll() is not None:
                break
            time.sleep(0.1)
    raise SystemExit(f"ministack did not start: see {log}")


def session(port):
    """An administrator of the emulated account."""
    os.environ["AWS_ENDPOINT_URL"] = f"http://localhost:{port}"
    return boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name="us-east-1")


def url(port):
    """The address of the deployed API."""
    return f"http://{API_HOST}:{port}"


def of_function(port, address):
    """Where the emulator answers what is sent to a function's own address, whose host name does not resolve here."""
    return f"http://localhost:{port}/_aws/lambda-url/{address.split('//')[1].split('.')[0]}"


def of_sockets(port, address):
    """Where the emulator takes handshakes of the WebSocket API, for the same reason."""
    api, _, stage = address.split("//")[1].partition("/")
    return f"ws://localhost:{port}/_aws/execute-api/{api.split('.')[0]}/{stage}"


def map_domain(session, api):
    """Lets the API answer at `url`: its own host name does not resolve everywhere."""
    client = session.client("apigatewayv2")
    client.create_domain_name(DomainName=API_HOST)
    client.create_api_mapping(DomainName=API_HOST, ApiId=api, Stage="$default")


def adapt(template, port):
    """Changes of the template that the emulator needs, because it differs from AWS."""
    # CloudFront's functions know no module there, and no handshake comes through.
    template["Resources"] = {name: r for name, r in template["Resources"].items() if not r["Type"].startswith("AWS::CloudFront::")}
    del template["Outputs"]["AgentsUrl"]
    variables = cfn.of_type(template, "AWS::Lambda::Function")["Socket"]["Environment"]["Variables"]
    variables["ROOKERY_SOCKETS_URL"] = {"Fn::Sub": f"http://localhost:{port}/_aws/execute-api/${{SocketApi}}/live"}
    # The emulator compares a mapping's MaximumConcurrency as a number, but gets parameters as text.
    for mapping in cfn.of_type(template, "AWS::Lambda::EventSourceMapping").values():
        scaling = mapping["ScalingConfig"]
        scaling["MaximumConcurrency"] = cfn.default(template, scaling["MaximumConcurrency"])
    # On AWS, SendMessageBatch needs the action sqs:SendMessage; in the emulator, it needs an action of its own.
    for role in cfn.of_type(template, "AWS::IAM::Role").values():
        for statement in cfn.statements(role):
            if cfn.as_list(statement["Action"]) == ["sqs:SendMessage"]:
                statement["Action"] = ["sqs:SendMessage", "sqs:SendMessageBatch"]
            # The same is so for ConverseStream.
            if cfn.as_list(statement["Action"]) == ["bedrock:InvokeModelWithResponseStream"]:
                statement["Action"] = ["bedrock:InvokeModelWithResponseStream", "bedrock:ConverseStream"]
