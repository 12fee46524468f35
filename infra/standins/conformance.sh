#!/bin/sh
# Runs the conformance suite against ministack, the second opinion: https://pypi.org/project/ministack/ (MIT).
# The script needs python3 with venv. All its files are in target/ministack, and it stops the server that it starts.
set -eu
cd "$(dirname "$0")/../.."
home=target/ministack
[ -x "$home/bin/ministack" ] || { python3 -m venv "$home" && "$home/bin/pip" install --quiet "ministack==1.5.33"; }

port=$("$home/bin/python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
BIND_HOST=127.0.0.1 GATEWAY_PORT=$port "$home/bin/ministack" >"$home/log" 2>&1 &
server=$!
trap 'kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true' EXIT INT TERM

endpoint=http://127.0.0.1:$port
"$home/bin/python" - "$endpoint" <<'PYTHON'
import sys, time, urllib.error, urllib.request
for _ in range(300):
    try:
        urllib.request.urlopen(sys.argv[1] + "/_ministack/health", timeout=2)
        break
    except urllib.error.HTTPError:
        break
    except OSError:
        time.sleep(0.1)
else:
    sys.exit("ministack did not answer within 30 s: see target/ministack/log")
PYTHON

ROOKERY_CONFORMANCE_ENDPOINT=$endpoint cargo test -p rookery-standins --test conformance -- --nocapture
