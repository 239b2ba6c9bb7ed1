# Everything that one does here, by name. `make` alone lists it.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help dev demo test check setup migrate admin key sizes clinical simulate test-e2e test-spin bench

help: ## This list
	@awk -F ':.*## ' '/^[a-z][a-z0-9-]*:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

dev: ## Set everything up and serve on http://localhost:8787 (PORT=…)
	@scripts/dev.sh

demo: setup ## Play a consultation against the running server (BASE_URL=…)
	@source scripts/steps.sh && node scripts/demo.mjs

test: ## Set everything up and pass every test
	@scripts/test.sh

check: setup ## The quick part of it, for between two edits
	@scripts/check.sh

setup: ## Tools into .tools, packages into node_modules
	@scripts/setup.sh

migrate: setup ## Bring the local database up to date (ENV=staging or production: that one)
	@scripts/migrate.sh

admin: setup ## Make EMAIL=… the first operator, once (ENV=… as above)
	@source scripts/steps.sh && node scripts/admin.mjs

key: ## Print a new key for a key ring (KID=…)
	@source scripts/steps.sh && node scripts/secrets.mjs key "$${KID:-k1}"

sizes: setup ## Build the worker as it is deployed and print its sizes
	@scripts/build-worker.sh --release

clinical: ## What the clinical tables cover, and how the engine does (VIGNETTES=folder of cases)
	@cargo test --locked --quiet --test main -- --nocapture --test-threads 1 clinical::report report_of_vignettes \
		sentences_say_what_they_say cases_are_seen_as_soon_as_they_should_be

simulate: ## The chat simulation with 100,000 seeds (SIMULATION_SEEDS=…)
	@SIMULATION_SEEDS=$${SIMULATION_SEEDS:-100000} cargo test --locked --release --test main simulation

test-e2e: setup ## Only the tests on the real runtime
	@scripts/build-worker.sh --release && scripts/test-e2e.sh

test-spin: setup ## Only the tests on Spin
	@scripts/test-spin.sh

bench: setup ## What a request costs beside a bare worker, a medicine check and an assessment
	@cargo bench --locked --bench medicine_check --bench assessment
	@scripts/build-worker.sh --release && source scripts/steps.sh && node tests/e2e/bench.mjs
