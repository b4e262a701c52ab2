# make demo   a virtual environment, the embedded PostgreSQL, `dbtool migrate`, `dbtool status`
# make test   the whole test suite, against real PostgreSQL
# Needs Python 3.11 or newer and make; uses uv where it is there, venv and pip where it is not.

.DEFAULT_GOAL := help
SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
PYTHON := $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
  command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
  && { command -v $$p; break; }; done)
UV := $(shell command -v uv 2>/dev/null)
INSTALL := $(if $(UV),$(UV) pip install -q --compile-bytecode --python $(BIN)/python,$(BIN)/python -m pip install -qq --disable-pip-version-check --no-input) -c constraints.txt

# What the demo and the tests must not take from the caller: a database of theirs, or the word "production".
CLEAN := env -u DATABASE_URL -u DBTOOL_DIRECT_URL -u DBTOOL_ENV -u NODE_ENV -u APP_ENV -u ENV -u DB_POOL_SIZE \
  -u RAILS_ENV -u RACK_ENV -u ENVIRONMENT -u VERCEL_ENV -u DEPLOY_ENV -u STAGE \
  -u PGHOST -u PGHOSTADDR -u PGPORT -u PGDATABASE -u PGUSER -u PGPASSWORD -u PGSERVICE -u PGOPTIONS
TEST = $(CLEAN) DBTOOL_TEST_BINARIES="$${DBTOOL_TEST_BINARIES:-$$(tests/tools/binaries.sh $(VERSIONS))}" $(BIN)/python -m pytest

.PHONY: help demo test test-all test-docker quick lint types bench bench-quick completions format clean

help:  ## show what can be made
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 22

demo: $(VENV)/.demo  ## the main job in one command: migrate the example project on an embedded PostgreSQL
	@$(CLEAN) DBTOOL_ENV=development $(BIN)/dbtool migrate
	@$(CLEAN) DBTOOL_ENV=development $(BIN)/dbtool status
	@echo; echo "The server ends by itself when nobody uses it. Next: $(BIN)/dbtool new \"my change\""

test: VERSIONS = 14 18
test: $(VENV)/.test  ## the whole suite: lint, types, and every test against real PostgreSQL
	@$(MAKE) -s --no-print-directory -j2 lint types
	$(TEST) -q -m "not slow" -n 2 --dist loadfile

test-all: VERSIONS = 14 15 16 17 18
test-all: $(VENV)/.test lint types  ## the full matrices as well: every fault point, PostgreSQL 14 to 18
	for v in 14 15 16 17 18; do DBTOOL_TEST_VERSION=$$v $(TEST) -q tests/database tests/cli || exit 1; done
	$(TEST) -q

test-docker: VERSIONS = 18
test-docker: $(VENV)/.test  ## `up --docker`, and a sample of the suite with its servers in containers: needs an engine
	DBTOOL_TEST_SERVER=docker $(TEST) -q -m "not slow" -n 2 --dist loadfile tests/docker tests/database/test_ledger.py \
	  tests/database/test_runner.py tests/cli/test_status.py

quick: $(VENV)/.test lint types  ## lint, types and the tests without a server, in seconds
	$(CLEAN) $(BIN)/python -m pytest -q tests/unit dbtool

lint: $(VENV)/.test
	@$(BIN)/ruff check -q . && $(BIN)/ruff format -q --check .
	@$(BIN)/sqlfluff lint -q --config tests/queries.sqlfluff dbtool/queries
	@$(BIN)/sqlfluff lint -q --config safety/sqlfluff.cfg sql migrations/*.sql
	@found=$$($(CLEAN) $(BIN)/dbtool lint --all --no-style) || { echo "$$found"; exit 1; }

types: $(VENV)/.test
	@$(BIN)/pyright --warnings

format: $(VENV)/.test  ## format the code
	$(BIN)/ruff check -q --fix . ; $(BIN)/ruff format .

completions: $(VENV)/.demo  ## write completions/ anew
	$(BIN)/dbtool completion show bash > completions/dbtool.bash
	$(BIN)/dbtool completion show zsh > completions/_dbtool
	$(BIN)/dbtool completion show fish > completions/dbtool.fish

bench: $(VENV)/.demo  ## whole commands beside other tools, as ratios (takes a while: docs/benchmarks.md)
	$(CLEAN) bench/run

clean:  ## stop the demo's server, delete what was made
	-@test -x $(BIN)/python && $(BIN)/python -c "from pathlib import Path; from dbtool.server.embedded import stop; stop(Path('.dbtool'))"
	rm -rf $(VENV) .dbtool .pytest_cache .ruff_cache .hypothesis

$(VENV)/bin/python:
	@test -n "$(PYTHON)$(UV)" || { echo "make: Python 3.11 or newer is needed (found none), or uv" >&2; exit 1; }
	@if [ -n "$(UV)" ]; then $(UV) venv -q $(if $(PYTHON),--python $(PYTHON)) $(VENV); \
	else "$(PYTHON)" -m venv $(VENV) || { rm -rf $(VENV); \
	  echo "make: this Python cannot make virtual environments: install uv, or Debian's python3-venv" >&2; exit 1; }; fi

$(VENV)/.demo: $(VENV)/bin/python pyproject.toml constraints.txt
	@echo "installing dbtool into $(VENV) ..."
	@$(INSTALL) -e '.[local]'
	@$(BIN)/python -m compileall -q dbtool
	@touch $@

$(VENV)/.test: $(VENV)/.demo tests/requirements.txt
	@$(INSTALL) -r tests/requirements.txt
	@touch $@
