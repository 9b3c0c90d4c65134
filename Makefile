# Every target does the set-up that it needs: Python 3.11+, git and make are enough.
# `make help` lists the targets from their ## comments.

VENV    ?= .venv
WORKERS ?= 2
BIN     := $(VENV)/bin
READY   := $(VENV)/.ready
TRYTON  := .tryton
PIP     := -m pip --quiet --disable-pip-version-check
COMPILE := build/lock/bin/uv pip compile --quiet --no-config --universal --python-version 3.11 --generate-hashes \
           --upgrade --custom-compile-command "make lock"

# The first interpreter that really runs and is new enough: a name on the path alone proves neither.
PYTHON  ?= $(shell for name in python3 python3.13 python3.12 python3.11; do \
             "$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$name" && break; \
           done)

.DELETE_ON_ERROR:
.DEFAULT_GOAL := check
.PHONY: help setup check test test-long demo format lint types imports unit build docs lock clean

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1\t\2/p' $(MAKEFILE_LIST) | expand -t 14

setup: $(READY) ## make .venv from the lock file, every package checked against its hash

$(READY): requirements/dev.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed: install it, or run make PYTHON=/path/to/python" >&2; exit 1; }
	test -x $(BIN)/python || "$(PYTHON)" -m venv $(VENV)
	$(BIN)/python $(PIP) install --require-hashes -r requirements/dev.lock
	$(BIN)/python $(PIP) install --no-deps --no-build-isolation --editable .
	touch $@

check: test build ## all that must hold before a change lands, but the long tests

test: lint types imports unit ## lint, types, import rules and the tests: a few minutes

test-long: $(READY) $(TRYTON)/ready ## the long tests: kill points, real servers, many worlds
	@# pytest ends with 5 where no test is marked long
	$(BIN)/pytest -m long -n $(WORKERS) || test $$? -eq 5

$(TRYTON)/ready: requirements/tryton.lock tests/adapters/tryton/server/prepare.py
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed: install it, or run make PYTHON=/path/to/python" >&2; exit 1; }
	"$(PYTHON)" -m venv --clear $(TRYTON)
	$(TRYTON)/bin/python $(PIP) install --require-hashes -r requirements/tryton.lock
	$(TRYTON)/bin/python tests/adapters/tryton/server/prepare.py $(TRYTON)
	touch $@

demo: $(READY) ## the whole loop on this machine, with nothing configured
	$(BIN)/leadloop demo

format: $(READY) ## write the code as ruff formats it
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lint: $(READY) ## format and lint rules
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(READY) ## mypy --strict
	$(BIN)/mypy

imports: $(READY) ## which package may import which
	$(BIN)/lint-imports

unit: $(READY) ## the tests alone
	$(BIN)/pytest -m "not long" -n $(WORKERS)

build: $(READY) ## build the wheel, install it as the image does, start the command
	rm -rf build dist
	$(BIN)/python $(PIP) wheel --no-deps --no-build-isolation --wheel-dir dist .
	"$(PYTHON)" -m venv --clear build/venv
	build/venv/bin/python $(PIP) install --require-hashes -r requirements/run.lock
	build/venv/bin/python $(PIP) install --no-deps dist/leadloop-*.whl
	cd build && venv/bin/leadloop --version && venv/bin/leadloop adapters

docs: $(READY) ## write the generated parts of the pages (the table of adapters)
	$(BIN)/python -m tests.docs.adapter_table

lock: ## resolve the lock files anew, for every platform and Python 3.11 and newer
	"$(PYTHON)" -m venv --clear build/lock
	build/lock/bin/python $(PIP) install uv
	$(COMPILE) --output-file requirements/run.lock pyproject.toml
	$(COMPILE) --constraint requirements/run.lock --group dev --output-file requirements/dev.lock pyproject.toml
	$(COMPILE) --constraint requirements/dev.lock --group build --output-file requirements/build.lock
	$(COMPILE) --output-file requirements/tryton.lock requirements/tryton.in

clean: ## remove what was built (not .venv, not any state)
	rm -rf build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
