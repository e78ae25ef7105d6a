# `make` lists the targets. The first one you run makes the environment in .venv.

VENV   ?= .venv
BIN    := $(VENV)/bin
SETUP  := packaging/setup
# The first Python that is new enough; a pyenv shim may be there and lead nowhere.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 /usr/bin/python3; do \
  "$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$p" && break; done)
# The stamp's name tells the folder: an environment that was moved is made anew.
READY  := $(VENV)/ready-$(shell pwd | cksum | cut -d' ' -f1)
# Two workers suit two cores; WORKERS=0 runs the tests in one process.
WORKERS ?= 2

.DEFAULT_GOAL := help
.PHONY: help run test lint types imports tests bench docs format clean

help: ## list these targets
	@sed -n 's/^\([a-z]*\):.*## /  make \1  |/p' Makefile | column -t -s '|' 2>/dev/null || grep '##' Makefile

run: $(READY) ## open the window on the built-in demo scan
	@if $(BIN)/python $(SETUP)/has_display.py; then $(BIN)/ksyn-gui --demo; \
	else echo "No display here, so no window: running the demo headless instead."; $(BIN)/ksyn demo; fi

test: lint types imports tests ## run every check

lint: $(READY) ## format and style
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(READY) ## mypy --strict
	$(BIN)/mypy

imports: $(READY) ## who may import whom
	$(BIN)/lint-imports

tests: $(READY) ## pytest
	QT_QPA_PLATFORM=offscreen $(BIN)/pytest -n $(WORKERS) --ignore tests/benchmarks

bench: $(VENV)/extra-bench ## run the benchmarks and print a table
	QT_QPA_PLATFORM=offscreen $(BIN)/pytest tests/benchmarks --benchmark-only --benchmark-columns=min,median,rounds

docs: $(READY) ## build docs/_build/html
	$(BIN)/sphinx-build -E -W --keep-going -q docs docs/_build/html
	@echo "docs/_build/html/index.html"

format: $(READY) ## mend format and style
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean: ## remove what the other targets made, but for the environment
	rm -rf build dist docs/_build .pytest_cache .mypy_cache .ruff_cache .hypothesis .benchmarks .import_linter_cache
	find ksyn ksyn_gui tests packaging -name __pycache__ -prune -exec rm -rf {} +

# Written last, so that an installation that was stopped goes on the next time.
$(READY): pyproject.toml constraints.txt $(wildcard $(SETUP)/*.py)
	@test -n "$(PYTHON)" || { echo "K-Syn needs Python 3.11 or newer (Debian 12, Ubuntu 24.04:" \
	  "sudo apt-get install python3 python3-venv)."; exit 1; }
	@$(PYTHON) $(SETUP)/check_system.py
	@$(PYTHON) $(SETUP)/make_environment.py $(VENV) dev docs train siemens
	@touch $@

$(VENV)/extra-%: $(READY)
	@$(PYTHON) $(SETUP)/make_environment.py $(VENV) $*
	@touch $@
