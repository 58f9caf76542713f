# make demo    a working archive of sample pages, open in the browser     (BROWSE=0: stop after the summary)
# make test    the suite, ruff and mypy
# make soak    fuzzing, kills, load                                       make lock: requirements.lock anew
# make bench   articles and fetching beside their peers, on real pages     (PAGES=folder: not ../shared/pages/articles)

PYTHON ?= python3
BIN    := .venv/bin
READY  := .venv/.ready
BROWSE ?= 1
PAGES  ?= ../shared/pages/articles

.PHONY: demo test soak bench lint lock clean
.DEFAULT_GOAL := demo

$(READY): LOCKS := requirements.lock
.venv-bench/.ready: LOCKS := requirements.lock tests/bench/peers.lock
.venv-bench/.ready: tests/bench/peers.lock

$(READY) .venv-bench/.ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Gaoxin needs Python 3.11 or newer: make PYTHON=python3.12"; exit 2; }
	@echo "Installing into $(@D), once: one to two minutes ..."
	@$(PYTHON) -m venv --clear $(@D)
	@for lock in $(LOCKS); do $(@D)/bin/python -m pip install --quiet --disable-pip-version-check --no-compile --no-deps \
	  --require-hashes -r $$lock || exit 1; done
	@$(@D)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

demo: $(READY)
	@$(BIN)/gaoxin demo $(if $(filter 0,$(BROWSE)),--no-browse)

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

test: lint
	$(BIN)/python -m pytest -m "not soak" -n 2 --dist loadfile --no-loadscope-reorder

soak: $(READY)
	$(BIN)/python -m pytest -m soak --timeout=0

bench: .venv-bench/.ready
	@.venv-bench/bin/python -m tests.bench.extract --pages $(PAGES)
	@echo && .venv-bench/bin/python -m tests.bench.fetch
	@echo && .venv-bench/bin/python -m tests.bench.ingest
	@echo && .venv-bench/bin/python -m tests.bench.dedupe --large

lock:
	@command -v uv >/dev/null || { echo "uv is not here: pip install uv"; exit 2; }
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes \
	  --no-header --no-annotate --no-strip-extras --upgrade --quiet -o requirements.lock
	uv pip compile tests/bench/peers.txt --constraint requirements.lock --universal --python-version 3.11 --generate-hashes \
	  --no-header --no-annotate --upgrade --quiet -o tests/bench/peers.lock

clean:
	rm -rf .venv .venv-bench demo
