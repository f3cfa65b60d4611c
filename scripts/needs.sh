#!/bin/sh
# Finds what the tests need beyond Go and Node, installs what is missing when it may (root, or sudo that asks nothing), and otherwise
# names it and fails. PostgreSQL is only needed for its programs: the tests start a throwaway server of their own.
set -eu

missing=
need() { # package, and a command that succeeds when what it brings is there
  package=$1
  shift
  "$@" >/dev/null 2>&1 || missing="$missing $package"
}
has_postgres() { command -v postgres || ls /usr/lib/postgresql/*/bin/postgres; }
has_chinese() { dpkg-query -W fonts-noto-cjk || fc-list :lang=zh-cn | grep -q .; }

need postgresql has_postgres
need chromium command -v "${HUYING_TEST_CHROMIUM:-chromium}"
need fonts-noto-cjk has_chinese
[ -n "$missing" ] || exit 0

run=
if [ "$(id -u)" != 0 ]; then
  run='sudo -n'
  sudo -n true 2>/dev/null || run=none
fi
if [ "$run" = none ] || ! command -v apt-get >/dev/null; then
  echo "The tests need these Debian packages, which are not installed:$missing" >&2
  echo "Remedy: sudo apt-get install$missing" >&2
  exit 1
fi

echo "installing$missing"
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# shellcheck disable=SC2086 # lists of words
if ! { $run apt-get -q update && $run apt-get -qy install --no-install-recommends $missing; } >"$log" 2>&1; then
  tail -n 20 "$log" >&2
  echo "could not install$missing" >&2
  exit 1
fi
