# Everything a person needs here is one of these.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
PYTEST := $(BIN)/python -m pytest

.DEFAULT_GOAL := help
.PHONY: help install demo serve test lint check faults fuzz audit bench clean

help: ## Show this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(STAMP): requirements/all.txt pyproject.toml client/pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/all.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e client -e .
	@touch $@

install: $(STAMP) ## Create .venv with kinora in it, ready to serve

demo: install ## The main job, from nothing: server, real jobs over HTTP, playable files
	$(BIN)/kinora demo

serve: install ## Start the server on http://127.0.0.1:8080
	$(BIN)/kinora serve

lint: install ## Format, lint, import contracts, types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/mypy

check: lint ## All that, and the fast tests
	$(PYTEST) -q tests/unit tests/contracts tests/wire tests/architecture tests/docs

test: install ## All of check's tests, and those that start real processes
	$(BIN)/python scripts/warm.py
	$(PYTEST) -q -n 2 --dist loadfile --no-loadscope-reorder tests

faults: install ## A thousand random kill sequences; the figures go to docs/reliability.md (an hour)
	$(BIN)/python -m tests.faults.chaos --sequences 1000

fuzz: install ## Thousands of odd calls and spoiled files: half an hour
	FUZZ_CASES=10000 FUZZ_FILES=10000 FUZZ_FIGURES=docs/reliability/fuzz.json $(PYTEST) -q tests/fuzz

audit: install ## What is installed: by the pins, of good licences, without known weaknesses
	$(BIN)/python scripts/audit.py

bench: install ## Figures: engine, store, HTTP
	$(BIN)/python bench/store.py
	$(BIN)/python bench/over_http.py
	$(BIN)/python bench/server.py
	$(BIN)/python bench/engine.py

clean: ## Remove what can be made again
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis

.PHONY: pins
pins: ## Renew requirements/all.txt (needs uv); our own client is installed from this repository
	mkdir -p build && grep -v '"kinora-client' pyproject.toml > build/pyproject.toml
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
		--no-emit-index-url --no-annotate --extra dev build/pyproject.toml -o requirements/all.txt
