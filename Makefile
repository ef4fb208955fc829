# Everything that is done with this tree is a target here; each installs first what it misses.
# A text after `##` is what `make help` says of a target.

SHELL := /bin/bash
.DEFAULT_GOAL := help

PREFIX ?= /usr/local
DESTDIR ?=
# `make -j4` reaches the compiler as well; without it the compiler takes every core.
JOBS = $(patsubst -j%,--jobs=%,$(filter-out -j,$(filter -j%,$(MAKEFLAGS))))
RELEASE := .build/release

.PHONY: help run test simulate soak sanitize planted build lint format bench fuzz install setup \
  setup-tests clean

help: ## what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

run: build ## build it and open the demo: pools that do real work on this machine
	@$(RELEASE)/dashboard demo

test: setup-tests ## lint, then every test; the last line counts them
	@scripts/lint.sh
	@scripts/test.sh $(JOBS)

simulate: build ## ten minutes of worlds with faults; SEED= and MINUTES= choose others
	@scripts/simulate.sh "$(RELEASE)/dashboard" "$(or $(MINUTES),10)" "$(SEED)"

soak: setup-tests build ## the real thing for SOAK_MINUTES=20: killed, starved, damaged; SOAK_SEED=
	@swift build --build-tests $(JOBS)
	@scripts/soak.sh "$(RELEASE)/dashboard" "$(or $(SOAK_MINUTES),20)" "$(SOAK_SEED)"

sanitize: setup-tests ## the tests under AddressSanitizer and ThreadSanitizer
	@scripts/sanitize.sh $(JOBS)

planted: setup ## plants mistakes in a copy of the core and looks whether each is found
	@scripts/planted.sh $(JOBS)

build: setup ## the program, optimised, at .build/release/dashboard
	@scripts/build.sh $(JOBS)

lint: setup ## the format of every Swift file, and the shell scripts where shellcheck is installed
	@scripts/lint.sh

format: setup ## rewrites every Swift file as lint wants it
	@swift format -i -p -r Sources Tests Package.swift

bench: setup ## the benchmarks, as a table; docs/performance.md says how to read it
	@scripts/bench.sh $(JOBS)

fuzz: setup-tests ## looks for inputs that break a parser; FUZZ_SECONDS=60 for each of them
	@scripts/fuzz.sh $(or $(FUZZ_SECONDS),60)

install: build ## program, themes, man page and completions into PREFIX (/usr/local)
	@scripts/install.sh "$(RELEASE)" "$(DESTDIR)$(PREFIX)"

setup: ## what a build needs: installs it as root on Debian and Ubuntu, else names it
	@scripts/setup.sh

setup-tests: ## the same for the tests
	@scripts/setup.sh --tests

clean: ## removes everything that was built
	@rm -rf .build Tests/Benchmarks/.build
