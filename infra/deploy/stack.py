"""A CloudFormation stack, made or updated by a change set, with its events shown as they come."""

import time

from botocore.exceptions import ClientError

FAILED = "an earlier deployment failed and left the stack"


class Failed(Exception):
    """The deployment failed; the text says why, and what to do."""


def describe(cloudformation, name):
    """The stack, or nothing."""
    try:
        return cloudformation.describe_stacks(StackName=name)["Stacks"][0]
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise


def outputs(stack):
    """The outputs of a stack, by name."""
    return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}


def deploy(cloudformation, name, template, url, parameters, tags):
    """Updates the stack to the template, which is at `url` too, and returns the stack. A parameter that is not given keeps its value, or
    gets its default."""
    there = describe(cloudformation, name)
    if there and there["StackStatus"] == "REVIEW_IN_PROGRESS":
        there = None
    check_state(there, name)
    known = {parameter["ParameterKey"] for parameter in there["Parameters"]} if there else set()
    values = [{"ParameterKey": key, "ParameterValue": str(value)} for key, value in parameters.items()]
    kept = [key for key in template["Parameters"] if key in known and key not in parameters]
    change = f"deploy-{int(time.time() * 1000)}"
    cloudformation.create_change_set(
        StackName=name,
        ChangeSetName=change,
        ChangeSetType="UPDATE" if there else "CREATE",
        TemplateURL=url,
        Parameters=values + [{"ParameterKey": key, "UsePreviousValue": True} for key in kept],
        Capabilities=["CAPABILITY_IAM"],
        Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
    )
    if not wait_for_change_set(cloudformation, name, change):
        print("Nothing changed.", flush=True)
        return there
    last = cloudformation.describe_stack_events(StackName=name)["StackEvents"][:1]
    cloudformation.execute_change_set(StackName=name, ChangeSetName=change)
    follow(cloudformation, name, last[0]["EventId"] if last else None)
    return describe(cloudformation, name)


def check_state(there, name):
    """Returns what to do about a stack that cannot be updated."""
    status = there["StackStatus"] if there else ""
    if status in ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_FAILED"):
        raise Failed(
            f"{FAILED} {name} in {status}, where it cannot be updated. It serves nothing: remove it with\n"
            f"  aws cloudformation delete-stack --stack-name {name}\nand deploy again. Its table, if it has one, is kept."
        )
    if status == "UPDATE_ROLLBACK_FAILED":
        raise Failed(
            f"{FAILED} {name} in {status}: run\n  aws cloudformation continue-update-rollback --stack-name {name}\nand deploy again."
        )
    if status.endswith("_IN_PROGRESS"):
        raise Failed(f"The stack {name} is in {status}: another deployment is under way. Wait for its end, then deploy again.")


def wait_for_change_set(cloudformation, name, change):
    """Whether there is anything to change."""
    while True:
        described = cloudformation.describe_change_set(StackName=name, ChangeSetName=change)
        status, reason = described["Status"], described.get("StatusReason", "")
        if status == "CREATE_COMPLETE":
            return True
        if status == "FAILED":
            cloudformation.delete_change_set(StackName=name, ChangeSetName=change)
            if "didn't contain changes" in reason or "No updates are to be performed" in reason:
                return False
            raise Failed(f"CloudFormation refused the change set: {reason}")
        time.sleep(0.5)


def follow(cloudformation, name, last):
    """Shows what happens after the event `last`, until the stack is at rest."""
    reasons = []
    while True:
        for event in events_after(cloudformation, name, last):
            last = event["EventId"]
            status, reason = event["ResourceStatus"], event.get("ResourceStatusReason", "")
            if status.endswith("_IN_PROGRESS"):
                continue
            print(f"  {status:<20} {event['LogicalResourceId']} {reason}".rstrip(), flush=True)
            if status.endswith("_FAILED"):
                reasons.append(f"{event['LogicalResourceId']}: {reason}")
            # The stack's state may lag behind; its event does not.
            if event.get("PhysicalResourceId") == event["StackId"]:
                if status in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
                    return
                raise Failed("\n  ".join([f"The stack {name} ended in {status}:", *reasons]))
        time.sleep(1)


def events_after(cloudformation, name, last):
    """The stack's events after the event `last`, oldest first."""
    found = []
    for page in cloudformation.get_paginator("describe_stack_events").paginate(StackName=name):
        for event in page["StackEvents"]:
            if event["EventId"] == last:
                return found[::-1]
            found.append(event)
    return found[::-1]
