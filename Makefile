# What one does with this repository. Each target installs what it needs first.

MAKEFLAGS += --no-print-directory
PORT ?= 8080
DATA_DIR ?= var
# The checked queries compile from server/.sqlx, not from a database that happens to be configured.
export SQLX_OFFLINE = true

modules = mobile/node_modules/.installed
fonts = $(addprefix inter/,400Regular/Inter_400Regular 500Medium/Inter_500Medium 600SemiBold/Inter_600SemiBold 700Bold/Inter_700Bold) \
	$(addprefix noto-sans-tc/,400Regular/NotoSansTC_400Regular 700Bold/NotoSansTC_700Bold) \
	$(addprefix noto-sans-sc/,400Regular/NotoSansSC_400Regular 500Medium/NotoSansSC_500Medium 700Bold/NotoSansSC_700Bold)

# Lints are found in the compiler's one pass over our crates, where a warning is an error. `make run` needs no clippy.
check test soak: export RUSTC_WORKSPACE_WRAPPER = clippy-driver
check test soak: export CLIPPY_ARGS = -D__CLIPPY_HACKERY__warnings__CLIPPY_HACKERY__

.PHONY: help run test check soak release bench install build server tests web fonts api sql

help:
	@echo "make run      install what is missing, build, and start with demo data (PORT=$(PORT) DATA_DIR=$(DATA_DIR))"
	@echo "make test     every test: server, app, browser"
	@echo "make soak     what the tests repeat, with the large numbers: hours"
	@echo "make check    format, lints, types, licences, unused dependencies, generated files"
	@echo "make release  the programs as they are shipped, in server/target/release"
	@echo "make bench    the benchmarks of the release, into bench/results.json"
	@echo "make api      write server/openapi.json and the app's types from the server's routes"
	@echo "make sql      write server/.sqlx from the store's queries and migrations"

run:
	@scripts/install run
	@$(MAKE) -j2 server web fonts
	@PORT=$(PORT) DATA_DIR=$(DATA_DIR) exec server/target/debug/mezzofy serve --demo

test:
	@scripts/install test
	@$(MAKE) -j2 tests web fonts
	@scripts/test

soak:
	@scripts/install test
	@$(MAKE) -j2 tests fonts
	@scripts/soak

check:
	@scripts/install check
	@$(MAKE) -j2 $(modules) fonts
	@scripts/check

bench:
	@scripts/install run
	@$(MAKE) -j2 release web fonts
	@PROFILE=release scripts/bench

install:
	@scripts/install test

build: server web fonts

server:
	@cd server && cargo build --locked

release:
	@cd server && cargo build --locked --release

tests:
	@cd server && cargo build --locked --workspace --all-targets

web: $(modules)
	@scripts/web

fonts: $(modules)
	@mkdir -p server/fonts
	@cd mobile/node_modules/@expo-google-fonts && cp -u $(addsuffix .ttf,$(fonts)) $(CURDIR)/server/fonts

$(modules): mobile/package-lock.json mobile/.npmrc
	@echo "web app: installing packages"
	@cd mobile && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

api: $(modules)
	@cd server && cargo run --quiet --bin mezzofy -- openapi > openapi.json.new && mv openapi.json.new openapi.json
	@cd mobile && npm run --silent api

sql:
	@scripts/scratch-postgres scripts/sql
