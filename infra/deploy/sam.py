"""The template: read, and expanded from SAM to plain CloudFormation, offline."""

import json
import logging
import os
from pathlib import Path

from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

ROOT = Path(__file__).resolve().parents[2]
TEMPLATE = ROOT / "infra" / "template.yaml"

logging.getLogger("samtranslator").setLevel(logging.ERROR)  # The translator warns about metrics that nobody collects.


class _NoManagedPolicies:
    """The translator asks for AWS's managed policies. Our roles use none."""

    def load(self):
        return {}


def read():
    """The SAM template, without shared parts: a change of one resource changes no other."""
    return json.loads(json.dumps(yaml_parse(TEMPLATE.read_text())))


def functions(template):
    """The functions, as logical id to the folder that has their `bootstrap`."""
    return {
        name: (TEMPLATE.parent / resource["Properties"]["CodeUri"]).resolve()
        for name, resource in template["Resources"].items()
        if resource["Type"] == "AWS::Serverless::Function"
    }


def expand(template, code=None):
    """The template as CloudFormation. `code` says in which S3 object, as (bucket, key), each function's code is."""
    os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")  # The translator asks; nothing in our template depends on it.
    template = json.loads(json.dumps(template))
    for name in functions(template):
        bucket, key = (code or {}).get(name, ("code-bucket", f"{name}.zip"))
        template["Resources"][name]["Properties"]["CodeUri"] = {"Bucket": bucket, "Key": key}
    return transform(template, {}, _NoManagedPolicies())
