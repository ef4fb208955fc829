# Every task in this tree is a target here. Each target first installs what it needs.
# `make help` prints the text after `##`.

SHELL := /bin/bash
.DEFAULT_GOAL := help

PREFIX ?= /usr/local
DESTDIR ?=
# `make -j4` also limits the compiler; without it, the compiler uses every core.
JOBS = $(patsubst -j%,--jobs=%,$(filter-out -j,$(filter -j%,$(MAKEFLAGS))))
RELEASE := .build/release

.PHONY: help run test simulate soak sanitize planted build lint format bench golden fuzz \
  install setup setup-tests clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' Makefile

run: build ## build the program and open the demo: pools that do real work on this machine
	@$(RELEASE)/dashboard demo

test: setup-tests ## lint, then run every test; the last line counts them
	@scripts/lint.sh
	@scripts/test.sh $(JOBS)

simulate: build ## run simulated worlds with faults for MINUTES=10, from SEED=
	@scripts/simulate.sh "$(RELEASE)/dashboard" "$(or $(MINUTES),10)" "$(SEED)"

soak: setup-tests build ## stress the real program for SOAK_MINUTES=20, from SOAK_SEED=
	@swift build --build-tests $(JOBS)
	@scripts/soak.sh "$(RELEASE)/dashboard" "$(or $(SOAK_MINUTES),20)" "$(SOAK_SEED)"

sanitize: setup-tests ## run the tests under AddressSanitizer and ThreadSanitizer
	@scripts/sanitize.sh $(JOBS)

planted: setup ## plant mistakes in a copy of the core and check that each is found
	@scripts/planted.sh $(JOBS)

build: setup ## build the optimised program, .build/release/dashboard
	@scripts/build.sh $(JOBS)

lint: setup ## check Swift format and generated docs; shell scripts if shellcheck is installed
	@scripts/lint.sh

format: setup ## reformat every Swift file
	@swift format -i -p -r Sources Tests Package.swift

bench: setup ## run the benchmarks; docs/performance.md explains the tables
	@scripts/bench.sh $(JOBS)

golden: setup-tests ## rewrite the screens and scenarios that the tests compare; review the changes
	@RECORD_SCREENS=1 swift test --disable-xctest $(JOBS) \
	  --filter '^DashboardTests.ScreenTests' --filter '^DeploymentEngineTests.ScenarioTests'

fuzz: setup-tests ## search for inputs that break a parser, FUZZ_SECONDS=60 for each
	@scripts/fuzz.sh $(or $(FUZZ_SECONDS),60)

install: build ## install program, themes, man page and completions into PREFIX (/usr/local)
	@scripts/install.sh "$(RELEASE)" "$(DESTDIR)$(PREFIX)"

setup: ## install what a build needs (Debian and Ubuntu, as root), or name it
	@scripts/setup.sh

setup-tests: ## the same, for the tests
	@scripts/setup.sh --tests

clean: ## remove everything that was built
	@rm -rf .build Tests/Benchmarks/.build
