# Sourced. Runs named steps one after the other, all of them, and sums them up: `step NAME COMMAND…` as often as needed, then `sum_up`.

steps=
failed=0

step() {
  name=$1
  shift
  printf '\n== %s\n' "$name"
  begun=$(date +%s)
  if "$@"; then word=ok; else word=FAILED failed=1; fi
  steps=$steps$(printf '  %-6s %4d s  %s' "$word" $(($(date +%s) - begun)) "$name")'
'
}

sum_up() {
  printf '\n== summary\n%s' "$steps"
  return $failed
}

formatted() {
  list=$(gofmt -l $(git ls-files '*.go'))
  [ -z "$list" ] || { echo "not formatted (gofmt -w):" && echo "$list"; return 1; }
}

# Generating again must change nothing. What it changed stays changed, ready to be committed.
generated() {
  before=$(git ls-files '*_templ.go' | xargs sha256sum)
  said=$(go tool templ generate 2>&1) || { echo "$said"; return 1; }
  stale=$(echo "$before" | sha256sum --check --quiet 2>/dev/null) || { echo "was not generated from its .templ file; it is now:" && echo "$stale"; return 1; }
  for f in $(git ls-files '*.templ'); do
    git ls-files --error-unmatch "${f%.templ}_templ.go" >/dev/null || return 1
  done
}
