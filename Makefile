# Needs Python 3.11 or newer, make and a package index. uv is used where it is installed.
PYTHON ?= python3
VENV ?= .venv
ARGS ?=
WORKERS ?= auto
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
READY := $(VENV)/.ready
CATALOGUES := $(wildcard tui_inbox/locale/*/LC_MESSAGES/*.po)

.DEFAULT_GOAL := help
.PHONY: help demo test check format bench lock catalogue clean

help: ## Show what can be made
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) | while IFS='|' read -r name text; do printf '  make %-10s %s\n' "$$name" "$$text"; done

demo: $(READY) ## Open the sample hotel (ARGS="--lang fr" ...); nothing leaves this machine
	@$(BIN)/tui-inbox demo $(ARGS)

test: $(READY) ## Run the tests (ARGS="tests/domain -k window", WORKERS=0 one after the other ...)
	@$(BIN)/pytest -n $(WORKERS) --dist loadgroup $(ARGS)

check: $(READY) ## Format, lint, types, layers, catalogue and documents
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/pytest -q tests/project

format: $(READY) ## Rewrite the sources in the project's format
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: $(READY) ## Measure speed and memory beside their floors (ARGS="--quick" ...)
	@$(BIN)/python -m bench $(ARGS)

lock: ## Resolve requirements.lock anew (needs uv)
	@uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
	  --no-header --no-annotate --extra postgres --group dev pyproject.toml --output-file requirements.lock $(ARGS)

catalogue: $(READY) ## Collect the texts to translate, then compile the catalogues
	@$(BIN)/python -m babel.messages.frontend -q extract -F babel.cfg --no-default-keywords -k _ -k N_ -k ngettext:1,2 \
	  --sort-output --no-location --omit-header -o $(VENV)/tui_inbox.pot tui_inbox adapters storage
	@$(BIN)/python -m babel.messages.frontend -q update -D tui_inbox -i $(VENV)/tui_inbox.pot -d tui_inbox/locale --no-fuzzy-matching \
	  --ignore-obsolete --omit-header --width 120
	@$(BIN)/python hatch_build.py

clean: ## Remove the environment and everything that was built
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	rm -f tui_inbox/locale/*/LC_MESSAGES/*.mo

$(READY): $(INSTALLED) $(CATALOGUES)
	@$(BIN)/python hatch_build.py
	@touch $@

$(INSTALLED): pyproject.toml requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo 'tui-inbox needs Python 3.11 or newer; name one: make PYTHON=python3.12 ...'; exit 1; }
	@if command -v uv >/dev/null 2>&1; then \
	  echo 'Preparing $(VENV) with uv ...' && \
	  uv venv --quiet --allow-existing --python $(PYTHON) $(VENV) && \
	  uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock && \
	  uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable . ; \
	else \
	  $(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	    { echo 'Python cannot make environments here. Install the part that does: sudo apt install python3-venv'; exit 1; }; \
	  echo 'Preparing $(VENV) with pip, once; this takes a minute ...' && \
	  $(PYTHON) -m venv $(VENV) && \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock && \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable . ; \
	fi
	@touch $@
