# make run    the articles of corpus/ to JSON in output/, and a report of them in report/ (open report/index.html)
# make test   all tests
# make release-check   wheel and source archive install and run alone, on each python3.11 to 3.14 that is here (or RELEASE="--python
#                      python3.12"); licences, known vulnerabilities
# make api-docs        the Python interface as pages, in build/api
# make test-slow       what `make test` leaves out: batches that are killed and resumed, the tutorial step by step
# make test-native     the tests on the package as `pip install .` compiles it (a minute more, and a C compiler)
# make lint   ruff and import-linter      make types   mypy --strict      make clean   what these made, but for output/ and report/
#
# Needs python3 (3.11 or later) with venv, and a package registry at the first call. PYTHON and VENV may be set.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PACK := src/zhextract/_pack.msgpack
REGEXES := src/zhextract/_regexes.msgpack
SOURCES := $(shell find src/zhextract rules -name '*.py' -o -name '*.yml' -o -name '*.tsv')

.PHONY: run test test-slow test-native lint types release-check api-docs clean

run: $(PACK)
	$(BIN)/zhextract extract corpus/ -o output/
	$(BIN)/zhextract report output/ -o report/ --source corpus/

test: $(VENV)/.dev $(PACK)
	$(BIN)/python -m pytest -n 2 -q

test-slow: $(VENV)/.dev $(PACK)
	$(BIN)/python -m pytest -n 2 -q -m slow

test-native: $(VENV)/.dev
	$(BIN)/python tools/native.py build/native
	$(BIN)/python -m pytest -n 2 -q -o pythonpath=build/native -o testpaths=tests

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/lint-imports

types: $(VENV)/.dev
	$(BIN)/mypy --strict

release-check: $(VENV)/.dev
	$(BIN)/python tools/check_release.py $(RELEASE)

api-docs: $(VENV)/.dev
	$(BIN)/python -W error -m pdoc zhextract --output-directory build/api

clean:
	rm -rf $(VENV) build dist $(PACK) $(REGEXES) .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# An editable install: edits of src/ and rules/ take effect at once.
$(VENV)/.run: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo '$(PYTHON) is older than 3.11: make PYTHON=python3.12' >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { echo 'no venv module: apt install python3-venv' >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.run
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --editable '.[dev]'
	@touch $@

# The compiled rules and their regexes. Without them everything works too, but starts slower: they are then compiled at
# each start.
$(PACK): $(SOURCES) | $(VENV)/.run
	$(BIN)/python -m zhextract.prepare
