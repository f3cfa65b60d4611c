# Sourced. What tests write, databases above all, lies in memory where there is plenty and programs may be run there: tests write and forget
# small databases by the thousand, and waiting for a disk proves nothing. Those of what survives a crash go back to HUYING_TEST_DISK. What is
# built stays on the disk.

plenty() { # of a file system in memory and of memory, in KiB
  [ "$(df -Pk "$1" 2>/dev/null | awk 'NR == 2 { print $4 }')" -ge 2000000 ] 2>/dev/null &&
    [ "$(awk '/^MemAvailable:/ { print $2 }' /proc/meminfo 2>/dev/null)" -ge 4000000 ] 2>/dev/null
}
runs() { # whether a program in the folder may be run
  printf '#!/bin/sh\n' >"$1/runs" && chmod +x "$1/runs" && "$1/runs" 2>/dev/null
}

if plenty /dev/shm && memory=$(mktemp -d /dev/shm/huying-tests-XXXXXX); then
  trap 'rm -rf "$memory"' EXIT
  trap 'exit 1' INT TERM
  if runs "$memory"; then
    chmod 711 "$memory" # PostgreSQL runs as a user of its own
    export HUYING_TEST_DISK="${TMPDIR:-/tmp}" GOTMPDIR="${GOTMPDIR:-${TMPDIR:-/tmp}}"
    export TMPDIR="$memory"
  fi
fi
