# wheel and source distribution
.PHONY: wheel wheels wheel-again sdist-install

# the wheel contains no paths of the builder, and two builds of one commit are identical
CARGO_DIR := $(or $(CARGO_HOME),$(HOME)/.cargo)
MAPPED := $(CARGO_DIR)=/cargo $(CURDIR)=/pydidcomm
COMMITTED := $(or $(SOURCE_DATE_EPOCH),$(shell git log -1 --format=%ct 2>/dev/null),0)
REPRODUCIBLE := SOURCE_DATE_EPOCH=$(COMMITTED) RUSTFLAGS='$(MAPPED:%=--remap-path-prefix=%)' CFLAGS='$(MAPPED:%=-ffile-prefix-map=%)'
# on Linux zig links against glibc 2.17; without zig the tag would be that of the builder's glibc
PORTABLE := $(if $(filter Linux,$(shell uname)),--zig --compatibility manylinux2014 --target $(shell uname -m)-unknown-linux-gnu)

$(VENV)/wheel: $(VENV)/installed
	$(SAY) "the tools that build wheels: in $(VENV)"
	$(BIN)/python -m pip install --quiet --group wheel
	@touch $@

wheel: $(VENV)/wheel ## build the wheel and the source distribution into dist
	$(SAY) "wheel (abi3, CPython 3.11 and later) and source distribution in dist"
	rm -f dist/*.whl
	$(REPRODUCIBLE) PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/maturin build --release $(PORTABLE) --out dist
	SOURCE_DATE_EPOCH=$(COMMITTED) $(BIN)/python tests/wheels/reproducible.py normalise dist/*.whl
	$(BIN)/python tests/wheels/reproducible.py check dist/*.whl
	$(BIN)/maturin sdist --out dist

wheel-again: $(VENV)/wheel ## rebuild the wheel in another folder, and compare it with the one in dist
	$(SAY) "wheel: built from the same commit in another folder, and compared byte by byte"
	rm -rf build/again
	git worktree prune
	git worktree add --quiet --detach build/again HEAD
	ln -s $(CURDIR)/$(VENV) build/again/$(VENV)
	@# the tools are installed already
	touch -r $(VENV)/installed build/again/pyproject.toml
	$(MAKE) --no-print-directory -C build/again wheel SOURCE_DATE_EPOCH=$(COMMITTED)
	$(BIN)/python tests/wheels/reproducible.py check dist/*.whl build/again/dist/*.whl
	git worktree remove --force build/again

# the platforms as Rust targets, all by default. QUICK=1 builds with little optimisation, and does not change dist
WHEELS ?=

wheels: $(VENV)/wheel ## build wheels of six platforms into dist, check each, run those that can run here: make wheels QUICK=1 WHEELS="x86_64-pc-windows-gnu"
	$(SAY) "wheels: built, checked, and run where this machine can"
	SOURCE_DATE_EPOCH=$(COMMITTED) PYTHONPATH=tests $(BIN)/python -m wheels $(if $(QUICK),--quick) $(WHEELS)

# the interpreters for the installation from source
PYTHONS ?= python3.11 python3.12 python3.13
SDIST := build/sdist
# only the installation is tested, so optimisation, which takes minutes, is omitted
UNOPTIMISED := CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_OPT_LEVEL=0 CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16

sdist-install: $(VENV)/installed ## install the source distribution with all extras: make sdist-install PYTHONS="python3.11 python3.12"
	$(SAY) "source distribution: installed with all extras by pip, with each of $(PYTHONS)"
	rm -rf $(SDIST)/dist $(SDIST)/venv
	$(BIN)/maturin sdist --out $(SDIST)/dist
	@set -e; for python in $(PYTHONS); do \
		command -v $$python >/dev/null || { echo "$$python: skipped, it is not installed"; continue; }; \
		rm -rf $(SDIST)/venv; \
		$$python -m venv $(SDIST)/venv; \
		$(UNOPTIMISED) CARGO_TARGET_DIR=$(CURDIR)/$(SDIST)/target $(SDIST)/venv/bin/python -m pip install --quiet "$$(echo $(SDIST)/dist/*.tar.gz)[all]"; \
		$(SDIST)/venv/bin/python -m pip check; \
		(cd $(SDIST) && venv/bin/python -W error $(CURDIR)/tests/installed.py); \
	done
