#!/bin/sh
# What `make lint` runs. The rules of the house that can be read from the code are tests of internal/arch.
set -eu
cd "$(dirname "$0")/.."
. scripts/steps.sh

step 'formatting' formatted
step 'generated pages' generated
step 'vet' go vet ./...
step 'staticcheck' go tool staticcheck ./...
step 'rules of the house' go test ./internal/arch
sum_up
