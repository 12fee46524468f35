"""Our own checks of the expanded template, for mistakes that no linter catches. Each check returns its problems."""

import re

import cfn
from cfn import as_list, default, of_type, target
from sam import ROOT

QUEUE, FUNCTION, MAPPING = "AWS::SQS::Queue", "AWS::Lambda::Function", "AWS::Lambda::EventSourceMapping"

# These must agree with shared/store/src/schema.rs, which creates the table on one machine.
TABLE_KEYS = ["pk", "sk"]
INDEXES = {
    "recent": (["rp", "rs"], {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["cell", "groups", "hop", "keep"]}),
    "due": (["dp", "da"], {"ProjectionType": "KEYS_ONLY"}),
}
ATTRIBUTES = {"pk": "S", "sk": "S", "rp": "S", "rs": "S", "dp": "S", "da": "N"}

# The queue of the function `socket`, which is not in the table of shared/queue: it holds no messages of the engine.
SOCKETS = "SocketsQueue"

# The paths of the function `webhook`: these must agree with `is_hook` in shared/api.
HOOKS = ["ANY /hooks/{token}", "POST /api/agentProxy/sendResult", "POST /p/{project}/api/agentProxy/sendResult"]


def rust(path, pattern):
    """The matches of a pattern in a source file; there must be at least one."""
    found = re.findall(pattern, (ROOT / path).read_text())
    assert found, f"{path} has nothing like {pattern}: mend this gate"
    return found


def rust_number(path, name):
    """A constant of the code, as a number or as seconds."""
    return int(rust(path, rf"const {name}: \w+ = (?:Duration::from_secs\()?(\d+)")[0])


def table(template):
    tables = of_type(template, "AWS::DynamoDB::Table")
    if len(tables) != 1:
        yield f"there must be one table, not {len(tables)}"
    for name, p in tables.items():
        if p.get("BillingMode") != "PAY_PER_REQUEST":
            yield f"{name} is not on demand"
        if p.get("TimeToLiveSpecification") != {"AttributeName": "expires_at", "Enabled": True}:
            yield f"{name} has no TTL on `expires_at`: nothing would ever be removed"
        if p.get("PointInTimeRecoverySpecification", {}).get("PointInTimeRecoveryEnabled") is not True:
            yield f"{name} has no point-in-time recovery"
        if p.get("SSESpecification", {}).get("SSEEnabled") is not True:
            yield f"{name} is not encrypted"
        if p.get("DeletionProtectionEnabled") is not True:
            yield f"{name} is not protected from deletion"
        whole = template["Resources"][name]
        if (whole.get("DeletionPolicy"), whole.get("UpdateReplacePolicy")) != ("Retain", "Retain"):
            yield f"{name} is removed with its stack, or when it is replaced"
        if {a["AttributeName"]: a["AttributeType"] for a in p["AttributeDefinitions"]} != ATTRIBUTES:
            yield f"{name} does not define the attributes {ATTRIBUTES}"
        if keys(p) != TABLE_KEYS:
            yield f"{name} has the keys {keys(p)}, not {TABLE_KEYS}"
        indexes = {i["IndexName"]: (keys(i), i["Projection"]) for i in p.get("GlobalSecondaryIndexes", [])}
        if indexes != INDEXES:
            yield f"{name} has the indexes {indexes}, not {INDEXES}"


def keys(schema):
    return [k["AttributeName"] for k in sorted(schema["KeySchema"], key=lambda k: k["KeyType"] != "HASH")]


def code_queues():
    """The table of queues in the code: a queue's name and its budget for one message in seconds, by logical id."""
    rows = rust("shared/queue/src/queues.rs", r'(\w+) \{ name: "(\w+)", budget_seconds: (\d+) \}')
    return {f"{queue}Queue": (name, int(budget)) for queue, name, budget in rows}


def queues(template):
    all_queues, functions = of_type(template, QUEUE), of_type(template, FUNCTION)
    mapped = {target(m["EventSourceArn"]): target(m["FunctionName"]) for m in of_type(template, MAPPING).values()}
    receives = rust_number("shared/queue/src/queues.rs", "MAX_RECEIVES")
    margin = rust_number("shared/queue/src/queues.rs", "MARGIN_SECONDS")
    for name, p in all_queues.items():
        if p.get("SqsManagedSseEnabled") is not True:
            yield f"{name} is not encrypted"
    if mapped.keys() != {*code_queues(), SOCKETS}:
        yield f"functions read {sorted(mapped)}, shared/queue has {sorted(code_queues())}, `socket` has {SOCKETS}"
    yield from socket_queue(all_queues.get(SOCKETS, {}), functions.get(mapped.get(SOCKETS), {}))
    for name in mapped.keys() & all_queues.keys() & code_queues().keys():
        called, budget = code_queues()[name]
        p, redrive = all_queues[name], all_queues[name].get("RedrivePolicy", {})
        dead = all_queues.get(target(redrive.get("deadLetterTargetArn")))
        if dead is None:
            yield f"{name} has no dead-letter queue"
        elif dead.get("MessageRetentionPeriod", 345600) <= p.get("MessageRetentionPeriod", 345600):
            yield f"{name} keeps messages as long as its dead-letter queue, where they would be gone at once"
        if redrive.get("maxReceiveCount") != receives:
            yield f"{name} gives up after {redrive.get('maxReceiveCount')} receives, shared/queue after {receives}"
        timeout = functions.get(mapped[name], {}).get("Timeout", 3)
        if timeout != budget + margin:
            yield f"{mapped[name]} is stopped after {timeout} s, shared/queue wants {budget + margin} s"
        if p.get("VisibilityTimeout") != 6 * (budget + margin):
            yield f"{name} hides messages for {p.get('VisibilityTimeout')} s, shared/queue for {6 * (budget + margin)} s"
        if p.get("QueueName") != {"Fn::Sub": f"rookery-${{Stage}}-{called}"}:
            yield f"{name} is called {p.get('QueueName')}, shared/queue calls it {called}"
    redriven = {target(p["RedrivePolicy"].get("deadLetterTargetArn")) for p in all_queues.values() if "RedrivePolicy" in p}
    for name in all_queues.keys() - mapped.keys() - redriven:
        yield f"nothing reads {name}"


def socket_queue(p, function):
    """The queue of connections keeps their order. Its messages are of no use without their connection, so it has no dead-letter queue."""
    if not all(p.get(name) is True for name in ("FifoQueue", "ContentBasedDeduplication")):
        yield f"{SOCKETS} does not keep the order, or takes a message twice"
    if (p.get("DeduplicationScope"), p.get("FifoThroughputLimit")) != ("messageGroup", "perMessageGroupId"):
        yield f"{SOCKETS} limits all connections together"
    if p.get("VisibilityTimeout", 30) < function.get("Timeout", 3):
        yield f"{SOCKETS} shows messages while they are answered"
    if "RedrivePolicy" in p or p.get("MessageRetentionPeriod", 345600) < 7200:
        yield f"{SOCKETS} drops messages before their connection ends, which takes up to two hours"


def mappings(template):
    all_mappings = of_type(template, MAPPING)
    for name, p in all_mappings.items():
        if "ReportBatchItemFailures" not in p.get("FunctionResponseTypes", []):
            yield f"{name} does not report batch item failures: one bad message would fail its neighbours"
        if target(p["EventSourceArn"]) == SOCKETS and p.get("BatchSize") != 1:
            yield f"{name} gives several messages at once, which have the time of one"
        if p.get("BatchSize", 10) > 10 and p.get("MaximumBatchingWindowInSeconds", 0) < 1:
            yield f"{name}: a batch of more than 10 needs a batching window of at least a second"
        if p.get("Enabled") is False:
            yield f"{name} is not enabled"
        if (default(template, p.get("ScalingConfig", {}).get("MaximumConcurrency")) or 0) < 2:
            yield f"{name} has no MaximumConcurrency of at least 2"
        function = of_type(template, FUNCTION).get(target(p["FunctionName"]), {})
        if function.get("RecursiveLoop") != "Allow":
            yield f"{target(p['FunctionName'])} has no `RecursiveLoop: Allow`: Lambda would stop workflows at 16 hops"


def functions(template):
    roles, logs = [], of_type(template, "AWS::Logs::LogGroup")
    urls = {f"ROOKERY_{name.upper()}_{of}" for name, _ in code_queues().values() for of in ("URL", "DEAD_URL")}
    needed = {"ROOKERY_STAGE", *urls, *rust("shared/boot/src/lambda.rs", r'variable\("(ROOKERY_\w+)"\)')}
    for name, p in of_type(template, FUNCTION).items():
        roles.append(target(p.get("Role")))
        if (p.get("Runtime"), p.get("Handler")) != ("provided.al2023", "bootstrap"):
            yield f"{name} is not a `bootstrap` of provided.al2023"
        if target((p.get("Architectures") or [None])[0]) != "Architecture":
            yield f"{name} is not of the architecture that the parameter says"
        variables = p.get("Environment", {}).get("Variables", {})
        own = rust("functions/socket/src/main.rs", r'variable\("(ROOKERY_\w+)"\)') if name == "Socket" else []
        missing = {*needed, *own} - variables.keys()
        if missing:
            yield f"{name} is not told {', '.join(sorted(missing))}"
        numbers = [variable for variable, value in variables.items() if isinstance(value, int)]
        if numbers:
            yield f"{name}: {', '.join(numbers)} must be a text, as every variable of an environment"
        group = target(p.get("LoggingConfig", {}).get("LogGroup"))
        if group not in logs or "RetentionInDays" not in logs[group]:
            yield f"{name} has no log group with a retention"
        if target(p.get("TracingConfig", {}).get("Mode")) != "Tracing":
            yield f"{name} is not traced as the parameter says"
    if len(set(roles)) != len(roles):
        yield "functions share a role"
    key = template["Parameters"]["RootKey"]
    if key.get("NoEcho") is not True or "Default" in key or key.get("MinLength", 0) < 32:
        yield "RootKey must be NoEcho, without a default, and of at least 32 characters"


def roles(template):
    all_roles = of_type(template, "AWS::IAM::Role")
    for name, p in all_roles.items():
        if p.get("ManagedPolicyArns"):
            yield f"{name} has managed policies, which are wider than one function"
        for statement in cfn.statements(p):
            for action in as_list(statement.get("Action", "*")):
                if "*" in action:
                    yield f"{name} may do {action}"
                for value in as_list(statement.get("Resource", "*")):
                    of_connections = action == "execute-api:ManageConnections" and target(value) == "SocketApi"
                    if "*" in str(value) and not action.startswith("xray:") and not of_connections:
                        yield f"{name} may do {action} on {value}"
                    if action.startswith("logs:") and target(value) != name.removesuffix("Role") + "Log":
                        yield f"{name} may write the logs of another"
    for mapping, p in of_type(template, MAPPING).items():
        function = of_type(template, FUNCTION).get(target(p["FunctionName"]), {})
        allowed = {
            action
            for statement in cfn.statements(all_roles.get(target(function.get("Role")), {}))
            if target(p["EventSourceArn"]) in map(target, as_list(statement["Resource"]))
            for action in as_list(statement["Action"])
        }
        missing = {"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"} - allowed
        if missing:
            yield f"{mapping} needs {', '.join(sorted(missing))} on {target(p['EventSourceArn'])}"


def apis(template):
    apis = of_type(template, "AWS::ApiGatewayV2::Api")
    integrations = of_type(template, "AWS::ApiGatewayV2::Integration")
    routes = of_type(template, "AWS::ApiGatewayV2::Route")
    for name, p in integrations.items():
        api, function = target(p["ApiId"]), target(p.get("IntegrationUri"))
        if not permitted(template, function, "apigateway.amazonaws.com", api):
            yield f"the API may not invoke {function}"
        if api == "SocketApi":
            continue  # Its events have a format of their own. `socket` is slow only with messages of its queue.
        if p.get("PayloadFormatVersion") != "2.0":
            yield f"{name} has not the payload format 2.0"
        if of_type(template, FUNCTION).get(function, {}).get("Timeout", 3) > 30:
            yield f"{function} may take longer than the 30 s that the API waits"
    for api, wanted in {
        "HttpApi": dict.fromkeys(HOOKS, "Webhook") | {"$default": "Ingress"},
        "SocketApi": dict.fromkeys(["$connect", "$default", "$disconnect"], "Socket"),
    }.items():
        own = [p for p in routes.values() if target(p["ApiId"]) == api]
        found = {p["RouteKey"]: target(integrations.get(target(p.get("Target")), {}).get("IntegrationUri")) for p in own}
        if found != wanted:
            yield f"the routes are {found}, not {wanted}"
    stages = of_type(template, "AWS::ApiGatewayV2::Stage")
    if {target(p["ApiId"]) for p in stages.values()} != set(apis):
        yield "an API has no stage"
    for name, p in stages.items():
        if p.get("AutoDeploy") is not True:
            yield f"{name} is not deployed by itself: a new route would not be served"
        if not {"ThrottlingRateLimit", "ThrottlingBurstLimit"} <= p.get("DefaultRouteSettings", {}).keys():
            yield f"{name} is not throttled"
        if re.search(r"\$context\.(path|domain|authorizer)", p.get("AccessLogSettings", {}).get("Format", "")):
            yield f"{name} logs paths, which are secrets of hooks"


def addresses(template):
    """One function has an address of its own, which everybody may reach, since it asks for keys: the one that streams. No other is open."""
    found = {target(p["TargetFunctionArn"]): p for p in of_type(template, "AWS::Lambda::Url").values()}
    if found.keys() != {"Prompts"}:
        yield f"{sorted(found)} have addresses of their own, not Prompts alone"
    for name, p in found.items():
        if (p.get("AuthType"), p.get("InvokeMode")) != ("NONE", "RESPONSE_STREAM"):
            yield f"the address of {name} does not stream, or not for everybody"
    opened = set()
    for p in of_type(template, "AWS::Lambda::Permission").values():
        if p["Principal"] == "*":
            by_address = p.get("FunctionUrlAuthType") == "NONE" or p.get("InvokedViaFunctionUrl") is True
            opened.add((target(p["FunctionName"]), p["Action"], by_address))
    # Since October 2025, Lambda wants both.
    wanted = {("Prompts", action, True) for action in ("lambda:InvokeFunctionUrl", "lambda:InvokeFunction")}
    if opened != wanted:
        yield f"everybody may do {sorted(opened)}, not {sorted(wanted)}"


def distribution(template):
    """The one address of agents keeps no answer, and hands on all that a request says."""
    for name, p in of_type(template, "AWS::CloudFront::Distribution").items():
        config = p["DistributionConfig"]
        behavior = config["DefaultCacheBehavior"]
        if behavior.get("CachePolicyId") != "4135ea2d-6df8-44a3-9df3-4b5a84be39ad" or "CacheBehaviors" in config:
            yield f"{name} keeps answers, which are for one caller"
        errors = config.get("CustomErrorResponses", [])
        kept = {400, 403, 404, 405, 414, 500, 502, 503, 504} - {e["ErrorCode"] for e in errors if e.get("ErrorCachingMinTTL") == 0}
        if kept:
            yield f"{name} keeps the errors {sorted(kept)}, which are for one caller"
        if behavior.get("OriginRequestPolicyId") != "b689b0a8-53d0-40ab-baf2-68738e2966ac":
            yield f"{name} hands keys or handshakes of WebSockets not on, or a `Host` that no origin knows"
        if not all(o.get("CustomOriginConfig", {}).get("OriginProtocolPolicy") == "https-only" for o in config["Origins"]):
            yield f"{name} sends keys in clear"


def permitted(template, function, principal, source):
    """Whether a service may invoke a function on behalf of this source, and of no other."""
    return any(
        target(p["FunctionName"]) == function and p["Principal"] == principal and target(p.get("SourceArn")) == source
        for p in of_type(template, "AWS::Lambda::Permission").values()
    )


def schedules(template):
    rules = of_type(template, "AWS::Events::Rule")
    if not rules:
        yield "nothing wakes the schedule"
    for name, p in rules.items():
        if not is_schedule(p.get("ScheduleExpression", "")):
            yield f"{name} has the schedule {p.get('ScheduleExpression')}, which EventBridge does not read"
        elif p["ScheduleExpression"] != "rate(1 minute)":
            yield f"{name} does not wake the schedule every minute, as far ahead as a tick sends (shared/engine/src/tick.rs)"
        if p.get("State", "ENABLED") != "ENABLED":
            yield f"{name} is not enabled"
        for each in p.get("Targets", []):
            if not permitted(template, target(each["Arn"]), "events.amazonaws.com", name):
                yield f"{name} may not invoke {target(each['Arn'])}"


def is_schedule(text):
    """`rate(1 minute)`, `rate(5 minutes)`, or `cron` of six fields, of which one day is `?`."""
    rate = re.fullmatch(r"rate\((\d+) (minute|hour|day)(s?)\)", text)
    if rate:
        return int(rate[1]) > 0 and (int(rate[1]) == 1) == (rate[3] == "")
    cron = re.fullmatch(r"cron\((\S+ \S+ \S+ \S+ \S+ \S+)\)", text)
    return bool(cron) and (cron[1].split()[2] == "?") != (cron[1].split()[4] == "?")


def alarms(template):
    all_alarms = of_type(template, "AWS::CloudWatch::Alarm")
    found = {
        (p["Namespace"], p["MetricName"], target(p["Dimensions"][0]["Value"])) for p in all_alarms.values() if p.get("Dimensions")
    }
    wanted = {("Rookery", "Failures", "Stage"), ("Rookery", "LimitsReached", "Stage")}
    for name in of_type(template, FUNCTION):
        wanted |= {("AWS/Lambda", "Errors", name), ("AWS/Lambda", "Throttles", name)}
    for name, p in of_type(template, QUEUE).items():
        metric = "ApproximateAgeOfOldestMessage" if "RedrivePolicy" in p or name == SOCKETS else "NumberOfMessagesReceived"
        wanted.add(("AWS/SQS", metric, name))
    for name, p in of_type(template, "AWS::ApiGatewayV2::Api").items():
        wanted.add(("AWS/ApiGateway", "ExecutionError" if p["ProtocolType"] == "WEBSOCKET" else "5xx", name))
    for metric in sorted(wanted - found, key=str):
        yield f"no alarm on {' '.join(map(str, metric))}"
    for name, p in all_alarms.items():
        if "AlarmTopicArn" not in str(p.get("AlarmActions")):
            yield f"{name} tells nobody"


ALL = [table, queues, mappings, functions, roles, apis, addresses, distribution, schedules, alarms]


def problems(template):
    """All problems of an expanded template."""
    return [problem for gate in ALL for problem in gate(template)]
