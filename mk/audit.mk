# dependencies: known vulnerabilities, licences, sources
.PHONY: audit audit-rust audit-python

audit: audit-rust audit-python ## check the dependencies for known vulnerabilities, licences and sources

# the database of advisories is cloned from its repository
audit-rust: $(TOOLS)/bin/cargo-deny
	$(SAY) "crates: licences, sources and bans of deny.toml"
	PATH="$(CURDIR)/$(TOOLS)/bin:$$PATH" cargo deny --offline check bans licenses sources
	$(SAY) "crates: advisories of RustSec"
	@PATH="$(CURDIR)/$(TOOLS)/bin:$$PATH"; \
	if cargo deny fetch db; then cargo deny --offline check advisories; \
	else echo "skipped: the database of RustSec cannot be fetched"; fi

$(TOOLS)/pip-audit/installed: $(VENV)/installed
	$(SAY) "the tool pip-audit in $(TOOLS)"
	$(PYTHON) -m venv $(TOOLS)/pip-audit
	$(TOOLS)/pip-audit/bin/python -m pip install --quiet pip-audit
	@touch $@

# where each answer comes from; a bare install needs no package, so these are those of the extras and of the tests
AUDITED := https://pypi.org/pypi/pip/json

audit-python: $(TOOLS)/pip-audit/installed
	$(SAY) "Python packages of $(VENV): advisories of PyPI"
	@if $(BIN)/python -c 'import sys, urllib.request; urllib.request.urlopen(sys.argv[1], timeout=10)' $(AUDITED) 2>/dev/null; \
	then $(TOOLS)/pip-audit/bin/pip-audit --progress-spinner off --skip-editable --path $(shell $(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))'); \
	else echo "skipped: PyPI does not answer"; fi
