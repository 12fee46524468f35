"""`make deploy`: builds the functions and brings a stage of Rookery to an AWS account, with one command.

Credentials, region and endpoint are found as by the AWS CLI. The root key of a new stage is made up and shown once, unless
ROOKERY_ROOT_KEY is set; a later deployment keeps it, unless ROOKERY_ROOT_KEY is set."""

import argparse
import os
import re
import secrets
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import boto3
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, NoRegionError

import package
import sam
import stack


def main():
    parser = argparse.ArgumentParser(description="Builds the functions and deploys a stage of Rookery to AWS.")
    parser.add_argument("--stage", default="dev", help="which deployment of the account (dev)")
    parser.add_argument("--region", help="the AWS region, if not the configured one")
    parser.add_argument("--arch", default="arm64", choices=["arm64", "x86_64"], help="the functions' architecture (arm64)")
    parser.add_argument("--no-build", action="store_true", help="deploy what was built before")
    parser.add_argument(
        "--code", type=Path, default=sam.ROOT / "target/lambda", help="where the built functions are (target/lambda)"
    )
    parser.add_argument(
        "--parameter", action="append", default=[], metavar="NAME=VALUE", help="a parameter of infra/template.yaml"
    )
    args = parser.parse_args()
    parameters = dict(parameter.partition("=")[::2] for parameter in args.parameter)
    try:
        # boto3 itself does not read AWS_REGION.
        session = boto3.Session(region_name=args.region or os.environ.get("AWS_REGION"))
        session.client("sts").get_caller_identity()  # A problem with credentials shows before the build, which takes minutes.
        if not args.no_build:
            package.build(args.arch)
        found = deploy(session, args.stage, args.code, {"Architecture": args.arch, **parameters})
        for name, value in found.items():
            print(f"{name:<20} {value}")
        wait_until_healthy(found["BaseUrl"], f"/aws/lambda/rookery-{args.stage}-ingress")
    except subprocess.CalledProcessError:
        sys.exit("The build failed; see above.")
    except NoCredentialsError:
        sys.exit("No AWS credentials: run `aws configure`, or set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.")
    except NoRegionError:
        sys.exit("No AWS region: give --region, or set AWS_REGION.")
    except (stack.Failed, BotoCoreError, ClientError) as error:
        sys.exit(f"The deployment failed: {error}")


def deploy(session, stage, code, parameters, change=lambda template: None):
    """Uploads the code, updates the stack to the template, and returns the stack's outputs. `change` may change the expanded template."""
    account = session.client("sts").get_caller_identity()["Account"]
    cloudformation, s3 = session.client("cloudformation"), session.client("s3")
    name = f"rookery-{stage}"
    bucket = package.ensure_bucket(s3, account, session.region_name)
    template = sam.expand(sam.read(), package.upload(s3, bucket, code))
    change(template)
    root_key, is_made_up = os.environ.get("ROOKERY_ROOT_KEY"), False
    if root_key is not None and not re.fullmatch("[!-~]{32,}", root_key):
        raise stack.Failed("ROOKERY_ROOT_KEY needs at least 32 characters, and no spaces: `openssl rand -hex 32` makes one.")
    if not root_key and not stack.describe(cloudformation, name):
        root_key, is_made_up = secrets.token_urlsafe(32), True
    given = {"Stage": stage, **({"RootKey": root_key} if root_key else {}), **parameters}
    print(f"Deploying {name} to account {account}, {session.region_name}", flush=True)
    url = package.upload_template(s3, bucket, template)
    deployed = stack.deploy(cloudformation, name, template, url, given, {"application": "rookery", "stage": stage})
    if is_made_up:
        print(f"The root key, shown only now: {root_key}")
    return stack.outputs(deployed)


def wait_until_healthy(url, log):
    """Waits until the deployed system answers; otherwise the deployment has failed."""
    for _ in range(30):
        try:
            with urllib.request.urlopen(f"{url}/health", timeout=35) as answer:
                print(f"{url}/health answers {answer.status}")
                return
        except urllib.error.URLError as error:
            problem = error
            time.sleep(2)
    raise stack.Failed(f"{url}/health does not answer: {problem}. The log group {log} may say why.")


if __name__ == "__main__":
    main()
