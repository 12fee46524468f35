"""The functions' code: built by cargo-lambda, zipped, and put into an S3 bucket under a name made of its content. So is the template."""

import hashlib
import json
import os
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import deflate
from botocore.exceptions import ClientError

import sam

# How hard the code is compressed, by libdeflate: what Lambda fetches at a cold start is small, 3 % smaller than zlib makes it.
COMPRESSION = 12


def build(architecture):
    """Builds all functions into the folders that the template names."""
    print(f"Building the functions for {architecture} (a first build takes some minutes) ...", flush=True)
    tools = Path(sys.executable).parent  # cargo-lambda, and the zig that it links with
    packages = [f"--package={folder.name}" for folder in sam.functions(sam.read()).values()]
    target = "--arm64" if architecture == "arm64" else "--x86-64"
    environment = {**os.environ, "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}"}
    subprocess.run(
        [tools / "cargo-lambda", "lambda", "build", "--profile=function", "--locked", target, *packages],
        cwd=sam.ROOT,
        env=environment,
        check=True,
    )


def zipped(binary):
    """A zip with the binary as its `bootstrap`: the same bytes for the same binary. Python's own writer of zips knows only zlib."""
    packed, name, january_1980 = deflate.deflate_compress(binary, COMPRESSION), b"bootstrap", 0x21
    sizes = (zlib.crc32(binary), len(packed), len(binary), len(name), 0)
    entry = struct.pack("<5H3I2H", 20, 0, 8, 0, january_1980, *sizes)  # Version 2.0 of the format, no flags, deflated.
    local = b"PK\3\4" + entry + name + packed
    unix, mode = 3 << 8 | 20, 0o100755 << 16
    directory = b"PK\1\2" + struct.pack("<H", unix) + entry + struct.pack("<3H2I", 0, 0, 0, mode, 0) + name
    return local + directory + b"PK\5\6" + struct.pack("<4H2IH", 0, 0, 1, 1, len(directory), len(local), 0)


def ensure_bucket(s3, account, region):
    """The bucket for code of this account and region: private, encrypted. It is made if it does not exist."""
    bucket = f"rookery-code-{account}-{region}"
    try:
        s3.head_bucket(Bucket=bucket, ExpectedBucketOwner=account)
        return bucket
    except ClientError as error:
        if error.response["Error"]["Code"] not in ("404", "NoSuchBucket"):
            raise
    print(f"Making the bucket {bucket} for code", flush=True)
    # us-east-1 is the one region that may not be named.
    place = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    s3.create_bucket(Bucket=bucket, **place)
    blocked = dict.fromkeys(["BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"], True)
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=blocked)
    by_s3 = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": [by_s3]})
    return bucket


def upload_template(s3, bucket, template):
    """Uploads a template, which is larger than CloudFormation takes in a request. Returns its address."""
    body = json.dumps(template, separators=(",", ":")).encode()
    key = f"template/{hashlib.sha256(body).hexdigest()}.json"
    s3.put_object(Bucket=bucket, Key=key, Body=body)
    return f"{s3.meta.endpoint_url}/{bucket}/{key}"


def upload(s3, bucket, code):
    """Uploads the code in this folder that is not there yet. Returns where each function's code is, by logical id."""
    places = {}
    for name, folder in sam.functions(sam.read()).items():
        path = code / folder.name / "bootstrap"
        if not path.is_file():
            raise SystemExit(f"{path} is not there: build the functions first, or leave out --no-build.")
        binary = path.read_bytes()
        key = f"{folder.name}/{hashlib.sha256(binary).hexdigest()}.zip"
        try:
            s3.head_object(Bucket=bucket, Key=key)
        except ClientError as error:
            if error.response["Error"]["Code"] not in ("404", "NoSuchKey"):
                raise
            body = zipped(binary)
            print(f"Uploading {folder.name} ({len(body) / 1e6:.1f} MB)", flush=True)
            s3.put_object(Bucket=bucket, Key=key, Body=body)
        places[name] = (bucket, key)
    return places
