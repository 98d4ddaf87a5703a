# the documentation site
.PHONY: docs docs-pages docs-serve docs-test

SITE := build/site
NOTEBOOKS_RUN := $(patsubst notebooks/%.ipynb,build/notebooks/%.ipynb,$(wildcard notebooks/*.ipynb))

$(VENV)/docs: $(VENV)/installed
	$(SAY) "the tools that build the documentation: in $(VENV)"
	$(BIN)/python -m pip install --quiet --group docs
	@touch $@

build/notebooks/%.ipynb: notebooks/%.ipynb $(VENV)/built
	$(SAY) "notebook $*: run from the first cell to the last"
	$(BIN)/python notebooks/run.py $< --into build/notebooks >/dev/null

docs-pages: $(VENV)/docs $(VENV)/built $(NOTEBOOKS_RUN)
	$(SAY) "pages: from docs, the documents of the repository and the notebooks, in build/docs"
	PYTHONPATH=docs:tests $(BIN)/python -m generator build/docs $(NOTEBOOKS_RUN)

docs: docs-pages ## build the documentation site into build/site; a broken link, anchor or name is an error
	$(SAY) "site: built from build/docs into $(SITE)"
	rm -rf $(SITE)
	$(BIN)/zensical build --strict

docs-serve: docs-pages ## serve the documentation at http://localhost:8000
	$(BIN)/zensical serve

docs-test: docs ## test the site in Chromium, wide and narrow, light and dark; pictures are in build/docs-pictures
	$(SAY) "site: in Chromium, wide and narrow, light and dark; its search; no requests to other servers"
	$(BIN)/python -m pytest --quiet tests/site
