# benchmarks
.PHONY: bench bench-published bench-mediator bench-mediator-peers bench-mediator-live bench-mediator-queue soak-mediator bench-agent scale bench-stores bench-parts bench-core bench-loop bench-instructions bench-peers

# the number of rounds for the medians, and a part of the names of the operations to measure
ROUNDS ?= 20
ONLY ?=
BENCH := build/bench
# absolute, since a benchmark runs in the folder of its crate
BENCHES := CARGO_TARGET_DIR=$(CURDIR)/target/benches cargo

$(BENCH)/installed: $(VENV)/installed $(RUST) $(shell find python -name '*.py')
	$(SAY) "benchmark: an optimised build of the wheel, in an environment of its own"
	rm -f $(BENCH)/*.whl
	$(BIN)/maturin build --quiet --release --out $(BENCH)
	test -d $(BENCH)/venv || $(PYTHON) -m venv $(BENCH)/venv
	$(BENCH)/venv/bin/python -m pip install --quiet --upgrade 'pip>=25.1'
	$(BENCH)/venv/bin/python -m pip install --quiet --group bench
	$(BENCH)/venv/bin/python -m pip install --quiet --force-reinstall --no-deps $(BENCH)/*.whl
	@touch $@

$(BENCH)/built: $(BENCH)/installed $(shell find tests/benches -name '*.rs' -o -name 'Cargo.*')
	$(SAY) "benchmark: an optimised build of the core and of its limit"
	$(BENCHES) clippy --quiet --release --all-targets --manifest-path tests/benches/Cargo.toml -- -D warnings
	$(BENCHES) build --quiet --release --bins --manifest-path tests/benches/Cargo.toml
	@touch $@

bench: $(BENCH)/built ## measure each operation against its cryptographic primitives: make bench ROUNDS=20 ONLY=X25519
	$(SAY) "benchmark: multiples of the limit, medians of $(ROUNDS) interleaved rounds; all numbers are in $(BENCH)"
	$(BENCH)/venv/bin/python tests/benches/bench.py target/benches/release --rounds $(ROUNDS) --only '$(ONLY)' --out $(BENCH)

bench-published: $(BENCH)/built ## publish the results of the last make bench in docs/measured
	$(SAY) "benchmark: medians and pictures in docs/measured"
	$(BENCH)/venv/bin/python tests/benches/publish.py $(BENCH) docs/measured

bench-parts: $(BENCH)/installed ## measure keys in stores, DID resolution, and receiving a message over HTTP: make bench-parts ROUNDS=20
	$(SAY) "benchmark of the parts: medians of $(ROUNDS) interleaved rounds"
	PYTHONPATH=tests/python $(BENCH)/venv/bin/python tests/benches/parts.py --rounds $(ROUNDS)

MESSAGES ?= 4000
POSTGRES ?=
MEDIATOR_ROUNDS ?= 5

bench-mediator: $(BENCH)/installed ## measure forwards a second against the web server and the store alone: make bench-mediator MESSAGES=4000
	$(SAY) "benchmark of the mediator: forwards a second with full durability, as a share of its limits"
	$(BENCH)/venv/bin/python tests/benches/bench_mediator.py --messages $(MESSAGES) --rounds $(MEDIATOR_ROUNDS) $(if $(POSTGRES),--postgres '$(POSTGRES)') $(if $(PROCESSES),--processes $(PROCESSES))

# a checkout, and the interpreter of an environment with its packages
ROOTSID ?=
ROOTSID_PYTHON ?=
# where a running mediator takes messages
AFFINIDI ?=

bench-mediator-peers: $(BENCH)/installed ## measure other mediators by the same forwards: make bench-mediator-peers ROOTSID=../didcomm-mediator ROOTSID_PYTHON=PROGRAM AFFINIDI=URL
	$(SAY) "benchmark of other mediators: forwards a second, at the durability that each promises"
	$(BENCH)/venv/bin/python tests/benches/bench_mediator_peers.py --rounds $(MEDIATOR_ROUNDS) $(if $(ROOTSID),--rootsid '$(ROOTSID)') $(if $(ROOTSID_PYTHON),--rootsid-python '$(ROOTSID_PYTHON)') $(if $(AFFINIDI),--affinidi '$(AFFINIDI)' --affinidi-did '$(AFFINIDI_DID)' --affinidi-next '$(AFFINIDI_NEXT)')

bench-mediator-live: $(BENCH)/installed ## measure live delivery from end to end, and the memory of sockets: make bench-mediator-live SOCKETS=10000
	$(SAY) "benchmark of live delivery: alone, and with other open sockets"
	$(BENCH)/venv/bin/python tests/benches/bench_mediator_live.py $(if $(SOCKETS),--sockets $(SOCKETS)) $(if $(POSTGRES),--postgres '$(POSTGRES)')

bench-mediator-queue: $(BENCH)/installed ## measure the costs of a long queue: make bench-mediator-queue QUEUE=1000000
	$(SAY) "benchmark of a long queue: times and memory, with an empty one and with a long one, by turns"
	$(BENCH)/venv/bin/python tests/benches/bench_mediator_queue.py $(if $(QUEUE),--queue $(QUEUE)) $(if $(QUEUE_ROUNDS),--rounds $(QUEUE_ROUNDS)) $(if $(POSTGRES),--postgres '$(POSTGRES)')

soak-mediator: $(BENCH)/installed ## load a mediator for a long time and print its memory: make soak-mediator MINUTES=30
	$(SAY) "soak: a mediator under load, its memory each minute"
	$(BENCH)/venv/bin/python tests/benches/soak_mediator.py $(if $(MINUTES),--minutes $(MINUTES)) $(if $(POSTGRES),--postgres '$(POSTGRES)')

RELATIONSHIPS ?= 100000

bench-agent: $(BENCH)/installed ## measure pings of an agent against its parts, its memory and its start: make bench-agent MESSAGES=4000
	$(SAY) "benchmark of an agent: a ping from wire to wire, memory and start with $(RELATIONSHIPS) relationships"
	$(BENCH)/venv/bin/python tests/benches/bench_agent.py --messages $(MESSAGES) --relationships $(RELATIONSHIPS)

scale: $(VENV)/installed ## estimate the resources of a mediator for many wallets: make scale WALLETS=1000000
	$(SAY) "a mediator for many wallets: its resources at the busiest time; more options: tests/benches/scale.py --help"
	$(BIN)/python tests/benches/scale.py $(if $(WALLETS),--count $(WALLETS),--table)

bench-stores: $(BENCH)/installed ## measure the operations of an agent's store against Askar alone: make bench-stores MESSAGES=4000
	$(SAY) "benchmark of the stores: operations a second, sequential and concurrent, as a share of inserts by Askar alone"
	$(BENCH)/venv/bin/python tests/benches/bench_stores.py --messages $(MESSAGES) $(if $(POSTGRES),--location '$(POSTGRES)')

bench-core: ## measure the core and the primitives with criterion, compared with the previous run
	$(SAY) "benchmark of the core and of the primitives by criterion; reports are in target/benches/criterion"
	$(BENCHES) bench --quiet --manifest-path tests/benches/Cargo.toml --bench core --bench primitives

bench-loop: $(BENCH)/built ## measure how long large messages block the event loop
	$(SAY) "benchmark of the event loop: the delay of a timer while large messages are packed and unpacked"
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

bench-peers: $(BENCH)/built $(PEERS)/sicpa/installed $(PEERS)/indicio/installed $(PEERS)/node/installed $(PEERS)/veramo/installed $(PEERS)/rust/measured ## measure other libraries, and how many times slower they are
	$(SAY) "benchmark of the peers: medians of $(PEER_ROUNDS) interleaved rounds; all numbers are in $(BENCH)"
	$(BENCH)/venv/bin/python tests/benches/bench_peers.py target/benches/release $(PEERS) --rounds $(PEER_ROUNDS) --only '$(ONLY)' --out $(BENCH)
