# Everything a developer types. `make run` and `make test` set up what they need at their first use.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help run quick test check lint types template races build bench deploy lock routes format clean

PYTHON_VERSION := 3.13
# Python 3.13 as `python3.13`, from pyenv or from uv, whichever answers first.
FIND_PYTHON = for candidate in "$$(command -v python$(PYTHON_VERSION))" \
	"$$(ls -d $${PYENV_ROOT:-$$HOME/.pyenv}/versions/$(PYTHON_VERSION)*/bin/python$(PYTHON_VERSION) 2>/dev/null | sort -V | tail -1)" \
	"$$(uv python find $(PYTHON_VERSION) 2>/dev/null)"; do \
	if [ -n "$$candidate" ] && "$$candidate" -c 'import sys, venv; sys.exit(sys.version_info[:2] != (3, 13))' 2>/dev/null; \
	then found="$$candidate"; break; fi; done; \
	if [ -z "$${found:-}" ]; then echo "Python $(PYTHON_VERSION) was not found: install it as python$(PYTHON_VERSION)," \
	"or by 'pyenv install $(PYTHON_VERSION)' or 'uv python install $(PYTHON_VERSION)', and try again." >&2; exit 2; fi
# Without compiling: what is used is compiled when it is imported first, and most is never used.
PIP_INSTALL = -m pip install --quiet --disable-pip-version-check --no-compile
# The virtual environments and the checks do not wait for one another.
MAKEFLAGS += --jobs=2
WORKERS ?= 2
export SAM_CLI_TELEMETRY := 0
export PATH := $(CURDIR)/.venv/bin:$(PATH)

help: ## This list.
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

run: .venv/ready .venv-local/ready ## Start the API on http://127.0.0.1:3000 (PORT changes it), with demo data, without AWS (STRICT=1: see docs/limits.md).
	@exec .venv/bin/python -m tools.local.run

quick: lint types .venv-local/ready ## Format, lint, types, and the tests of domain, http and functions.
	.venv/bin/python -m pytest -q -n $(WORKERS) --dist loadgroup tests/domain tests/http tests/entry_points tests/functions

test: check .venv-local/ready .venv-e2e/ready ## Everything that CI checks: `check`, then all tests.
	.venv/bin/python -m pytest -n $(WORKERS) --dist loadgroup

races: .venv/ready .venv-local/ready ## The races at length, on the strict engine: 10,000 histories each (2,500 of the slow ones) instead of 12 to 150 (RACES changes it).
	ENGINE=strict RACES=$${RACES:-10000} .venv/bin/python -m pytest -n $(WORKERS) --dist loadgroup tests/races

check: lint types template ## Lint, format, types, template.

lint: .venv/ready ## Lint and format.
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/python -m tools.plain_words

types: .venv/ready ## Types.
	.venv/bin/mypy

template: .venv/ready ## The template, after the transform of SAM, as CloudFormation sees it.
	.venv/bin/cfn-lint template.yaml

build: .venv/ready ## Build what is deployed, into .aws-sam (ARCHITECTURE=arm64 or x86_64).
	LAYER_ARCHITECTURE=$(ARCHITECTURE) .venv/bin/sam build --cached --cache-dir .aws-sam/cache-$(ARCHITECTURE) \
		--parameter-overrides Architecture=$(ARCHITECTURE)

deploy: build ## Build and deploy to your AWS account (asks before it changes anything).
	.venv/bin/sam deploy --parameter-overrides Architecture=$(ARCHITECTURE)
ARCHITECTURE ?= arm64

bench: .venv/ready .venv-local/ready ## Measure cold starts, CPU time, round trips, capacity units and bulk imports.
	.venv/bin/python -m benchmarks

format: .venv/ready ## Format the code and mend what ruff can mend.
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .

routes: .venv/ready ## Write the route table of the layer from template.yaml.
	.venv/bin/python -m tools.routes

lock: .venv/ready ## Compile the requirements files from pyproject.toml, with hashes and without any host name.
	folder="$$(mktemp -d)"; trap 'rm -r "$$folder"' EXIT; \
	for group in dev local e2e peers reference; do .venv/bin/dependency-groups $$group --output "$$folder/$$group.in"; done; \
	$(COMPILE) pyproject.toml "$$folder/dev.in" --output-file requirements/dev.txt; \
	for group in local e2e peers; do $(COMPILE) "$$folder/$$group.in" --output-file requirements/$$group.txt; done; \
	$(COMPILE) pyproject.toml --constraint requirements/dev.txt --output-file layers/vendor/requirements.txt; \
	$(COMPILE) "$$folder/reference.in" $(WITHOUT_DJANGO) --output-file functions/retrieve_reference/requirements.txt
WITHOUT_DJANGO = --no-allow-unsafe $(addprefix --unsafe-package=,django asgiref sqlparse)
COMPILE = .venv/bin/pip-compile --quiet --upgrade --generate-hashes --strip-extras --allow-unsafe --no-annotate --no-header \
	--no-emit-index-url --no-emit-find-links --no-emit-trusted-host

clean: ## Remove everything that was built or installed, and the local data.
	rm -rf .venv .venv-local .venv-e2e .aws-sam .local .mypy_cache .ruff_cache .pytest_cache .hypothesis

.venv/installed: requirements/dev.txt
	@$(FIND_PYTHON); "$$found" -m venv --clear .venv
	.venv/bin/python $(PIP_INSTALL) --require-hashes --requirement requirements/dev.txt
	@touch $@

.venv/ready: .venv/installed pyproject.toml
	.venv/bin/python $(PIP_INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

.venv-local/ready: requirements/local.txt
	@$(FIND_PYTHON); "$$found" -m venv --clear .venv-local
	.venv-local/bin/python $(PIP_INSTALL) --require-hashes --requirement requirements/local.txt
	@touch $@

.venv-e2e/ready: requirements/e2e.txt
	@$(FIND_PYTHON); "$$found" -m venv --clear .venv-e2e
	.venv-e2e/bin/python $(PIP_INSTALL) --require-hashes --requirement requirements/e2e.txt
	@touch $@
