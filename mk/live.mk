# agents and mediators of other projects, each as a process
.PHONY: live-peers

LIVE_HOMES := live-credo live-veramo identus indicio sicpa
LIVE := PYTHONPATH=tests:tests/python:tests/interop $(BIN)/python -m live
ONLY_PEERS ?=
WRITE ?=

# The npm package would download the native library of Askar; the one in the wheel of PyPI is used instead. The code
# that calls it is compiled here, with the headers of the installed Node.js.
NPM_credo := --ignore-scripts
AFTER_credo = cd $(@D) && npm_config_nodedir=$$(dirname $$(dirname $$(readlink -f $$(command -v node)))) \
	npm rebuild --silent @2060.io/ffi-napi @2060.io/ref-napi

$(PEERS)/live-credo/installed $(PEERS)/live-veramo/installed: $(PEERS)/live-%/installed: tests/live/%/package.json
ifeq ($(shell command -v npm),)
	$(SAY) "peer $*: skipped, it needs Node.js with npm, which is not installed"
else
	$(SAY) "peer $*: installed in $(@D)"
	mkdir -p $(@D)
	cp $< $(@D)
	npm install --prefix $(@D) $(NPM_$*) --no-package-lock --no-audit --no-fund --silent
	$(AFTER_$*)
	@touch $@
endif

live-peers: $(VENV)/built $(LIVE_HOMES:%=$(PEERS)/%/installed) ## test agents and mediators of other projects with ours: make live-peers ONLY_PEERS="credo identus" WRITE=--write
	$(SAY) "agents and wallets of other projects, each a process on loopback"
	$(LIVE) $(WRITE) $(ONLY_PEERS)
