# Two commands stand the whole thing up: `make demo` and `make test`.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PACKAGES := specs flows stacks agents sandbox deploy cli

.PHONY: demo test lint format types imports tests typing golden docs bench clean

$(VENV)/.run: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10) and "ccdeploy needs Python 3.10 or newer; name one: make PYTHON=python3.12 $(MAKECMDGOALS)")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing what running needs (about a minute) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.run
	@echo "Installing what testing needs ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --group dev
	@touch $@

demo: $(VENV)/.run
	@$(BIN)/python tools/demo.py

typing:
	@mkdir -p .typing/ccdeploy
	@for d in $(PACKAGES); do ln -sfn ../../$$d .typing/ccdeploy/$$d; done

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: $(VENV)/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

imports: $(VENV)/.dev
	$(BIN)/lint-imports

types: $(VENV)/.dev typing
	$(BIN)/mypy

tests: $(VENV)/.dev
	$(BIN)/pytest -n 2 --dist loadgroup

test: lint imports types tests

golden: $(VENV)/.dev
	$(BIN)/pytest -q --rewrite-golden

docs: $(VENV)/.run
	$(BIN)/python tools/write_docs.py

bench: $(VENV)/.dev
	$(BIN)/python benchmarks/run.py

clean:
	rm -rf $(VENV) .typing .mypy_cache .ruff_cache .pytest_cache build dist
