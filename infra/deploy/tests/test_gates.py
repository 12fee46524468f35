"""Each gate refuses a template that is broken in the way that it is for. Run by `make template`:
`python -m unittest discover -s infra/deploy/tests`."""

import json
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import check  # noqa: E402
import gates  # noqa: E402
import grants  # noqa: E402
import sam  # noqa: E402


EXPANDED = json.dumps(sam.expand(sam.read()))


def expanded():
    """A template to break."""
    return json.loads(EXPANDED)


def properties(template, name):
    return template["Resources"][name]["Properties"]


def put(path, value):
    """A break: sets a property, given as `Resource.Property.Property`."""
    name, *inner, last = path.split(".")

    def breaking(template):
        place = properties(template, name)
        for part in inner:
            place = place[int(part) if part.isdigit() else part]
        place[last] = value

    return breaking


def drop(path):
    """A break: removes a property, or a resource."""
    name, *inner = path.split(".")

    def breaking(template):
        place, last = (properties(template, name), inner[-1]) if inner else (template["Resources"], name)
        for part in inner[:-1]:
            place = place[part]
        del place[last]

    return breaking


def statement(role, index, **changes):
    """A break: changes a statement of a role."""
    return lambda template: properties(template, role)["Policies"][0]["PolicyDocument"]["Statement"][index].update(changes)


# What is broken, and what the gates must say.
BROKEN = {
    "no TTL": (drop("Table.TimeToLiveSpecification"), "has no TTL"),
    "TTL of another attribute": (put("Table.TimeToLiveSpecification.AttributeName", "ttl"), "has no TTL"),
    "no point-in-time recovery": (drop("Table.PointInTimeRecoverySpecification"), "no point-in-time recovery"),
    "no encryption of the table": (drop("Table.SSESpecification"), "Table is not encrypted"),
    "provisioned": (put("Table.BillingMode", "PROVISIONED"), "not on demand"),
    "table goes with its stack": (lambda t: t["Resources"]["Table"].pop("DeletionPolicy"), "removed with its stack"),
    "table unprotected": (drop("Table.DeletionProtectionEnabled"), "not protected from deletion"),
    "no due index": (lambda t: properties(t, "Table")["GlobalSecondaryIndexes"].pop(), "has the indexes"),
    "keys the other way round": (
        lambda t: [k.update(AttributeName="pk") for k in properties(t, "Table")["KeySchema"]],
        "has the keys",
    ),
    "visibility too small": (put("DeliverQueue.VisibilityTimeout", 200), "shared/queue for 240 s"),
    "timeout too long": (put("Dispatch.Timeout", 41), "shared/queue wants 40 s"),
    "timeout too short": (put("Routing.Timeout", 38), "shared/queue wants 40 s"),
    "a queue of another name": (put("RouteQueue.QueueName", "routes"), "shared/queue calls it route"),
    "visibility not that of the code": (put("RouteQueue.VisibilityTimeout", 300), "shared/queue for 240 s"),
    "no redrive": (drop("DeliverQueue.RedrivePolicy"), "no dead-letter queue"),
    "other receive count": (put("RouteQueue.RedrivePolicy.maxReceiveCount", 3), "gives up after 3"),
    "dead letters gone at once": (put("RouteDeadQueue.MessageRetentionPeriod", 345600), "as long as its dead-letter queue"),
    "no encryption of a queue": (drop("DeliverDeadQueue.SqsManagedSseEnabled"), "DeliverDeadQueue is not encrypted"),
    "a batch fails as one": (put("DispatchMessages.FunctionResponseTypes", []), "does not report batch item failures"),
    "large batch without a window": (put("DispatchMessages.BatchSize", 100), "needs a batching window"),
    "no concurrency": (drop("RoutingMessages.ScalingConfig"), "no MaximumConcurrency"),
    "mapping off": (put("RoutingMessages.Enabled", False), "is not enabled"),
    "mapping gone": (drop("DispatchMessages"), "functions read ['AgentsQueue', 'RouteQueue', 'SocketsQueue'], shared/queue has"),
    "sockets without an order": (drop("SocketsQueue.FifoQueue"), "does not keep the order"),
    "sockets share a limit": (drop("SocketsQueue.FifoThroughputLimit"), "limits all connections together"),
    "sockets answered twice": (put("SocketsQueue.VisibilityTimeout", 899), "shows messages while they are answered"),
    "sockets forget": (put("SocketsQueue.MessageRetentionPeriod", 1200), "drops messages before their connection ends"),
    "sockets in batches": (put("SocketMessages.BatchSize", 10), "several messages at once"),
    "loops stopped by Lambda": (drop("Dispatch.RecursiveLoop"), "would stop workflows"),
    "variable gone": (drop("Webhook.Environment.Variables.ROOKERY_TABLE"), "is not told ROOKERY_TABLE"),
    "number as a variable": (put("Schedule.Environment.Variables.ROOKERY_PROCESSES", 1), "ROOKERY_PROCESSES must be a text"),
    "queue not told": (drop("Routing.Environment.Variables.ROOKERY_DELIVER_URL"), "is not told ROOKERY_DELIVER_URL"),
    "logs for ever": (drop("DispatchLog.RetentionInDays"), "Dispatch has no log group"),
    "no log group": (drop("Schedule.LoggingConfig"), "Schedule has no log group"),
    "not traced": (drop("Ingress.TracingConfig"), "Ingress is not traced as"),
    "always one architecture": (put("Ingress.Architectures", ["arm64"]), "Ingress is not of the architecture"),
    "shared role": (put("Webhook.Role", {"Fn::GetAtt": ["IngressRole", "Arn"]}), "share a role"),
    "root key with a default": (lambda t: t["Parameters"]["RootKey"].update(Default="x" * 32), "RootKey must be NoEcho"),
    "root key shown": (lambda t: t["Parameters"]["RootKey"].update(NoEcho=False), "RootKey must be NoEcho"),
    "action too wide": (statement("DispatchRole", 0, Action="dynamodb:*"), "may do dynamodb:*"),
    "resource too wide": (statement("DispatchRole", 1, Resource="*"), "may do sqs:SendMessage on *"),
    "managed policy": (put("RoutingRole.ManagedPolicyArns", ["arn:aws:iam::aws:policy/X"]), "has managed policies"),
    "other's logs": (statement("WebhookRole", 2, Resource={"Fn::GetAtt": ["IngressLog", "Arn"]}), "the logs of another"),
    "mapping may not receive": (
        statement("RoutingRole", 2, Action="sqs:DeleteMessage"),
        "RoutingMessages needs sqs:GetQueueAttributes",
    ),
    "API may not invoke": (drop("WebhookPermission"), "the API may not invoke Webhook"),
    "any API may invoke": (drop("IngressPermission.SourceArn"), "the API may not invoke Ingress"),
    "socket not told where": (drop("Socket.Environment.Variables.ROOKERY_SOCKETS_URL"), "is not told ROOKERY_SOCKETS_URL"),
    "any API's connections": (statement("SocketRole", 4, Resource="arn:aws:execute-api:*:*:*/*"), "may do execute-api:ManageConnections on"),
    "WebSockets may not invoke": (drop("SocketPermission"), "the API may not invoke Socket"),
    "messages go astray": (drop("MessageRoute"), "the routes are"),
    "agents' answers are kept": (
        put("AgentsAddress.DistributionConfig.DefaultCacheBehavior.CachePolicyId", "658327ea-f89d-4fab-a63d-7e88639e58f6"),
        "keeps answers",
    ),
    "agents' errors are kept": (drop("AgentsAddress.DistributionConfig.CustomErrorResponses"), "keeps the errors"),
    "agents' keys are dropped": (
        drop("AgentsAddress.DistributionConfig.DefaultCacheBehavior.OriginRequestPolicyId"),
        "hands keys",
    ),
    "agents' keys in clear": (
        put("AgentsAddress.DistributionConfig.Origins.0.CustomOriginConfig.OriginProtocolPolicy", "match-viewer"),
        "sends keys in clear",
    ),
    "old payload format": (put("IngressIntegration.PayloadFormatVersion", "1.0"), "not the payload format"),
    "API gives up earlier": (put("Ingress.Timeout", 60), "longer than the 30 s"),
    "hooks go astray": (drop("HookRoute"), "the routes are"),
    "route to nowhere": (put("DefaultRoute.Target", "integrations/none"), "the routes are"),
    "no stage": (drop("DefaultStage"), "an API has no stage"),
    "stage not deployed": (put("DefaultStage.AutoDeploy", False), "not deployed by itself"),
    "not throttled": (drop("DefaultStage.DefaultRouteSettings"), "is not throttled"),
    "secrets in the access log": (put("DefaultStage.AccessLogSettings.Format", "$context.path"), "logs paths"),
    "prompts without an address": (drop("PromptsUrl"), "not Prompts alone"),
    "prompts do not stream": (put("PromptsUrl.InvokeMode", "BUFFERED"), "does not stream"),
    "everybody may invoke": (put("IngressPermission.Principal", "*"), "everybody may do"),
    "nobody may call the address": (drop("PromptsURLInvokeAllowPublicAccess"), "everybody may do"),
    "no tick": (drop("ScheduleTick"), "nothing wakes the schedule"),
    "bad grammar": (put("ScheduleTick.ScheduleExpression", "rate(1 minutes)"), "EventBridge does not read"),
    "slow tick": (put("ScheduleTick.ScheduleExpression", "rate(5 minutes)"), "every minute"),
    "tick off": (put("ScheduleTick.State", "DISABLED"), "ScheduleTick is not enabled"),
    "rule may not invoke": (drop("ScheduleTickPermission"), "may not invoke Schedule"),
    "no alarm on failures": (drop("NewFailures"), "no alarm on Rookery Failures"),
    "no alarm on limits": (drop("LimitsReached"), "no alarm on Rookery LimitsReached"),
    "no alarm on age": (drop("OldDeliver"), "no alarm on AWS/SQS ApproximateAgeOfOldestMessage DeliverQueue"),
    "no alarm on dead letters": (drop("DeadRoute"), "no alarm on AWS/SQS NumberOfMessagesReceived RouteDeadQueue"),
    "no alarm on errors": (drop("DispatchErrors"), "no alarm on AWS/Lambda Errors Dispatch"),
    "no alarm on throttles": (drop("RoutingThrottles"), "no alarm on AWS/Lambda Throttles Routing"),
    "no alarm on 5xx": (drop("ApiErrors"), "no alarm on AWS/ApiGateway 5xx"),
    "no alarm on sockets": (drop("SocketApiErrors"), "no alarm on AWS/ApiGateway ExecutionError"),
    "silent alarm": (drop("ApiErrors.AlarmActions"), "ApiErrors tells nobody"),
}


class Gates(unittest.TestCase):
    def test_the_template_passes(self):
        template = expanded()
        self.assertEqual(check.lint(template), [])
        self.assertEqual(gates.problems(template), [])
        self.assertEqual(grants.problems(template), [])

    def test_each_break_is_found(self):
        for what, (breaking, said) in BROKEN.items():
            with self.subTest(what):
                template = expanded()
                breaking(template)
                self.assertIn(said, "\n".join(gates.problems(template)))

    def test_schedule_expressions(self):
        for good in ["rate(1 minute)", "rate(5 minutes)", "cron(0 12 * * ? *)", "cron(*/5 * ? * MON-FRI *)"]:
            self.assertTrue(gates.is_schedule(good), good)
        for bad in [
            "",
            "rate(5 minute)",
            "rate(0 minutes)",
            "rate(1 second)",
            "cron(0 12 * * *)",
            "cron(0 12 * * * *)",
            "every minute",
        ]:
            self.assertFalse(gates.is_schedule(bad), bad)

    def test_the_linter_finds_a_reference_to_nothing(self):
        template = expanded()
        put("Ingress.Environment.Variables.ROOKERY_TABLE", {"Ref": "Tabel"})(template)
        self.assertIn("Tabel", "\n".join(check.lint(template)))

    def test_a_wider_and_a_narrower_grant_differ_from_the_snapshot(self):
        template = expanded()
        statement("WebhookRole", 0, Action=["dynamodb:BatchGetItem", "dynamodb:PutItem", "dynamodb:Scan"])(template)
        said = "\n".join(grants.problems(template))
        self.assertIn("new grant: Webhook dynamodb:Scan Table", said)
        self.assertIn("grant is gone: Webhook dynamodb:Query Table", said)


if __name__ == "__main__":
    unittest.main()
