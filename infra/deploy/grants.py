"""What each function may do, one line for each function, action and resource. grants.txt holds them, so that a reviewer sees a
change. After an intended change: `python infra/deploy/grants.py --write`."""

import re
import sys
from pathlib import Path

import cfn
import sam

SNAPSHOT = Path(__file__).with_name("grants.txt")


def resource(value):
    """A resource as a reviewer reads it: `Table`, `Table/index/due`, `*`."""
    if isinstance(value, dict) and isinstance(value.get("Fn::Sub"), str):
        return re.sub(r"\$\{([^}.]+)(\.Arn)?\}", r"\1", value["Fn::Sub"])
    return cfn.target(value) or str(value)


def lines(template):
    """The grants of an expanded template, sorted."""
    roles = cfn.of_type(template, "AWS::IAM::Role")
    found = set()
    for name, function in cfn.of_type(template, "AWS::Lambda::Function").items():
        role = roles.get(cfn.target(function["Role"]), {})
        for statement in cfn.statements(role):
            for action in cfn.as_list(statement.get("Action", "NOT")):
                for value in cfn.as_list(statement.get("Resource", "NOT")):
                    effect = "" if statement["Effect"] == "Allow" else "deny "
                    conditions = " if ..." if "Condition" in statement else ""
                    found.add(f"{name} {effect}{action} {resource(value)}{conditions}")
        found.update(f"{name} policy {resource(policy)}" for policy in role.get("ManagedPolicyArns", []))
    return sorted(found)


def problems(template):
    """The differences from the snapshot."""
    now, kept = set(lines(template)), set(SNAPSHOT.read_text().splitlines())
    hint = "if it is meant, run `target/deploy/bin/python infra/deploy/grants.py --write` and have it reviewed"
    return [f"new grant: {line}: {hint}" for line in sorted(now - kept)] + [
        f"grant is gone: {line}: {hint}" for line in sorted(kept - now)
    ]


if __name__ == "__main__":
    text = "".join(line + "\n" for line in lines(sam.expand(sam.read())))
    if sys.argv[1:] == ["--write"]:
        SNAPSHOT.write_text(text)
    else:
        print(text, end="")
