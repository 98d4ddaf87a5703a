# other implementations: exchange of messages, and their test suites
.PHONY: interop interop-sicpa interop-indicio interop-node interop-jose interop-identus interop-veramo interop-rust peers-suites peers-compared

PEERS := .venvs
# one peer pins pydantic 1, which supports CPython up to 3.12; another one needs at least 3.11
PEER_PYTHON ?= $(shell for python in python3.11 python3.12 $(PYTHON); do \
	$$python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 13))' 2>/dev/null && echo $$python && break; done)
# the Rust version that one of the crates requires
PEER_RUST := 95
HOMES := sicpa indicio node jose identus veramo rust
INTEROP := PYTHONPATH=tests/python $(BIN)/python tests/interop/matrix.py

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

$(PEERS)/node/installed $(PEERS)/identus/installed $(PEERS)/veramo/installed: $(PEERS)/%/installed: tests/interop/%/package.json
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

interop-sicpa: $(VENV)/built $(PEERS)/sicpa/installed ## exchange messages with PyPI didcomm only
	$(INTEROP) sicpa

interop-indicio: $(VENV)/built $(PEERS)/indicio/installed ## exchange messages with PyPI didcomm-messaging only
	$(INTEROP) askar authlib
	$(BIN)/python tests/interop/indicio_stand_in.py

interop-node: $(VENV)/built $(PEERS)/node/installed ## exchange messages with npm didcomm-node only
	$(INTEROP) node

interop-jose: $(VENV)/built $(PEERS)/jose/installed $(PEERS)/node/installed ## exchange messages with generic JOSE libraries and the packages of did:peer only
	$(INTEROP) jose jwcrypto joserfc did-peer-py

interop-identus: $(VENV)/built $(PEERS)/identus/installed ## exchange messages with the Identus SDK of npm only
	$(INTEROP) identus

interop-veramo: $(VENV)/built $(PEERS)/veramo/installed ## exchange messages with npm @veramo/did-comm only
	$(INTEROP) veramo veramo-profile

interop-rust: $(VENV)/built $(PEERS)/rust/installed ## exchange messages with the crates only
	$(INTEROP) rust affinidi did-peer

# a folder with the repositories of the original libraries of pydidcomm.compat; SUITES: the names of some of them
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
