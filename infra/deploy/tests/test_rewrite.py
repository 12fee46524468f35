"""CloudFront's function leads handshakes of WebSockets to the WebSocket API, and leaves all else alone. The code is the template's; the module
of CloudFront is a stub. The code is run by node, where that is installed."""

import json
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import sam  # noqa: E402

CODE = sam.read()["Resources"]["SocketRewrite"]["Properties"]["FunctionCode"]
MODULE = "import cf from 'cloudfront';\n"
# Calls the function, and prints the request and the origins that it chose.
DRIVER = """
const origins = [];
const cf = {selectRequestOriginById: (id) => origins.push(id)};
%s
process.stdout.write(JSON.stringify({request: handler({request: JSON.parse(process.argv[2])}), origins}));
"""


def rewritten(request):
    assert CODE.startswith(MODULE), "CloudFront's module is imported in the first line"
    with tempfile.NamedTemporaryFile("w", suffix=".mjs") as file:
        file.write(DRIVER % CODE.removeprefix(MODULE))
        file.flush()
        done = subprocess.run(["node", file.name, json.dumps(request)], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


@unittest.skipUnless(shutil.which("node"), "node is not installed")
class Rewrite(unittest.TestCase):
    def test_a_handshake_has_its_path_in_the_query(self):
        headers = {"sec-websocket-key": {"value": "q4xkcO32u266gldTuKaSOw=="}, "authorization": {"value": "Bearer k"}}
        request = {"method": "GET", "uri": "/p/x/agents/guide/a%2Fb&c?d", "querystring": {"path": {"value": "no"}}, "headers": headers}
        query = {"path": {"value": "%2Fp%2Fx%2Fagents%2Fguide%2Fa%252Fb%26c%3Fd"}}
        self.assertEqual(
            rewritten(request), {"request": {**request, "uri": "/live", "querystring": query}, "origins": ["sockets"]}
        )

    def test_the_origin_and_the_stage_are_those_of_the_template(self):
        config = sam.read()["Resources"]["AgentsAddress"]["Properties"]["DistributionConfig"]
        self.assertIn("sockets", [origin["Id"] for origin in config["Origins"]])
        self.assertEqual(sam.read()["Resources"]["SocketStage"]["Properties"]["StageName"], "live")

    def test_another_request_is_left_alone(self):
        request = {"method": "POST", "uri": "/agents/guide/7", "querystring": {"a": {"value": "1"}}, "headers": {"host": {"value": "h"}}}
        self.assertEqual(rewritten(request), {"request": request, "origins": []})


if __name__ == "__main__":
    unittest.main()
