# pydidcomm: every target prints what it does. Start with make tutorial and make test.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
TOOLS := .tools
RUST := Cargo.toml Cargo.lock $(shell find src -name '*.rs')
STUB := python/pydidcomm/_core.pyi

.DEFAULT_GOAL := help
.PHONY: help tutorial test check lint clean
SAY = @printf '\n== %s\n'

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | column -t -s '|'

$(VENV)/installed: pyproject.toml
	$(SAY) "virtual environment in $(VENV): the tools that build, test and lint"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'
	$(BIN)/python -m pip install --quiet --group dev
	@touch $@

$(VENV)/built: $(VENV)/installed $(RUST)
	$(SAY) "extension module: compiled and installed into $(VENV)"
	PIP_QUIET=1 $(BIN)/maturin develop --quiet
	@touch $@

tutorial: $(VENV)/built ## run the tutorial notebook, print the conversation, render build/tutorial.html
	$(SAY) "tutorial: Alice invites Bob, Bob answers over HTTP, Alice rotates her DID and ends the relationship"
	$(BIN)/python notebooks/run.py

test: test-rust growth test-python conformance ## run all tests

# tests without servers, stores and processes, which take seconds
QUICK_TESTS := batches dids envelopes keys messages protocols routing trust

check: $(VENV)/built ## check formatting, lints and the quick tests: before each commit
	$(SAY) "Rust: formatting, lints and unit tests of the core"
	cargo fmt --all --check
	cargo clippy --locked --lib --no-default-features --quiet -- -D warnings
	cargo test --locked --lib --no-default-features --quiet
	$(SAY) "Python: formatting, lints, floors and the quick tests"
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/python tests/floors.py
	$(BIN)/python tests/unasync.py --check
	$(BIN)/python -m pytest --quiet $(PARALLEL) -m 'not slow' -k 'not trio and not uvloop' $(QUICK_TESTS:%=tests/python/%)

lint: $(VENV)/built ## check formatting, lints, types and stubs of both languages
	$(SAY) "Rust: formatting and lints, with and without Python"
	cargo fmt --all --check
	cargo fmt --check --manifest-path tests/interop/rust/Cargo.toml
	cargo fmt --check --manifest-path tests/fuzz/Cargo.toml
	cargo fmt --check --manifest-path tests/benches/Cargo.toml
	cargo clippy --locked --all-targets --quiet -- -D warnings
	cargo clippy --locked --all-targets --no-default-features --quiet -- -D warnings
	RUSTDOCFLAGS='-D warnings' cargo doc --locked --no-default-features --no-deps --quiet
	$(SAY) "Rust: only src/bindings names pyo3"
	@! grep -rln pyo3 src --include='*.rs' | grep -v '^src/bindings/'
	$(SAY) "floors: imports of lower floors only, without cycles"
	$(BIN)/python tests/floors.py
	$(SAY) "exports: __all__ of each module lists what others import from it"
	$(BIN)/python tests/exports.py
	$(SAY) "wording: no forbidden words in shipped texts"
	$(BIN)/python tests/wording.py
	$(SAY) "notices: exactly the crates of Cargo.lock"
	$(BIN)/python tests/notices.py --check
	$(SAY) "mutants of the ledger: each applies to the sources and compiles, and each MUST has one"
	PYTHONPATH=tests $(BIN)/python -m ledger_mutants --check
	$(SAY) "stub: regenerated, and compared with the committed one and with the compiled module"
	$(BIN)/maturin generate-stubs --quiet --features stubs --out build/stubs
	diff -u $(STUB) build/stubs/pydidcomm/_core.pyi
	$(BIN)/python -m mypy.stubtest pydidcomm._core
	$(SAY) "pydidcomm.sync: generated again, and compared with the committed code"
	$(BIN)/python tests/unasync.py --check
	$(SAY) "Python: formatting, lints and types"
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pyright

clean: ## remove the files that the targets create
	rm -rf target build dist $(VENV) $(PEERS) $(TOOLS)

include mk/tests.mk mk/docs.mk mk/generated.mk mk/audit.mk mk/robustness.mk mk/interop.mk mk/live.mk mk/bench.mk mk/wheel.mk
