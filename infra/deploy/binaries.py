"""The binaries of the deployment test: they come from the build of `make test`, so that nothing is built twice."""

import json
import shutil
import subprocess

import sam


def build(profile):
    """Builds what is not built yet. Gives the functions' binaries by name, and the program of the journeys."""
    programs = artifacts("test", "--workspace", "--no-run")
    journeys = programs[("journeys", True)]
    names = [folder.name for folder in sam.functions(sam.read()).values()]
    if profile == "function":
        programs = artifacts("build", "--profile=function", *[f"--package={name}" for name in names])
    return {name: programs[(name, False)] for name in names}, journeys


def artifacts(*command):
    """What cargo built, by name and whether it is a test."""
    command = ["cargo", *command, "--locked", "--message-format=json"]
    done = subprocess.run(command, cwd=sam.ROOT, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        raise SystemExit("The build failed; see above.")
    messages = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    built = [message for message in messages if message["reason"] == "compiler-artifact" and message["executable"]]
    return {(message["target"]["name"], message["profile"]["test"]): message["executable"] for message in built}


def lay_out(binaries, folder, build_of):
    """Lays the binaries out as cargo-lambda does, without symbols. `build_of` makes each build differ from others: the text is put
    behind the end of each binary, where nothing reads it."""
    shutil.rmtree(folder, ignore_errors=True)
    for name, binary in binaries.items():
        bootstrap = folder / name / "bootstrap"
        bootstrap.parent.mkdir(parents=True)
        subprocess.run(["strip", "-o", bootstrap, binary], check=True)
        with open(bootstrap, "ab") as file:
            file.write(build_of)
    return folder
