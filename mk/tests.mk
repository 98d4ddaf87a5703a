# tests of both languages, and the report of the requirements
.PHONY: test-rust growth test-python exit-runs kill-secrets kill-store kill-agent kill-mediator kill-mediator-postgres kill-mediator-disk chaos system conformance webvh-suite

# the results of the tests, for the report of the requirements
RESULTS := build/conformance

# one process for each processor; the tests of a file share servers
PARALLEL := --numprocesses=auto --maxprocesses=8 --dist=loadfile

test-rust: ## run the tests of the core
	$(SAY) "tests of the Rust core, without Python"
	@mkdir -p $(RESULTS)
	cargo test --locked --no-default-features >$(RESULTS)/rust.txt 2>&1 || { cat $(RESULTS)/rust.txt; exit 1; }
	@grep '^test result' $(RESULTS)/rust.txt

ifeq ($(shell command -v valgrind),)
growth:
	$(SAY) "growth: skipped, it needs valgrind, which is not installed"
else
growth: ## count the instructions for inputs of growing size, which must grow at most linearly
	$(SAY) "growth: instructions for inputs of one, two and four times a size"
	cargo test --locked --no-default-features --test core -- --ignored --exact --nocapture growth::work_grows_with_the_input_and_no_faster
endif

test-python: $(VENV)/built ## run the tests of the Python package, README and notebooks included
	$(SAY) "tests of the Python package"
	$(BIN)/python -m pytest --quiet $(PARALLEL) --conformance=$(RESULTS) tests/python

# 100 by default; the number of rounds of benchmarks has the same name
KILL_ROUNDS := $(if $(filter command line environment,$(origin ROUNDS)),$(ROUNDS),100)
# the number of runs of each kind of process exit
COUNT ?= 20

exit-runs: $(VENV)/built ## test process exit repeatedly: make exit-runs COUNT=20
	$(SAY) "each kind of process exit, $(COUNT) times"
	PYDIDCOMM_EXIT_RUNS=$(COUNT) $(BIN)/python -m pytest --quiet tests/python/processes/test_exit.py

# two processes are killed while they write
kill-secrets: $(VENV)/built ## kill processes that write keys to SQLite and PostgreSQL repeatedly: make kill-secrets ROUNDS=100
	$(SAY) "kill -9 of two processes that write keys, $(KILL_ROUNDS) rounds on SQLite and on PostgreSQL; a server that restarts"
	PYDIDCOMM_KILL_ROUNDS=$(KILL_ROUNDS) $(BIN)/python -m pytest --quiet -s tests/python/keys/test_askar_kills.py

# two agents are killed while they accept, handle and send
kill-store: $(VENV)/built ## kill processes that use the store of an agent, on SQLite and PostgreSQL: make kill-store ROUNDS=100
	$(SAY) "kill -9 of two processes on one store of an agent, $(KILL_ROUNDS) rounds on SQLite and on PostgreSQL"
	PYDIDCOMM_KILL_ROUNDS=$(KILL_ROUNDS) $(BIN)/python -m pytest --quiet -s tests/python/stores/test_store_kills.py

kill-agent: $(VENV)/built ## kill an agent under load on SQLite and PostgreSQL, and count lost and repeated messages: make kill-agent ROUNDS=200
	$(SAY) "kill -9 of an agent under load, $(KILL_ROUNDS) rounds on SQLite and on PostgreSQL"
	PYDIDCOMM_KILL_ROUNDS=$(KILL_ROUNDS) $(BIN)/python -m pytest --quiet -s tests/python/agent/test_agent_kills.py

kill-mediator: $(VENV)/built ## kill one of two mediators on one store under load, on SQLite and PostgreSQL: make kill-mediator ROUNDS=100
	$(SAY) "kill -9 of one of two mediators on one store under load, $(KILL_ROUNDS) rounds on SQLite and on PostgreSQL"
	PYDIDCOMM_KILL_ROUNDS=$(KILL_ROUNDS) $(BIN)/python -m pytest --quiet -s tests/python/mediator/test_process_kills.py tests/python/mediator/test_onward_kills.py

kill-mediator-postgres: $(VENV)/built ## kill the PostgreSQL of two mediators under load: make kill-mediator-postgres ROUNDS=100
	$(SAY) "kill -9 of the PostgreSQL of two mediators under load, $(KILL_ROUNDS) rounds"
	PYDIDCOMM_KILL_ROUNDS=$(KILL_ROUNDS) $(BIN)/python -m pytest --quiet -s tests/python/mediator/test_postgres_kills.py

kill-mediator-disk: $(VENV)/built ## fill the disk of a mediator under load repeatedly: make kill-mediator-disk ROUNDS=100
	$(SAY) "a mediator under load on a small disk that fills up, $(KILL_ROUNDS) rounds"
	PYDIDCOMM_KILL_ROUNDS=$(KILL_ROUNDS) $(BIN)/python -m pytest --quiet -s tests/python/mediator/test_full_disk.py

CHAOS_MESSAGES := $(or $(MESSAGES),1000)
chaos: $(VENV)/built ## test two agents behind a proxy that drops, delays, duplicates, reorders and cuts: make chaos MESSAGES=10000
	$(SAY) "$(CHAOS_MESSAGES) messages each way between two agents behind faulty proxies"
	PYDIDCOMM_CHAOS_MESSAGES=$(CHAOS_MESSAGES) $(BIN)/python -m pytest --quiet -s tests/python/agent/test_chaos.py

system: ## install the Debian packages that tests need: PostgreSQL, SoftHSM 2, gnome-keyring, D-Bus, valgrind, Chromium, zbar, nginx
	$(SAY) "system: the Debian packages that the tests need; a test whose service is absent is skipped with the reason"
	tests/system.sh

conformance: $(VENV)/installed ## report the requirements of the specification with a passing test, and the reasons for the others; a table of all in build/conformance/ledger.md
	$(SAY) "conformance: the requirements of tests/conformance.toml, and the tests that passed in the last run of make test"
	$(BIN)/python tests/ledger_table.py --out $(RESULTS)/ledger.md
	$(BIN)/python tests/conformance.py $(if $(wildcard $(RESULTS)/rust.txt),$(if $(wildcard $(RESULTS)/python.json),--results $(RESULTS)))

# a clone of the public test suite of did:webvh
WEBVH_SUITE ?= ../didwebvh-test-suite

webvh-suite: $(VENV)/built ## run the public test suite of did:webvh: make webvh-suite WEBVH_SUITE=../didwebvh-test-suite
	$(SAY) "did:webvh: the logs and attacks of the public test suite, from $(WEBVH_SUITE)"
	test -d $(WEBVH_SUITE) || git clone --quiet --depth 1 https://github.com/decentralized-identity/didwebvh-test-suite $(WEBVH_SUITE)
	PYDIDCOMM_WEBVH_SUITE=$(abspath $(WEBVH_SUITE)) $(BIN)/python -m pytest --quiet tests/python/resolvers/test_webvh_resolver.py
