# Two commands on a fresh machine with Python 3.11 or newer, make and git: `make demo`, `make test`.
PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
STAMP := $(VENV)/.installed

# Where the environment forbids it, each of the many processes that a demo or the tests start would compile everything anew.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: setup demo up down test thorough soak check clean
setup: $(STAMP)
$(STAMP): requirements-core.txt
	@$(PY) -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV)
	@echo "installing into $(VENV): about 900 MB, some minutes"
	@$(PY) -m pip install --quiet --disable-pip-version-check -r requirements-core.txt
	@sh .ci/zbar || echo "zbar could not be installed: the last rungs of QR reading are left out"
	@touch $(STAMP)

demo: setup
	@./saathi demo

up: setup
	@./saathi up

down:
	@test ! -x $(PY) || ./saathi down

test: setup
	@$(PY) -m pytest -q -n 2 --dist loadfile --no-loadscope-reorder tests

# What the quick suite leaves out because it takes long, a few minutes in all; CI runs it after the quick suite.
thorough: setup
	@$(PY) -m pytest -q -n 2 --dist loadfile --no-loadscope-reorder --thorough -m thorough tests

# An hour or more on two cores; writes docs/soak.md. Shorter: make soak EFFORT=2 DEATHS=20 SEEDS=100 REQUESTS=2000 KILLS=1
EFFORT ?= 25
DEATHS ?= 1000
SEEDS ?= 3000
REQUESTS ?= 100000
KILLS ?= 8
SOAK_OUT ?= docs/soak.md
soak: setup
	@$(PY) -m tests.soak --effort $(EFFORT) --deaths $(DEATHS) --seeds $(SEEDS) --requests $(REQUESTS) --kills $(KILLS) --out $(SOAK_OUT)

# No cache for ruff: it keeps how an import was sorted before its module existed, and a clean checkout then differs.
check: setup
	@$(VENV)/bin/ruff check --no-cache .
	@$(VENV)/bin/mypy
	@$(VENV)/bin/lint-imports

clean:
	@test ! -x $(PY) || ./saathi down --forget
	rm -rf .local
