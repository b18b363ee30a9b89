# Soglasovano. `make help` tells what there is.
SHELL := /bin/bash
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
MO := translations/en/LC_MESSAGES/messages.mo
export FLASK_APP := app
export LC_ALL ?= C.UTF-8

.PHONY: translations help run demo test check bench bench-documents screenshots system format

help: ## what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

$(BIN)/python:
	@$(PYTHON) -c 'import sys; assert sys.version_info[:2] >= (3, 11), "Python 3.11 or newer is needed"'
	@$(PYTHON) -m venv $(VENV)

# uv where it is at hand, pip where it is not.
install = if command -v uv >/dev/null 2>&1; then VIRTUAL_ENV=$(VENV) uv pip install -q -r $(1); \
	else $(BIN)/python -m pip install -q --disable-pip-version-check -r $(1); fi

$(VENV)/.run: requirements.txt | $(BIN)/python
	@$(call install,requirements.txt)
	@touch $@

$(VENV)/.dev: requirements.txt requirements-dev.txt | $(BIN)/python
	@$(call install,requirements-dev.txt)
	@touch $@ $(VENV)/.run

run: $(VENV)/.run $(MO) ## install, migrate, load the demo into an empty database, serve on 127.0.0.1:8000 (PORT, HOST, DATABASE_URL, DEMO=0)
	@exec $(BIN)/python app.py

demo: $(VENV)/.run $(MO) ## play the whole cycle without a browser; the documents are left in instance/demo/
	@INSTANCE=instance/demo-play DATABASE_URL= $(BIN)/flask demo play --folder instance/demo

check: $(VENV)/.dev ## ruff, mypy strict, the import contracts
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

test: $(VENV)/.dev $(MO) system ## everything: SQLite, PostgreSQL, a real browser
	@$(BIN)/python -m pytest -n $${TEST_WORKERS:-2} --dist loadfile

format: $(VENV)/.dev ## put the code into form
	@$(BIN)/ruff check --fix -q . ; $(BIN)/ruff format -q .

bench: $(VENV)/.dev $(MO) ## lists, pages and steps beside a bare Flask page and a bare commit
	@$(BIN)/python -m bench

bench-documents: $(VENV)/.dev ## the document engine beside plain docxtpl and the physical floor
	@$(BIN)/python -m bench.documents

screenshots: $(VENV)/.dev $(MO) system ## every page at 1440 and 390 px into screenshots/
	@$(BIN)/python -m tests.flows.screenshots

PACKAGES := chromium libreoffice-writer-nogui fonts-liberation fonts-paratype fonts-crosextra-carlito fonts-crosextra-caladea poppler-utils

system: # the browser, LibreOffice and fonts the tests need
	@if ! (command -v chromium && command -v soffice && command -v pdftoppm) >/dev/null 2>&1; then \
		if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then \
			export DEBIAN_FRONTEND=noninteractive; \
			apt-get update -qq && apt-get install -y -qq --no-install-recommends $(PACKAGES) >/dev/null; \
		else \
			echo "The tests need a browser and LibreOffice. Install: apt-get install --no-install-recommends $(PACKAGES)" >&2; exit 1; \
		fi; \
	fi

$(MO): translations/en/LC_MESSAGES/messages.po | $(BIN)/python
	@$(BIN)/pybabel -q compile -d translations

translations: $(VENV)/.dev ## extract the words of code and pages anew into translations/en
	@$(BIN)/python -m babel.messages.frontend -q extract -F pyproject.toml -k _l -k lazy_gettext -k _ -k _n:1,3 --no-location --omit-header -o /tmp/soglasovano.pot .
	@$(BIN)/pybabel -q update --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date -l en -d translations -i /tmp/soglasovano.pot
	@$(BIN)/pybabel -q compile -d translations
