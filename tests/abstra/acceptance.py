"""The acceptance test of connections between workflows: Abstra's own software, unmodified, against itself and against Rookery.

    python acceptance.py PROGRAM        for example target/debug/rookery
"""

import sys
import tempfile
import time
import traceback
from pathlib import Path

import abstra_consumes
import between_abstras
import projects
import rookery_consumes
import wire_checks
from broker import Broker
from deployment import Deployment
from loopback import Forwarder, Server
from rookery import Rookery

PARTS = (between_abstras, abstra_consumes, rookery_consumes, wire_checks)


class Rig:
    """One Rookery, and two deployments of Abstra, which know where the projects of all three are."""

    def __init__(self, program, folder):
        broker, self.directory = Broker(), {}
        self.rookery = Rookery(program, folder)
        self.recorder = Forwarder(self.rookery.url)  # what Abstra asks of Rookery goes by it
        self.recorder_url = Server(self.recorder.forward).url
        self.provider = Deployment(folder / "provider", "abstra-provider", broker, self.directory, projects.provider())
        self.consumer = Deployment(folder / "consumer", "abstra-consumer", broker, self.directory, projects.consumer("abstra-provider", "echo"))

    def start(self):
        self.provider.start()  # first, as a consumer connects when it starts
        self.consumer.start()

    def stop(self):
        self.consumer.stop()
        self.provider.stop()
        self.rookery.stop()


def main(program):
    failed = []
    with tempfile.TemporaryDirectory() as folder:
        rig = Rig(program, Path(folder))
        try:
            rig.start()
            for part in PARTS:
                began = time.monotonic()
                try:
                    part.check(rig)
                    print(f"ok    {part.__name__} ({time.monotonic() - began:.1f} s)", flush=True)
                except Exception:
                    failed.append(part.__name__)
                    print(f"FAIL  {part.__name__}\n{traceback.format_exc()}", flush=True)
        finally:
            rig.stop()
    sys.exit(f"{len(failed)} failed: {', '.join(failed)}" if failed else 0)


if __name__ == "__main__":
    main(sys.argv[1])
