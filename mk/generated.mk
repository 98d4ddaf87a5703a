# files that are generated and committed
.PHONY: notices sync stubs

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
