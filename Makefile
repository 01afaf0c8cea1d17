# Milepost from a bare machine: Python 3.11 or newer, make and a C library; everything else comes as a pinned wheel.
#
#   make run      set up what is missing, then serve the page and print a sign-in link
#   make test     every test this machine can run; says what it skipped and why
#   make check    what a reviewer runs: format, types, layers, contract, page, the README's commands
#   make bench    speed and memory
#   make format   put the code in shape
#   make setup    only set up; make audit asks the registries for known holes

SHELL := /bin/sh
.DELETE_ON_ERROR:
.PHONY: run setup page database test check bench format audit clean help

BIN := .venv/bin
PYTHON ?= $(firstword $(foreach name,python3 python3.13 python3.12 python3.14 python3.11,\
	$(shell $(name) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $(name))))
WITH_NODE = cd web && PATH="$(CURDIR)/.venv/node:$$PATH"
PAGE_SOURCES := $(wildcard web/*.json web/*.ts web/*.js web/*.html) $(shell find web/src web/public -type f 2>/dev/null)

# The database is filled while the page is built: they need different things. Where the page is built already, the
# server does it all in one process, and a second run starts in seconds.
run: .venv/.runtime
	@$(BIN)/python -m api.listening
	@$(MAKE) --no-print-directory -q page 2>/dev/null || $(MAKE) --no-print-directory -j2 page database
	@exec $(BIN)/milepost serve --prepare

help:
	@sed -n '3,8s/^#  //p' Makefile

setup: .venv/.runtime
	@$(MAKE) --no-print-directory -j2 page database

page: web/dist/.built

database: .venv/.runtime
	@$(BIN)/milepost migrate --with-sample

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Milepost needs Python 3.11 or newer; none was found." \
		"Install one, or name it: make PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Milepost needs Python 3.11 or newer; $(PYTHON) is older."; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "$(PYTHON) came without its venv module. On Debian and Ubuntu: apt install python3-venv"; exit 1; }
	@echo "Making .venv with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv .venv

.venv/bin/uv: requirements-bootstrap.txt | .venv/bin/python
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bootstrap.txt
	@touch $@

# uv installs in a second; where it cannot reach what pip can (an index in pip's own settings), pip does it.
install = $(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes requirements-bootstrap.txt $(1) \
	|| { echo "uv did not manage; installing with pip, which takes longer"; \
	     $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(1); }

.venv/.runtime: requirements.txt .venv/bin/uv .ci/place_commands.py
	@echo "Installing what Milepost needs"
	@rm -f .venv/.dev
	@$(call install,requirements.txt)
	@$(BIN)/python .ci/place_commands.py
	@touch $@

.venv/.dev: requirements-dev.txt .venv/bin/uv .ci/place_commands.py
	@echo "Installing what Milepost and its tests need"
	@$(call install,requirements-dev.txt)
	@$(BIN)/python .ci/place_commands.py
	@touch .venv/.runtime $@

web/node_modules/.installed: web/package-lock.json web/package.json | .venv/.runtime
	@echo "Installing what the page is built with"
	@$(WITH_NODE) npm ci --no-audit --no-fund --loglevel=error
	@touch $@

web/dist/.built: web/node_modules/.installed schema/schema.graphql $(PAGE_SOURCES)
	@echo "Building the page"
	@$(WITH_NODE) npm run --silent build -- --logLevel warn
	@touch $@

test: .venv/.dev web/node_modules/.installed page
	$(BIN)/pytest
	$(WITH_NODE) npm test --silent

check: .venv/.dev web/node_modules/.installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/milepost schema | diff schema/schema.graphql - || \
		{ echo "schema.graphql is not what the code says; print it again: milepost schema > schema/schema.graphql"; exit 1; }
	$(WITH_NODE) npm run --silent check
	$(BIN)/pytest -q tests/acceptance/test_readme.py

bench: .venv/.dev
	$(BIN)/python -m benchmarks

format: .venv/.dev
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .

audit: .venv/.dev web/node_modules/.installed
	$(BIN)/uv tool run pip-audit --require-hashes -r requirements.txt
	$(WITH_NODE) npm audit --omit=dev

clean:
	rm -rf .venv web/node_modules web/dist web/src/gql
