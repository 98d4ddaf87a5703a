# agents and mediators of other projects, as programs of their own
.PHONY: live-peers

LIVE_HOMES := live-credo live-veramo identus indicio
LIVE := PYTHONPATH=tests:tests/python $(BIN)/python -m live
ONLY_PEERS ?=
WRITE ?=

# The package of npm downloads the native library of Askar: it is taken from the wheel of PyPI. What calls it is
# compiled here, with the headers of the Node.js that is installed.
$(PEERS)/live-credo/installed: tests/live/credo/package.json
ifeq ($(shell command -v npm),)
	$(SAY) "peer credo: skipped, it needs Node.js with npm, which is not installed"
else
	$(SAY) "peer credo: installed in $(@D)"
	mkdir -p $(@D)
	cp $< $(@D)
	npm install --prefix $(@D) --ignore-scripts --no-package-lock --no-audit --no-fund --silent
	cd $(@D) && npm_config_nodedir=$$(dirname $$(dirname $$(readlink -f $$(command -v node)))) \
		npm rebuild --silent @2060.io/ffi-napi @2060.io/ref-napi
	@touch $@
endif

$(PEERS)/live-veramo/installed: tests/live/veramo/package.json
ifeq ($(shell command -v npm),)
	$(SAY) "peer veramo: skipped, it needs Node.js with npm, which is not installed"
else
	$(SAY) "peer veramo: installed in $(@D)"
	mkdir -p $(@D)
	cp $< $(@D)
	npm install --prefix $(@D) --no-package-lock --no-audit --no-fund --silent
	@touch $@
endif

live-peers: $(VENV)/built $(LIVE_HOMES:%=$(PEERS)/%/installed) ## talk with agents and mediators of other projects: make live-peers ONLY_PEERS="credo identus" WRITE=--write
	$(SAY) "agents and wallets of other projects, each a process on loopback"
	$(LIVE) $(WRITE) $(ONLY_PEERS)
