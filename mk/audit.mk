# dependencies: known vulnerabilities, licences, sources
.PHONY: audit audit-rust audit-python

audit: audit-rust audit-python ## check the dependencies for known vulnerabilities, licences and sources

# the database of advisories is cloned from its repository
audit-rust: $(TOOLS)/bin/cargo-deny
	$(SAY) "crates: licences, sources and bans of deny.toml"
	PATH="$(CURDIR)/$(TOOLS)/bin:$$PATH" cargo deny --locked check bans licenses sources
	$(SAY) "crates: advisories of RustSec"
	@PATH="$(CURDIR)/$(TOOLS)/bin:$$PATH"; \
	if cargo deny fetch db; then cargo deny --locked --offline check advisories; \
	else echo "skipped: the database of RustSec cannot be fetched, see the reason above"; fi

$(TOOLS)/pip-audit/installed: $(VENV)/installed
	$(SAY) "the tool pip-audit in $(TOOLS)"
	$(PYTHON) -m venv $(TOOLS)/pip-audit
	$(TOOLS)/pip-audit/bin/python -m pip install --quiet pip-audit
	@touch $@

# the packages of the extras and of the tests; a bare install has no dependency
audit-python: $(TOOLS)/pip-audit/installed
	$(SAY) "Python packages of $(VENV): advisories of the package index"
	@mkdir -p build && rm -f build/audit.json
	@$(TOOLS)/pip-audit/bin/pip-audit --progress-spinner off --skip-editable --format json --output build/audit.json \
		--path $$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))') >build/audit.txt 2>&1 \
		|| tail -n 3 build/audit.txt
	@$(BIN)/python tests/audit.py build/audit.json
