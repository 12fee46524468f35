# The commands for people who work with Rookery. Each target does the set-up that it needs.
# Rust (1.94.1 or newer), a C compiler, Python (3.11 or newer) and, for the console, Node (20.19 or newer, with npm) must be installed;
# cargo, pip and npm get everything else. CONSOLE=no goes on without Node and the console. One test of the template and the client of A2A for
# JavaScript need node, and are skipped without it.

ADDR ?= 127.0.0.1:8080
SINK ?= 127.0.0.2:8090
DATA ?= ./.rookery
CONSOLE ?= yes
FUNCTIONS := $(addprefix -p rookery-,ingress webhook routing dispatch schedule operator prompts socket)

# The console's build, which the program and the function `ingress` have built in.
BUILT := $(if $(filter no,$(CONSOLE)),,console/dist/index.html)

# The one feature that `cargo test` turns on and other commands do not. With it, they use what was compiled for the tests: otherwise the SDK and
# all that is above it would be compiled once more.
AS_TESTED := --workspace --locked --features tokio/test-util

.PHONY: help run build test test-browser console-check bench bench-curves bench-units bench-agents bench-functions bench-console check conformance template deploy deploy-test pyflue-test pyflue-differences abstra-test mcp-test a2a-test mail-test licences

help: ## shows this list
	@grep -E '^[a-z0-9-]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 18

run: $(BUILT) ## builds the console and a release, and runs it with the demo; agents may call ALLOW=CIDR:PORT
	@echo "Building (a first build takes six minutes on two cores) ..."
	cargo build --release --locked -p rookery-local
	target/release/rookery --addr $(ADDR) --data $(DATA) --demo-sink $(SINK) $(ALLOW:%=--egress-allow "%")

build: $(BUILT) ## builds the console, the release program and the functions
	cargo build --release --locked -p rookery-local $(FUNCTIONS)

test: ## runs all tests: unit, property, conformance of the stand-ins, journeys, crashes
	cargo test --workspace --locked --no-fail-fast

test-browser: console/dist/index.html ## drives the console in Chromium, against the program; finds Chromium, or CHROMIUM=PATH
	cargo build --bin rookery $(AS_TESTED)
	chromium=$$(.ci/chromium) && CHROMIUM=$$chromium node console/tests/run.mjs target/debug/rookery

console-check: console/dist/index.html ## checks the console: types, lints, tests, sizes
	cd console && npm run --silent types:check && npm run --silent lint && npm run --silent test && npm run --silent sizes

bench: ## measures throughput, latency and cost on a release build; takes about a minute
	cargo build --release --locked -p rookery-local
	cargo build --release --locked -p rookery-bench
	target/release/rookery-bench

bench-curves: ## measures whether a hop costs more with many events (SIZES=1000,100000,1000000), links or workflows; takes minutes
	cargo build --release --locked -p rookery-local
	cargo build --release --locked -p rookery-bench
	target/release/rookery-bench --curves $(if $(SIZES),--sizes $(SIZES))

bench-units: ## counts what writes of records cost, and a delivery to each agent type, in units of DynamoDB and requests of SQS
	cargo build --release --locked -p rookery-local
	cargo build --release --locked -p rookery-bench
	target/release/rookery-bench --units

bench-agents: ## measures what is added to a model's time, memory of 500 sessions, and cost; beside PyFlue's server after `make pyflue-test`
	cargo build --release --locked -p rookery-local
	cargo build --release --locked -p rookery-bench
	target/release/rookery-bench --agents $(addprefix --pyflue ,$(wildcard target/pyflue/bin/python))

bench-functions: $(BUILT) ## measures size and start of the Lambda functions, beside a hello-world; a first build takes ten minutes
	cargo build --profile function --locked $(FUNCTIONS)
	@# By itself: its client would bring HTTP/2 into the functions.
	cargo build --profile function --locked -p rookery-bench-hello
	cargo build --release --locked -p rookery-bench
	target/release/rookery-bench-functions

bench-console: $(BUILT) ## measures the console in Chromium: first views, 300 agents, 10,000 events, idle pages; takes ten minutes
	cargo build --release --locked -p rookery-local
	chromium=$$(.ci/chromium) && CHROMIUM=$$chromium node console/scripts/measure.mjs target/release/rookery

check: ## checks formatting, lints, documentation, licences
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --no-deps $(AS_TESTED)
	python3 .ci/licences.py

conformance: ## runs the stand-ins' conformance suite against ministack, as a second opinion (installs it from PyPI)
	infra/standins/conformance.sh

template: target/deploy/installed ## checks the deployment's template, offline
	target/deploy/bin/python infra/deploy/check.py
	target/deploy/bin/python -m unittest discover -s infra/deploy/tests

deploy: target/deploy/installed $(BUILT) ## builds the functions and deploys them to your AWS account; ARGS="--stage prod ..."
	target/deploy/bin/python infra/deploy/deploy.py $(ARGS)

deploy-test: target/deploy/installed $(BUILT) ## deploys to an emulator on this machine, and tests what was deployed
	target/deploy/bin/python infra/deploy/deploy_test.py $(ARGS)

target/deploy/installed: infra/deploy/requirements.txt
	@echo "Installing the deployment's tools (half a minute) ..."
	python3 -m venv target/deploy
	target/deploy/bin/pip install --quiet -r $<
	touch $@

pyflue-test: target/pyflue/installed ## drives PyFlue's own client, from PyPI, against the program
	cargo build --bin rookery $(AS_TESTED)
	target/pyflue/bin/python tests/pyflue/acceptance.py target/debug/rookery
	target/pyflue/bin/python tests/pyflue/differences.py target/debug/rookery --check

pyflue-differences: target/pyflue/installed ## writes how Rookery differs from PyFlue's own server to the document
	cargo build --bin rookery $(AS_TESTED)
	target/pyflue/bin/python tests/pyflue/differences.py target/debug/rookery

mcp-test: target/mcp/installed ## drives the official client and conformance suite of MCP, from PyPI and npm, against the program
	cargo build --bin rookery $(AS_TESTED)
	PYTHONPATH=tests/clients target/mcp/bin/python tests/mcp/acceptance.py target/debug/rookery
	PYTHONPATH=tests/clients target/mcp/bin/python tests/mcp/conformance.py target/debug/rookery target/mcp/node_modules

a2a-test: target/a2a/installed ## drives the official clients of A2A, from PyPI and npm, against the program
	cargo build --bin rookery $(AS_TESTED)
	PYTHONPATH=tests/clients target/a2a/bin/python tests/a2a/acceptance.py target/debug/rookery target/a2a/node_modules

mail-test: target/mail/installed ## has mail servers from PyPI take what the program sends, and keep what it reads
	cargo build --bin rookery $(AS_TESTED)
	PYTHONPATH=tests/clients target/mail/bin/python tests/mail/acceptance.py target/debug/rookery
	PYTHONPATH=tests/clients target/mail/bin/python tests/mail/received.py target/debug/rookery

abstra-test: target/abstra/installed ## drives Abstra's own deployments, from PyPI, against each other and against the program
	cargo build --bin rookery $(AS_TESTED)
	target/abstra/bin/python -W ignore tests/abstra/acceptance.py target/debug/rookery

# What the tests by other people's clients need, from PyPI and npm, into a folder of each test.
.SECONDEXPANSION:
target/%/installed: tests/%/requirements.txt $$(wildcard tests/$$*/package*.json)
	@echo "Installing what tests/$* needs (up to a minute) ..."
	python3 -m venv target/$*
	target/$*/bin/pip install --quiet -r $<
	if [ -f tests/$*/package.json ] && command -v npm; then \
	  cp $(filter %.json,$^) target/$* && npm ci --prefix target/$* --silent --no-audit --no-fund --ignore-scripts; fi
	touch $@

console/dist/index.html: console/node_modules/.package-lock.json \
    $(wildcard console/*.html console/*.json console/*.ts) $(shell find console/src console/public)
	$(NODE)
	@echo "Building the console (a few seconds) ..."
	cd console && npm run --silent build

console/node_modules/.package-lock.json: console/package-lock.json
	$(NODE)
	@echo "Installing what the console needs (half a minute) ..."
	cd console && npm ci --silent --no-audit --no-fund --ignore-scripts
	touch $@

# Says what to do where Node is missing or too old.
define NODE
@node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)' 2>/dev/null \
  && command -v npm >/dev/null || { echo "The console needs Node 20.19 or newer, with npm: https://nodejs.org, or on Debian 13 apt install nodejs npm."; \
  echo "CONSOLE=no makes run, build and deploy go on without the console: make run CONSOLE=no"; exit 1; }
endef

licences: ## checks licences and advisories of all dependencies by cargo-deny (takes minutes to install)
	cargo install --locked cargo-deny
	cargo deny check
