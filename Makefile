# make demo    a working archive of sample pages, open in the browser     (BROWSE=0: stop after the summary)
# make test    the suite, ruff and mypy
# make soak    fuzzing, kills, load
# make tools   pytest, ruff and mypy into .venv, for your own recipes
# make bench   comparisons with other tools where we claim to be better (PAGES=folder, else ../shared/pages/articles)
# make lock    the lock files, resolved anew

PYTHON ?= python3
BIN    := .venv/bin
READY  := .venv/.ready
TESTS  := .venv/.tests
# The pip that is already installed: adding one to a new environment takes ten seconds.
OURS    = $(shell $(PYTHON) -m pip --version 2>/dev/null)
PIP     = $(if $(OURS),$(PYTHON) -m pip --python $(@D)/bin/python,$(@D)/bin/python -m pip) --quiet --disable-pip-version-check \
          install --no-deps
PINNED := --no-compile --require-hashes -r
RESOLVE := --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --upgrade --quiet
BROWSE ?= 1
PAGES  ?= ../shared/pages/articles

# Imported modules are compiled once, not again by every process.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: demo test soak bench lint lock tools clean
.DEFAULT_GOAL := demo

.venv-bench/.ready: LOCKS := requirements.lock tests/requirements.lock tests/bench/peers.lock
.venv-bench/.ready: tests/requirements.lock tests/bench/peers.lock
$(READY): LOCKS := requirements.lock

$(READY) .venv-bench/.ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Gaoxin needs Python 3.11 or newer: make PYTHON=python3.12"; exit 2; }
	@echo "Installing into $(@D), once: one to two minutes ..."
	@$(PYTHON) -m venv --clear $(if $(OURS),--without-pip) $(@D)
	@for lock in $(LOCKS); do $(PIP) $(PINNED) $$lock || exit 1; done
	@$(PIP) --no-build-isolation --editable .
	@touch $@

$(TESTS): $(READY) tests/requirements.lock
	@$(PIP) $(PINNED) tests/requirements.lock
	@touch $@

demo: $(READY)
	@$(BIN)/gaoxin demo $(if $(filter 0,$(BROWSE)),--no-browse)

lint: $(TESTS)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

tools: $(TESTS)

test: lint
	$(BIN)/python -m pytest -m "not soak" -n 2 --dist loadfile --no-loadscope-reorder

soak: $(TESTS)
	$(BIN)/python -m pytest -m soak --timeout=0
	$(BIN)/python -m pytest -m "hypothesis and not soak" --hypothesis-profile=soak -n 2

bench: .venv-bench/.ready
	@.venv-bench/bin/python -m tests.bench.extract --pages $(PAGES)
	@echo && .venv-bench/bin/python -m tests.bench.fetch
	@echo && .venv-bench/bin/python -m tests.bench.ingest
	@echo && .venv-bench/bin/python -m tests.bench.dedupe --large
	@echo && .venv-bench/bin/python -m tests.bench.archive --versions 100000

lock:
	@command -v uv >/dev/null || { echo "uv is not here: pip install uv"; exit 2; }
	uv pip compile pyproject.toml --group build $(RESOLVE) --no-strip-extras -o requirements.lock
	uv pip compile --group dev --constraint requirements.lock $(RESOLVE) -o tests/requirements.lock
	uv pip compile tests/bench/peers.txt --constraint requirements.lock $(RESOLVE) -o tests/bench/peers.lock

clean:
	rm -rf .venv .venv-bench demo
