# The dozen commands of the house. `make help` lists them.
# The distribution's own first, where it can make environments: it is built with profile-guided optimisation, and a
# third quicker than one compiled without, as version managers do.
PYTHON ?= $(shell for it in /usr/bin/python3.11 python3.11; do $$it -c 'import ensurepip' 2>/dev/null && echo $$it && exit; done; echo python3.11)
BIN := .venv/bin
STAMP := .venv/installed.stamp
WORKERS ?= 3

.DEFAULT_GOAL := help
.PHONY: help messages setup run test test-fast check fix migrate demo docs bench mutation build release lock

help: ## Say what each command does
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(STAMP) ## Make .venv and install everything, as pinned in requirements.lock

$(STAMP): pyproject.toml requirements.lock
	@command -v $(PYTHON) >/dev/null || { echo "$(PYTHON) is missing: install it, or say make PYTHON=/path/to/python3.11"; exit 1; }
	@test -x $(BIN)/pip || $(PYTHON) -m venv .venv || { \
	  echo "No virtual environment could be made: on Debian and Ubuntu, apt install python3.11-venv"; rm -rf .venv; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

run: setup ## Serve what is in .assidu (Ctrl-C stops everything)
	@$(BIN)/assidu serve

test: setup ## Run every test on a real PostgreSQL
	@$(BIN)/pytest -n $(WORKERS) --dist worksteal

test-fast: setup ## Run the tests of the pure core, in seconds
	@$(BIN)/pytest -n 2 --dist worksteal tests/decisions tests/plans

check: setup ## Lint, types, architecture and house rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tools/messages.py check
	$(BIN)/pytest tests/house -n 0

fix: setup ## Format and repair what can be repaired alone
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

messages: setup ## Bring the French catalogue up to date with every sentence of every room
	@$(BIN)/python tools/messages.py update

migrate: setup ## Bring the database up to date
	@$(BIN)/assidu migrate

demo: setup ## Load a real retailer's year, then serve it
	@$(BIN)/assidu demo

docs: setup ## Build the documentation into docs/_build
	$(BIN)/sphinx-build -q -W -b html docs docs/_build/html

bench: setup ## Measure the hot paths against PostgreSQL itself
	@for name in live import replay offers studio; do $(BIN)/assidu bench $$name || exit 1; done

mutation: setup ## Change the core a little, many times, and see which changes no test notices
	@$(BIN)/python tools/mutation.py

build: setup ## Build the wheel and the source archive into dist
	@rm -rf dist && $(BIN)/python -m build --no-isolation

release: check test build ## Gather the changelog fragments of a new version
	$(BIN)/towncrier build --yes

lock: ## Pin the dependencies again (needs uv)
	uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 --no-header --upgrade -q -o requirements.lock
