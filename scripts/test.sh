#!/bin/sh
# What `make test` runs after the build. Everything listens on 127.0.0.1 only, on ports that were free, and leaves nothing behind.
set -eu
cd "$(dirname "$0")/.."
. scripts/steps.sh

scripts/needs.sh
step 'formatting' formatted
step 'generated pages' generated
step 'vet' go vet ./...
# Where there is a C compiler the race detector runs along; Go needs one for it. It makes computing ten times slower, so the reader of
# reports, which shares nothing and unpacks bombs, goes without.
race=
! command -v "$(go env CC)" >/dev/null || race=-race
shared=$(go list ./... | grep -v '/internal/report$')
# Packages wait for servers and clocks as often as they compute: two more of them at once than there are cores.
# shellcheck disable=SC2086 # lists of words
step "Go tests and command scripts, SQLite and PostgreSQL $race" go run ./test/suite $race -p "$(($(nproc) + 2))" $shared
step 'Go tests of the reader' go run ./test/suite ./internal/report
step 'browser' node test/e2e/node_modules/@playwright/test/cli.js test --config test/e2e/playwright.config.mjs
sum_up
