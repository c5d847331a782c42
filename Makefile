# Two commands stand the whole thing up: `make demo` and `make test`.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PACKAGES := specs flows stacks agents sandbox deploy cli

# Commands start dozens of times in the tests and in `make bench`: their bytecode is compiled once, as pip leaves it.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test torture parity pulumi engine-cli lint format types imports tests typing golden docs bench clean

$(VENV)/.run: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10) and "ccdeploy needs Python 3.10 or newer; name one: make PYTHON=python3.12 $(MAKECMDGOALS)")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing what running needs (about a minute) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
	@$(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check --editable .
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

tests: $(VENV)/.dev engine-cli
	$(BIN)/pytest -n 2 --dist loadgroup

test: lint imports types tests

# The real Pulumi CLI, from source, for tests/engine and for moving a stack to Pulumi (needs Go; three minutes).
PULUMI := 3.250.0
pulumi: .tools/bin/pulumi
.tools/bin/pulumi: tools/pulumi/go.mod
	cd tools/pulumi && go build -ldflags "-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v$(PULUMI)" \
		-o ../../.tools/bin/pulumi github.com/pulumi/pulumi/pkg/v3/cmd/pulumi

# `make test` builds it by itself where Go is; where that fails, tests/engine are skipped and the reason stands above.
engine-cli:
	@command -v pulumi >/dev/null || test -x .tools/bin/pulumi || ! command -v go >/dev/null || $(MAKE) pulumi \
		|| echo "The Pulumi CLI was not built: tests/engine are skipped."

# Every boundary of a real centre's `up` and `down`, every fault at every call of a roster, where `make test` takes a
# sample (an hour).
torture: $(VENV)/.dev
	CCDEPLOY_TORTURE=1 $(BIN)/pytest -q -m long tests/engine tests/server tests/functional/drift
	CCDEPLOY_TORTURE=1 $(BIN)/pytest -q tests/docs/test_howtos.py tests/functional/test_killed_centre.py tests/functional/crash tests/engine \
		tests/functional/connect/test_connect_strangers.py tests/server/test_sandbox_process.py tests/server/test_cli_doctor.py \
		$(ROSTER_TORTURE)

ROSTER_TORTURE := tests/server/test_roster_interrupted.py tests/functional/agents/test_roster_net.py \
	tests/unit/agents/test_roster_crash.py tests/unit/agents/test_roster_disk.py

# The example and eleven generated centres on both engines, side by side; hypothesis edits centres and instances.
# GOLDEN=--rewrite-golden writes the table of docs/engine.md anew.
parity: $(VENV)/.dev
	CCDEPLOY_TORTURE=1 $(BIN)/pytest -q $(GOLDEN) tests/engine/test_engine_parity.py tests/engine/test_moving_any_centre.py \
		tests/functional/drift

golden: $(VENV)/.dev
	$(BIN)/pytest -q --rewrite-golden

docs: $(VENV)/.run
	$(BIN)/python tools/write_docs.py

bench: $(VENV)/.dev
	$(BIN)/python benchmarks/run.py

clean:
	rm -rf $(VENV) .typing .mypy_cache .ruff_cache .pytest_cache build dist
