# pydidcomm: every target prints what it does. On a fresh machine: make tutorial, make test.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PEERS := .venvs
TOOLS := .tools
# which tests passed, for the report of the requirements
RESULTS := build/conformance
# a peer pins pydantic 1, which stops at CPython 3.12; another one begins at 3.11
PEER_PYTHON ?= $(shell for python in python3.11 python3.12 $(PYTHON); do \
	$$python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 13))' 2>/dev/null && echo $$python && break; done)
# what one of the crates asks for
PEER_RUST := 95
HOMES := sicpa indicio node jose identus rust
INTEROP := PYTHONPATH=tests/python $(BIN)/python tests/interop/matrix.py
RUST := Cargo.toml Cargo.lock $(shell find src -name '*.rs')
STUB := python/pydidcomm/_core.pyi

.DEFAULT_GOAL := help
.PHONY: help tutorial test exit-runs growth kill-secrets system webvh-suite test-rust test-python conformance fuzz mutants mutants-ledger lint notices stubs sync interop interop-sicpa interop-indicio interop-node interop-jose interop-identus interop-rust peers-suites peers-compared bench bench-core bench-parts bench-loop bench-instructions bench-peers wheel wheel-again clean
SAY = @printf '\n== %s\n'

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | column -t -s '|'

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

test-rust: ## run the tests of the core, with each backend
	$(SAY) "tests of the Rust core, without Python: on both backends, and on askar-crypto alone"
	@mkdir -p $(RESULTS)
	cargo test --locked --no-default-features --features accelerated >$(RESULTS)/rust.txt 2>&1 || { cat $(RESULTS)/rust.txt; exit 1; }
	@grep '^test result' $(RESULTS)/rust.txt
	cargo test --locked --no-default-features --quiet

ifeq ($(shell command -v valgrind),)
growth:
	$(SAY) "growth: skipped, it counts instructions with valgrind and there is none"
else
growth: ## count the instructions for inputs of growing size: work may grow no faster than they do
	$(SAY) "growth: instructions for inputs of one, two and four times a size"
	cargo test --locked --no-default-features --features accelerated --test core -- --ignored --exact --nocapture growth::work_grows_with_the_input_and_no_faster
endif

test-python: $(VENV)/built ## run the tests of the Python package, README and notebooks included
	$(SAY) "tests of the Python package"
	$(BIN)/python -m pytest --quiet --conformance=$(RESULTS) tests/python

# 100 unless it is given: the number of rounds of benchmarks has the same name
KILL_ROUNDS := $(if $(filter command line environment,$(origin ROUNDS)),$(ROUNDS),100)
# how often each way to end a process is taken
COUNT ?= 20

exit-runs: $(VENV)/built ## test process exit repeatedly: make exit-runs COUNT=20
	$(SAY) "process exit in each way, $(COUNT) times"
	PYDIDCOMM_EXIT_RUNS=$(COUNT) $(BIN)/python -m pytest --quiet tests/python/test_exit.py

# how often two processes are killed while they write
kill-secrets: $(VENV)/built ## kill processes that write keys to SQLite and PostgreSQL, again and again: make kill-secrets ROUNDS=100
	$(SAY) "kill -9 of two processes that write keys, $(KILL_ROUNDS) rounds on SQLite and on PostgreSQL; a server that comes and goes"
	PYDIDCOMM_KILL_ROUNDS=$(KILL_ROUNDS) $(BIN)/python -m pytest --quiet -s tests/python/test_askar_kills.py

system: ## install the Debian packages that tests need: PostgreSQL, SoftHSM 2, gnome-keyring, D-Bus, valgrind
	$(SAY) "system: the Debian packages that the tests need; a test whose service is absent is skipped with the reason"
	tests/system.sh

conformance: $(VENV)/installed ## report the requirements of the specification with a passing test, and the reasons for the others
	$(SAY) "conformance: the requirements of tests/conformance.toml, and the tests that passed in the last run of make test"
	$(BIN)/python tests/conformance.py $(if $(wildcard $(RESULTS)/rust.txt),$(if $(wildcard $(RESULTS)/python.json),--results $(RESULTS)))

$(TOOLS)/bin/cargo-%:
	$(SAY) "the tool cargo-$* in $(TOOLS)"
	cargo install --quiet --locked --root $(TOOLS) --target-dir target/tools cargo-$*

# how long each target runs, and which targets
MINUTES ?= 1
TARGETS ?= $(notdir $(wildcard tests/fuzz/corpus/*))
# an input of 64 KiB in 10 seconds and 256 MiB is far more than any of them needs
FUZZ_LIMITS := -max_len=65536 -timeout=10 -malloc_limit_mb=256 -rss_limit_mb=2048

ifeq ($(shell cargo +nightly --version 2>/dev/null),)
fuzz:
	$(SAY) "fuzz: skipped, libFuzzer needs a nightly Rust, which is not installed"
else
fuzz: $(TOOLS)/bin/cargo-fuzz ## run the fuzz targets: make fuzz MINUTES=10 TARGETS="unpack did_url"
	$(SAY) "fuzz: $(TARGETS), minutes each: $(MINUTES)"
	cp Cargo.lock tests/fuzz/Cargo.lock
	@set -e; for target in $(TARGETS); do \
		mkdir -p target/fuzz/corpus/$$target; \
		PATH="$(CURDIR)/$(TOOLS)/bin:$$PATH" cargo +nightly fuzz run \
			--fuzz-dir tests/fuzz --target-dir target/fuzz $$target \
			target/fuzz/corpus/$$target tests/fuzz/corpus/$$target -- \
			-max_total_time=$$(($(MINUTES) * 60)) $(FUZZ_LIMITS) \
			-dict=tests/fuzz/names.dict -print_final_stats=1; \
	done
endif

# which part of all mutants, and of which files
SHARD ?= 0/20
FILES ?= src/unpack/** src/pack/** src/jose/** src/did/** src/message/**

# a clone of the public test suite of did:webvh
WEBVH_SUITE ?= ../didwebvh-test-suite

webvh-suite: $(VENV)/built ## run the public test suite of did:webvh: make webvh-suite WEBVH_SUITE=../didwebvh-test-suite
	$(SAY) "did:webvh: the logs and attacks of the public test suite, from $(WEBVH_SUITE)"
	test -d $(WEBVH_SUITE) || git clone --quiet --depth 1 https://github.com/decentralized-identity/didwebvh-test-suite $(WEBVH_SUITE)
	PYDIDCOMM_WEBVH_SUITE=$(abspath $(WEBVH_SUITE)) $(BIN)/python -m pytest --quiet tests/python/test_webvh_resolver.py

mutants: $(TOOLS)/bin/cargo-mutants ## mutation-test the core: make mutants SHARD=0/8 FILES="src/jose/**"
	$(SAY) "mutants: shard $(SHARD); surviving mutants are listed in target/mutants/mutants.out/missed.txt"
	@mkdir -p target/mutants
	PATH="$(CURDIR)/$(TOOLS)/bin:$$PATH" CARGO_TARGET_DIR="$(CURDIR)/target/mutants" CARGO_PROFILE_DEV_OPT_LEVEL=0 PROPTEST_CASES=32 \
		cargo mutants --shard $(SHARD) $(foreach file,$(FILES),--file '$(file)') --output target/mutants

# the first letters of the requirements that are wanted
ONLY_ID ?=

mutants-ledger: $(VENV)/installed ## mutation-test each MUST of the ledger with the tests that name it: make mutants-ledger ONLY_ID=JWE
	$(SAY) "mutants of the ledger: a violation of each MUST, and the tests that must fail"
	PYTHONPATH=tests:tests/python $(BIN)/python -m ledger_mutants --only '$(ONLY_ID)'

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
	$(SAY) "floors: imports point down, and in no circle"
	$(BIN)/python tests/floors.py
	$(SAY) "notices: the crates of Cargo.lock, and no others"
	$(BIN)/python tests/notices.py --check
	$(SAY) "mutants of the ledger: each still fits the sources, and each MUST has one"
	PYTHONPATH=tests $(BIN)/python -m ledger_mutants --check
	$(SAY) "stub: regenerated, and compared with the committed one and with the compiled module"
	$(BIN)/maturin generate-stubs --quiet --features stubs --out build/stubs
	diff -u $(STUB) build/stubs/pydidcomm/_core.pyi
	$(BIN)/python -m mypy.stubtest pydidcomm._core
	$(SAY) "pydidcomm.sync: generated again, and compared"
	$(BIN)/python tests/unasync.py --check
	$(SAY) "Python: formatting, lints and types"
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pyright

notices: $(VENV)/installed ## regenerate the licence notices of the linked crates
	$(SAY) "notices: regenerated from the crates of Cargo.lock"
	$(BIN)/python tests/notices.py

sync: $(VENV)/installed ## regenerate pydidcomm.sync from the asynchronous modules
	$(SAY) "pydidcomm.sync: regenerated"
	$(BIN)/python tests/unasync.py

stubs: $(VENV)/installed ## regenerate the stub of the compiled module
	$(SAY) "stub: regenerated from the Rust sources"
	$(BIN)/maturin generate-stubs --quiet --features stubs --out build/stubs
	cp build/stubs/pydidcomm/_core.pyi $(STUB)

ifeq ($(PEER_PYTHON),)
$(PEERS)/sicpa/installed $(PEERS)/indicio/installed $(PEERS)/jose/installed:
	$(SAY) "peers in Python: skipped, they need CPython 3.11 or 3.12, which is not installed"
else
$(PEERS)/%/installed: tests/interop/%/requirements.txt
	$(SAY) "peer $*: a virtual environment in $(PEERS)/$*"
	$(PEER_PYTHON) -m venv $(PEERS)/$*
	$(PEERS)/$*/bin/python -m pip install --quiet --requirement $<
	@touch $@
endif

$(PEERS)/node/installed $(PEERS)/identus/installed: $(PEERS)/%/installed: tests/interop/%/package.json
ifeq ($(shell command -v npm),)
	$(SAY) "peers of npm, $*: skipped, they need Node.js with npm, which is not installed"
else
	$(SAY) "peers of npm: installed in $(PEERS)/$*"
	mkdir -p $(PEERS)/$*
	cp $< $(PEERS)/$*
	npm install --prefix $(PEERS)/$* --no-package-lock --no-audit --no-fund --silent
	@touch $@
endif

PEERS_IN_RUST := $(shell find tests/interop/rust -name '*.rs' -o -name 'Cargo.*')

$(PEERS)/rust/installed: $(PEERS_IN_RUST)
ifneq ($(shell rustc --version | awk '{split($$2, v, "."); print (v[2] >= $(PEER_RUST))}'),1)
	$(SAY) "peers in Rust: skipped, they need Rust 1.$(PEER_RUST)"
else
	$(SAY) "peers in Rust, the crates didcomm, affinidi-messaging-didcomm and did-peer: compiled in $(PEERS)/rust"
	CARGO_TARGET_DIR=$(PEERS)/rust cargo clippy --locked --quiet --manifest-path tests/interop/rust/Cargo.toml -- -D warnings
	CARGO_TARGET_DIR=$(PEERS)/rust cargo build --locked --quiet --manifest-path tests/interop/rust/Cargo.toml
	@touch $@
endif

interop: $(VENV)/built $(HOMES:%=$(PEERS)/%/installed) ## exchange messages with other implementations, in both directions
	$(SAY) "live exchange with each installed peer, in both directions"
	$(INTEROP)
	$(BIN)/python tests/interop/indicio_stand_in.py

interop-sicpa: $(VENV)/built $(PEERS)/sicpa/installed ## the same with PyPI didcomm only
	$(INTEROP) sicpa

interop-indicio: $(VENV)/built $(PEERS)/indicio/installed ## the same with PyPI didcomm-messaging only
	$(INTEROP) askar authlib
	$(BIN)/python tests/interop/indicio_stand_in.py

interop-node: $(VENV)/built $(PEERS)/node/installed ## the same with npm didcomm-node only
	$(INTEROP) node

interop-jose: $(VENV)/built $(PEERS)/jose/installed $(PEERS)/node/installed ## the same with generic JOSE libraries and the packages of did:peer
	$(INTEROP) jose jwcrypto joserfc did-peer-py

interop-identus: $(VENV)/built $(PEERS)/identus/installed ## the same with the Identus SDK of npm only
	$(INTEROP) identus

interop-rust: $(VENV)/built $(PEERS)/rust/installed ## the same with the crates only
	$(INTEROP) rust affinidi did-peer

# a folder with the repositories of the libraries for which pydidcomm.compat stands in; SUITES: some of them by name
DIR ?= ../peers-suites
SUITES ?=

$(PEERS)/suites/installed: tests/compat/requirements.txt
	$(SAY) "dependencies of the test suites of other libraries: a virtual environment in $(PEERS)/suites"
	$(PYTHON) -m venv $(PEERS)/suites
	$(PEERS)/suites/bin/python -m pip install --quiet --requirement $<
	@touch $@

peers-suites: $(VENV)/built $(PEERS)/suites/installed ## run the test suites of the original libraries on pydidcomm.compat: make peers-suites DIR=../peers-suites
	$(SAY) "test suites of the original libraries, unchanged, from $(DIR)"
	$(PEERS)/suites/bin/python tests/compat/run_suites.py $(DIR) $(SUITES)

peers-compared: $(VENV)/built $(PEERS)/sicpa/installed ## run the same cases on didcomm and peerdid from PyPI and on their stand-ins
	$(SAY) "the same cases on PyPI didcomm and peerdid and on pydidcomm.compat, and the intended differences"
	PYTHONPATH=tests/python $(BIN)/python tests/compat/differential.py $(PEERS)/sicpa/bin/python

# how many rounds the medians are taken of, and a part of the names of the operations that are wanted
ROUNDS ?= 20
ONLY ?=
BENCH := build/bench
# absolute, for a benchmark runs in the folder of its crate
BENCHES := CARGO_TARGET_DIR=$(CURDIR)/target/benches cargo

$(BENCH)/built: $(VENV)/installed $(RUST) $(shell find python -name '*.py') $(shell find tests/benches -name '*.rs' -o -name 'Cargo.*')
	$(SAY) "benchmark: an optimised build of the core, of its limit and of the wheel"
	$(BENCHES) clippy --quiet --release --all-targets --manifest-path tests/benches/Cargo.toml -- -D warnings
	$(BENCHES) build --quiet --release --bins --manifest-path tests/benches/Cargo.toml
	rm -f $(BENCH)/*.whl
	$(BIN)/maturin build --quiet --release --out $(BENCH)
	test -d $(BENCH)/venv || $(PYTHON) -m venv $(BENCH)/venv
	$(BENCH)/venv/bin/python -m pip install --quiet --upgrade 'pip>=25.1'
	$(BENCH)/venv/bin/python -m pip install --quiet --group bench
	$(BENCH)/venv/bin/python -m pip install --quiet --force-reinstall --no-deps $(BENCH)/*.whl
	@touch $@

bench: $(BENCH)/built ## measure each operation against its cryptographic primitives: make bench ROUNDS=20 ONLY=X25519
	$(SAY) "benchmark: multiples of the limit, medians of $(ROUNDS) interleaved rounds; all numbers are in $(BENCH)"
	$(BENCH)/venv/bin/python tests/benches/bench.py target/benches/release --rounds $(ROUNDS) --only '$(ONLY)' --out $(BENCH)

bench-parts: $(BENCH)/built ## measure resolving cold and cached, and a message received over HTTP: make bench-parts ROUNDS=20
	$(SAY) "benchmark of the parts: medians of $(ROUNDS) interleaved rounds"
	PYTHONPATH=tests/python $(BENCH)/venv/bin/python tests/benches/parts.py --rounds $(ROUNDS)

bench-core: ## measure the core and the primitives with criterion, compared with the previous run
	$(SAY) "benchmark of the core and of the primitives by criterion; reports are in target/benches/criterion"
	$(BENCHES) bench --quiet --manifest-path tests/benches/Cargo.toml --bench core --bench primitives

bench-loop: $(BENCH)/built ## measure how long large messages block the event loop
	$(SAY) "benchmark of the event loop: how late a ticker is while large messages are packed and unpacked"
	$(BENCH)/venv/bin/python tests/benches/loop.py

GUNGRAUN := $(shell sed -n 's/^gungraun = "=\([^"]*\)".*/\1/p' tests/benches/Cargo.toml)

$(TOOLS)/bin/gungraun-runner:
	$(SAY) "the tool gungraun-runner in $(TOOLS)"
	cargo install --quiet --locked --root $(TOOLS) --target-dir target/tools --version $(GUNGRAUN) gungraun-runner

ifeq ($(shell command -v valgrind),)
bench-instructions:
	$(SAY) "instruction counts: skipped, they need valgrind, which is not installed"
else
bench-instructions: $(TOOLS)/bin/gungraun-runner ## count the instructions of selected operations, independent of the load
	$(SAY) "instruction counts of the core, compared with the previous run"
	GUNGRAUN_RUNNER=$(CURDIR)/$(TOOLS)/bin/gungraun-runner $(BENCHES) bench --quiet --manifest-path tests/benches/Cargo.toml --bench instructions
endif

PEER_ROUNDS := $(if $(filter command line environment,$(origin ROUNDS)),$(ROUNDS),10)

$(PEERS)/rust/measured: $(PEERS_IN_RUST)
ifneq ($(shell rustc --version | awk '{split($$2, v, "."); print (v[2] >= $(PEER_RUST))}'),1)
	$(SAY) "peers in Rust: not measured, they need Rust 1.$(PEER_RUST)"
else
	$(SAY) "peers in Rust: an optimised build for measurement"
	CARGO_TARGET_DIR=$(PEERS)/rust cargo build --locked --quiet --profile fat --bin didcomm_bench --manifest-path tests/interop/rust/Cargo.toml
	CARGO_TARGET_DIR=$(PEERS)/rust cargo build --locked --quiet --release --bin affinidi_bench --manifest-path tests/interop/rust/Cargo.toml
	@touch $@
endif

bench-peers: $(BENCH)/built $(PEERS)/sicpa/installed $(PEERS)/indicio/installed $(PEERS)/node/installed $(PEERS)/rust/measured ## the same for other libraries, and how many times slower they are
	$(SAY) "benchmark of the peers: medians of $(PEER_ROUNDS) interleaved rounds; all numbers are in $(BENCH)"
	$(BENCH)/venv/bin/python tests/benches/bench_peers.py target/benches/release $(PEERS) --rounds $(PEER_ROUNDS) --only '$(ONLY)' --out $(BENCH)

# paths of the builder stay out of the wheel, and two builds of one commit are the same
CARGO_DIR := $(or $(CARGO_HOME),$(HOME)/.cargo)
MAPPED := $(CARGO_DIR)=/cargo $(CURDIR)=/pydidcomm
COMMITTED := $(or $(SOURCE_DATE_EPOCH),$(shell git log -1 --format=%ct 2>/dev/null),0)
REPRODUCIBLE := SOURCE_DATE_EPOCH=$(COMMITTED) RUSTFLAGS='$(MAPPED:%=--remap-path-prefix=%)' CFLAGS='$(MAPPED:%=-ffile-prefix-map=%)'
# glibc 2.17 and later, which zig links against on Linux; the tag is that of the builder's glibc without zig
PORTABLE := $(if $(filter Linux,$(shell uname)),--zig --compatibility manylinux2014 --target $(shell uname -m)-unknown-linux-gnu)

$(VENV)/wheel: $(VENV)/installed
	$(SAY) "the tools that build wheels: in $(VENV)"
	$(BIN)/python -m pip install --quiet --group wheel
	@touch $@

wheel: $(VENV)/wheel ## build the wheel and the source distribution into dist
	$(SAY) "wheel (abi3, CPython 3.11 and later) and source distribution in dist"
	rm -f dist/*.whl
	$(REPRODUCIBLE) PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/maturin build --release $(PORTABLE) --out dist
	SOURCE_DATE_EPOCH=$(COMMITTED) $(BIN)/python tests/wheel.py normalise dist/*.whl
	$(BIN)/python tests/wheel.py check dist/*.whl
	$(BIN)/maturin sdist --out dist

wheel-again: $(VENV)/wheel ## rebuild the wheel in another folder, and compare it with the one in dist
	$(SAY) "wheel: built from the same commit in another folder, byte for byte identical"
	rm -rf build/again
	git worktree prune
	git worktree add --quiet --detach build/again HEAD
	ln -s $(CURDIR)/$(VENV) build/again/$(VENV)
	@# the tools are installed already
	touch -r $(VENV)/installed build/again/pyproject.toml
	$(MAKE) --no-print-directory -C build/again wheel SOURCE_DATE_EPOCH=$(COMMITTED)
	$(BIN)/python tests/wheel.py check dist/*.whl build/again/dist/*.whl
	git worktree remove --force build/again

clean: ## remove the files that the targets create
	rm -rf target build dist $(VENV) $(PEERS) $(TOOLS)
