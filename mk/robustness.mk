# fuzzing and mutation testing
.PHONY: fuzz fuzz-corpus mutants mutants-ledger mutants-python

$(TOOLS)/bin/cargo-%:
	$(SAY) "the tool cargo-$* in $(TOOLS)"
	cargo install --quiet --locked --root $(TOOLS) --target-dir target/tools cargo-$*

# the minutes of each target, and the targets
MINUTES ?= 1
TARGETS ?= $(notdir $(wildcard tests/fuzz/corpus/*))
# address; or none, for many more executions in the same time, which also stop at a panic
SANITIZER ?= address
# no target needs 10 seconds or 256 MiB for an input of 64 KiB
MAX_LEN ?= 65536
FUZZ_LIMITS := -timeout=10 -malloc_limit_mb=256 -rss_limit_mb=2048
FUZZ = PATH="$(CURDIR)/$(TOOLS)/bin:$$PATH" cargo +nightly fuzz run --fuzz-dir tests/fuzz \
	--target-dir target/fuzz/$(SANITIZER) --sanitizer $(SANITIZER)
FUZZ_LOG = target/fuzz/$$target.log

ifeq ($(shell cargo +nightly --version 2>/dev/null),)
fuzz fuzz-corpus:
	$(SAY) "$@: skipped, libFuzzer needs a nightly Rust, which is not installed"
else
fuzz: $(TOOLS)/bin/cargo-fuzz ## run the fuzz targets and count: make fuzz MINUTES=10 TARGETS="unpack did_url" SANITIZER=none
	$(SAY) "fuzz: $(TARGETS), minutes each: $(MINUTES), sanitizer: $(SANITIZER)"
	cp Cargo.lock tests/fuzz/Cargo.lock
	@set -e; for target in $(TARGETS); do \
		mkdir -p target/fuzz/corpus/$$target; \
		$(FUZZ) $$target target/fuzz/corpus/$$target tests/fuzz/corpus/$$target -- \
			-max_total_time=$$(($(MINUTES) * 60)) -max_len=$(MAX_LEN) $(FUZZ_LIMITS) \
			-dict=tests/fuzz/names.dict -print_final_stats=1 >$(FUZZ_LOG) 2>&1 || { tail -n 40 $(FUZZ_LOG); exit 1; }; \
		awk -v target=$$target '/^Done/ {seconds = $$(NF - 1)} /number_of_executed_units/ {count = $$2} \
			END {printf "%s: %d executions in %d seconds\n", target, count, seconds}' $(FUZZ_LOG); \
	done

fuzz-corpus: $(TOOLS)/bin/cargo-fuzz ## add inputs of `make fuzz` with new coverage to the corpus
	$(SAY) "fuzz-corpus: the fewest inputs with coverage that the corpus lacks"
	@set -e; for target in $(TARGETS); do \
		$(FUZZ) $$target tests/fuzz/corpus/$$target target/fuzz/corpus/$$target -- \
			-set_cover_merge=1 -max_len=2048 $(FUZZ_LIMITS) >$(FUZZ_LOG) 2>&1 || { tail -n 40 $(FUZZ_LOG); exit 1; }; \
		printf '%s: %s files\n' $$target $$(ls tests/fuzz/corpus/$$target | wc -l); \
	done
endif

# the part of all mutants, and the files
SHARD ?= 0/20
FILES ?= src/json/** src/unpack/** src/pack/** src/jose/** src/did/** src/message/**

mutants: $(TOOLS)/bin/cargo-mutants ## mutation-test the core: make mutants SHARD=0/8 FILES="src/jose/**"
	$(SAY) "mutants: shard $(SHARD); surviving mutants are listed in target/mutants/mutants.out/missed.txt"
	@mkdir -p target/mutants
	PATH="$(CURDIR)/$(TOOLS)/bin:$$PATH" CARGO_TARGET_DIR="$(CURDIR)/target/mutants" CARGO_PROFILE_DEV_OPT_LEVEL=0 \
		CARGO_PROFILE_DEV_DEBUG=0 PROPTEST_CASES=32 \
		cargo mutants --shard $(SHARD) $(foreach file,$(FILES),--file '$(file)') --output target/mutants

# the prefix of the ids of the requirements
ONLY_ID ?=

mutants-ledger: $(VENV)/installed ## mutation-test each MUST of the ledger with the tests that name it: make mutants-ledger ONLY_ID=JWE
	$(SAY) "mutants of the ledger: a violation of each MUST, which its tests must detect"
	PYTHONPATH=tests:tests/python $(BIN)/python -m ledger_mutants --only '$(ONLY_ID)'

# some of protocols, memory and askar; the part of the mutants of each
AREAS ?=
SHARE ?= 0/1

mutants-python: $(VENV)/built ## mutation-test protocols and stores in Python: make mutants-python AREAS=protocols SHARE=0/10
	$(SAY) "mutants of the Python package: part $(SHARE) of $(or $(AREAS),protocols and stores)"
	PYTHONPATH=tests $(BIN)/python -m python_mutants $(AREAS) --share $(SHARE)
