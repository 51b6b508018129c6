# Needs git, make, OpenSSH's client, and Python 3.11 or newer with venv. Everything else goes to .venv.
#   make up      run the worked example until Ctrl-C        make down   stop what a kill left of it
#   make test    lint and all tests                         make clean  forget the example
SHELL := /bin/sh
.DELETE_ON_ERROR:
# Tests start hundreds of processes; each would compile all it imports anew.
unexport PYTHONDONTWRITEBYTECODE

PYTHON_HERE := .venv/bin/python
TUTORIAL := $(PYTHON_HERE) -m reconciler.tutorial
RUN := .venv/.installed-run
TEST := .venv/.installed-test
# One more than there are processors: many tests wait for daemons, servers and browsers.
PYTEST_FLAGS ?= -n $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)
UV ?= uv

.PHONY: help up down test lint fuzz slips forgeries torture crashes daemons states year gitea bench site bundles lock install clean

help:
	@sed -n '2,3s/^#   //p' Makefile

# exec: a SIGTERM to make must reach the example itself, not a shell in between.
up: $(RUN)
	@exec $(TUTORIAL) up $(if $(PORT_BASE),--port-base $(PORT_BASE))

down: $(RUN)
	@exec $(TUTORIAL) down

test: lint
	@exec $(PYTHON_HERE) -m pytest $(PYTEST_FLAGS)

lint: $(TEST)
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy
	.venv/bin/lint-imports

# Compares what the deciding path accepts with what another YAML reader makes of it.
CASES ?= 1000000
JOBS ?= 2
SEED ?= 1
fuzz: $(TEST)
	@exec $(PYTHON_HERE) tests/fuzz/fuzz_run.py --cases $(CASES) --jobs $(JOBS) --seed $(SEED)

# What becomes of single wrong characters in whole repositories.
slips: $(TEST)
	@exec $(PYTHON_HERE) tests/fuzz/fuzz_trees.py

# Two hundred histories made with git, good and forged, up to what a daemon starts: five minutes.
HISTORIES ?= 200
forgeries: $(TEST)
	@exec $(PYTHON_HERE) tests/signoff/signoff_forgeries.py --histories $(HISTORIES) \
	  --seed $(SEED) --jobs $(JOBS)

# kill -9 of the real daemon, KILLS at least and 20 in each step, with the laws checked after each.
KILLS ?= 300
torture: $(TEST)
	@exec $(PYTHON_HERE) tests/torture/torture_run.py --kills $(KILLS) --seed $(SEED) --jobs $(JOBS)

# A kill at every failpoint, before it, after it and in its midst, and every pair of two.
crashes: $(TEST)
	@$(PYTHON_HERE) tests/pipeline/pipeline_crashes.py --jobs $(JOBS)
	@exec $(PYTHON_HERE) tests/daemon/daemon_crashes.py

# Three daemons on one remote and the same places: nothing lost, double or overlapping.
ATTEMPTS ?= 1000
daemons: $(TEST)
	@exec $(PYTHON_HERE) tests/daemon/daemon_races.py --attempts $(ATTEMPTS)

# A year of 300 deployments a day with their logs: sizes, a purge, and every decision made again.
year: $(TEST)
	@$(PYTHON_HERE) tests/history/history_year.py

# Merges, approvals, failures, crashes and force-pushes in any order, beside a small model.
VISITS ?= 100
states: $(TEST)
	@exec $(PYTHON_HERE) tests/daemon/daemon_states.py --visits $(VISITS) --seed $(SEED) --jobs $(JOBS)

# Merge requests at a real Gitea, in each merge style, with the table of what it came to.
gitea: $(TEST)
	@[ -x "$$TAGBOAT_TEST_GITEA" ] || { echo "TAGBOAT_TEST_GITEA names no Gitea program:" \
	  "make gitea TAGBOAT_TEST_GITEA=/path/to/gitea (1.25 or newer)" >&2; exit 1; }
	@exec $(PYTHON_HERE) -m pytest -n 0 --timeout 600 tests/forges

bench: $(TEST)
	@for each in benchmarks/*.py; do $(PYTHON_HERE) "$$each" || exit 1; done

site: $(RUN)
	$(PYTHON_HERE) -m mkdocs build --strict

bundles: $(RUN)
	@exec $(TUTORIAL) bundles

install: $(RUN)

$(RUN): requirements/run.txt pyproject.toml scripts/install
	@sh scripts/install run
	@touch $@

# The test lock holds everything that the other one does.
$(TEST): requirements/test.txt pyproject.toml scripts/install
	@sh scripts/install test
	@touch $(RUN) $@

COMPILE = $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes \
  --no-header --no-emit-index-url --no-emit-find-links --extra site --extra calendar
lock:
	$(COMPILE) pyproject.toml requirements/build.in -o requirements/run.txt
	$(COMPILE) --extra test --extra bench -c requirements/run.txt \
	  pyproject.toml requirements/build.in -o requirements/test.txt

clean:
	@if [ -x $(PYTHON_HERE) ]; then $(TUTORIAL) down --remove; fi
	rm -rf build
