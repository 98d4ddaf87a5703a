# fuzzing and mutation testing
.PHONY: fuzz mutants mutants-ledger

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
