"""Reading an expanded template: which resource refers to which. The gates and the grants use this."""

import re


def of_type(template, kind):
    """The properties of all resources of a type, by logical id."""
    return {name: r.get("Properties", {}) for name, r in template["Resources"].items() if r["Type"] == kind}


def target(value):
    """The logical id that a `Ref`, `Fn::GetAtt`, or `Fn::Sub` of one resource refers to. None for anything else."""
    if not isinstance(value, dict):
        return None
    if "Ref" in value:
        return value["Ref"]
    if "Fn::GetAtt" in value:
        attribute = value["Fn::GetAtt"]
        return attribute.split(".")[0] if isinstance(attribute, str) else attribute[0]
    if "Fn::Sub" in value and isinstance(value["Fn::Sub"], str):
        named = [name for name in re.findall(r"\$\{([^}]+)\}", value["Fn::Sub"]) if not name.startswith("AWS::")]
        return named[0].split(".")[0] if len(named) == 1 else None
    return None


def as_list(value):
    """A list as it is; any other value as a list of one."""
    return value if isinstance(value, list) else [value]


def statements(role):
    """The statements of a role's inline policies, those that a parameter adds, too."""
    for policy in role.get("Policies", []):
        for statement in as_list(policy["PolicyDocument"]["Statement"]):
            yield from (branch for branch in statement.get("Fn::If", [statement]) if "Effect" in branch)


def default(template, value):
    """A value, or the default of the parameter that it refers to."""
    parameter = template.get("Parameters", {}).get(target(value) or "")
    return parameter.get("Default") if parameter else value
