"""The static gates, offline: the template is expanded, linted, checked by our own gates, and its grants compared.

`make template` runs this. It fails with all problems that it found."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import gates
import grants
import sam

# All services of the template exist in these regions; more regions would only take time.
REGIONS = ["us-east-1", "eu-central-1"]


def lint(template):
    """The problems that cfn-lint reports."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(template, file)
        file.flush()
        tool = Path(sys.executable).with_name("cfn-lint")
        done = subprocess.run(
            [tool, "--format", "parseable", "--regions", *REGIONS, "--", file.name], capture_output=True, text=True
        )
    found = (done.stdout + done.stderr).strip()
    return [line.split(":", 1)[-1] for line in found.splitlines()] or (["cfn-lint failed"] if done.returncode else [])


def main():
    template = sam.expand(sam.read())
    found = lint(template) + gates.problems(template) + grants.problems(template)
    for problem in found:
        print(f"infra/template.yaml: {problem}", file=sys.stderr)
    if found:
        sys.exit(1)
    print(f"infra/template.yaml: {len(template['Resources'])} resources, {len(grants.lines(template))} grants, no problem")


if __name__ == "__main__":
    main()
