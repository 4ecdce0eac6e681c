# Everything that a person or the CI does here. Only Rust and Python 3.11 must be there; the rest is installed into
# ~/.cache/baton. Settings: BATON_PORT (4566), BATON_LOCAL (.local), BATON_CACHE (~/.cache/baton), CARGO_TARGET_DIR (target).

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.ONESHELL:
.NOTPARALLEL:
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
STACK_PY := $(PYTHON) infra/stack.py
# Environments outside the tree, made on first use, so that "make up" does not wait for the others. Used as a line of a
# recipe, which ends there when one cannot be made.
TOOLS = tools=$$($(STACK_PY) venv tools); export PATH="$$tools/bin:$$PATH"
TESTS = tests=$$($(STACK_PY) venv tests)/bin
CONTRACT = contract=$$($(STACK_PY) venv contract)/bin

# The deployment's processor: arm64 where the toolchain can build for it, else x86_64.
ARCH ?= $(shell { uname -m; rustup target list --installed; } 2>/dev/null | grep -q aarch64 && echo arm64 || echo x86_64)

# This machine's, for what is measured here.
HOST_ARCH ?= $(shell uname -m | sed 's/aarch64/arm64/')

export PYTHONDONTWRITEBYTECODE := 1
export SAM_CLI_TELEMETRY := 0
export AWS_DEFAULT_REGION ?= eu-central-1

.PHONY: help
help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# ---- The local stack ----

.PHONY: up down logs invoke key
up: ## Start the local stack or update the running one; PROVIDERS=file.json for real providers
	@$(STACK_PY) up --providers '$(PROVIDERS)'

down: ## Stop the local stack
	@$(STACK_PY) down

logs: ## Follow the logs of all functions
	@$(STACK_PY) logs

invoke: ## Run an event against a function: FN=send-sms EVENT=events/send-sms.json
	@test -n '$(FN)' || { echo 'error: name the function: make invoke FN=send-sms' >&2; exit 1; }
	$(STACK_PY) invoke '$(FN)' '$(or $(EVENT),events/$(FN).json)'

key: ## Make an API key: ACCOUNT=2 [SCOPES=send,read] [NAME=text]
	@test -n '$(ACCOUNT)' || { echo 'error: name the account: make key ACCOUNT=2' >&2; exit 1; }
	$(STACK_PY) key '$(ACCOUNT)' --scopes '$(or $(SCOPES),send$(comma)read$(comma)admin)' --name '$(or $(NAME),make key)'

comma := ,

# ---- Providers ----

.PHONY: check-providers providers
check-providers: ## Check settings and credentials of providers: PROVIDERS=file.json or STACK=name
	@test -n '$(PROVIDERS)$(STACK)' || { echo 'error: make check-providers PROVIDERS=file.json or STACK=name' >&2; exit 1; }
	cargo run --quiet --package baton-check-providers -- \
	  $(if $(STACK),$(if $(PROVIDERS_PATH),--path '$(PROVIDERS_PATH)',--stack '$(STACK)'),'$(PROVIDERS)')

providers: ## Check a file and write it for a deployed stack: FILE=file.json STACK=name [PROVIDERS_PATH=…] [KEY=…]
	@test -n '$(FILE)' -a -n '$(STACK)' || { echo 'error: make providers FILE=file.json STACK=name' >&2; exit 1; }
	$(STACK_PY) providers '$(FILE)' --stack '$(STACK)' --path '$(PROVIDERS_PATH)' --key '$(KEY)'

# ---- Users ----

.PHONY: admin auth-key
admin: ## The first user of a deployed stack, or a new password for it: STACK=name EMAIL=address [ACCOUNT=1] [ROLE=admin]
	@test -n '$(STACK)' -a -n '$(EMAIL)' || { echo 'error: make admin STACK=name EMAIL=address' >&2; exit 1; }
	$(STACK_PY) admin --stack '$(STACK)' --email '$(EMAIL)' --account '$(or $(ACCOUNT),1)' --role '$(or $(ROLE),admin)'

auth-key: ## A new key for the session tokens of a deployed stack, beside the one before it: STACK=name
	@test -n '$(STACK)' || { echo 'error: make auth-key STACK=name' >&2; exit 1; }
	$(STACK_PY) admin --stack '$(STACK)' --rotate-key

# ---- Checks ----

.PHONY: fmt lint test test-rust test-python test-template test-e2e
fmt: ## Format everything
	@$(TESTS)
	cargo fmt --all
	$$tests/ruff check --quiet --config infra/ruff.toml --select I --fix infra tests
	$$tests/ruff format --quiet --config infra/ruff.toml infra tests

lint: ## Formatting and lints, nothing changed
	@$(TESTS)
	cargo fmt --all -- --check
	cargo clippy --workspace --all-targets -- -D warnings
	$$tests/ruff format --quiet --check --config infra/ruff.toml infra tests
	$$tests/ruff check --quiet --config infra/ruff.toml infra tests

test: lint test-template test-rust test-python test-e2e ## Everything that must pass

test-rust: ## Unit and integration tests
	if cargo nextest --version >/dev/null 2>&1; then
	  cargo nextest run --workspace --no-tests=pass
	  cargo test --workspace --doc --quiet
	else
	  cargo test --workspace --quiet
	fi

test-python: ## Provider contracts, and the local stack's own code
	@$(TESTS)
	$$tests/pytest -q infra/tests
	if [ -d tests/contract ]; then $(CONTRACT); $$contract/pytest -q tests/contract; fi

test-template: ## The rules of template.yaml, and sam validate --lint
	@$(STACK_PY) check_template
	$(TOOLS)
	sam validate --lint

# Chromium without a window, for the test of the API's page: Debian's, where none is installed and root is here to do it.
.PHONY: browser
browser:
	@found() { command -v chromium-headless-shell chromium google-chrome >/dev/null; }
	install() { DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$$1" >/dev/null; }
	found && exit
	if [ "$$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
	  echo 'error: a browser is needed: install chromium-headless-shell or chromium' >&2
	  exit 1
	fi
	echo 'installing: chromium'
	apt-get update -qq
	install chromium-headless-shell || install chromium

test-e2e: browser ## End to end, on a local stack of its own, started and stopped here
	@$(TESTS)
	shopt -s nullglob
	found=(tests/e2e/test_*.py)
	if [ "$${#found[@]}" -gt 0 ]; then $(STACK_PY) run -- "$$tests/pytest" -q tests/e2e; fi

.PHONY: simulate
simulate: ## Live seeded histories and check every promise: SEEDS=100000 [FROM=0], or SEED=n to see one
	cargo run --quiet --package baton-simulation --bin simulate -- \
	  $(if $(SEED),--seed $(SEED),--seeds $(or $(SEEDS),100000) --from $(or $(FROM),0))

# ---- The deployment ----

.PHONY: sam-build bench bench-render bench-sender bench-sheets bench-import bench-size bench-start bench-list bench-job clean
sam-build: ## Build what sam deploy takes; ARCH=arm64|x86_64
	@$(TOOLS)
	sam build --parameter-overrides Architecture=$(ARCH)

bench: bench-render bench-sender bench-sheets bench-import bench-size bench-start bench-list bench-job ## Every figure that must be reached

bench-render: ## Rendering one SMS with five variables and counting its parts, in the release profile
	cargo bench --quiet --package baton-domain --profile release --bench render

bench-sender: ## Messages a second through one sender, against a provider that answers in 50 ms
	cargo bench --quiet --package baton-channels --profile dev --bench sender

bench-sheets: ## Rows a second of a sheet on one core, and the memory that 10,000 and 500,000 rows take
	cargo run --quiet --package baton-sheets --release --example bench

bench-import: ## Rows a second of an import on one core but for the calls of AWS, and the memory that it takes
	cargo bench --quiet --package baton-api --profile release --bench import

bench-size: ## Sizes of the packages
	@$(TOOLS)
	$(PYTHON) infra/bench/size.py --arch $(HOST_ARCH)

bench-start: ## (After bench-size) time to the first poll, and memory at rest, in the release profile
	@$(TOOLS)
	$(PYTHON) infra/bench/start.py

bench-list: ## What lists read over 100,000 messages: MESSAGES=n
	LIST_MESSAGES=$(or $(MESSAGES),100000) cargo test --quiet --package baton-api --test api lists_reads -- --nocapture

bench-job: ## A job of 100,000 rows on a local stack of its own: time, price, and who overtakes it: ROWS=n
	@$(TESTS)
	$(STACK_PY) run -- "$$tests/python" infra/bench/job.py --rows $(or $(ROWS),100000)

clean: down ## Stop the local stack and remove what was built here
	rm -rf .local .aws-sam
	cargo clean --quiet
