# Everything that is done with the sources. Needs Go, Node 20 and make; `make test` finds or installs the rest.
#
#   make run      builds, prepares the demonstration under ./data once, and serves it on http://127.0.0.1:8080
#   make test     everything that must hold: quick checks, Go tests on both databases, command scripts, a real browser
#   make build    bin/huying, front end included
#   make lint     formatting, vet, staticcheck, generated pages, rules of the house
#   make bench    what the budgets of the design are measured against, as one table; SIZE=0,100000,1000000 with so many cases;
#                 DATABASE=… FILES=… SIZE=… with those that stand there already
#   make score SHARED=../shared    the reader against the gold files
#   make generate writes the *_templ.go files anew
#   make clean    removes what was built; keeps ./data

SHELL  := /bin/sh
SHARED ?= ../shared

.PHONY: help run test build lint bench score generate clean e2e-modules
.DEFAULT_GOAL := help

help:
	@sed -n 's/^#   //p' Makefile

run: build
	bin/huying serve --demo --log text --log-level warn

build: internal/web/dist/manifest.json
	go build -o bin/huying ./cmd/huying

test: build e2e-modules
	@scripts/test.sh

lint:
	@scripts/lint.sh

bench: build
	@SIZE="$(SIZE)" ENGINES="$(ENGINES)" PARTS="$(PARTS)" DATABASE="$(DATABASE)" FILES="$(FILES)" go run ./test/bench

score: build
	@scripts/score.sh "$(SHARED)"

generate:
	go tool templ generate

clean:
	rm -rf bin test/out web/node_modules test/e2e/node_modules
	find internal/web/dist -type f ! -name .gitkeep -delete

# The front end: modules when the lock changed, assets when a source changed.
internal/web/dist/manifest.json: web/node_modules/.package-lock.json $(wildcard web/*.mjs) $(shell find web/src -type f)
	cd web && node build.mjs

e2e-modules: test/e2e/node_modules/.package-lock.json

%/node_modules/.package-lock.json: %/package-lock.json
	cd $* && PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --no-audit --no-fund --loglevel=error
	@touch $@
