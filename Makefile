# The only door: every task of this repository. `make` alone lists them; CI runs the same ones.

.DEFAULT_GOAL := help
.PHONY: help run test test-monitoring build lint fmt bench storm dev sqlx openapi check-generated e2e fuzz setup postgresql
CARGO := cd backend && SQLX_OFFLINE=true cargo

help: ## This list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' Makefile

run: ## Install what is missing, build, and serve with demo accounts (Ctrl-C ends it)
	@scripts/run

test: ## Everything: format, lints, all tests, the browser's too
	@scripts/test

build: ## The release binary with the UI inside: backend/target/release/uems
	@scripts/ui
	@$(CARGO) build --locked --release --bin uems

lint: ## Formats and lints of both halves, without running a test
	@scripts/ui packages
	@$(CARGO) fmt --check
	@$(CARGO) clippy --locked --all-targets -- -D warnings
	@cd frontend && npm run --silent lint && npm run --silent typecheck

fmt: ## Format both halves
	@$(CARGO) fmt
	@scripts/ui packages
	@cd frontend && npm run --silent format

bench: ## Measure what is claimed to be fast, at full size
	@scripts/setup test
	@cd backend && SQLX_OFFLINE=true ../scripts/with-postgres cargo bench --locked

storm: ## 10,000 events of the payment provider, shuffled and repeated, while the server is killed again and again
	@cd backend && SQLX_OFFLINE=true UEMS_STORM_EVENTS=10000 ../scripts/with-postgres cargo test --locked --test api -- --nocapture a_storm_of_events

dev: ## The server, and the UI rebuilt with every change (http://localhost:3000)
	@scripts/dev

sqlx: ## Rewrite backend/.sqlx after a change of a query or a table
	@scripts/sqlx

openapi: ## Rewrite backend/openapi.json and the UI's types from it
	@$(CARGO) run --locked --quiet --bin uems openapi >openapi.json.new && mv openapi.json.new openapi.json
	@scripts/ui packages
	@cd frontend && npm run --silent gen:api

check-generated: ## Fail if something generated is stale
	@scripts/sqlx --check
	@scripts/ui packages
	@$(CARGO) test --locked --test api openapi::the_checked_in_document_is_up_to_date
	@scripts/check-generated

e2e: ## Only the browser's tests, against what was built last
	@scripts/e2e

fuzz: ## Whatever the API document allows, and what it forbids, as every role (schemathesis)
	@$(CARGO) build --locked --bin uems
	@scripts/fuzz full

test-monitoring: ## Dashboard, alerts and counters against a real Prometheus and two replicas
	@scripts/test-monitoring

setup: ## Install what `make run` and `make test` need (as root, on Debian)
	@scripts/setup test

postgresql: ## Fetch a PostgreSQL into your home, where none can be installed
	@scripts/fetch-postgresql
