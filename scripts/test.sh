#!/bin/sh
# What `make test` runs after the build. Everything listens on 127.0.0.1 only, on ports that were free, and leaves nothing behind.
set -eu
cd "$(dirname "$0")/.."
. scripts/steps.sh

scripts/needs.sh
. scripts/memory.sh
step 'formatting' formatted
step 'generated pages' generated
step 'vet' go vet ./...
# Where there is a C compiler the race detector runs along; Go needs one for it. It makes computing ten times slower, so two go without: the
# reader of reports, which shares nothing and unpacks bombs, and the whole program, which plays years; its parts go with it.
race=
! command -v "$(go env CC)" >/dev/null || race=-race
apart='/internal/report$|/internal/app$|/test/'
# Packages wait for servers and clocks as often as they compute: two more of them at once than there are cores.
at_once=$(($(nproc) + 2))
# What a test leaves behind is not worth collecting often: the race detector makes that dear.
# shellcheck disable=SC2046,SC2086 # lists of words
step "Go tests of the parts, SQLite and PostgreSQL $race" env GOGC=400 go run ./test/suite $race -p $at_once $(go list ./... | grep -Ev "$apart")
# shellcheck disable=SC2046
step 'Go tests of the whole, commands and faults' go run ./test/suite -p $at_once $(go list ./... | grep -E "$apart")
step 'browser' node test/e2e/node_modules/@playwright/test/cli.js test --config test/e2e/playwright.config.mjs
sum_up
